/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the unit tests judge: expect() conditions, then tell() the sentence that
 * they prove. unit.c counts, and calls what each unit_*.c file has.
 */
#ifndef DYNPORT_UNIT_H
#define DYNPORT_UNIT_H

/* The line of the first doubt in the sentence to come, 0: none. */
extern int unit_doubt;

#define expect(what) do {			\
	if (!(what) && !unit_doubt)		\
		unit_doubt = __LINE__;		\
} while (0)

/* One true sentence; a false one names the line of the first doubt in it. */
void tell(const char *sentence);

void test_firewall(void);
void test_genl(void);
void test_messages(void);
void test_metrics(void);
void test_screen(void);
void test_settings_file(void);
void test_spaces(void);
void test_mapped(void);
void test_picture(void);
void test_destinations(void);
void test_doctor(void);

#endif
