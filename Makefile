# gotopsy: one flat makefile. Everything it makes is under $(BUILD).
#
#   make            the tool and the library              make demo     a report of a core that ships
#   make test       every test, sanitizers included       make unit     the C tests alone
#   make cases      the tests that run the tool           make asan     all of it under ASan and UBSan
#   make bench      speed and memory                      make lint     static analysis and formatting
#   make fuzz       libFuzzer over each parser            make mutate   10,000 damaged cores
#   make lies       cores that contradict themselves      make tsan     threads, under TSan
#   make install    DESTDIR= PREFIX= are honoured         make format   clang-format over the tree
#   make layouts    the built-in tables of Go's layouts   make schema   the kinds in the JSON Schema
#   make clang      a build by clang, beside it
#   make deps       what the above needs                  make clean
#
# demo, test, bench and lint install what is missing by themselves; a plain make names it. V=1 shows
# the commands.

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
PYTHON ?= /usr/bin/python3
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
PROTOC_C ?= protoc-c
WERROR ?= -Werror

VERSION := $(shell sed -n 's/^.define GT_VERSION "\(.*\)"/\1/p' include/gotopsy.h)
SONAME := libgotopsy.so.$(basename $(VERSION))

# libdwarf has a pkg-config file only since it was rewritten; before, its headers have a folder.
pkg = $(or $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null),$(3))
STD := -std=c11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -fPIC -fvisibility=hidden -pthread \
	-Iinclude -I. -I$(BUILD) $(call pkg,--cflags,libdwarf)
LIBS := $(strip $(call pkg,--libs,libdwarf,-ldwarf) $(call pkg,--libs,libelf,-lelf) \
	-lunwind-generic -lunwind -lzstd -llz4 -llzma -lz -ldeflate -ljansson -lprotobuf-c -lm)
CLI_LIBS := -lpopt -ledit

# ---- sources ---------------------------------------------------------------------------------

LIB_SRC := $(sort $(shell find gotypes inspector -name '*.c' \
	-not -path 'inspector/cli/*' -not -path 'inspector/pages/*'))
CLI_SRC := $(sort $(shell find inspector/cli -name '*.c'))
PAGES_SRC := $(sort $(wildcard inspector/pages/*.c))
TEST_SRC := $(sort $(shell find tests/unit -name '*.c' 2>/dev/null))
UNIT_SRC := $(filter %_test.c,$(TEST_SRC))
# What several unit tests share: any other file beside them.
HELP_SRC := $(filter-out %_test.c,$(TEST_SRC))
DUMP_SRC := $(wildcard tests/cli/*.c tests/layouts/*.c)
ALL_C := $(LIB_SRC) $(CLI_SRC) $(PAGES_SRC) $(TEST_SRC) $(DUMP_SRC) $(wildcard tests/fuzz/*.c)
ALL_H := $(sort $(wildcard include/*.h) $(shell find gotypes inspector tests -name '*.h' 2>/dev/null))

# What protoc-c makes of the message formats.
PROTO := $(wildcard inspector/report/*.proto)
PROTO_C := $(PROTO:%.proto=$(BUILD)/%.pb-c.c)
PROTO_H := $(PROTO_C:.c=.h)

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(PROTO_C:.c=.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
HELP_OBJ := $(HELP_SRC:%.c=$(BUILD)/%.o)
# The command line without its main, for the other programs that have its rows.
ROWS_OBJ := $(filter-out %/main.o,$(CLI_OBJ))
PAGES := $(addprefix $(BUILD)/pages/,gotopsy.1 gotopsy.bash _gotopsy gotopsy.fish)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:%.c=$(BUILD)/%)
REPLAY_BIN := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/tests/fuzz/replay_%)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)
DUMP_BIN := $(DUMP_SRC:%.c=$(BUILD)/%)
MINDER := $(BUILD)/tests/fuzz/minder

# ---- building --------------------------------------------------------------------------------

# What a recipe is about, in the place of its command.
say = $(if $(V),,@echo '  $(1) $@';)

.PHONY: all
all: $(BUILD)/gotopsy $(BUILD)/libgotopsy.a $(BUILD)/libgotopsy.so $(PAGES)

$(BUILD)/%.o: %.c | $(BUILD)/have-libraries
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(STD) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.pb-c.c $(BUILD)/%.pb-c.h &: %.proto | $(BUILD)/have-libraries
	@mkdir -p $(@D)
	$(call say,PROTO)$(PROTOC_C) --c_out=$(BUILD) $<

$(BUILD)/%.pb-c.o: $(BUILD)/%.pb-c.c
	$(call say,CC)$(CC) $(STD) $(CFLAGS) -MMD -MP -c $< -o $@

$(UNIT_SRC:%.c=$(BUILD)/%.o) $(HELP_OBJ): | $(BUILD)/have-test-libraries

# Before its first build nothing tells who includes it.
$(BUILD)/inspector/report/pprof.o: | $(PROTO_H)

$(BUILD)/libgotopsy.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(BUILD)/libgotopsy.so.$(VERSION): $(LIB_OBJ)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -shared -pthread -Wl,-soname,$(SONAME) -Wl,-z,defs $^ $(LIBS) -o $@

$(BUILD)/libgotopsy.so: $(BUILD)/libgotopsy.so.$(VERSION)
	@ln -sf $(<F) $(BUILD)/$(SONAME)
	@ln -sf $(SONAME) $@

$(BUILD)/gotopsy: $(CLI_OBJ) $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) $(CLI_LIBS) -o $@

# The manual page and the completions are made from the rows of commands and options.
$(BUILD)/inspector/pages/pages: $(PAGES_SRC:%.c=$(BUILD)/%.o) $(ROWS_OBJ) $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) $(CLI_LIBS) -o $@

$(BUILD)/pages/%: $(BUILD)/inspector/pages/pages
	@mkdir -p $(@D)
	$(call say,PAGE)$< $* >$@.new && mv $@.new $@

$(BUILD)/libhelp.a: $(HELP_OBJ)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(UNIT_BIN) $(DUMP_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libhelp.a $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) -lcmocka -o $@

# Fuzz targets, with libFuzzer's main and with one that replays inputs. The command line is a
# program's, so its objects are linked beside the library. A target may use the unit tests' processes.
FUZZ_OBJ := $(BUILD)/tests/fuzz/fuzz.o $(ROWS_OBJ) $(BUILD)/libhelp.a
$(FUZZ_BIN): $(BUILD)/%: $(BUILD)/%.o $(FUZZ_OBJ) $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -pthread $^ $(LIBS) $(CLI_LIBS) -lcmocka -o $@

$(REPLAY_BIN): $(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o \
		$(BUILD)/tests/fuzz/replay.o $(FUZZ_OBJ) $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) $(CLI_LIBS) -lcmocka -o $@

# What tests/fuzz/mutate runs.
$(MINDER): $(MINDER).o $(ROWS_OBJ) $(BUILD)/libgotopsy.a
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) $(CLI_LIBS) -o $@

-include $(shell find $(BUILD) -name '*.d' -not -path '$(BUILD)/asan/*' \
	-not -path '$(BUILD)/clang/*' 2>/dev/null)

# ---- what must be there ----------------------------------------------------------------------

# A package of Debian and a header that only it has, or several of which it has one.
LIBRARY_HEADERS := libc6-dev:stdio.h libelf-dev:gelf.h \
	libdwarf-dev:libdwarf.h,libdwarf/libdwarf.h,libdwarf-0/libdwarf.h,libdwarf-2/libdwarf.h \
	libunwind-dev:libunwind.h libzstd-dev:zstd.h liblz4-dev:lz4frame.h liblzma-dev:lzma.h \
	zlib1g-dev:zlib.h libdeflate-dev:libdeflate.h libjansson-dev:jansson.h \
	libpopt-dev:popt.h libedit-dev:histedit.h libprotobuf-c-dev:protobuf-c/protobuf-c.h
TEST_HEADERS := libcmocka-dev:cmocka.h

# The packages of rows whose headers the compiler does not find: it is asked once, for all.
absent = printf '%s\n' $(1) | \
	sed 's/,/>) \&\& !__has_include(</g; s/\(.*\):\(.*\)/\#if !__has_include(<\2>)\n\1\n\#endif/' | \
	$(CC) $(STD) -E -P -x c - | sed -n '/./p' | tr '\n' ' '
command_of = command -v $(firstword $(1)) >/dev/null || printf '%s ' $(2)

# Fails with the names of what is missing, in the place of a compiler's error.
define complain
	if [ -n "$$missing" ]; then \
	    echo "needed, and not installed: $$missing" >&2; \
	    echo "make deps installs it with all that tests need, make deps-build no more than a" \
	        "build needs" >&2; \
	    exit 1; \
	fi
endef

$(BUILD)/have-libraries: Makefile
	@mkdir -p $(@D)
	@missing=$$($(call command_of,$(CC),$(firstword $(CC)))); \
	[ -n "$$missing" ] || missing=$$($(call absent,$(LIBRARY_HEADERS)); \
	    $(call command_of,$(PROTOC_C),protobuf-c-compiler)); \
	$(complain)
	@touch $@

$(BUILD)/have-test-libraries: Makefile | $(BUILD)/have-libraries
	@missing=$$($(call absent,$(TEST_HEADERS))); \
	$(complain)
	@touch $@

# ---- what must be installed ------------------------------------------------------------------

BUILD_DEPS := gcc make pkg-config libc6-dev libelf-dev libdwarf-dev libunwind-dev libzstd-dev \
	liblz4-dev liblzma-dev zlib1g-dev libdeflate-dev libjansson-dev libpopt-dev libedit-dev \
	libprotobuf-c-dev protobuf-c-compiler
TEST_DEPS := libcmocka-dev python3 python3-pytest python3-pytest-xdist python3-jsonschema \
	zstd lz4 xz-utils gdb elfutils qemu-user debuginfod graphviz strace groff-base zsh fish \
	valgrind
BENCH_DEPS := python3-matplotlib
LINT_DEPS := clang clang-format clang-tidy
# The sanitizers' and libFuzzer's libraries, whose package has clang's own number in its name.
clang_runtime = libclang-rt-$(shell clang -dumpversion 2>/dev/null | cut -d. -f1)-dev

# Costs one dpkg-query when all is there.
define install_missing
	@missing=; \
	if ! command -v dpkg-query >/dev/null; then \
	    echo "needed, by their names in Debian: $(1)"; exit 0; \
	fi; \
	for p in $(1); do \
	    case " $$(dpkg-query -W -f '$${Package}=$${db:Status-Status} ' $(1) 2>/dev/null)" in \
	    *" $$p=installed "*) ;; \
	    *) missing="$$missing $$p" ;; \
	    esac; \
	done; \
	if [ -n "$$missing" ]; then \
	    echo "installing$$missing"; \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo apt-get update -qq </dev/null && \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	        --no-install-recommends $$missing </dev/null >/dev/null; \
	fi
endef

.PHONY: deps deps-build deps-test deps-bench deps-lint deps-fuzz
deps: deps-bench
deps-build:
	$(call install_missing,$(BUILD_DEPS))
deps-test:
	$(call install_missing,$(BUILD_DEPS) $(TEST_DEPS))
deps-bench:
	$(call install_missing,$(BUILD_DEPS) $(TEST_DEPS) $(BENCH_DEPS))
deps-fuzz:
	$(call install_missing,$(BUILD_DEPS) $(TEST_DEPS) clang)
	$(call install_missing,$(clang_runtime))
deps-lint:
	$(call install_missing,$(BUILD_DEPS) $(LINT_DEPS))

# ---- running ---------------------------------------------------------------------------------

# Another make builds: it reads this file anew, and so sees what deps has installed.
again = +@$(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: layouts schema
layouts: $(BUILD)/tests/layouts/dump
	tests/layouts/derive $<

REPORT_SCHEMA := schema/gotopsy-report-1.schema.json
schema: $(BUILD)/inspector/pages/pages
	$(PYTHON) schema/complete $< $(REPORT_SCHEMA) >$(BUILD)/schema.new
	@mv $(BUILD)/schema.new $(REPORT_SCHEMA)

.PHONY: demo test asan
demo: deps-build
	$(again) $(BUILD)/gotopsy
	$(BUILD)/gotopsy corefiles/demo/demo.core.zst

test: deps-test
	$(again) all test-build
	$(again) asan
	@tests/run $(BUILD) $(PYTHON)

# All fourteen programs with all versions, and a core cut off at every page.
.PHONY: test-all
test-all:
	GOTOPSY_ALL=1 $(MAKE) --no-print-directory test

asan:
	$(again) BUILD=$(BUILD)/asan CFLAGS="$(ASAN_CFLAGS)" test-build

FUZZ_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
ASAN_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
# With sanitizers gcc takes vsnprintf(NULL, 0, ...) for a truncation, and checked pointers for NULL.
ifeq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
ASAN_CFLAGS += -Wno-format-truncation -Wno-format-overflow
endif

# What runs in several threads, under ThreadSanitizer.
TSAN_TESTS := $(addprefix $(BUILD)/tsan/tests/unit/,api/threads_test base/packed_test \
	base/task_test graph/crew/crew_test graph/crew/large_objects_test \
	graph/crew/learning_test graph/crew/lockstep_test \
	detect/windows/covering_words_test detect/windows/map_lengths_test \
	detect/windows/settled_words_test \
	runtime/consistency/defer_lists_test runtime/goroutines/read_ahead_test \
	runtime/heap/gcmarks_test runtime/heap/mspans_test runtime/typing/plain_objects_test \
	runtime/typing/rounds_test symbols/unit_batch_test)
.PHONY: tsan tsan-build
tsan: deps-test
	$(again) BUILD=$(BUILD)/tsan CFLAGS="-O1 -g -fsanitize=thread" tsan-build
	@for t in $(TSAN_TESTS); do TSAN_OPTIONS=halt_on_error=1 $$t || exit 1; done

tsan-build: $(TSAN_TESTS:$(BUILD)/tsan/%=$(BUILD)/%)

.PHONY: test-build unit cases bench
test-build: $(BUILD)/gotopsy $(PAGES) $(UNIT_BIN) $(DUMP_BIN) $(REPLAY_BIN) $(MINDER)

unit: $(UNIT_BIN)
	@for t in $(abspath $^); do $$t || exit 1; done

cases: $(BUILD)/gotopsy $(DUMP_BIN)
	GOTOPSY=$(abspath $<) $(PYTHON) -m pytest -q tests

# Each target for its share of the time: FUZZ_SECONDS of CPU for all of them. What they find is kept
# in $(BUILD)/fuzz/found and belongs into tests/fuzz/regressions.
FUZZ_SECONDS ?= 1200
.PHONY: fuzz fuzz-build mutate
fuzz: deps-fuzz
	$(again) CC=clang BUILD=$(BUILD)/fuzz CFLAGS="$(FUZZ_CFLAGS)" fuzz-build
	@tests/fuzz/run $(BUILD)/fuzz $(FUZZ_SECONDS)

fuzz-build: $(FUZZ_BIN)

# MUTATIONS damaged cores under sanitizers, from seed MUTATE_SEED on.
MUTATIONS ?= 10000
MUTATE_SEED ?= 1
mutate: deps-test
	$(again) asan
	$(PYTHON) tests/fuzz/mutate $(abspath $(BUILD)/asan/gotopsy) $(MUTATIONS) $(MUTATE_SEED)

# Every lie that a core can tell, and zeros in each part of it; make test tells half of the lies.
.PHONY: lies
lies: deps-test
	$(again) $(BUILD)/gotopsy
	GOTOPSY=$(abspath $(BUILD)/gotopsy) GOTOPSY_LIES=1 $(PYTHON) -m pytest -q tests/cases/lies_test.py

# BENCH_HISTORY has a line for each run, BENCH_PEERS names programs to measure beside this one, and
# BENCH_OPTIONS is for tests/bench/run: BENCH_OPTIONS="--parts maps,oldmaps --scale 10".
BENCH_HISTORY ?= $(BUILD)/bench/history.jsonl
BENCH_PLOT ?= $(BUILD)/bench/plot.svg
bench: deps-bench
	$(again) $(BUILD)/gotopsy
	GOTOPSY=$(abspath $(BUILD)/gotopsy) $(PYTHON) tests/bench/run --history $(BENCH_HISTORY) \
	    --plot $(BENCH_PLOT) $(BENCH_OPTIONS) $(BUILD)/bench

# ---- installing ------------------------------------------------------------------------------

.PHONY: install
SHARE = $(DESTDIR)$(PREFIX)/share
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -D -m 644 $(BUILD)/pages/gotopsy.1 $(SHARE)/man/man1/gotopsy.1
	install -D -m 644 $(BUILD)/pages/gotopsy.bash $(SHARE)/bash-completion/completions/gotopsy
	install -D -m 644 $(BUILD)/pages/_gotopsy $(SHARE)/zsh/site-functions/_gotopsy
	install -D -m 644 $(BUILD)/pages/gotopsy.fish $(SHARE)/fish/vendor_completions.d/gotopsy.fish
	install -m 755 $(BUILD)/gotopsy $(DESTDIR)$(PREFIX)/bin/
	install -m 644 include/gotopsy.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(BUILD)/libgotopsy.a $(BUILD)/libgotopsy.so.$(VERSION) $(DESTDIR)$(LIBDIR)/
	ln -sf libgotopsy.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libgotopsy.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	    -e 's|@LIBS@|$(LIBS)|' gotopsy.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/gotopsy.pc

# ---- upkeep ----------------------------------------------------------------------------------

.PHONY: format lint clang clean
format:
	clang-format -i $(ALL_C) $(ALL_H)

# What is checked is in .clang-format and .clang-tidy.
lint: deps-lint
	$(again) $(PROTO_H)
	@clang-format --dry-run -Werror $(ALL_C) $(ALL_H)
	@printf '%s\n' $(LIB_SRC) $(CLI_SRC) $(PAGES_SRC) | \
	    xargs -I FILE -P $$(nproc) clang-tidy --quiet FILE -- $(STD)

# All that gcc builds, by another compiler with warnings of its own; and the C tests of it. The
# programs that those build to crash are gcc's, as the tests expect.
clang: deps-lint
	$(again) CC=clang BUILD=$(BUILD)/clang all test-build
	$(again) BUILD=$(BUILD)/clang unit

clean:
	rm -rf $(BUILD)
