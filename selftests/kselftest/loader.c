// SPDX-License-Identifier: GPL-2.0-only
/*
 * loader insert FILE [PARAMETER=VALUE...] | loader remove NAME
 *
 * insmod and rmmod that print the errno by name ("ok", "EBUSY"), which those
 * turn into a text. Exit status: 0 done, 1 refused, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int loader_insert(const char *file, char **parameters)
{
	char text[1024] = "";
	int fd;

	for (; *parameters; parameters++) {
		strncat(text, *parameters, sizeof(text) - strlen(text) - 1);
		strncat(text, " ", sizeof(text) - strlen(text) - 1);
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return syscall(SYS_finit_module, fd, text, 0);
}

int main(int argc, char **argv)
{
	int ret;

	if (argc >= 3 && !strcmp(argv[1], "insert")) {
		ret = loader_insert(argv[2], argv + 3);
	} else if (argc == 3 && !strcmp(argv[1], "remove")) {
		ret = syscall(SYS_delete_module, argv[2], O_NONBLOCK);
	} else {
		fprintf(stderr, "usage: loader insert FILE [PARAMETER=VALUE...] | loader remove NAME\n");
		return 2;
	}
	puts(ret ? strerrorname_np(errno) : "ok");
	return ret ? 1 : 0;
}
