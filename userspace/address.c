// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and their text, by the C library where it has a function for it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"

struct address address_make(int family, const void *bytes)
{
	static const uint8_t mapped[12] = {
		[10] = 0xff, [11] = 0xff,
	};
	struct address a = { .family = family };

	if (family == AF_INET6 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		a.family = AF_INET;
		bytes = (const uint8_t *)bytes + sizeof(mapped);
	}
	memcpy(a.bytes, bytes, a.family == AF_INET6 ? 16 : 4);
	return a;
}

bool address_any(const struct address *address)
{
	static const uint8_t zeros[sizeof(address->bytes)];

	return memcmp(address->bytes, zeros, sizeof(zeros)) == 0;
}

bool address_parse(const char *text, struct address *address)
{
	uint8_t bytes[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, bytes) != 1)
		return false;
	*address = address_make(family, bytes);
	return true;
}

const char *address_text(const struct address *address,
			 char text[ADDRESS_TEXT_MAX])
{
	/* it can only fail for want of room, or for another family */
	if (!inet_ntop(address->family, address->bytes, text, ADDRESS_TEXT_MAX))
		abort();
	return text;
}

const char *endpoint_text(const struct address *address, unsigned int port,
			  char text[ENDPOINT_TEXT_MAX])
{
	char host[ADDRESS_TEXT_MAX];

	snprintf(text, ENDPOINT_TEXT_MAX,
		 address->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address_text(address, host), port);
	return text;
}

static bool port_text_parse(const char *text, unsigned int *port)
{
	unsigned int n = 0;
	const char *c;

	for (c = text; *c >= '0' && *c <= '9' && n <= 65535; c++)
		n = n * 10 + (*c - '0');
	*port = n;
	return c != text && !*c && n >= 1 && n <= 65535;
}

bool endpoint_parse(const char *text, struct address *address,
		    unsigned int *port)
{
	const char *colon = strrchr(text, ':');
	char host[ADDRESS_TEXT_MAX + 2];
	size_t len;

	if (!colon || !port_text_parse(colon + 1, port))
		return false;
	len = colon - text;
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	/* an IPv6 address without brackets could hold the port, or not */
	if (host[0] != '[')
		return !strchr(host, ':') && address_parse(host, address);
	if (len < 2 || host[len - 1] != ']')
		return false;
	host[len - 1] = '\0';
	return strchr(host + 1, ':') && address_parse(host + 1, address);
}
