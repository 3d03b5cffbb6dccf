/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes the small text files of /proc and /sys. */
#ifndef DYNPORTCTL_TEXTFILE_H
#define DYNPORTCTL_TEXTFILE_H

#include <stddef.h>

/*
 * Room for the first read(): a list of ports (ip_local_reserved_ports) comes
 * with it or not at all, and may have 32,768 parts of 6 characters.
 */
#define TEXTFILE_ROOM (256 << 10)
/*
 * No file that the program reads is longer (the longest is spaces with 65,536
 * lines); a longer one gives -EFBIG.
 */
#define TEXTFILE_MAX (16 << 20)

/*
 * Reads all of @path into *@text (to be freed; NUL-terminated) and its length
 * into *@len if that isn't NULL. Returns 0 or -errno.
 */
int textfile_read(const char *path, char **text, size_t *len);
/* The same for what is left to read from @fd. */
int textfile_read_rest(int fd, char **text, size_t *len);

/* Writes @text with one write(), as sysctls want it. Returns 0 or -errno. */
int textfile_write(const char *path, const char *text);

#endif
