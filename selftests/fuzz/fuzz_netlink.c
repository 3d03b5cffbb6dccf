// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tool takes from netlink. libmnl's socket is replaced (by the linker's
 * --wrap): the input is what the kernel would have sent, in pieces with two bytes
 * of length in front. Sequence numbers of 0 match every request.
 *
 * The kernel is trusted to frame its messages, because libmnl trusts it: a length
 * beyond 2^31 leads it out of the buffer. Whatever is inside is anything.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sanitizer/asan_interface.h>

#include "destinations.h"
#include "fuzz.h"
#include "genl.h"
#include "sockdiag.h"

static struct {
	const uint8_t *at;
	size_t left;
} sent;

/* What of a buffer is nobody's until the next message, or request. */
static struct {
	void *at;
	size_t len;
} poisoned;

/* No function of libmnl's that is left looks into a socket. */
static char no_socket;

struct mnl_socket *__wrap_mnl_socket_open(int bus);
struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_close(struct mnl_socket *nl);
unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
				 size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf,
				   size_t size);
struct nlmsghdr *__wrap_mnl_nlmsg_put_header(void *buf);
struct nlmsghdr *__real_mnl_nlmsg_put_header(void *buf);

static void poison(void *at, size_t len)
{
	ASAN_UNPOISON_MEMORY_REGION(poisoned.at, poisoned.len);
	poisoned.at = at;
	poisoned.len = len;
	ASAN_POISON_MEMORY_REGION(at, len);
}

struct nlmsghdr *__wrap_mnl_nlmsg_put_header(void *buf)
{
	poison(NULL, 0);
	return __real_mnl_nlmsg_put_header(buf);
}

struct mnl_socket *__wrap_mnl_socket_open(int bus)
{
	(void)bus;
	return (struct mnl_socket *)&no_socket;
}

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	return __wrap_mnl_socket_open(bus);
}

int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
				 size_t len)
{
	(void)nl;
	(void)buf;
	return len;
}

/* Messages end where their piece does, at the latest. */
static void messages_frame(char *buf, size_t len)
{
	uint32_t own;

	for (; len >= sizeof(struct nlmsghdr); buf += own, len -= own) {
		memcpy(&own, buf, sizeof(own));
		if (own < sizeof(struct nlmsghdr))
			return;
		if (own > len) {
			own = len;
			memcpy(buf, &own, sizeof(own));
		}
		own = MNL_ALIGN(own) < len ? MNL_ALIGN(own) : len;
	}
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf,
				   size_t size)
{
	size_t len;

	(void)nl;
	if (sent.left < 2) {
		/* the caller is going to give the buffer back */
		poison(NULL, 0);
		errno = ENOBUFS;
		return -1;
	}
	len = sent.at[0] | sent.at[1] << 8;
	sent.at += 2;
	sent.left -= 2;
	if (len > sent.left)
		len = sent.left;
	if (len > size)
		len = size;
	poison(NULL, 0);
	memcpy(buf, sent.at, len);
	messages_frame(buf, len);
	/* libmnl reads up to the next multiple of 4 */
	if (MNL_ALIGN(len) < size)
		poison((char *)buf + MNL_ALIGN(len), size - MNL_ALIGN(len));
	sent.at += len;
	sent.left -= len;
	return len;
}

static void attributes_use(const struct nlattr *const attr[DYNPORT_A_MAX + 1],
			   bool nested)
{
	const struct nlattr *inner[DYNPORT_A_MAX + 1];
	uint8_t bytes[16];

	if (attr[DYNPORT_A_LADDR]) {
		must(attr[DYNPORT_A_FAMILY]);
		address_make(mnl_attr_get_u8(attr[DYNPORT_A_FAMILY]),
			     mnl_attr_get_payload(attr[DYNPORT_A_LADDR]));
		memcpy(bytes, mnl_attr_get_payload(attr[DYNPORT_A_LADDR]),
		       mnl_attr_get_payload_len(attr[DYNPORT_A_LADDR]));
	}
	if (attr[DYNPORT_A_PORT])
		mnl_attr_get_u16(attr[DYNPORT_A_PORT]);
	if (attr[DYNPORT_A_SEARCHES])
		must(mnl_attr_get_payload_len(attr[DYNPORT_A_SEARCHES]) == 8);
	if (attr[DYNPORT_A_ALGORITHM])
		must(strlen(mnl_attr_get_str(attr[DYNPORT_A_ALGORITHM])) <
		     mnl_attr_get_payload_len(attr[DYNPORT_A_ALGORITHM]));
	if (attr[DYNPORT_A_CANDIDATE] && !nested &&
	    !genl_nested(attr[DYNPORT_A_CANDIDATE], inner))
		attributes_use(inner, true);
}

static int message_use(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	(void)data;
	if (genl_attributes(nlh, attr)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	genl_command(nlh);
	attributes_use(attr, false);
	return MNL_CB_OK;
}

static void nothing_restart(void *data)
{
	(void)data;
}

/* One message; its attributes are the input. */
void fuzz_attributes(const uint8_t *data, size_t len)
{
	size_t whole = MNL_NLMSG_HDRLEN + len;
	struct nlmsghdr *nlh;

	if (len > 4096)
		return;
	nlh = calloc(1, MNL_ALIGN(whole));
	must(nlh);
	*nlh = (struct nlmsghdr){ .nlmsg_len = whole };
	if (len)
		memcpy(mnl_nlmsg_get_payload(nlh), data, len);
	message_use(nlh, NULL);
	free(nlh);
}

static void send_set(const uint8_t *data, size_t len)
{
	sent.at = data;
	sent.left = len;
}

void fuzz_dump(const uint8_t *data, size_t len)
{
	const struct genl genl = { .family = 0x20, .version = 1 };
	char buf[GENL_REQUEST_MAX];

	send_set(data, len);
	genl_dump(&genl, genl_request(&genl, buf, DYNPORT_CMD_GET_SPACE),
		  message_use, nothing_restart, NULL);
}

void fuzz_family(const uint8_t *data, size_t len)
{
	struct genl genl;

	send_set(data, len);
	if (genl_open(&genl, DYNPORT_GENL_NAME, 1, DYNPORT_EVENTS) == 0) {
		must(genl.family && genl.group);
		genl_close(&genl);
	}
}

static void socket_use(const struct sockdiag_socket *socket, void *arg)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_text(&socket->local, socket->local_port, text);
	endpoint_text(&socket->remote, socket->remote_port, text);
	if (socket->state == TCP_LISTEN)
		destinations_add_listener(arg, socket);
	else
		destinations_add_socket(arg, socket);
}

void fuzz_sockets(const uint8_t *data, size_t len)
{
	static const struct port_set none;
	static const unsigned int ports[PATHS] = { 28232, 28232, 28232 };
	static const struct mapped_list unmapped;
	const struct sockdiag_query query = {
		.protocol = IPPROTO_TCP, .states = SOCKDIAG_ALL,
		.local = { 1, 65535 },
	};
	char why[SOCKDIAG_WHY_MAX] = "";
	struct destinations d;
	size_t i;

	send_set(data, len);
	destinations_init(&d, &none);
	if (sockdiag_read(&query, socket_use, &d, why))
		must(why[0]);
	destinations_finish(&d, ports, &unmapped);
	for (i = 0; i < d.count; i++)
		must(d.at[i].used <= d.at[i].ports && d.at[i].time_wait <= d.at[i].used);
	destinations_free(&d);
}
