/*
 * A target made of bytes: memory that a test writes word by word, and rtypes in the form of the
 * linker.
 */
#ifndef GT_TEST_TARGET_H
#define GT_TEST_TARGET_H

#include "gotypes/types/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h> /* last: it needs the types of the others */

enum { TARGET_SIZE = 1 << 20 };
static const uint64_t TARGET_BASE = 0x500000;

struct target {
    unsigned char *bytes;
    uint64_t used;
    struct gt_memory mem;
    struct gt_layout layout;
    struct gt_module module; /* all of the memory is its types */
    struct gt_go_version version;
    struct gt_facts facts;
};

static inline const unsigned char *target_map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct target *target = ctx;
    if (addr < TARGET_BASE || addr >= TARGET_BASE + TARGET_SIZE) return NULL;
    *avail = TARGET_BASE + TARGET_SIZE - addr;
    return target->bytes + (addr - TARGET_BASE);
}

static inline struct target *target_new(unsigned minor)
{
    struct target *target = calloc(1, sizeof *target);
    target->bytes = calloc(1, TARGET_SIZE);
    target->used = 64;
    target->mem = (struct gt_memory){.ctx = target, .map = target_map};
    target->module.types = TARGET_BASE;
    target->module.etypes = TARGET_BASE + TARGET_SIZE;
    target->version.minor = minor;
    return target;
}

static inline void target_free(struct target *target)
{
    free(target->bytes);
    free(target);
}

static inline uint64_t target_alloc(struct target *target, uint64_t size)
{
    uint64_t addr = TARGET_BASE + target->used;
    target->used += (size + 15) / 16 * 16;
    assert_true(target->used <= TARGET_SIZE);
    return addr;
}

static inline void put(struct target *target, uint64_t addr, unsigned size, uint64_t value)
{
    assert_true(addr >= TARGET_BASE && addr + size <= TARGET_BASE + TARGET_SIZE);
    memcpy(target->bytes + (addr - TARGET_BASE), &value, size);
}

static inline void put64(struct target *target, uint64_t addr, uint64_t value)
{
    put(target, addr, 8, value);
}

static inline void put_bytes(struct target *target, uint64_t addr, const void *bytes, size_t size)
{
    assert_true(addr >= TARGET_BASE && addr + size <= TARGET_BASE + TARGET_SIZE);
    memcpy(target->bytes + (addr - TARGET_BASE), bytes, size);
}

static inline uint64_t put_new(struct target *target, const void *bytes, size_t size)
{
    uint64_t addr = target_alloc(target, size);
    put_bytes(target, addr, bytes, size);
    return addr;
}

/* abi.Name: flags, varint length, bytes. */
static inline uint64_t put_name(struct target *target, const char *name)
{
    size_t length = strlen(name);
    uint64_t addr = target_alloc(target, length + 3);
    put(target, addr, 1, 1);
    put(target, addr + 1, 1, (length & 0x7f) | 0x80);
    put(target, addr + 2, 1, length >> 7);
    put_bytes(target, addr + 3, name, length);
    return addr;
}

struct rtype {
    unsigned kind; /* as in memory, flags included */
    const char *name;
    uint64_t size, ptr_bytes, gcdata;
    unsigned tflag;
};

/* The head of an rtype, with room for what follows it. */
static inline uint64_t put_rtype(struct target *target, struct rtype type)
{
    uint64_t addr = target_alloc(target, 144);
    put64(target, addr, type.size);
    put64(target, addr + 8, type.ptr_bytes);
    put(target, addr + 16, 4, 0x1234);
    put(target, addr + 20, 1, type.tflag);
    put(target, addr + 21, 1, 8);
    put(target, addr + 22, 1, 8);
    put(target, addr + 23, 1, type.kind);
    put64(target, addr + 32, type.gcdata);
    put(target, addr + 40, 4, type.name ? put_name(target, type.name) - TARGET_BASE : 0);
    return addr;
}

static inline uint64_t put_mask(struct target *target, uint64_t bits)
{
    return put_new(target, &bits, sizeof bits);
}

static inline uint64_t put_int(struct target *target)
{
    return put_rtype(target, (struct rtype){GT_T_INT, "int", 8, 0, 0, 0});
}

static inline uint64_t put_string(struct target *target)
{
    return put_rtype(target, (struct rtype){GT_T_STRING, "string", 16, 8, put_mask(target, 1), 0});
}

static inline uint64_t put_pointer(struct target *target, const char *name, uint64_t elem)
{
    uint64_t addr =
        put_rtype(target, (struct rtype){GT_T_POINTER, name, 8, 8, put_mask(target, 1), 0});
    put64(target, addr + 48, elem);
    return addr;
}

static inline uint64_t put_array(struct target *target, struct rtype type, uint64_t elem,
                                 uint64_t len)
{
    type.kind |= GT_T_ARRAY;
    uint64_t addr = put_rtype(target, type);
    put64(target, addr + 48, elem);
    put64(target, addr + 64, len);
    return addr;
}

struct field {
    const char *name;
    uint64_t type, offset;
};

static inline uint64_t put_struct(struct target *target, struct rtype type,
                                  const struct field *fields, size_t count)
{
    type.kind |= GT_T_STRUCT;
    uint64_t addr = put_rtype(target, type), at = target_alloc(target, count * 24 + 1);
    for (size_t i = 0; i < count; i++) {
        put64(target, at + i * 24, put_name(target, fields[i].name));
        put64(target, at + i * 24 + 8, fields[i].type);
        put64(target, at + i * 24 + 16, fields[i].offset);
    }
    put64(target, addr + 56, at);
    put64(target, addr + 64, count);
    put64(target, addr + 72, count);
    return addr;
}

static inline void set_field(struct target *target, enum gt_field_id id, uint32_t offset,
                             uint8_t size)
{
    target->layout.field[id].offset = offset;
    target->layout.field[id].size = size;
    target->layout.field[id].present = true;
}

static inline struct gt_types *open_types(struct target *target)
{
    struct gt_types_sources sources = {&target->mem,     &target->layout, &target->facts,
                                       &target->version, &target->module, 1};
    return gt_types_create(&sources);
}

#endif
