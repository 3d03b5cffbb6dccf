// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sysctl is a file below /proc/sys, dots become slashes. /proc/sys/net shows
 * the namespace of whoever opens it.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"
#include "textfile.h"

#define SYSCTL_DIR "/proc/sys/"

static bool sysctl_path(char *path, size_t size, const char *name)
{
	int n = snprintf(path, size, SYSCTL_DIR "%s", name);
	char *c;

	if (n < 0 || (size_t)n >= size || strchr(name, '/'))
		return false;
	for (c = path + strlen(SYSCTL_DIR); *c; c++)
		if (*c == '.')
			*c = '/';
	return true;
}

int sysctl_read(const char *name, char **value)
{
	char path[sizeof(SYSCTL_DIR) + SYSCTL_NAME_MAX];
	char *c;
	int ret;

	if (!sysctl_path(path, sizeof(path), name))
		return -ENAMETOOLONG;
	ret = textfile_read(path, value, NULL);
	if (ret)
		return ret;
	(*value)[strcspn(*value, "\n")] = '\0';
	for (c = *value; *c; c++)
		if (*c == '\t')
			*c = ' ';
	return 0;
}

int sysctl_write(const char *name, const char *value)
{
	char path[sizeof(SYSCTL_DIR) + SYSCTL_NAME_MAX];

	if (!sysctl_path(path, sizeof(path), name))
		return -ENAMETOOLONG;
	return textfile_write(path, value);
}

static bool dynport_name(char *name, size_t size, const char *key)
{
	int n = snprintf(name, size, "net.dynport.%s", key);

	return n >= 0 && (size_t)n < size;
}

int sysctl_dynport_read(const char *key, char **value)
{
	char name[SYSCTL_NAME_MAX];

	if (!dynport_name(name, sizeof(name), key))
		return -ENAMETOOLONG;
	return sysctl_read(name, value);
}

int sysctl_dynport_write(const char *key, const char *value)
{
	char name[SYSCTL_NAME_MAX];

	if (!dynport_name(name, sizeof(name), key))
		return -ENAMETOOLONG;
	return sysctl_write(name, value);
}

bool sysctl_dynport_loaded(void)
{
	return access(SYSCTL_DIR "net/dynport/algorithm", F_OK) == 0;
}

bool sysctl_dynport_present(void)
{
	if (sysctl_dynport_loaded())
		return true;
	if (access("/sys/module/dynport", F_OK) == 0)
		warnx("dynport is loaded, but this network namespace has no net.dynport.* sysctls (still loading, or unloading?)");
	else if (access(SYSCTL_DIR "net", F_OK))
		warnx("there is no " SYSCTL_DIR "net: is /proc mounted?");
	else
		warnx("dynport is not loaded; load it with 'modprobe dynport' or 'insmod module/dynport.ko'");
	return false;
}
