/*
 * The pages of the heap: those of spans, and those that are free, by the page allocator's bitmaps
 * (runtime/mpagealloc.go, pallocData). A page that is allocated by its bit and belongs to no span
 * is in a P's cache of free pages, or is padding.
 */
#include "inspector/base/error.h"
#include "inspector/base/search.h"
#include "inspector/runtime/heap/arenas.h"
#include "inspector/runtime/ledger/readers.h"

enum {
    PAGE = 8192,
    CHUNK_PAGES = 512,   /* pallocChunkPages */
    CHUNK_SHIFT = 22,    /* logPallocChunkBytes */
    CHUNKS_L2_BITS = 13, /* pallocChunksL2Bits */
    CHUNKS_L1 = 1 << 13,
    RANGE = 16, /* addrRange: base, limit */
    CACHE_PAGES = 64,
    MAX_PS = 1 << 16, /* GOMAXPROCS is far smaller */
};

static const uint64_t CHUNK_BYTES = (uint64_t)1 << CHUNK_SHIFT;

/* ---- spans --------------------------------------------------------------------------------- */

void gt_claim_spans(struct gt_reader *reader)
{
    const struct gt_goheap *heap = reader->heap;

    for (uint32_t i = 0; i < heap->spans.len; i++) {
        const struct gt_span *span = gt_vec_at(&heap->spans, i);
        gt_claims_add(&reader->claims, span->base, span->npages * PAGE, GT_PART_SPANS);
    }
    for (size_t i = 0; i < heap->manual.len; i++) {
        const struct gt_manual_span *span = gt_vec_at(&heap->manual, i);
        gt_claims_add(&reader->claims, span->base, span->npages * PAGE,
                      span->stack_size ? GT_PART_FREE_STACKS : GT_PART_WORK_BUFFERS);
    }
}

/* ---- free pages ---------------------------------------------------------------------------- */

static bool bit(const unsigned char *bits, uint32_t index)
{
    return bits[index / 8] >> (index % 8) & 1;
}

static enum gt_part part_of(const unsigned char *data, uint64_t scavenged, uint32_t page)
{
    if (bit(data, page)) return GT_PART_PADDING_PAGES;
    return bit(data + scavenged, page) ? GT_PART_RELEASED_PAGES : GT_PART_IDLE_PAGES;
}

/* Claims the pages of [start, end), which is in one chunk, by the bitmaps. */
static void claim_chunk(struct gt_reader *reader, const unsigned char *data, uint64_t start,
                        uint64_t end)
{
    uint64_t scavenged = gt_off(&reader->process->layout, GT_F_pallocData_scavenged);

    for (uint64_t at = start; at < end; at += PAGE)
        gt_claims_add(&reader->claims, at, PAGE,
                      part_of(data, scavenged, (uint32_t)(at % CHUNK_BYTES / PAGE)));
}

struct chunks { /* the table of all chunks, with the second level that was read last */
    uint64_t first_level, offset;
    uint64_t number, second_level;
};

/* A chunk's bitmaps; NULL when it has none, or the core lacks them. */
static const unsigned char *chunk_at(const struct gt_reader *reader, struct chunks *chunks,
                                     uint64_t addr)
{
    uint64_t index = (addr + chunks->offset) >> CHUNK_SHIFT, number = index >> CHUNKS_L2_BITS;
    uint64_t size = reader->process->layout.size[GT_S_pallocData];

    if (number >= CHUNKS_L1) return NULL;
    if (number != chunks->number &&
        !gt_mem_u64(reader->process->mem, chunks->first_level + number * 8, &chunks->second_level))
        chunks->second_level = 0;
    chunks->number = number;
    if (!chunks->second_level) return NULL;
    return gt_mem_at(reader->process->mem,
                     chunks->second_level + (index & ((1 << CHUNKS_L2_BITS) - 1)) * size, size);
}

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void claim_pages(struct gt_reader *reader, struct chunks *chunks, uint64_t start,
                        uint64_t end)
{
    for (uint64_t at = start / PAGE * PAGE, next; at < end; at = next) {
        next = (at / CHUNK_BYTES + 1) * CHUNK_BYTES;
        const unsigned char *data = chunk_at(reader, chunks, at);
        if (data) claim_chunk(reader, data, at, min64(next, end));
    }
}

static uint64_t end_of_segment(const void *segments, size_t index)
{
    return ((const struct gt_segment *)segments)[index].end;
}

/* Only the part of a range that the core has. A damaged range may have any length, and so may a
 * segment without bytes in the file. */
static void claim_range(struct gt_reader *reader, struct chunks *chunks, uint64_t start,
                        uint64_t end)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(reader->process->core, &count);

    for (size_t i = gt_upper_bound(segments, 0, count, start, end_of_segment);
         i < count && segments[i].start < end; i++)
        claim_pages(reader, chunks, max64(start, segments[i].start),
                    min64(end, segments[i].start + segments[i].file_bytes));
}

/* The ranges that the heap has grown to are in order and do not overlap (mranges.go). They hold
 * offset addresses, which on Linux equal addresses. */
static void claim_ranges(struct gt_reader *reader, struct chunks *chunks)
{
    const struct gt_memory *mem = reader->process->mem;
    struct gt_slice ranges;
    uint64_t done = 0, bounds[2];

    if (!gt_reader_slice(reader, GT_F_mheap_page_ranges, &ranges)) return;
    for (uint64_t i = 0; i < ranges.len; i++) {
        if (!gt_mem_read(mem, ranges.ptr + i * RANGE, bounds, sizeof bounds)) return;
        if (bounds[0] < done || bounds[1] <= bounds[0]) continue;
        claim_range(reader, chunks, bounds[0], bounds[1]);
        done = bounds[1];
    }
}

/* ---- the caches of the Ps ------------------------------------------------------------------ */

/* One bit for each of 64 pages: a page whose bit is 1 is free, though the bitmaps have it as
 * allocated. */
static void claim_cache(struct gt_reader *reader, uint64_t cache)
{
    const struct gt_process *process = reader->process;
    uint64_t base, free, scavenged;

    if (!gt_process_field(process, cache, GT_F_pageCache_base, &base) ||
        !gt_process_field(process, cache, GT_F_pageCache_cache, &free) ||
        !gt_process_field(process, cache, GT_F_pageCache_scav, &scavenged) || base % PAGE)
        return;
    for (int i = 0; i < CACHE_PAGES; i++)
        if (free >> i & 1)
            gt_claims_add(&reader->claims, base + (uint64_t)i * PAGE, PAGE,
                          scavenged >> i & 1 ? GT_PART_RELEASED_PAGES : GT_PART_IDLE_PAGES);
}

static void claim_caches(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    struct gt_slice ps;
    uint64_t p, addr;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    gt_error_destroy(error);
    if (error || !gt_has(&process->layout, GT_F_p_pcache) ||
        !gt_process_slice(process, addr, 8, &ps))
        return;
    for (uint64_t i = 0; i < ps.len && i < MAX_PS; i++)
        if (gt_mem_u64(process->mem, ps.ptr + i * 8, &p))
            claim_cache(reader, p + gt_off(&process->layout, GT_F_p_pcache));
}

void gt_claim_pages(struct gt_reader *reader)
{
    const struct gt_layout *layout = &reader->process->layout;
    struct gt_arenas arenas;
    struct chunks chunks = {.number = UINT64_MAX};

    claim_caches(reader);
    if (!gt_has(layout, GT_F_mheap_page_chunks) || !gt_has(layout, GT_F_pallocData_scavenged) ||
        layout->size[GT_S_pallocData] < 2 * CHUNK_PAGES / 8 ||
        !gt_arenas_find(reader->process, reader->mheap, &arenas))
        return;
    chunks.first_level = reader->mheap + gt_off(layout, GT_F_mheap_page_chunks);
    chunks.offset = arenas.offset;
    claim_ranges(reader, &chunks);
}
