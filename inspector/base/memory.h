/*
 * The target's memory, as all rooms but core/ see it: a function from addresses to bytes.
 *
 * core/ makes one over a core file, tests make one over a byte array, and readers need not know
 * which. Addresses are the target's. Targets are little-endian 64-bit, as hosts are.
 *
 * Invariants: what `map` returns stays valid and constant as long as the memory does. Absent memory
 * is NULL or false, never zeros. Zero pages are memory like any other.
 */
#ifndef GT_BASE_MEMORY_H
#define GT_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gt_filled { /* [start, end) of the target */
    uint64_t start, end;
};

struct gt_memory {
    const void *ctx;
    /* The host's view of `addr`, and in *avail how many bytes follow contiguously; NULL if
     * absent. */
    const unsigned char *(*map)(const void *ctx, uint64_t addr, uint64_t *avail);
    /* The first part of [addr, end) that may have bytes other than 0; its start is `end` if there
     * is none. Reading the rest would cost time and memory for nothing. NULL: every part may have
     * such bytes. */
    struct gt_filled (*filled)(const void *ctx, uint64_t addr, uint64_t end);
};

/* As gt_memory.filled. */
static inline struct gt_filled gt_mem_filled(const struct gt_memory *mem, uint64_t addr,
                                             uint64_t end)
{
    return mem->filled ? mem->filled(mem->ctx, addr, end) : (struct gt_filled){addr, end};
}

/* `len` bytes at addr, if they are contiguous; NULL if any of them is absent or elsewhere. */
static inline const unsigned char *gt_mem_at(const struct gt_memory *mem, uint64_t addr,
                                             uint64_t len)
{
    uint64_t avail = 0;
    const unsigned char *bytes = mem->map(mem->ctx, addr, &avail);
    return bytes && avail >= len ? bytes : NULL;
}

/* Are they all zero? Also if there are none. */
static inline bool gt_are_zeros(const unsigned char *bytes, uint64_t len)
{
    return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/* Prefetches up to `len` bytes at addr, if they are there. */
static inline void gt_mem_fetch(const struct gt_memory *mem, uint64_t addr, uint64_t len)
{
    enum { LINE = 64 };
    uint64_t avail = 0;
    const unsigned char *bytes = mem->map(mem->ctx, addr, &avail);

    for (uint64_t at = 0; bytes && at < len && at < avail; at += LINE)
        __builtin_prefetch(bytes + at);
}

/* The same memory for a reader of many small things that are close together: it remembers what it
 * mapped last. It belongs to one thread, and may not be moved. */
struct gt_recent_memory {
    struct gt_memory memory;
    const struct gt_memory *whole;
    uint64_t start, size; /* what was mapped last */
    const unsigned char *bytes;
};

void gt_recent_init(struct gt_recent_memory *recent, const struct gt_memory *whole);

/* Copies `len` bytes, across mappings if need be; false if any is absent. */
bool gt_mem_read(const struct gt_memory *mem, uint64_t addr, void *to, uint64_t len);

/* One little-endian word; false, and *out untouched, when it is absent. */
bool gt_mem_u8(const struct gt_memory *mem, uint64_t addr, uint8_t *out);
bool gt_mem_u16(const struct gt_memory *mem, uint64_t addr, uint16_t *out);
bool gt_mem_u32(const struct gt_memory *mem, uint64_t addr, uint32_t *out);
bool gt_mem_u64(const struct gt_memory *mem, uint64_t addr, uint64_t *out);

/* A word of `size` (1, 2, 4 or 8) bytes, zero-extended; false when absent or of another size. */
bool gt_mem_uint(const struct gt_memory *mem, uint64_t addr, unsigned size, uint64_t *out);

static inline uint64_t gt_load64(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t gt_load32(const void *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint16_t gt_load16(const void *bytes)
{
    uint16_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Has a word so many bytes? */
static inline bool gt_is_word(unsigned size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

/* A word of any such size, zero-extended. */
static inline uint64_t gt_load_word(const unsigned char *bytes, unsigned size)
{
    if (size == 8) return gt_load64(bytes);
    if (size == 4) return gt_load32(bytes);
    return size == 2 ? gt_load16(bytes) : *bytes;
}

#endif
