/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'map' shows: the ports of a namespace, or those that one destination
 * uses. map_sample.c collects, and map_soft.c what only the module knows;
 * view_map.c draws it on a terminal and as JSON, map_image.c as a file.
 */
#ifndef DYNPORTCTL_MAP_H
#define DYNPORTCTL_MAP_H

#include <stdbool.h>
#include <stdio.h>

#include "address.h"
#include "live.h"
#include "port_picture.h"

struct map {
	/* asked for */
	bool udp;			/* not TCP */
	bool peer;			/* one destination: */
	struct address remote;
	unsigned int remote_port;
	bool from;			/* from one address: */
	struct address local;

	struct port_picture picture;
};

/* Looks at the namespace. */
bool map_sample(struct map *map, char why[LIVE_WHY_MAX]);

/* Adds what the module avoids; without it, or the right to ask, nothing. */
void map_soft_read(struct map *map);

/* "TCP ports to 192.0.2.1:443 from 192.0.2.7" */
#define MAP_TITLE_MAX (64 + ENDPOINT_TEXT_MAX + ADDRESS_TEXT_MAX)
const char *map_title(const struct map *map, char text[MAP_TITLE_MAX]);

/* "28232 ports: 412 busy (1.5 %), ...", and how many have a mark. */
#define MAP_NUMBERS_MAX 128
const char *map_busy(const struct map *map, char text[MAP_NUMBERS_MAX]);
const char *map_marked(const struct map *map, char text[MAP_NUMBERS_MAX]);

/* @block: ports per cell, 0: as fits into @rows lines; 0: into a few. */
void view_map(FILE *out, const struct map *map, unsigned int block,
	      unsigned int rows);
void view_map_json(FILE *out, const struct map *map, unsigned int block);

enum map_image { MAP_IMAGE_SVG, MAP_IMAGE_PNG };

/* Writes it to the file. False after having said why not. */
bool map_image_write(const struct map *map, enum map_image kind,
		     const char *path, unsigned int block);

#endif
