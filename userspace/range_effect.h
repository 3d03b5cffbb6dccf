/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left of tcp_port_range and udp_port_range: they only narrow. */
#ifndef DYNPORTCTL_RANGE_EFFECT_H
#define DYNPORTCTL_RANGE_EFFECT_H

/*
 * Says on stderr which of the two is cut or ignored by ip_local_port_range as
 * it is now in this namespace.
 */
void range_effect_explain(void);

#endif
