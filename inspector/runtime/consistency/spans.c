/* Checks a span's numbers against one another and against its bits (runtime/mheap.go, mspan). A
 * thread takes some spans that follow each other at a time. What it finds is added up in their
 * order. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"
#include "inspector/runtime/heap/size_classes.h"

#include <stdatomic.h>

enum {
    PAGE = 8192,
    INLINE_MARKS_BYTES = 128,
    MAX_BITMAP_SIZE = 512, /* of objects whose pointer bits are at the span's end */
    WORD_BITS = 64,        /* of a span's memory, for which its own bitmap has a byte */
    USER_ARENA_CHUNK = 8 << 20,
    PART_SPANS = 256,
    MANY_PARTS = 4, /* fewer are not worth another thread */
};

struct checking { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_goheap *heap;
    struct gt_contradictions *parts; /* by part of the spans */
    size_t part_count;
    atomic_size_t next;
};

struct checker {
    const struct gt_goheap *heap;
    struct gt_recent_memory mspans;  /* which are close together */
    struct gt_contradictions *found; /* in the part that is checked */
};

static bool read(const struct checker *checker, const struct gt_span *span, enum gt_field_id id,
                 uint64_t *out)
{
    return gt_read_field(&checker->heap->process->layout, &checker->mspans.memory, span->address,
                         id, out);
}

static bool is_user_arena(const struct checker *checker, const struct gt_span *span)
{
    uint64_t is = 0;

    read(checker, span, GT_F_mspan_isUserArenaChunk, &is);
    return is;
}

/* All chunks of user arenas are large spans of one size (arena.go, userArenaChunkBytes). */
static bool is_chunk(const struct gt_span *span)
{
    return !(span->span_class >> 1) && span->npages * PAGE == USER_ARENA_CHUNK;
}

/* ---- its shape ----------------------------------------------------------------------------- */

/* True if the span has as many slots as fit beside what it keeps at its end: the bitmap of small
 * objects with pointers, since 1.22, and inline marks. */
static bool slots_fit(const struct gt_goheap *heap, const struct gt_span *span)
{
    bool has_bitmap =
        !heap->has_arena_bits && !(span->span_class & 1) && span->elem_size <= MAX_BITMAP_SIZE;
    uint64_t bytes = span->npages * PAGE, room = bytes - (has_bitmap ? bytes / WORD_BITS : 0);

    return span->nelems == room / span->elem_size ||
           (heap->green_tea && span->nelems == (room - INLINE_MARKS_BYTES) / span->elem_size);
}

static bool is_shapely(const struct checker *checker, const struct gt_span *span)
{
    unsigned class = span->span_class >> 1;
    uint64_t limit, end = span->base + span->npages * PAGE;

    if (class == 0 && (span->nelems != 1 || span->elem_size != span->npages * PAGE)) return false;
    if (class && (span->elem_size != gt_slot_of_class(class) || !slots_fit(checker->heap, span)))
        return false;
    if (!read(checker, span, GT_F_mspan_limit, &limit)) return true;
    return limit > span->base && limit <= end &&
           (!class || limit >= span->base + span->nelems * span->elem_size);
}

/* ---- its counts ---------------------------------------------------------------------------- */

static uint64_t count_bits(const unsigned char *bits, uint32_t from, uint32_t to)
{
    uint64_t count = 0;

    for (uint64_t at = from; at < to; at += 64)
        count +=
            gt_ones(gt_bits_load(bits, (to + UINT64_C(7)) / 8, at, to - at < 64 ? to - at : 64));
    return count;
}

/* How far the span's sweep generation is from the heap's: a sweep behind, being swept, swept, or in
 * an mcache (mheap.go, mspan.sweepgen). */
static int32_t ahead(const struct gt_goheap *heap, const struct gt_span *span)
{
    return (int32_t)(span->sweep_gen - heap->sweep_gen);
}

/* All slots below freeindex are allocated; above it, allocBits decides. A thread takes a slot of
 * its mcache's span and counts it in two steps. A sweep sets all of these anew. */
static bool counts_agree(const struct checker *checker, const struct gt_span *span)
{
    uint64_t said, counted;
    int32_t gen = ahead(checker->heap, span);

    if (gen == -1 || !read(checker, span, GT_F_mspan_allocCount, &said)) return true;
    uint32_t first = span->end_index < span->nelems ? span->end_index : span->nelems;
    counted = first + count_bits(span->alloc_bits, first, span->nelems);
    uint64_t apart = said > counted ? said - counted : counted - said;
    return apart <= (gen == 1 || gen == 3 || !span->span_class >> 1);
}

static bool is_marked(const struct gt_span *span, uint32_t slot)
{
    return gt_span_marked(span, slot / 64 * 64) >> slot % 64 & 1;
}

/* A slot that was free and was taken during a mark is marked, and freeIndexForScan stays below it.
 * That of another one rises with freeindex, once the object is ready (malloc.go). */
static bool indices_agree(const struct checker *checker, const struct gt_span *span)
{
    uint64_t slot, unseen = 0;
    int32_t gen = ahead(checker->heap, span);

    if (gen == -1 || !read(checker, span, GT_F_mspan_freeIndexForScan, &slot)) return true;
    if (slot > span->end_index) return false;
    for (; slot < span->end_index && slot < span->nelems; slot++)
        unseen += !is_marked(span, (uint32_t)slot) &&
                  !count_bits(span->alloc_bits, (uint32_t)slot, (uint32_t)slot + 1);
    return unseen <= (gen == 1 || gen == 3 || !span->span_class >> 1);
}

static void check(const struct checker *checker, const struct gt_span *span)
{
    struct gt_contradictions *all = checker->found;
    int32_t gen = ahead(checker->heap, span);
    bool user_arena = is_user_arena(checker, span);

    if (!span->alloc_bits || !span->mark_bits)
        gt_contradict(all, GT_CONTRADICTION_SPAN_BITS, 1, span->address);
    else if (!user_arena && !counts_agree(checker, span))
        gt_contradict(all, GT_CONTRADICTION_SPAN_COUNT, 1, span->address);
    else if (!user_arena && !indices_agree(checker, span))
        gt_contradict(all, GT_CONTRADICTION_SPAN_INDEX, 1, span->address);
    if (user_arena ? !is_chunk(span) : !is_shapely(checker, span))
        gt_contradict(all, GT_CONTRADICTION_SPAN_SHAPE, 1, span->address);
    if (!user_arena && gen != 0 && gen != 1 && gen != 3 && gen != -1 && gen != -2)
        gt_contradict(all, GT_CONTRADICTION_SPAN_SWEEP, 1, span->address);
}

static void check_part(const struct checker *checker, size_t part)
{
    const struct gt_vec *spans = &checker->heap->spans;

    for (size_t i = part * PART_SPANS; i < spans->len && i < (part + 1) * PART_SPANS; i++)
        check(checker, gt_vec_at(spans, i));
}

static struct gt_error *check_parts(void *args)
{
    struct checking *checking = args;
    struct checker checker = {.heap = checking->heap};

    gt_recent_init(&checker.mspans, checking->heap->process->mem);
    for (size_t next; (next = atomic_fetch_add(&checking->next, 1)) < checking->part_count;) {
        checker.found = &checking->parts[next];
        check_part(&checker, next);
    }
    return NULL;
}

void gt_consistency_of_spans(const struct gt_goheap *heap)
{
    struct checking *checking = gt_calloc(1, sizeof *checking);

    checking->heap = heap;
    checking->part_count = heap->spans.len / PART_SPANS + 1;
    checking->parts = gt_calloc(checking->part_count, sizeof *checking->parts);
    gt_task_share(checking->part_count < MANY_PARTS ? 1 : heap->graph.threads, check_parts,
                  checking);
    for (size_t i = 0; i < checking->part_count; i++)
        gt_contradictions_add(&heap->process->contradictions, &checking->parts[i]);
    gt_free(checking->parts);
    gt_free(checking);
}
