# SPDX-License-Identifier: GPL-2.0-only
#
# dynport. For you, on this machine:
#   make            the module for the running kernel, module/dynport.ko, or for
#                   the one whose headers stand in KDIR=, and build/dynportctl
#   make install    both of them, manual pages, systemd units (as root)
#   make deb        the Debian packages dynport-dkms and dynport, in build/
# In a guest under QEMU, without touching this machine's kernel or network; the
# Debian packages that are missing get installed first:
#   make demo       what it is for, side by side with the stock kernel
#   make shell      a shell in the guest, with the module loaded (K=6.1 or 6.12)
#   make test       all tests;  make lint: the checks of the sources
#   make test-package  packages, DKMS, units under a real systemd, metrics by a real
#                   Prometheus; not a part of make test: minutes, and it needs root
#   make fuzz       the parsers, of the tool and of the sysctls, under libFuzzer with
#                   sanitizers, SECONDS=10 each
#   make test-debug the kselftests in kernels that check themselves (KASAN, lockdep
#                   and others; KCSAN), which it builds: hours (DEBUG=, TESTS=)
#   make test-differential  a million operations per algorithm compared with the
#                   kernel's own, hours (STEPS=, SEED=, ALGORITHMS=, K=)
#   make test-storm 1,000 loads and unloads amid 64 threads, and 100,000 connections
#                   that live through changes, hours (ROUNDS=, THREADS=, CROWD=, K=)
#   make test-upstream  the kernel's own selftests of sockets and ports, verdict by
#                   verdict as without the module: an hour (K=, ALGORITHMS=, TESTS=)
#   make bench-quick  the cost per choice of a port, in instructions
#   make bench      everything that docs/bench shows, an hour or more (KERNELS, PARTS)
#   make modules-guest  only build for the guest's kernels
# kbuild reads Kbuild, not this: make -C KDIR M=$PWD modules works, too.

KVERSION ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVERSION)/build
K ?= 6.12
SECONDS ?= 10
ROUNDS ?= 1000
THREADS ?= 64
CROWD ?= 100000

top := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
BUILD := $(top)/build
guest := $(top)/selftests/guest
results := $(BUILD)/results
# One part after the other: they share two small cores and one guest at a time.
.NOTPARALLEL:

all: module tool

module: $(KDIR)/Makefile
	$(MAKE) -C $(KDIR) M=$(top) modules

$(KDIR)/Makefile:
	@echo "There are no kernel headers in $(KDIR)." >&2
	@echo "Debian has them in the package linux-headers-$(KVERSION); elsewhere, say" >&2
	@echo "make KDIR=<the kernel's build folder>. For the guest's kernels, which need" >&2
	@echo "nothing of this machine's: make modules-guest." >&2
	@exit 1

tool:
	$(MAKE) -C userspace BUILD=$(BUILD)

install: module tool
	$(MAKE) -C $(KDIR) M=$(top) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C userspace BUILD=$(BUILD) install

# Built from a copy: that takes its debian/ from userspace/.
deb:
	@$(guest)/deps package
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb/dynport
	tar -cf - --exclude=build --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
		--exclude='*.cmd' Kbuild COPYING README.md dkms.conf docs module \
		selftests userspace | tar -xf - -C $(BUILD)/deb/dynport
	mv $(BUILD)/deb/dynport/userspace/debian $(BUILD)/deb/dynport
	cd $(BUILD)/deb/dynport && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		dpkg-buildpackage -us -uc -b
	mv $(BUILD)/deb/*.deb $(BUILD)

deps:
	@$(guest)/deps

modules-guest: deps
	$(guest)/modules 6.1 amd64
	$(guest)/modules 6.1 rt
	$(guest)/modules 6.12 amd64
	$(guest)/modules 6.12 rt

demo: deps
	@selftests/demo/demo

shell: deps
	@$(MAKE) -s tool
	@$(guest)/run -k $(K) -m 3G --shell

bench-quick: deps
	@selftests/bench/quick

fuzz:
	@$(guest)/deps fuzz
	@rm -rf $(results)/fuzz
	@$(guest)/tally $(results)/fuzz/sum fuzz selftests/fuzz/run $(SECONDS)
	@$(guest)/tally -s $(results)/fuzz/sum

bench:
	@$(guest)/deps bench
	@selftests/bench/bench

# Each part writes its numbers to a file; the last line says their sum.
test: deps
	@rm -rf $(results)/test
	@$(guest)/tally $(results)/test/sum unit $(MAKE) -s -C selftests/unit BUILD=$(BUILD) check
	@$(guest)/tally $(results)/test/sum tool $(MAKE) -s -C userspace BUILD=$(BUILD) check
	@$(guest)/tally $(results)/test/sum guest $(guest)/selftest
	@$(MAKE) -s tool
	@$(guest)/tally $(results)/test/sum manual selftests/package/manual
	@$(guest)/tally $(results)/test/sum kselftest-6.1 selftests/kselftest/host-run -k 6.1
	@$(guest)/tally $(results)/test/sum kselftest-6.12 selftests/kselftest/host-run -k 6.12
	@$(guest)/tally $(results)/test/sum tool-6.1 selftests/tool/host-run -k 6.1
	@$(guest)/tally $(results)/test/sum tool-6.12 selftests/tool/host-run -k 6.12
	@$(guest)/tally -s $(results)/test/sum

DEBUG ?= kasan kcsan
test-debug:
	@$(guest)/deps debug
	@rm -rf $(results)/debug
	@for v in $(DEBUG); do $(guest)/tally $(results)/debug/sum debug-$$v \
		selftests/kselftest/debug-run $$v $(TESTS); done
	@$(guest)/tally -s $(results)/debug/sum

test-differential: deps
	@rm -rf $(results)/differential
	@$(guest)/tally $(results)/differential/sum differential-$(K) \
		selftests/differential/host-run -k $(K) $(if $(STEPS),-n $(STEPS)) \
		$(if $(SEED),-s $(SEED)) $(ALGORITHMS)
	@$(guest)/tally -s $(results)/differential/sum

test-storm: deps
	@rm -rf $(results)/storm
	@STORM_ROUNDS=$(ROUNDS) STORM_THREADS=$(THREADS) kselftest_override_timeout=86400 \
		$(guest)/tally $(results)/storm/sum storm-$(K) \
		selftests/kselftest/host-run -k $(K) -t 86400 storm.sh
	@CROWD=$(CROWD) CROWD_HOTPLUG=1 kselftest_override_timeout=86400 \
		$(guest)/tally $(results)/storm/sum crowd-$(K) \
		selftests/kselftest/host-run -k $(K) -t 86400 -m 6G crowd
	@$(guest)/tally -s $(results)/storm/sum

test-upstream: deps
	@$(guest)/deps upstream
	@rm -rf $(results)/upstream
	@for k in $(if $(filter file,$(origin K)),6.12 6.1,$(K)); do \
		$(guest)/tally $(results)/upstream/sum upstream-$$k selftests/upstream/host-run \
		-k $$k -o $(results)/upstream/$$k -T "$(TESTS)" $(ALGORITHMS); done
	@$(guest)/tally -s $(results)/upstream/sum

test-package: deps
	@$(guest)/deps package
	@rm -rf $(results)/package
	@$(MAKE) -s tool
	@$(guest)/tally $(results)/package/sum manual selftests/package/manual
	@$(guest)/tally $(results)/package/sum dkms selftests/package/dkms
	@$(guest)/tally $(results)/package/sum debs selftests/package/debs
	@$(guest)/tally $(results)/package/sum package-6.12 selftests/package/host-run -k 6.12
	@$(guest)/tally -s $(results)/package/sum

lint: deps
	@rm -rf $(results)/lint
	@$(guest)/tally $(results)/lint/sum lint $(guest)/lint
	@$(guest)/tally -s $(results)/lint/sum

clean:
	rm -rf $(BUILD)
	rm -f Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd
	find module selftests/modules -type f \( -name '*.o' -o -name '*.ko' -o -name '*.cmd' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.d' -o -name modules.order \
		-o -name Module.symvers \) -delete

.PHONY: all module tool install deb deps modules-guest demo shell fuzz bench-quick bench test \
	test-debug test-differential test-storm test-upstream test-package lint clean
