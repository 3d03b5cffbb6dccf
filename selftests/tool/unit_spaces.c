// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/dynport/spaces, parsed and sorted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc_spaces.h"
#include "unit.h"

#define HEADER "proto\tfamily\tladdr\traddr\trport\tports\tbusy\tfree\tpercent" \
	"\tsearches\texhausted\tlast_used\tpath\tdevice\tlow\tlingering\n"

static const char text[] = HEADER
	"tcp\tipv4\t10.0.0.1\t10.0.0.2\t80\t28232\t14116\t14116\t50.0"
	"\t9\t0\t3\tconnect\t0\t32768\t5\n"
	"udp\tipv6\t::\t-\t0\t10\t10\t0\t100.0"
	"\t18446744073709551615\t7\t0\tudp\t2\t40000\t0\n"
	"tcp\tipv4\t10.0.0.1\t10.0.0.3\t80\t28232\t14116\t14116\t50.0"
	"\t9\t0\t3\tconnect\t0\t32768\t5\n";

static bool takes(const char *what)
{
	struct proc_error error = { .what = NULL };
	struct spaces spaces;
	bool ok = spaces_parse(what, strlen(what), &spaces, &error);

	if (ok)
		free(spaces.at);
	else
		expect(error.what);
	return ok;
}

static void test_parsed(void)
{
	struct proc_error error;
	struct spaces spaces;

	expect(spaces_parse(text, strlen(text), &spaces, &error));
	expect(spaces.count == 3);
	expect(strcmp(spaces.at[0].laddr, "10.0.0.1") == 0);
	expect(strcmp(spaces.at[0].raddr, "10.0.0.2") == 0);
	expect(spaces.at[0].rport == 80 && spaces.at[0].low == 32768);
	expect(spaces.at[0].ports == 28232 && spaces.at[0].busy == 14116);
	expect(spaces.at[0].lingering == 5 && spaces.at[0].last_used == 3);
	expect(strcmp(spaces.at[1].path, "udp") == 0);
	expect(spaces.at[1].searches == UINT64_MAX);
	expect(spaces.at[1].exhausted == 7 && spaces.at[1].device == 2);
	spaces_sort(&spaces);
	expect(space_occupancy(&spaces.at[0]) == 1);
	expect(strcmp(spaces.at[1].raddr, "10.0.0.2") == 0);
	expect(strcmp(spaces.at[2].raddr, "10.0.0.3") == 0);
	free(spaces.at);
	expect(takes(HEADER));
	expect(takes("proto\tnew\tports\ntcp\tx y\t7\n"));
	tell("port spaces are found by the names of their columns, and sorted by occupancy");
}

static void test_refused(void)
{
	static char line[400];
	size_t len;

	expect(!takes(""));
	expect(!takes("\n"));
	expect(!takes("name\tvalue\n"));
	expect(!takes("proto\tports\ntcp\n"));
	expect(!takes("proto\tports\ntcp\t7\t8\n"));
	expect(!takes("proto\tports\ntcp\t\n"));
	expect(!takes("proto\tports\ntcp\t-7\n"));
	expect(!takes("proto\tports\n\t7\n"));
	expect(!takes("proto\tports\ttcp\ntcp\t0\tx\n"));
	expect(!takes("proto\tports\tbusy\ntcp\t7\t8\n"));
	snprintf(line, sizeof(line), "proto\tports\n%0*d\t7\n",
		 SPACE_WORD_MAX, 0);
	expect(!takes(line));
	/* every beginning of the text is either taken or refused with a word */
	for (len = 0; len < strlen(text); len++) {
		char *part = strndup(text, len);

		expect(part);
		takes(part);
		free(part);
	}
	tell("what is no table of port spaces is refused, with a reason");
}

void test_spaces(void)
{
	test_parsed();
	test_refused();
}
