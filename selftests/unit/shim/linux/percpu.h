/* SPDX-License-Identifier: GPL-2.0-only */
/* One CPU. */
#ifndef DYNPORT_SHIM_LINUX_PERCPU_H
#define DYNPORT_SHIM_LINUX_PERCPU_H

#include <linux/types.h>

#define this_cpu_add(variable, n)	((variable) += (n))
#define this_cpu_inc(variable)		((variable)++)
#define this_cpu_dec(variable)		((variable)--)
#define __this_cpu_inc(variable)	((variable)++)
#define per_cpu_ptr(pointer, cpu)	((void)(cpu), pointer)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)

#define preempt_disable()		do { } while (0)
#define preempt_enable()		do { } while (0)
#define preempt_disable_notrace()	do { } while (0)
#define preempt_enable_notrace()	do { } while (0)

#endif
