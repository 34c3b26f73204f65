/* Copies from mapping to mapping until all bytes are there. A word is a single load if its bytes
 * are contiguous. */
#include "inspector/base/memory.h"

enum { BEFORE = 1 << 20 /* bytes, at most, that are remembered before what is asked for */ };

bool gt_mem_read(const struct gt_memory *mem, uint64_t addr, void *to, uint64_t len)
{
    unsigned char *out = to;

    while (len > 0) {
        uint64_t avail = 0;
        const unsigned char *bytes = mem->map(mem->ctx, addr, &avail);
        if (!bytes || avail == 0) return false;
        uint64_t step = avail < len ? avail : len;
        memcpy(out, bytes, step);
        if (len > step && addr + step < addr) return false;
        out += step, addr += step, len -= step;
    }
    return true;
}

static bool across(const struct gt_memory *mem, uint64_t addr, unsigned size, uint64_t *out)
{
    uint64_t word = 0;

    if (!gt_is_word(size) || !gt_mem_read(mem, addr, &word, size)) return false;
    *out = word;
    return true;
}

/* One load, if the word does not lie across mappings. */
bool gt_mem_uint(const struct gt_memory *mem, uint64_t addr, unsigned size, uint64_t *out)
{
    const unsigned char *bytes = gt_mem_at(mem, addr, size);

    if (!bytes) return across(mem, addr, size, out);
    if (!gt_is_word(size)) return false;
    *out = gt_load_word(bytes, size);
    return true;
}

bool gt_mem_u8(const struct gt_memory *mem, uint64_t addr, uint8_t *out)
{
    return gt_mem_read(mem, addr, out, sizeof *out);
}

bool gt_mem_u16(const struct gt_memory *mem, uint64_t addr, uint16_t *out)
{
    uint64_t word;

    if (!gt_mem_uint(mem, addr, sizeof *out, &word)) return false;
    *out = (uint16_t)word;
    return true;
}

bool gt_mem_u32(const struct gt_memory *mem, uint64_t addr, uint32_t *out)
{
    uint64_t word;

    if (!gt_mem_uint(mem, addr, sizeof *out, &word)) return false;
    *out = (uint32_t)word;
    return true;
}

bool gt_mem_u64(const struct gt_memory *mem, uint64_t addr, uint64_t *out)
{
    const unsigned char *bytes = gt_mem_at(mem, addr, sizeof *out);

    if (!bytes) return gt_mem_uint(mem, addr, sizeof *out, out);
    *out = gt_load64(bytes);
    return true;
}

/* ---- what was mapped last ------------------------------------------------------------------ */

/* Remembers what is mapped from `start` on, if that has `addr`. */
static bool remember(struct gt_recent_memory *recent, uint64_t start, uint64_t addr)
{
    uint64_t avail = 0;
    const unsigned char *bytes = recent->whole->map(recent->whole->ctx, start, &avail);

    if (!bytes || avail <= addr - start) return false;
    recent->start = start;
    recent->size = avail;
    recent->bytes = bytes;
    return true;
}

/* A reader may go backwards, so some memory before `addr` is remembered, too. */
static const unsigned char *map_recent(const void *ctx, uint64_t addr, uint64_t *avail)
{
    struct gt_recent_memory *recent = (struct gt_recent_memory *)ctx;

    if (addr - recent->start >= recent->size && !remember(recent, addr / BEFORE * BEFORE, addr) &&
        !remember(recent, addr, addr))
        return NULL;
    *avail = recent->size - (addr - recent->start);
    return recent->bytes + (addr - recent->start);
}

static struct gt_filled filled_as_whole(const void *ctx, uint64_t addr, uint64_t end)
{
    return gt_mem_filled(((const struct gt_recent_memory *)ctx)->whole, addr, end);
}

void gt_recent_init(struct gt_recent_memory *recent, const struct gt_memory *whole)
{
    *recent = (struct gt_recent_memory){
        .memory = {.ctx = recent, .map = map_recent, .filled = filled_as_whole}, .whole = whole};
}
