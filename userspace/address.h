/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses, and addresses with a port, and their text. Pure. */
#ifndef DYNPORTCTL_ADDRESS_H
#define DYNPORTCTL_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Two addresses are the same if all their bytes are. */
struct address {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t bytes[16];	/* as on the wire; IPv4 in the first, then 0 */
};

/*
 * @bytes: 4 or 16 of them, by @family. An IPv4 address that is mapped into IPv6
 * becomes what it is: the kernel, too, sends it to IPv4's hooks.
 */
struct address address_make(int family, const void *bytes);

/* 0.0.0.0 or :: */
bool address_any(const struct address *address);

bool address_parse(const char *text, struct address *address);

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN
const char *address_text(const struct address *address,
			 char text[ADDRESS_TEXT_MAX]);

/* "192.0.2.1:80", "[2001:db8::1]:80" */
#define ENDPOINT_TEXT_MAX (ADDRESS_TEXT_MAX + 8)
const char *endpoint_text(const struct address *address, unsigned int port,
			  char text[ENDPOINT_TEXT_MAX]);

/* The reverse; the port is 1..65535. */
bool endpoint_parse(const char *text, struct address *address,
		    unsigned int *port);

#endif
