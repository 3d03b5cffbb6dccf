// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets, requests, dumps and events. libmnl makes and takes messages apart;
 * here is only what it leaves to its callers: the family's numbers, the
 * restart of interrupted dumps, and what to do about lost events.
 */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "genl.h"

/* The kernel holds it back where net.core.rmem_max says less, but for root. */
#define EVENTS_BUFFER (4 << 20)

#define KERNEL_ERRNO_MAX 4095

/* What the controller tells of a family. */
struct family {
	const char *group_wanted;
	uint16_t id;
	uint32_t group;
};

static int family_attribute(const struct nlattr *attr, void *data)
{
	struct family *family = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID) {
		if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
			return MNL_CB_ERROR;
		family->id = mnl_attr_get_u16(attr);
	}
	return MNL_CB_OK;
}

static void family_group(struct family *family, const struct nlattr *nest)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
				name = mnl_attr_get_str(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
				id = mnl_attr_get_u32(attr);
			break;
		}
	}
	if (name && strcmp(name, family->group_wanted) == 0)
		family->group = id;
}

static int family_take(const struct nlmsghdr *nlh, void *data)
{
	struct family *family = data;
	const struct nlattr *attr, *group;

	if (mnl_attr_parse(nlh, GENL_HDRLEN, family_attribute, family) < 0)
		return MNL_CB_ERROR;
	if (!family->group_wanted)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				family_group(family, group);
	return MNL_CB_OK;
}

static int socket_open(struct mnl_socket **socket)
{
	*socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!*socket)
		return -errno;
	if (mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = errno;

		mnl_socket_close(*socket);
		return -err;
	}
	return 0;
}

/* An errno from what the kernel tells, which is 0 to -4095. */
static int kernel_errno(int error)
{
	return error < 0 && error >= -KERNEL_ERRNO_MAX ? -error : EBADMSG;
}

static int error_take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!error->error)
		return MNL_CB_STOP;
	errno = kernel_errno(error->error);
	return MNL_CB_ERROR;
}

/* A dump that fails on its way tells so in its last message. */
static int done_take(const struct nlmsghdr *nlh, void *data)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) || *error >= 0)
		return MNL_CB_STOP;
	errno = kernel_errno(*error);
	return MNL_CB_ERROR;
}

/* not const, as libmnl wants it */
static mnl_cb_t ends[] = {
	[NLMSG_ERROR] = error_take,
	[NLMSG_DONE] = done_take,
};

/* Sends the request and goes through what comes back, until its end. */
static int talk(struct mnl_socket *socket, struct nlmsghdr *request,
		mnl_cb_t each, void *data)
{
	static char buf[GENL_MESSAGE_MAX];
	unsigned int port = mnl_socket_get_portid(socket);
	int ret = MNL_CB_OK;

	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = mnl_socket_recvfrom(socket, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		errno = 0;
		/* EINTR from here is NLM_F_DUMP_INTR */
		ret = mnl_cb_run2(buf, n, request->nlmsg_seq, port, each, data,
				  ends, sizeof(ends) / sizeof(ends[0]));
		if (ret < 0)
			return errno ? -errno : -EPROTO;
	} while (ret != MNL_CB_STOP);
	return 0;
}

int genl_open(struct genl *genl, const char *family, uint8_t version,
	      const char *group)
{
	struct family found = { .group_wanted = group };
	char buf[GENL_REQUEST_MAX];
	struct nlmsghdr *request;
	int ret;

	*genl = (struct genl){ .family = GENL_ID_CTRL, .version = 1 };
	ret = socket_open(&genl->socket);
	if (ret)
		return ret;
	request = genl_request(genl, buf, CTRL_CMD_GETFAMILY);
	if (!mnl_attr_put_strz_check(request, sizeof(buf),
				     CTRL_ATTR_FAMILY_NAME, family))
		ret = -ENAMETOOLONG;
	else
		ret = genl_ask(genl, request, family_take, &found);
	if (!ret && (!found.id || (group && !found.group)))
		ret = -EPROTO;
	if (ret) {
		genl_close(genl);
		return ret;
	}
	genl->name = family;
	genl->family = found.id;
	genl->version = version;
	genl->group = found.group;
	return 0;
}

bool genl_open_dynport(struct genl *genl)
{
	int ret = genl_open(genl, DYNPORT_GENL_NAME, DYNPORT_GENL_VERSION,
			    DYNPORT_EVENTS);

	if (ret == -ENOENT)
		warnx("dynport is loaded, but has no generic netlink family: it is of an older version");
	else if (ret)
		genl_failed("generic netlink", ret);
	return !ret;
}

void genl_close(struct genl *genl)
{
	mnl_socket_close(genl->socket);
	genl->socket = NULL;
}

struct nlmsghdr *genl_request(const struct genl *genl,
			      char buf[GENL_REQUEST_MAX], uint8_t command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *header;

	nlh->nlmsg_type = genl->family;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = command;
	header->version = genl->version;
	return nlh;
}

int genl_ask(struct genl *genl, struct nlmsghdr *request, mnl_cb_t answer,
	     void *data)
{
	/* the acknowledgment is the end */
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = ++genl->sequence;
	return talk(genl->socket, request, answer, data);
}

int genl_dump(const struct genl *genl, struct nlmsghdr *request,
	      mnl_cb_t each, void (*restart)(void *data), void *data)
{
	unsigned int tries;
	int ret = -EINTR;

	request->nlmsg_type = genl->family;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (tries = 0; tries < GENL_DUMP_TRIES && ret == -EINTR; tries++) {
		struct mnl_socket *socket;

		if (tries)
			restart(data);
		/* the rest of an interrupted dump goes with its socket */
		ret = socket_open(&socket);
		if (ret)
			return ret;
		request->nlmsg_seq = tries + 1;
		ret = talk(socket, request, each, data);
		mnl_socket_close(socket);
	}
	return ret;
}

int genl_join(struct genl *genl)
{
	/* the controller's own group, which tells of families that go */
	int notify = GENL_ID_CTRL;
	int fd = genl_fd(genl), size = EVENTS_BUFFER;

	/* a smaller buffer is no error: lost events are noticed */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_setsockopt(genl->socket, NETLINK_ADD_MEMBERSHIP,
				  &notify, sizeof(notify)) < 0 ||
	    mnl_socket_setsockopt(genl->socket, NETLINK_ADD_MEMBERSHIP,
				  &genl->group, sizeof(genl->group)) < 0)
		return -errno;
	return 0;
}

int genl_fd(const struct genl *genl)
{
	return mnl_socket_get_fd(genl->socket);
}

/* Among what was lost may be that the family went, and has another number now. */
static int events_lost(const struct genl *genl)
{
	struct genl now;
	int ret = genl_open(&now, genl->name, genl->version, NULL);

	if (!ret)
		genl_close(&now);
	if (ret == -ENOENT || (!ret && now.family != genl->family))
		return -ESHUTDOWN;
	return ret ? ret : -ENOBUFS;
}

/*
 * The kernel drops events, without another error, until the queue has been
 * empty once. Only then may a dump be taken.
 */
static int events_drain(struct genl *genl, char *buf, size_t size)
{
	for (;;) {
		ssize_t n = recv(genl_fd(genl), buf, size, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return events_lost(genl);
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return -errno;
	}
}

struct events {
	const struct genl *genl;
	mnl_cb_t each;
	void *data;
};

/* Of the controller's news only one matters: the family is no more. */
static int news_take(const struct nlmsghdr *nlh, void *data)
{
	const struct events *events = data;
	struct family family = { .group_wanted = NULL };

	if (nlh->nlmsg_type == events->genl->family)
		return events->each(nlh, events->data);
	if (nlh->nlmsg_type == GENL_ID_CTRL &&
	    genl_command(nlh) == CTRL_CMD_DELFAMILY &&
	    family_take(nlh, &family) == MNL_CB_OK &&
	    family.id == events->genl->family) {
		errno = ESHUTDOWN;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int genl_events(struct genl *genl, mnl_cb_t each, void *data)
{
	struct events events = { .genl = genl, .each = each, .data = data };
	static char buf[GENL_MESSAGE_MAX];

	for (;;) {
		ssize_t n = recv(genl_fd(genl), buf, sizeof(buf), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0 && errno == ENOBUFS)
			return events_drain(genl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		errno = 0;
		if (mnl_cb_run(buf, n, 0, 0, news_take, &events) < 0)
			return errno ? -errno : -EPROTO;
	}
}

void genl_failed(const char *what, int err)
{
	if (err < 0)
		err = -err;
	if (err == EPERM || err == EACCES)
		warnx("%s: %s: needs CAP_NET_ADMIN in the network namespace (root)",
		      what, strerror(err));
	else if (err == EINTR)
		warnx("%s: it changes faster than the kernel can list it", what);
	else if (err == EOPNOTSUPP)
		warnx("%s: the module is of a version that can't do it", what);
	else if (err == ESHUTDOWN)
		warnx("%s: dynport was unloaded", what);
	else if (err == EBADMSG || err == EPROTO)
		warnx("%s: the kernel's answer makes no sense (is the module of another version?)",
		      what);
	else
		warnx("%s: %s", what, strerror(err));
}
