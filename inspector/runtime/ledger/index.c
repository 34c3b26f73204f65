/*
 * Arenas, and the runtime's index of pages: the table of arenas, their descriptors, the page
 * allocator's summaries, bitmaps and the scavenger's index (runtime/mheap.go, mpagealloc_64bit.go).
 * Most of it is address space that is reserved and never touched.
 */
#include "inspector/base/alloc.h"
#include "inspector/runtime/heap/arenas.h"
#include "inspector/runtime/ledger/readers.h"

enum {
    SUMMARY_LEVELS = 5,
    SUMMARY = 8, /* pallocSum */
    SLICE = 24,
    CHUNKS_L1 = 1 << 13,
    CHUNKS_L2 = 1 << 13,
};

static const uint64_t ARENA_BYTES = (uint64_t)1 << GT_ARENA_SHIFT;
static const uint64_t ARENA_INDEX_BYTES = ((uint64_t)1 << 22) * 8; /* arenaL2Bits, pointers */

static void claim_slice(struct gt_reader *reader, const struct gt_slice *slice, uint64_t elem,
                        enum gt_part part)
{
    uint64_t size;

    if (slice->len <= slice->cap && gt_mul(slice->cap, elem, &size))
        gt_claims_add(&reader->claims, slice->ptr, size, part);
}

/* ---- arenas -------------------------------------------------------------------------------- */

static void claim_arena(struct gt_reader *reader, const struct gt_arenas *arenas, uint64_t number)
{
    uint64_t descriptor = gt_arena_at(arenas, number);
    uint64_t size = reader->process->layout.size[GT_S_heapArena];

    if (!descriptor) return;
    gt_claims_add(&reader->claims, gt_arena_base(arenas, number), ARENA_BYTES, GT_PART_ARENAS);
    gt_claims_add(&reader->claims, descriptor, size, GT_PART_ARENA_DESCRIPTORS);
}

static void claim_arenas_of(struct gt_reader *reader, const struct gt_arenas *arenas,
                            enum gt_field_id list)
{
    struct gt_slice numbers;
    uint64_t number;

    if (!gt_reader_slice(reader, list, &numbers)) return;
    for (uint64_t i = 0; i < numbers.len && i < ARENA_INDEX_BYTES / 8; i++) {
        if (!gt_mem_u64(reader->process->mem, numbers.ptr + i * 8, &number)) return;
        if (number < ARENA_INDEX_BYTES / 8) claim_arena(reader, arenas, number);
    }
}

static void claim_arenas(struct gt_reader *reader)
{
    struct gt_arenas arenas;
    uint64_t base, end;

    if (!gt_arenas_find(reader->process, reader->mheap, &arenas)) return;
    gt_claims_add(&reader->claims, arenas.list, ARENA_INDEX_BYTES, GT_PART_ARENA_INDEX);
    claim_arenas_of(reader, &arenas, GT_F_mheap_arena_numbers);
    claim_arenas_of(reader, &arenas, GT_F_mheap_user_arena_numbers);
    if (gt_process_field(reader->process, reader->mheap, GT_F_mheap_cur_arena_base, &base) &&
        gt_process_field(reader->process, reader->mheap, GT_F_mheap_cur_arena_end, &end) &&
        end > base)
        gt_claims_add(&reader->claims, base, end - base, GT_PART_ARENAS);
}

/* ---- pages --------------------------------------------------------------------------------- */

static void claim_summaries(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    uint64_t words[3];

    if (!gt_has(&process->layout, GT_F_mheap_page_summaries)) return;
    uint64_t at = reader->mheap + gt_off(&process->layout, GT_F_mheap_page_summaries);
    for (int level = 0; level < SUMMARY_LEVELS; level++)
        if (gt_mem_read(process->mem, at + (uint64_t)level * SLICE, words, sizeof words))
            claim_slice(reader, &(struct gt_slice){words[0], words[1], words[2]}, SUMMARY,
                        GT_PART_PAGE_INDEX);
}

/* Up to Go 1.20 the index is a bitmap, and its elements are bytes. */
static void claim_scavenge_index(struct gt_reader *reader)
{
    uint64_t size = reader->process->layout.size[GT_S_scavChunkData];
    struct gt_slice index;

    if (gt_reader_slice(reader, GT_F_mheap_scavenge_index, &index))
        claim_slice(reader, &index, size ? size : 1, GT_PART_PAGE_INDEX);
}

static void claim_chunks(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    uint64_t size = CHUNKS_L2 * (uint64_t)process->layout.size[GT_S_pallocData], second;

    if (!gt_has(&process->layout, GT_F_mheap_page_chunks)) return;
    uint64_t first = reader->mheap + gt_off(&process->layout, GT_F_mheap_page_chunks);
    for (uint64_t i = 0; i < CHUNKS_L1; i++)
        if (gt_mem_u64(process->mem, first + i * 8, &second) && second)
            gt_claims_add(&reader->claims, second, size, GT_PART_PAGE_INDEX);
}

void gt_claim_index(struct gt_reader *reader)
{
    claim_arenas(reader);
    claim_summaries(reader);
    claim_scavenge_index(reader);
    claim_chunks(reader);
}
