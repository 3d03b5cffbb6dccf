/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing: see linux/tracepoint.h. */
#ifndef DYNPORT_SHIM_TRACE_DEFINE_TRACE_H
#define DYNPORT_SHIM_TRACE_DEFINE_TRACE_H


#endif
