/* The pointer mask of a type: read from its GCData, unrolled from its GC program, or built from its
 * parts. */
#include "gotypes/types/types_internal.h"

#include "inspector/base/alloc.h"

#include <limits.h>

enum { KIND_GC_PROGRAM = 64, TFLAG_BIT4 = 16 };

enum form { MASK, PROGRAM, SLOT };

/*
 * What GCData is, by the type's bits and the version (gt_version_number): a GC program; a slot that
 * points to a mask and is filled on first use; else a mask. In 1.22 and 1.23, TFlag bit 4 of a type
 * with a program says that GCData was unrolled. Debug types have no GCData, so their masks are
 * built from their parts. So are the masks of empty slots.
 */
static const struct {
    uint8_t kind, tflag; /* Kind has the bit; bit 4 of TFlag is as here */
    unsigned since, until;
    enum form form;
} forms[] = {
    {KIND_GC_PROGRAM, 0, 0, 23999, PROGRAM},
    {0, TFLAG_BIT4, 24000, UINT_MAX, SLOT},
};

static enum form form_of(const struct gt_types *types, const struct gt_type_rec *rec)
{
    unsigned version = gt_version_number(types->from.version);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if ((rec->raw_kind & forms[i].kind) == forms[i].kind &&
            (rec->tflag & TFLAG_BIT4) == forms[i].tflag && version >= forms[i].since &&
            version <= forms[i].until)
            return forms[i].form;
    return MASK;
}

static uint64_t bytes_of(uint64_t words)
{
    return (words + 7) / 8;
}

/* The mask's bytes in place if they are contiguous, else a copy. */
static const unsigned char *plain(struct gt_types *types, uint64_t addr, uint64_t words)
{
    uint64_t size = bytes_of(words);
    const unsigned char *bytes = addr ? gt_mem_at(types->from.mem, addr, size) : NULL;
    if (bytes || !addr || words * 8 > GT_MAX_MASKED) return bytes;
    unsigned char *copy = gt_arena_alloc(&types->arena, size);
    return gt_mem_read(types->from.mem, addr, copy, size) ? copy : NULL;
}

/* ---- GC programs: mbitmap.go, runGCProg ---- */

struct program {
    const struct gt_memory *mem;
    uint64_t at, end;
    unsigned char *out;
    uint64_t bits, limit; /* number of bits written, and the most that may be */
};

static bool next_byte(struct program *prog, uint8_t *byte)
{
    return prog->at < prog->end && gt_mem_u8(prog->mem, prog->at++, byte);
}

static bool next_varint(struct program *prog, uint64_t *value)
{
    uint8_t byte = 0x80;
    *value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (!next_byte(prog, &byte)) return false;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return true;
    }
    return false;
}

/* Bits past the limit are dropped, since a program may cover the pointer-free tail. */
static void emit(struct program *prog, unsigned bit)
{
    if (prog->bits < prog->limit && bit)
        prog->out[prog->bits / 8] |= (unsigned char)(1u << prog->bits % 8);
    prog->bits++;
}

static bool literal(struct program *prog, unsigned count)
{
    uint8_t byte = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i % 8 == 0 && !next_byte(prog, &byte)) return false;
        emit(prog, byte >> i % 8 & 1);
    }
    return true;
}

/* Repeats the last `count` bits `times` times. */
static bool repeat(struct program *prog, uint64_t count)
{
    uint64_t times, total;
    if ((count == 0 && !next_varint(prog, &count)) || !next_varint(prog, &times) || count == 0 ||
        count > prog->bits || !gt_mul(count, times, &total))
        return false;
    for (; total && prog->bits < prog->limit; total--) {
        uint64_t from = prog->bits - count;
        emit(prog, prog->out[from / 8] >> from % 8 & 1);
    }
    return true;
}

static bool run(struct program *prog)
{
    uint8_t op;
    while (prog->bits < prog->limit) {
        if (!next_byte(prog, &op)) return false;
        if (op == 0) return true;
        if (!(op & 0x80 ? repeat(prog, op & 0x7f) : literal(prog, op))) return false;
    }
    return true;
}

bool gt_types_run_program(const struct gt_memory *mem, uint64_t addr, uint64_t words,
                          unsigned char *mask)
{
    uint32_t length;
    if (!gt_mem_u32(mem, addr, &length)) return false;
    struct program prog = {mem, addr + 4, addr + 4 + length, mask, 0, words};
    return run(&prog);
}

bool gt_types_run_module_program(const struct gt_memory *mem, uint64_t addr, uint64_t words,
                                 unsigned char *mask)
{
    struct program prog = {mem, addr, UINT64_MAX, mask, 0, words};
    return run(&prog);
}

/* The mask when GCData is a program. */
static const unsigned char *unrolled(struct gt_types *types, uint64_t addr, uint64_t words)
{
    if (words * 8 > GT_MAX_MASKED) return NULL;
    unsigned char *mask = gt_arena_alloc(&types->arena, bytes_of(words));
    return gt_types_run_program(types->from.mem, addr, words, mask) ? mask : NULL;
}

/* ---- masks built from a type's parts ---- */

static void set_bit(unsigned char *mask, uint64_t words, uint64_t offset)
{
    if (offset / 8 < words) mask[offset / 8 / 8] |= (unsigned char)(1u << offset / 8 % 8);
}

/* The part has a plain mask. It is copied whole, which saves the walk into small structs. */
static bool has_plain_mask(const struct gt_type_rec *rec)
{
    return rec->type.ref.rtype && rec->gcdata && !(rec->tflag & TFLAG_BIT4) &&
           !(rec->raw_kind & KIND_GC_PROGRAM) && rec->type.ptr_bytes <= 64 * 8;
}

/* The one word of a leaf that the collector follows. An interface's first word points to an itab or
 * a type, which it does not treat as a pointer (cmd/compile/internal/typebits). */
static uint64_t pointer_word(const struct gt_type *leaf)
{
    return leaf->kind == GT_T_INTERFACE ? 8 : 0;
}

static void copy_part(struct gt_types *types, unsigned char *mask, uint64_t words, gt_type_id leaf,
                      uint64_t offset)
{
    const struct gt_type *type = gt_types_get(types, leaf);
    if (type->kind != GT_T_STRUCT && type->kind != GT_T_ARRAY) {
        set_bit(mask, words, offset + pointer_word(type));
        return;
    }
    uint64_t part_words = 0;
    const unsigned char *part = gt_types_mask(types, leaf, &part_words);
    for (uint64_t i = 0; part && i < part_words; i++)
        if (part[i / 8] >> i % 8 & 1) set_bit(mask, words, offset + i * 8);
}

/* The walk's step limit follows from the words that the type claims, with room for fields narrower
 * than a word and for wrappers around pointers. */
static const unsigned char *built(struct gt_types *types, gt_type_id id, uint64_t words)
{
    struct gt_walk walk;
    gt_type_id leaf;
    uint64_t offset;
    if (words * 8 > GT_MAX_MASKED) return NULL;
    unsigned char *mask = gt_arena_alloc(&types->arena, bytes_of(words));
    gt_walk_start(&walk, types, id, words * 16 + 4 * GT_MAX_FIELDS);
    while (gt_walk_next(&walk, has_plain_mask, &leaf, &offset))
        copy_part(types, mask, words, leaf, offset);
    return walk.complete ? mask : NULL;
}

/* The mask that the runtime built, or 0. While the runtime builds it, the slot holds
 * &runtime.inProgress, a byte of a module's data, where no mask is. */
static uint64_t slot_value(const struct gt_types *types, uint64_t slot)
{
    uint64_t value = 0;
    if (!gt_mem_u64(types->from.mem, slot, &value) || value == types->in_progress) return 0;
    for (size_t i = 0; i < types->from.module_count; i++) {
        const struct gt_module *module = &types->from.modules[i];
        if (value >= module->noptrdata && value < module->enoptrbss) return 0;
    }
    return value;
}

static const unsigned char *find_mask(struct gt_types *types, gt_type_id id, uint64_t words)
{
    const struct gt_type_rec *rec = gt_type_rec(types, id);
    const unsigned char *mask;
    if (!rec->type.ref.rtype) return built(types, id, words);
    switch (form_of(types, rec)) {
    case PROGRAM:
        return unrolled(types, rec->gcdata, words);
    case SLOT:
        mask = plain(types, slot_value(types, rec->gcdata), words);
        return mask ? mask : built(types, id, words);
    default:
        return plain(types, rec->gcdata, words);
    }
}

/* A user arena's type grows as its chunk fills (arena.go). In a core nothing grows, so its mask is
 * read as any other. */
const unsigned char *gt_types_mask(struct gt_types *types, gt_type_id id, uint64_t *words)
{
    *words = 0;
    if (!id) return NULL;
    struct gt_type_rec *rec = gt_type_rec(types, id);
    if (rec->mask_asked == GT_NOT_ASKED) {
        rec->mask_asked = GT_ASKED;
        if (rec->type.ptr_bytes) rec->mask = find_mask(types, id, rec->type.ptr_bytes / 8);
    }
    if (rec->mask) *words = rec->type.ptr_bytes / 8;
    return rec->mask;
}
