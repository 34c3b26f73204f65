/* Copies the bits of one slot after the other, and stops in each where its pointers end. The bitmap
 * of the last arena stays loaded, since most spans are in one arena. */
#include "inspector/runtime/heap/arena_bits.h"

enum {
    CHUNK_WORDS = 64, /* words that one bit of noMorePtrs covers */
};
static const uint64_t ARENA_WORDS = ((uint64_t)1 << GT_ARENA_SHIFT) / 8;

struct slots { /* the slots whose bits are being copied */
    const struct gt_arena_bits *from;
    uint64_t base;
    uint64_t arena; /* number of the arena whose bits are loaded, + 1 */
    const unsigned char *bitmap, *no_more;
    unsigned char *out;
};

bool gt_arena_bits_find(const struct gt_process *process, uint64_t mheap, struct gt_arena_bits *out)
{
    out->two_bits = !gt_has(&process->layout, GT_F_heapArena_noMorePtrs);
    return gt_has(&process->layout, GT_F_heapArena_bitmap) &&
           gt_arenas_find(process, mheap, &out->arenas);
}

static const unsigned char *part(const struct gt_process *process, uint64_t arena,
                                 enum gt_field_id field, uint64_t size)
{
    return gt_mem_at(process->mem, arena + gt_off(&process->layout, field), size);
}

/* Loads the bits of the arena that holds addr. */
static bool open_arena(struct slots *slots, uint64_t addr)
{
    const struct gt_arena_bits *from = slots->from;
    const struct gt_process *process = from->arenas.process;
    uint64_t number = gt_arena_number(&from->arenas, addr);

    if (slots->bitmap && slots->arena == number + 1) return true;
    slots->bitmap = NULL;
    uint64_t arena = gt_arena_at(&from->arenas, number);
    if (!arena) return false;
    slots->bitmap =
        part(process, arena, GT_F_heapArena_bitmap, ARENA_WORDS / (from->two_bits ? 4 : 8));
    if (!from->two_bits)
        slots->no_more =
            part(process, arena, GT_F_heapArena_noMorePtrs, ARENA_WORDS / CHUNK_WORDS / 8);
    if (!slots->bitmap || !(from->two_bits || slots->no_more)) return false;
    slots->arena = number + 1;
    return true;
}

static void set(struct slots *slots, uint64_t addr)
{
    uint64_t word = (addr - slots->base) / 8;

    slots->out[word / 8] |= (unsigned char)(1 << word % 8);
}

/* 1.19: bit i of a byte says that word i is a pointer, bit i + 4 that more pointers may follow in
 * the object. */
static bool copy_two_bits(struct slots *slots, uint64_t from, uint64_t to)
{
    for (uint64_t addr = from; addr < to; addr += 8) {
        if (!open_arena(slots, addr)) return false;
        uint64_t word = addr / 8 % ARENA_WORDS;
        unsigned bits = slots->bitmap[word / 4] >> word % 4;
        if (!(bits & 16)) return true;
        if (bits & 1) set(slots, addr);
    }
    return true;
}

/* 1.20: 64 words at a time, as heapBitsForAddr does. */
static bool copy_chunks(struct slots *slots, uint64_t from, uint64_t to)
{
    for (uint64_t addr = from; addr < to;) {
        if (!open_arena(slots, addr)) return false;
        uint64_t word = addr / 8 % ARENA_WORDS, chunk = word / CHUNK_WORDS;
        uint64_t bits = gt_load64(slots->bitmap + chunk * 8) >> word % CHUNK_WORDS;
        uint64_t end = addr + (CHUNK_WORDS - word % CHUNK_WORDS) * 8;
        for (uint64_t at = addr; bits && at < to; at += 8, bits >>= 1)
            if (bits & 1) set(slots, at);
        if (slots->no_more[chunk / 8] >> chunk % 8 & 1) return true;
        addr = end;
    }
    return true;
}

const unsigned char *gt_arena_bits_of(const struct gt_arena_bits *bits, uint64_t base,
                                      uint64_t slot_size, uint64_t count, struct gt_arena *storage)
{
    struct slots slots = {.from = bits, .base = base};
    bool whole = true;

    slots.out = gt_arena_alloc(storage, slot_size / 8 * count / 8 + 8);
    for (uint64_t i = 0; whole && i < count; i++) {
        uint64_t from = base + i * slot_size;
        whole = bits->two_bits ? copy_two_bits(&slots, from, from + slot_size)
                               : copy_chunks(&slots, from, from + slot_size);
    }
    return whole ? slots.out : NULL;
}
