/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints that are off: an event is a call that does nothing. */
#ifndef DYNPORT_SHIM_LINUX_TRACEPOINT_H
#define DYNPORT_SHIM_LINUX_TRACEPOINT_H

#include <linux/types.h>

#define TP_PROTO(...)	__VA_ARGS__
#define TRACE_DEFINE_ENUM(name)

#define TRACE_EVENT(name, proto, ...)				\
	static inline void trace_##name(proto)			\
	{							\
	}							\
								\
	static inline bool trace_##name##_enabled(void)		\
	{							\
		return false;					\
	}							\
	struct trace_##name##_unused

#endif
