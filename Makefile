# gotopsy: one flat makefile, everything it makes is under build/.
#   make demo | test | asan | bench | install PREFIX= | format | lint | deps | clean

CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build
PYTHON ?= /usr/bin/python3
CFLAGS ?= -O2 -g
STD := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fPIC -fvisibility=hidden -Iinclude -I.
LIBS := -lelf -ldwarf -lunwind-coredump -lunwind-generic -lzstd -ljansson -lpopt -lz

LIB_SRC := $(sort $(wildcard gotypes/*.c) $(wildcard inspector/*.c) \
	$(foreach d,base core symbols unwind runtime graph detect report,$(wildcard inspector/$(d)/*.c)))
CLI_SRC := $(sort $(wildcard inspector/cli/*.c))
UNIT_SRC := $(sort $(shell find tests/unit -name '*_test.c' 2>/dev/null))
ALL_C := $(LIB_SRC) $(CLI_SRC) $(UNIT_SRC)
ALL_H := $(sort $(wildcard include/*.h gotypes/*.h inspector/*/*.h tests/unit/*.h))

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)

.PHONY: all
all: $(BUILD)/gotopsy $(BUILD)/libgotopsy.a $(BUILD)/libgotopsy.so

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libgotopsy.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/libgotopsy.so: $(LIB_OBJ)
	$(CC) $(CFLAGS) -shared -Wl,-soname,libgotopsy.so.0 $^ $(LIBS) -o $@

$(BUILD)/gotopsy: $(CLI_OBJ) $(BUILD)/libgotopsy.a
	$(CC) $(CFLAGS) $^ $(LIBS) -o $@

$(UNIT_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libgotopsy.a
	$(CC) $(CFLAGS) $^ $(LIBS) -lcmocka -o $@

.PHONY: unit
unit: $(UNIT_BIN)
	@for t in $^; do ./$$t || exit 1; done

.PHONY: format clean
format:
	clang-format -i $(ALL_C) $(ALL_H)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
