// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF programs that judge a bind() afterwards (post_bind4, post_bind6) still
 * see the port that was chosen, and their refusal gives it back; with late_bind,
 * too, and when they come and go meanwhile.
 */
#include <linux/bpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 64
#define THREADS 3

FIXTURE(post_bind)
{
	int cgroup;	/* where this process is; none of its siblings */
	char folder[64], child[96];
};

FIXTURE_VARIANT(post_bind)
{
	int family;
	enum bpf_attach_type type;
	const char *late_bind;
};

FIXTURE_VARIANT_ADD(post_bind, v4_early) {
	.family = AF_INET, .type = BPF_CGROUP_INET4_POST_BIND, .late_bind = "0",
};
FIXTURE_VARIANT_ADD(post_bind, v6_early) {
	.family = AF_INET6, .type = BPF_CGROUP_INET6_POST_BIND, .late_bind = "0",
};
FIXTURE_VARIANT_ADD(post_bind, v4_late) {
	.family = AF_INET, .type = BPF_CGROUP_INET4_POST_BIND, .late_bind = "1",
};
FIXTURE_VARIANT_ADD(post_bind, v6_late) {
	.family = AF_INET6, .type = BPF_CGROUP_INET6_POST_BIND, .late_bind = "1",
};

static int write_pid(const char *folder)
{
	char path[128], pid[16];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	snprintf(pid, sizeof(pid), "%d", getpid());
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, pid, strlen(pid)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

FIXTURE_SETUP(post_bind)
{
	self->cgroup = -1;
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, sysctl_set("dynport/late_bind", variant->late_bind));

	snprintf(self->folder, sizeof(self->folder), "/tmp/post_bind.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->folder));
	if (mount("none", self->folder, "cgroup2", 0, NULL)) {
		rmdir(self->folder);
		SKIP(return, "there is no cgroup2 to mount");
	}
	snprintf(self->child, sizeof(self->child), "%s/%d", self->folder,
		 getpid());
	ASSERT_EQ(0, mkdir(self->child, 0755));
	ASSERT_EQ(0, write_pid(self->child));
	self->cgroup = open(self->child, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_GE(self->cgroup, 0);
}

FIXTURE_TEARDOWN(post_bind)
{
	if (self->cgroup < 0)
		return;
	close(self->cgroup);
	EXPECT_EQ(0, write_pid(self->folder));
	EXPECT_EQ(0, rmdir(self->child));
	EXPECT_EQ(0, umount2(self->folder, MNT_DETACH));
	EXPECT_EQ(0, rmdir(self->folder));
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* A program that says yes to sockets with a port, and `other` to the rest. */
static int load(enum bpf_attach_type type, int port_verdict, int other)
{
	struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1,
		  .off = offsetof(struct bpf_sock, src_port) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = port_verdict },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_2,
		  .off = 1, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = other },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK,
		.expected_attach_type = type,
		.insns = (unsigned long)code,
		.insn_cnt = sizeof(code) / sizeof(code[0]),
		.license = (unsigned long)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static long attach(int cgroup, int program, enum bpf_attach_type type)
{
	union bpf_attr attr = {
		.target_fd = cgroup, .attach_bpf_fd = program,
		.attach_type = type,
	};

	return bpf(BPF_PROG_ATTACH, &attr);
}

static long detach(int cgroup, enum bpf_attach_type type)
{
	union bpf_attr attr = { .target_fd = cgroup, .attach_type = type };

	return bpf(BPF_PROG_DETACH, &attr);
}

TEST_F(post_bind, a_program_is_shown_the_port)
{
	int program, fd;

	program = load(variant->type, 1, 0);
	ASSERT_GE(program, 0);
	ASSERT_EQ(0, attach(self->cgroup, program, variant->type));
	fd = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT_EQ(0, port_bind(fd, port_loopback(variant->family, 0)));
	EXPECT_GE(port_of(fd), LOW);
	EXPECT_EQ(0, stats_get("binds_postponed"));
	close(fd);
	ASSERT_EQ(0, detach(self->cgroup, variant->type));
	close(program);
}

TEST_F(post_bind, a_program_that_refuses_gives_the_port_back)
{
	int program, i, fd;

	program = load(variant->type, 0, 0);
	ASSERT_GE(program, 0);
	ASSERT_EQ(0, attach(self->cgroup, program, variant->type));
	for (i = 0; i < 2 * PORTS; i++) {
		fd = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		EXPECT_EQ(-1, port_bind(fd, port_loopback(variant->family, 0)));
		EXPECT_EQ(EPERM, errno);
		EXPECT_EQ(0, port_of(fd));
		close(fd);
	}
	EXPECT_EQ(0, stats_get("binds_postponed"));
	ASSERT_EQ(0, detach(self->cgroup, variant->type));
	close(program);
}

/* Postponed where nobody judges, not where somebody does; either is refused. */
struct binder {
	pthread_t thread;
	int family;
	const atomic_bool *stop;
	long bound, refused;
	int error;
};

static void *binder_run(void *arg)
{
	struct binder *binder = arg;
	int fd;

	while (!atomic_load(binder->stop)) {
		fd = socket(binder->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (!port_bind(fd, port_loopback(binder->family, 0)))
			binder->bound++;
		else if (errno == EPERM)
			binder->refused++;
		else
			binder->error = errno;
		close(fd);
	}
	return NULL;
}

TEST_F(post_bind, a_program_that_refuses_can_come_and_go)
{
	struct binder binders[THREADS] = { 0 };
	atomic_bool stop = false;
	time_t end = time(NULL) + 2;
	int program, i, changes = 0;
	long failed = 0;

	program = load(variant->type, 0, 0);
	ASSERT_GE(program, 0);
	for (i = 0; i < THREADS; i++) {
		binders[i].family = variant->family;
		binders[i].stop = &stop;
		ASSERT_EQ(0, pthread_create(&binders[i].thread, NULL,
					    binder_run, &binders[i]));
	}
	while (!failed && time(NULL) <= end) {
		failed = attach(self->cgroup, program, variant->type) ||
			 detach(self->cgroup, variant->type);
		changes++;
	}
	atomic_store(&stop, true);
	EXPECT_EQ(0, failed);
	EXPECT_GT(changes, 1);
	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_join(binders[i].thread, NULL));
		EXPECT_EQ(0, binders[i].error);
		EXPECT_GT(binders[i].bound, 0);
	}
	close(program);
}

TEST_HARNESS_MAIN
