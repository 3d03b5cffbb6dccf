// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the module itself: is it there, and are its hooks? */
#include "doctor.h"

const char *const doctor_hooks[DOCTOR_HOOKS] = {
	"inet_hash_connect", "inet6_hash_connect", "inet_csk_get_port",
	"udp_lib_get_port", "inet_put_port", "udp_lib_unhash",
	"inet_twsk_kill",
};

void doctor_check_module(const struct doctor *doctor, struct findings *findings)
{
	size_t i;

	if (!doctor->window->loaded) {
		finding_add(findings, FINDING_NOTE, "not_loaded");
		finding_what(findings, "dynport is not loaded: the kernel's own search chooses the ports");
		finding_why(findings, "where a destination uses more than half of its ports, each connect() walks the taken ones first; and nothing is counted");
		finding_mend(findings, "modprobe dynport");
		return;
	}
	for (i = 0; doctor->hooks_known && i < DOCTOR_HOOKS; i++) {
		if (doctor->hooked[i])
			continue;
		finding_add(findings, i < DOCTOR_HOOKS_NEEDED ?
			    FINDING_PROBLEM : FINDING_NOTE, "hooks");
		finding_what(findings, "dynport is loaded, but ftrace has no hook on %s()",
			     doctor_hooks[i]);
		if (i < DOCTOR_HOOKS_NEEDED) {
			finding_why(findings, "ports are chosen, or given back, behind its back");
			finding_mend(findings, "rmmod dynport && modprobe dynport");
		} else {
			finding_why(findings, "a port map learns of the end of a TIME_WAIT only by its sweeps, once a second");
			finding_mend(findings, "(nothing is broken: this kernel doesn't let the function be hooked)");
		}
	}
}
