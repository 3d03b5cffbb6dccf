// SPDX-License-Identifier: GPL-2.0-only
/* A whole file at once: these files have no size, and one reading is one view. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "textfile.h"

int textfile_read_rest(int fd, char **text, size_t *len)
{
	size_t size = 0, room = TEXTFILE_ROOM;
	char *buf = NULL;
	int ret = 0;

	for (;;) {
		char *larger = NULL;
		ssize_t n;

		if (!buf || size + 1 == room) {
			if (buf)
				room *= 2;
			if (room > TEXTFILE_MAX) {
				ret = -EFBIG;
				break;
			}
			larger = realloc(buf, room);
			if (!larger) {
				ret = -ENOMEM;
				break;
			}
			buf = larger;
		}
		n = read(fd, buf + size, room - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret = -errno;
			break;
		}
		if (n == 0)
			break;
		size += n;
	}
	if (ret) {
		free(buf);
		return ret;
	}
	buf[size] = '\0';
	*text = buf;
	if (len)
		*len = size;
	return 0;
}

int textfile_read(const char *path, char **text, size_t *len)
{
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret = textfile_read_rest(fd, text, len);
	close(fd);
	return ret;
}

int textfile_write(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd, ret = 0;
	ssize_t n;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		ret = -errno;
	else if ((size_t)n != len)
		ret = -EIO;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}
