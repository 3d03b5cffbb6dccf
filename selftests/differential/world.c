// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - network namespaces, their settings, and their sockets as a whole
 */
#include <linux/ipv6.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "differential.h"

/* It may be used some time after it was added. */
static int world_await_address(const struct in6_addr *address)
{
	union port_address to = port_wildcard(AF_INET6, 0);
	struct timespec pause = { .tv_nsec = 1000000 };
	int i, fd, ret = -ETIMEDOUT;

	to.v6.sin6_addr = *address;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (i = 0; ret && i < 5000; i++) {
		if (!port_bind(fd, to))
			ret = 0;
		else
			nanosleep(&pause, NULL);
	}
	close(fd);
	return ret;
}

static int world_add_address(const char *text)
{
	struct in6_ifreq request = { .ifr6_prefixlen = 128 };
	int fd, ret = 0;

	inet_pton(AF_INET6, text, &request.ifr6_addr);
	request.ifr6_ifindex = if_nametoindex("lo");
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFADDR, &request))
		ret = -errno;
	close(fd);
	return ret ?: world_await_address(&request.ifr6_addr);
}

/* A VRF with loopback addresses of its own. */
static int world_add_vrf(void)
{
	int status;

	status = system("ip -batch - <<-END\n"
			"link add vrf0 type vrf table 10\n"
			"link set vrf0 up\n"
			"addr add 127.0.0.1/8 dev vrf0\n"
			"addr add ::1/128 dev vrf0 nodad\n"
			"END\n");
	return status ? -EOPNOTSUPP : 0;
}

int world_set(const struct world *world, const char *name, const char *value)
{
	int ret = netns_enter(world->netns);

	return ret ?: sysctl_set(name, value);
}

int world_set_window(const struct world *world, int low, int high)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%d %d", low, high);

	return pwrite(world->window, text, len, 0) == len ? 0 : -errno;
}

long world_remembered(const struct world *world)
{
	static const char name[] = "_exhausted_cached\t";
	char text[8192], *line = text;
	ssize_t len;
	long sum = 0;

	len = pread(world->stats, text, sizeof(text) - 1, 0);
	text[len < 0 ? 0 : len] = '\0';
	while ((line = strstr(line, name))) {
		line += sizeof(name) - 1;
		sum += strtol(line, NULL, 10);
	}
	return sum;
}

int world_open(struct world *world, const struct episode *episode)
{
	int i, ret;

	world->window = -1;
	world->netns = -1;
	world->stats = -1;
	for (i = 0; i < SLOTS; i++)
		world->fd[i] = -1;
	ret = netns_enter_new();
	if (ret)
		return ret;
	world->netns = netns_open();
	if (world->netns < 0)
		return world->netns;
	world->window = sysctl_open("ipv4/ip_local_port_range", O_WRONLY);
	world->stats = open("/proc/thread-self/net/dynport/stats",
			    O_RDONLY | O_CLOEXEC);
	if (world->window < 0 || world->stats < 0)
		return -errno;
	ret = world_add_address("fd00::1");
	if (!ret && episode->vrf)
		ret = world_add_vrf();
	if (!ret)
		ret = world_set_window(world, episode->low, episode->high);
	return ret ?: sysctl_set("dynport/algorithm", world->has_module ?
				 episode->settings->algorithm : "stock");
}

void world_close(struct world *world)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (world->fd[i] >= 0)
			close(world->fd[i]);
	if (world->window >= 0)
		close(world->window);
	if (world->stats >= 0)
		close(world->stats);
	if (world->netns >= 0)
		close(world->netns);
}

void world_show(const struct world *world)
{
	static const char *const tables[] = {
		"tcp", "tcp6", "udp", "udp6", "udplite", "udplite6",
	};
	char name[64], line[256];
	FILE *file;
	int i;

	if (netns_enter(world->netns))
		return;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		sprintf(name, "/proc/thread-self/net/%s", tables[i]);
		file = fopen(name, "re");
		if (!file)
			continue;
		/* the first line is a heading */
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		while (fgets(line, sizeof(line), file))
			printf("# %s %s: %s", world->name, tables[i], line);
		fclose(file);
	}
}

/* The addresses and ports of a connection, IPv4's as IPv6's know them. */
struct ends {
	struct in6_addr address[2];
	in_port_t port[2];
};

/* Of a TCP socket only. */
static bool ends_get(int fd, struct ends *ends)
{
	union port_address names[2] = { 0 };
	socklen_t size = sizeof(int);
	int i, type;

	memset(ends, 0, sizeof(*ends));
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_STREAM)
		return false;
	size = sizeof(names[0]);
	if (getsockname(fd, &names[0].any, &size))
		return false;
	size = sizeof(names[1]);
	if (getpeername(fd, &names[1].any, &size))
		return false;
	for (i = 0; i < 2; i++) {
		ends->port[i] = names[i].v4.sin_port;
		ends->address[i] = names[i].v6.sin6_addr;
		if (names[i].any.sa_family == AF_INET) {
			memset(&ends->address[i], 0, sizeof(ends->address[i]));
			ends->address[i].s6_addr16[5] = 0xffff;
			ends->address[i].s6_addr32[3] = names[i].v4.sin_addr.s_addr;
		}
	}
	return true;
}

bool world_has_twin(const struct world *world, int slot)
{
	struct ends ends, other;
	int i;

	if (!ends_get(world->fd[slot], &ends))
		return false;
	for (i = 0; i < SLOTS; i++)
		if (i != slot && ends_get(world->fd[i], &other) &&
		    !memcmp(&ends, &other, sizeof(ends)))
			return true;
	return false;
}
