/*
 * The runtime's own memory outside of the heap: descriptors of spans, caches, mark bits, profiles,
 * and the chunks of 256 KiB for its small allocations, which are never freed (runtime/malloc.go,
 * persistentalloc; mfixalloc.go).
 */
#include "inspector/base/error.h"
#include "inspector/base/loop.h"
#include "inspector/runtime/ledger/readers.h"

enum {
    PERSISTENT_CHUNK = 256 << 10,
    BITS_CHUNK = 64 << 10, /* gcBitsChunkBytes */
    BITS_LISTS = 4,        /* gcBitsArenas: a lock, then free, next, current, previous */
    LOCK = 8,
    BITS_NEXT = 8,           /* gcBitsArena: free, next */
    HASH_TABLE = 179999 * 8, /* buckhashArray */
    BLOCK_RECORD = 16,       /* of block and mutex profiles */
    MAX_BLOCKS = 1 << 22,    /* of a list; a longer list is damaged */
    MAX_STACK = 1 << 12,     /* of a bucket; a longer stack is damaged */
};

/* ---- spans and caches ---------------------------------------------------------------------- */

static void claim_span_descriptors(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    const struct gt_slice *all = &reader->heap->all;
    uint64_t size = process->layout.size[GT_S_mspan], span, chunk, left;
    struct gt_recent_memory list;

    gt_recent_init(&list, process->mem);
    gt_claims_add(&reader->claims, all->ptr, all->cap * 8, GT_PART_SPAN_LIST);
    for (uint64_t i = 0; i < all->len; i++)
        if (gt_mem_u64(&list.memory, all->ptr + i * 8, &span))
            gt_claims_add(&reader->claims, span, size, GT_PART_SPAN_DESCRIPTORS);
    if (gt_process_field(process, reader->mheap, GT_F_mheap_span_chunk, &chunk) &&
        gt_process_field(process, reader->mheap, GT_F_mheap_span_chunk_left, &left) &&
        left <= PERSISTENT_CHUNK)
        gt_claims_add(&reader->claims, chunk, left, GT_PART_SPAN_DESCRIPTORS);
}

static void claim_caches(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    uint64_t size = process->layout.size[GT_S_mcache], addr, p, cache;
    struct gt_slice ps;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    gt_error_destroy(error);
    if (error || !gt_process_slice(process, addr, 8, &ps)) return;
    for (uint64_t i = 0; i < ps.len; i++)
        if (gt_mem_u64(process->mem, ps.ptr + i * 8, &p) &&
            gt_process_field(process, p, GT_F_p_mcache, &cache))
            gt_claims_add(&reader->claims, cache, size, GT_PART_CACHES);
}

/* ---- lists --------------------------------------------------------------------------------- */

/* Claims each block of a list whose links are at offset `link`. */
static void claim_list(struct gt_reader *reader, uint64_t block, uint64_t link, uint64_t size,
                       enum gt_part part)
{
    struct gt_loop loop = {0};

    for (int i = 0; i < MAX_BLOCKS && block && !gt_loop_closed(&loop, block); i++) {
        gt_claims_add(&reader->claims, block, size, part);
        if (!gt_mem_u64(reader->process->mem, block + link, &block)) return;
    }
}

static void claim_bits(struct gt_reader *reader)
{
    uint64_t addr, first;
    struct gt_error *error = gt_process_global(reader->process, "runtime.gcBitsArenas", &addr);

    gt_error_destroy(error);
    for (uint64_t i = 0; !error && i < BITS_LISTS; i++)
        if (gt_mem_u64(reader->process->mem, addr + LOCK + i * 8, &first))
            claim_list(reader, first, BITS_NEXT, BITS_CHUNK, GT_PART_MARK_BITS);
}

/* ---- profiles ------------------------------------------------------------------------------ */

/* A bucket is followed by its stack, and that by its counts (runtime/mprof.go, newBucket). */
static void claim_buckets(struct gt_reader *reader, const char *list, uint64_t record)
{
    const struct gt_process *process = reader->process;
    uint64_t bucket = gt_reader_global(reader, list), depth;
    struct gt_loop loop = {0};

    for (int i = 0; i < MAX_BLOCKS && bucket && !gt_loop_closed(&loop, bucket); i++) {
        if (!gt_process_field(process, bucket, GT_F_bucket_nstk, &depth) || depth > MAX_STACK)
            return;
        gt_claims_add(&reader->claims, bucket,
                      process->layout.size[GT_S_bucket] + depth * 8 + record, GT_PART_PROFILES);
        if (!gt_process_field(process, bucket, GT_F_bucket_allnext, &bucket)) return;
    }
}

static void claim_profiles(struct gt_reader *reader)
{
    uint64_t table = gt_reader_global(reader, "runtime.buckhash");

    claim_buckets(reader, "runtime.mbuckets", reader->process->layout.size[GT_S_memRecord]);
    claim_buckets(reader, "runtime.bbuckets", BLOCK_RECORD);
    claim_buckets(reader, "runtime.xbuckets", BLOCK_RECORD);
    if (table) gt_claims_add(&reader->claims, table, HASH_TABLE, GT_PART_PROFILES);
}

void gt_claim_metadata(struct gt_reader *reader)
{
    claim_span_descriptors(reader);
    claim_caches(reader);
    claim_bits(reader);
    claim_profiles(reader);
    claim_list(reader, gt_reader_global(reader, "runtime.persistentChunks"), 0, PERSISTENT_CHUNK,
               GT_PART_PERSISTENT);
}
