/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is fuzzed: a target takes any bytes, gives them to a parser in memory of
 * exactly their size, and judges what comes out by must().
 */
#ifndef DYNPORT_FUZZ_H
#define DYNPORT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

void fuzz_failed(const char *file, int line, const char *what);

#define must(what) do {						\
	if (!(what))						\
		fuzz_failed(__FILE__, __LINE__, #what);		\
} while (0)

/* The bytes with a NUL behind them, to be freed. */
char *fuzz_text(const uint8_t *data, size_t len);
/* The bytes alone, likewise. */
char *fuzz_bytes(const uint8_t *data, size_t len);

void fuzz_stats(const uint8_t *data, size_t len);
void fuzz_histogram(const uint8_t *data, size_t len);
void fuzz_spaces(const uint8_t *data, size_t len);
void fuzz_settings(const uint8_t *data, size_t len);
void fuzz_range(const uint8_t *data, size_t len);
void fuzz_ports(const uint8_t *data, size_t len);
void fuzz_endpoint(const uint8_t *data, size_t len);
void fuzz_attributes(const uint8_t *data, size_t len);
void fuzz_dump(const uint8_t *data, size_t len);
void fuzz_family(const uint8_t *data, size_t len);
void fuzz_sockets(const uint8_t *data, size_t len);
void fuzz_messages(const uint8_t *data, size_t len);
void fuzz_watch(const uint8_t *data, size_t len);
void fuzz_sysctl(const uint8_t *data, size_t len);

#endif
