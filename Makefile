# Dacheng: everything starts here. `make help` lists the targets.
#
# BUILD   where all generated and compiled files go (default build/dev)
# SAN     address | thread | "" : sanitizers; each has its own build directory
SHELL := /bin/bash
SAN ?=
BUILD ?= build/$(if $(SAN),$(SAN),dev)
CC = gcc
CCACHE := $(shell command -v ccache 2>/dev/null)

SERVICES := $(filter-out console,$(notdir $(patsubst %/,%,$(dir $(wildcard services/*/main.c)))))
KERNEL_FLOORS := base edge service client
PROTOS := $(shell find proto tests/proto -name '*.proto' 2>/dev/null)

PACKAGES := libzmq libprotobuf-c libpq yaml-0.1 jansson libmicrohttpd libcurl libsodium libcrypto gmp libzip expat xlsxwriter
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcsv -lm -lpthread

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
            -Wno-format-nonliteral -Wno-missing-field-initializers -Werror
SANFLAGS_address := -fsanitize=address,undefined -fno-sanitize-recover=all
SANFLAGS_thread := -fsanitize=thread
OPTIMISE := $(if $(SAN),-O1,-O2)
CFLAGS = -std=gnu17 -g $(OPTIMISE) -fno-omit-frame-pointer -D_GNU_SOURCE $(WARNINGS) \
         $(SANFLAGS_$(SAN)) -Icommon -I. -I$(BUILD)/gen $(PACKAGE_CFLAGS)
LDFLAGS = $(SANFLAGS_$(SAN)) -rdynamic

.DEFAULT_GOAL := build
.PHONY: help build tests library install events-page console packages run words test test-units test-sanitizers test-scenarios test-browser \
        test-containers faults bench clean compile_commands.json
.SECONDARY:
.DELETE_ON_ERROR:

help: ## this list
	@grep -hE '^[a-z_.-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- generated code -----------------------------------------------------------------------------
# protobuf: the .proto files stay free of C; the C name prefix is added here
# (dacheng.goals.v1.Target is struct Goals__Target). proto/dacheng/goals/v1/goals.proto becomes
# <goals/goals.pb-c.h>.
PROTO_C := $(patsubst proto/dacheng/%.proto,$(BUILD)/gen/dacheng/%.pb-c.c,$(PROTOS:tests/%=%))
$(BUILD)/gen/.protos: $(PROTOS) deploy/build/proto-c
	@deploy/build/proto-c $(BUILD)/gen
	@touch $@
$(PROTO_C): $(BUILD)/gen/.protos ;

# SQL: services/goals/sql/load_target.sql becomes the prepared statement GOALS_LOAD_TARGET of
# <goals_sql.h>; services/goals/migrations/*.sql becomes goals_migrations of the same header. The
# kernel's own stand in common/service/sql and common/service/migrations (<kernel_sql.h>).
SQL_OWNERS := kernel $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/sql))))
sql_dir = $(if $(filter kernel,$1),common/service,services/$1)
define sql_rule
$(BUILD)/gen/$1_sql.h $(BUILD)/gen/$1_sql.c &: $(wildcard $(call sql_dir,$1)/sql/*.sql $(call sql_dir,$1)/migrations/*.sql) $(call sql_dir,$1)/sql deploy/build/embed-sql
	@mkdir -p $(BUILD)/gen
	@deploy/build/embed-sql $1 $(call sql_dir,$1) $(BUILD)/gen
endef
$(foreach owner,$(SQL_OWNERS),$(eval $(call sql_rule,$(owner))))
SQL_C := $(SQL_OWNERS:%=$(BUILD)/gen/%_sql.c)
GENERATED := $(BUILD)/gen/.protos $(SQL_C)

# Chinese sentences: services/goals/words.zh.po and common/words.zh.po, one catalogue for a program,
# linked in as it is (base/words.h). What msgfmt refuses does not build. Texts with <PRId64> would
# go into tables of their own, for each machine to fill; here it is ld.
$(BUILD)/gen/%_words.mo: services/%/words.zh.po common/words.zh.po
	@mkdir -p $(dir $@)
	@msgcat --use-first $^ | sed 's/%<PRId64>/%ld/g' | msgfmt --check-format --output-file=$@ -
$(BUILD)/obj/gen/%_words.o: $(BUILD)/gen/%_words.mo
	@mkdir -p $(dir $@)
	@printf '.section .rodata\n.balign 8\n.globl dc_words_zh\ndc_words_zh:\n.incbin "%s"\n.section .note.GNU-stack\n' $< | $(CC) -c -x assembler - -o $@

# --- objects ------------------------------------------------------------------------------------
KERNEL_C := $(filter-out %_test.c %_fuzz.c,$(foreach floor,$(KERNEL_FLOORS),$(wildcard common/$(floor)/*.c)))
KERNEL_O := $(KERNEL_C:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/kernel_sql.o
PROTO_O = $(patsubst %.c,$(BUILD)/obj/gen/%.o,$(shell cat $(BUILD)/gen/.protolist 2>/dev/null))

$(BUILD)/obj/%.o: %.c $(GENERATED)
	@mkdir -p $(dir $@)
	@echo "  CC   $<"
	@$(CCACHE) $(CC) $(CFLAGS) $(if $(filter services/%,$<),-I$(dir $<)) -DDC_VERSION='"$(VERSION)"' -MMD -MP -c $< -o $@
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(GENERATED)
	@mkdir -p $(dir $@)
	@$(CCACHE) $(CC) $(CFLAGS) -Wno-shadow -Wno-missing-prototypes -MMD -MP -c $< -o $@

# The generated messages go into an archive of their own, made in a second step because the list
# of its members is known only after generation.
$(BUILD)/libproto.a: $(GENERATED)
	@mkdir -p $(BUILD)
	@$(MAKE) --no-print-directory BUILD=$(BUILD) SAN=$(SAN) $(BUILD)/.libproto
	@touch $@
$(BUILD)/.libproto: $(PROTO_O)
	@ar rcs $(BUILD)/libproto.a $(PROTO_O)
	@touch $@
$(BUILD)/libkernel.a: $(KERNEL_O)
	@rm -f $@; ar rcs $@ $^
LIBS := $(BUILD)/libkernel.a $(BUILD)/libproto.a

# --- programs -----------------------------------------------------------------------------------
# services/<name>/main.c with its neighbours becomes bin/dacheng-<name>; services/ctl is `dacheng`.
program = $(BUILD)/bin/$(if $(filter ctl,$1),dacheng,dacheng-$1)
service_o = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %_test.c %_fuzz.c %/main.c,$(wildcard services/$1/*.c))) \
            $(if $(wildcard services/$1/sql),$(BUILD)/obj/gen/$1_sql.o) \
            $(if $(wildcard services/$1/words.zh.po),$(BUILD)/obj/gen/$1_words.o)
define program_rule
$(call program,$1): $(BUILD)/obj/services/$1/main.o $(call service_o,$1) $(LIBS)
	@mkdir -p $$(dir $$@)
	@echo "  LD   $$@"
	@$(CC) $(LDFLAGS) -o $$@ $(BUILD)/obj/services/$1/main.o $(call service_o,$1) $(LIBS) $(PACKAGE_LIBS)
endef
$(foreach service,$(SERVICES),$(eval $(call program_rule,$(service))))
PROGRAMS := $(foreach service,$(SERVICES),$(call program,$(service)))

# --- the library for outside programs -----------------------------------------------------------
# libdacheng: common/client on the files of the floors below that it needs and the generated
# messages, compiled once more to be loaded anywhere. Only dacheng_... is seen from outside.
LIBRARY_VERSION := $(shell sed -n 's/^\#define DACHENG_VERSION \([0-9]*\).*/\1/p' common/client/dacheng.h)
LIBRARY_C := $(filter-out %_test.c %_fuzz.c,$(wildcard common/client/*.c common/edge/bus*.c common/edge/json*.c) \
             $(addprefix common/edge/,event_json.c follow.c registry.c wire_check.c) \
             $(addprefix common/base/,arena.c assert.c error.c text.c time.c words.c))
LIBRARY_O = $(LIBRARY_C:%.c=$(BUILD)/pic/%.o) $(patsubst %.c,$(BUILD)/pic/gen/%.o,$(shell cat $(BUILD)/gen/.protolist 2>/dev/null))
LIBRARY := $(BUILD)/lib/libdacheng.so.$(LIBRARY_VERSION)
$(BUILD)/pic/%.o: %.c $(GENERATED)
	@mkdir -p $(dir $@)
	@$(CCACHE) $(CC) $(CFLAGS) -fPIC -fvisibility=hidden -DDC_VERSION='"$(VERSION)"' -MMD -MP -c $< -o $@
$(BUILD)/pic/gen/%.o: $(BUILD)/gen/%.c $(GENERATED)
	@mkdir -p $(dir $@)
	@$(CCACHE) $(CC) $(CFLAGS) -fPIC -fvisibility=hidden -Wno-shadow -Wno-missing-prototypes -MMD -MP -c $< -o $@
$(BUILD)/pic/libdacheng.o: $(LIBRARY_O)
	@ld -r -o $@.all $^
	@objcopy --wildcard --keep-global-symbol='dacheng_*' $@.all $@; rm $@.all
$(LIBRARY): $(BUILD)/pic/libdacheng.o common/client/exports.map
	@mkdir -p $(dir $@)
	@echo "  LD   $@"
	@$(CC) -shared $(SANFLAGS_$(SAN)) -Wl,-soname,$(notdir $@),-z,defs,--as-needed,--version-script=common/client/exports.map \
	    -o $@ $< $(shell pkg-config --libs libzmq libprotobuf-c jansson) -lpthread
	@ln -sf $(notdir $@) $(BUILD)/lib/libdacheng.so
	@rm -f $(BUILD)/lib/libdacheng.a; ar rcs $(BUILD)/lib/libdacheng.a $<
library: $(GENERATED) ## compile libdacheng, the C library for outside programs, into BUILD/lib
	@$(MAKE) --no-print-directory BUILD=$(BUILD) SAN=$(SAN) $(LIBRARY)

PREFIX ?= /usr/local
install: library $(BUILD)/bin/dacheng ## libdacheng and the command line for this machine: make install PREFIX=/usr
	@deploy/build/install $(BUILD) '$(PREFIX)' '$(DESTDIR)' $(LIBRARY_VERSION)

# --- tests --------------------------------------------------------------------------------------
# common/base/decimal_test.c becomes test/common/base/decimal_test; *_fuzz.c likewise, linked with
# a small main that runs the seeds in tests/fuzz/<name>/ (see tests/fuzz/README.md).
TEST_C := $(wildcard common/*/*_test.c services/*/*_test.c)
FUZZ_C := $(wildcard common/*/*_fuzz.c services/*/*_fuzz.c)
TESTS := $(TEST_C:%.c=$(BUILD)/test/%)
FUZZERS := $(FUZZ_C:%.c=$(BUILD)/test/%)
HARNESS_O := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/lib/*.c))
.SECONDEXPANSION:
$(BUILD)/test/%_test: $(BUILD)/obj/%_test.o $$(call service_o,$$(if $$(findstring services/,$$*),$$(word 2,$$(subst /, ,$$*)),none)) $(HARNESS_O) $(LIBS)
	@mkdir -p $(dir $@)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBS) $(PACKAGE_LIBS) -lcmocka
$(BUILD)/test/%_fuzz: $(BUILD)/obj/%_fuzz.o $$(call service_o,$$(if $$(findstring services/,$$*),$$(word 2,$$(subst /, ,$$*)),none)) $(BUILD)/obj/tests/fuzz/replay.o $(LIBS)
	@mkdir -p $(dir $@)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBS) $(PACKAGE_LIBS)

# Tests that run a real bus (tests/lib/bus.h) want its program beside them.
$(filter $(BUILD)/test/services/bus/% $(BUILD)/test/services/gateway/%,$(TESTS)): | $(BUILD)/bin/dacheng-bus
$(filter $(BUILD)/test/services/gateway/%,$(TESTS)): | $(BUILD)/bin/dacheng-gateway
$(filter $(BUILD)/test/common/service/% $(BUILD)/test/common/client/%,$(TESTS)): | $(BUILD)/bin/dacheng-bus

# Our side of comparisons with independent implementations (tests/interop/*/run).
INTEROP := $(patsubst tests/interop/%/echo.c,$(BUILD)/test/interop/%_echo,$(wildcard tests/interop/*/echo.c))
$(BUILD)/test/interop/%_echo: $(BUILD)/obj/tests/interop/%/echo.o $(LIBS)
	@mkdir -p $(dir $@)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBS) $(PACKAGE_LIBS)

$(BUILD)/test/interop/sms_echo: $(call service_o,notify)

build: $(PROGRAMS) ## compile every program into BUILD/bin
tests: $(TESTS) $(FUZZERS) $(INTEROP) $(if $(SAN),,library) ## compile every test

# --- the console ----------------------------------------------------------------------------------
# By the Node and npm that deploy/node brings, not by the machine's.
NODE := $(abspath deploy/node/run)
CONSOLE_SOURCES := $(shell find services/console proto deploy/api docs/events -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
console: $(BUILD)/console/index.html ## build the browser console into BUILD/console
services/console/node_modules/.installed: services/console/package.json services/console/package-lock.json
	@cd services/console && $(NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@
$(BUILD)/console/index.html: services/console/node_modules/.installed $(CONSOLE_SOURCES)
	@cd services/console && OUT_DIR=$(abspath $(BUILD)/console) $(NODE) npm run --silent build
	@deploy/api/make $(BUILD)/api $(VERSION)
	@mkdir -p $(BUILD)/console/api; cp $(BUILD)/api/*.json $(BUILD)/console/api/
	@touch $@

# Every event with an example of a real run: the scenarios run, what is told is kept in docs/events
# where it says more than before, and the page is made of it.
events-page: build console ## renew docs/events and docs/events.md after an event was added or changed
	@CAPTURE_EVENTS=$(abspath docs/events) tests/run $(wildcard tests/scenarios/*_test.py)
	@deploy/api/make $(BUILD)/api $(VERSION)
	@cp $(BUILD)/api/events.md docs/events.md

# --- running and testing ---------------------------------------------------------------------------
# The packages come first, in a make of their own: this file asks pkg-config when it is read.
run: ## install what is missing, build, and run everything here; Ctrl-C stops it
	@deploy/packages/install build run
	@$(MAKE) --no-print-directory build console
	@exec env BUILD=$(BUILD) deploy/local/run

test: ## install what is missing, build, and run every test that needs no container
	@deploy/packages/install build run test
	@$(MAKE) --no-print-directory -j2 build tests console
	@$(MAKE) --no-print-directory -j2 SAN=address tests
	@$(MAKE) --no-print-directory -j2 SAN=thread kernel-tests
	@tests/run $$(tests/select $(BUILD))

kernel-tests: $(filter $(BUILD)/test/common/%,$(TESTS))

test-units: tests ## unit and service tests, and the fuzz seeds
	@tests/run $(TESTS) $(FUZZERS)

test-scenarios: build console ## scenarios over all services
	@tests/run $(wildcard tests/scenarios/*_test.py)

test-browser: build console ## the main job in a real browser
	@tests/browser/run

test-containers: ## the real docker-compose.yml, brought up and used (needs root)
	@deploy/packages/install run test container
	@TEST_LIMIT=1800 tests/run tests/containers/compose_test.py

SECONDS ?= 60
SEED ?= 1
faults: build ## everything killed at random: make faults SECONDS=60 SEED=7
	@deploy/packages/install run test
	@/usr/bin/python3 tests/faults/faults.py --seconds $(SECONDS) --seed $(SEED)

BENCH ?= request bus events log replay fresh import rescore preview cascade actuals launch timers notify memory idle scale growth
BENCH_C := $(wildcard tests/bench/*.c)
bench-programs: $(BENCH_C:tests/bench/%.c=$(BUILD)/bench/%)
$(BUILD)/bench/cascade $(BUILD)/bench/actuals: $(call service_o,goals) $(HARNESS_O)
$(BUILD)/bench/launch $(BUILD)/bench/timers: $(call service_o,workflow) $(HARNESS_O)
$(BUILD)/bench/bus $(BUILD)/bench/log $(BUILD)/bench/replay $(BUILD)/bench/events: $(HARNESS_O)
$(BUILD)/bench/events_nats: PEER_LIBS := -lnats
$(BUILD)/bench/events_rabbit: PEER_LIBS := -lrabbitmq
$(BUILD)/bench/notify: $(call service_o,notify) $(HARNESS_O)
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/obj/tests/lib/harness.o $(LIBS)
	@mkdir -p $(dir $@)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBS) $(PACKAGE_LIBS) $(PEER_LIBS) -lcmocka
$(BUILD)/bench/rescore $(BUILD)/bench/preview: $(call service_o,scoring) $(HARNESS_O)
bench: ## numbers beside their peers: make bench BENCH="import request"
	@deploy/packages/install build run bench
	@$(MAKE) --no-print-directory -j2 build console bench-programs
	@tests/bench/run $(BENCH)

compile_commands.json: ## for editors and clang-tidy
	@deploy/build/compile-commands $(BUILD) '$(CFLAGS)' > $@

words: ## add new sentences of refusals to the words.zh.po files, to be translated
	@for dir in common $(patsubst %/words.zh.po,%,$(wildcard services/*/words.zh.po)); do deploy/build/words update $$dir; done

clean: ## remove everything that was built
	rm -rf build

-include $(shell find $(BUILD)/obj $(BUILD)/pic -name '*.d' 2>/dev/null)
