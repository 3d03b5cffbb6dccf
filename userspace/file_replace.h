/* SPDX-License-Identifier: GPL-2.0-only */
/* Replaces a file at once: readers see the old text or the new, never a part. */
#ifndef DYNPORTCTL_FILE_REPLACE_H
#define DYNPORTCTL_FILE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes @text to a new file beside @path, to the disk, and then over @path,
 * which keeps its mode if it was there, and its place if it is a symbolic link.
 * False after having said what went wrong; then @path is as it was.
 */
bool file_replace(const char *path, const char *text, size_t len);

#endif
