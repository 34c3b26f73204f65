/* Each thread takes the next part, and sets bits of its own. They are joined at the end. */
#include "inspector/detect/windows/covering_words.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"

#include <stdatomic.h>

enum {
    MANY_PARTS = 4, /* fewer are not worth another thread */
    INTERFACES = 1 << GT_P_EFACE | 1 << GT_P_IFACE,
    TABLES = 64, /* of dynamic types; a power of two */
};

/* ---- one word ------------------------------------------------------------------------------ */

bool gt_string_covers_half(const struct gt_heap *heap, const struct gt_region *region,
                           uint64_t value, uint64_t len, struct gt_bitmap *half)
{
    uint32_t slot = region->scan == GT_SCAN_NONE ? gt_region_slot(region, value) : UINT32_MAX;

    if (slot >= region->count) return false;
    uint32_t object = region->first + slot;
    struct gt_window_target target = gt_window_target_in(region, object);
    uint64_t offset = value - target.start;
    bool covers = offset < target.size && len <= target.size - offset && len >= target.size - len;
    if (covers && gt_bit(&heap->allocated, object)) gt_bit_set(half, object);
    return covers;
}

/* A slice that covers half of a block without pointers, or all of one with pointers. */
static bool slice_covers(const struct gt_heap *heap, const struct gt_window_target *target,
                         const unsigned char *words, uint64_t elem_size, struct gt_covered *covered)
{
    uint64_t offset = gt_load64(words) - target->start;
    uint64_t len = gt_load64(words + 8), cap = gt_load64(words + 16), bytes;
    bool pointers = target->region->scan != GT_SCAN_NONE;

    if (!elem_size || len > cap || offset >= target->size) return false;
    if (__builtin_mul_overflow(cap, elem_size, &bytes) || bytes > target->size - offset)
        return false;
    bytes = len * elem_size;
    if (bytes < target->size - bytes) return false;
    if (pointers && !gt_covers_all_words(offset, bytes, target->size)) return false;
    if (!gt_bit(&heap->allocated, target->object)) return true;
    gt_bit_set(&covered->half, target->object);
    if (pointers) gt_bit_set(&covered->full, target->object);
    return true;
}

/* Does a pointer to a type of this size, of two bytes or more, cover all of its target? An array
 * whose type the allocator recorded may have elements that nothing points to, and so may a block
 * without pointers, if the pointer is not to its start. */
static bool pointer_covers(const struct gt_window_target *target, uint64_t value, uint64_t size)
{
    return target->region->scan == GT_SCAN_BITMAP ||
           (target->region->scan == GT_SCAN_NONE && value - target->start < size);
}

/* ---- all words ----------------------------------------------------------------------------- */

struct dynamic { /* what the first word of an interface says */
    uint64_t word;
    uint8_t kind;
    gt_type_id type; /* GT_NO_TYPE: it was not read while types spread */
};

struct worker {
    struct work *work;
    struct dynamic dynamic[TABLES]; /* by hash: those asked for last */
    struct gt_covered covered;
};

struct work { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_heap_analysis *analysis;
    struct gt_covered *covered;
    struct gt_vec parts; /* struct gt_read_part */
    atomic_size_t next;
    struct gt_bitmap objects; /* live ones that are not settled yet */
    struct gt_bitmap closed;  /* blocks with pointers of which enough was known before */
    struct gt_bitmap rest;
    struct worker workers[GT_MOST_SHARES];
    atomic_uint started; /* of these */
};

static const struct gt_types *types_of(const struct worker *worker)
{
    return worker->work->analysis->process->types;
}

static uint64_t size_of(const struct worker *worker, gt_type_id type)
{
    return type ? gt_types_get(types_of(worker), type)->size : 0;
}

static void use_whole(struct worker *worker, uint32_t object)
{
    if (gt_bit(&worker->work->analysis->heap->graph.allocated, object))
        gt_bit_set(&worker->covered.whole, object);
}

/* A pointer to the type. */
static bool settle_pointer(struct worker *worker, const struct gt_window_target *target,
                           uint64_t value, gt_type_id type)
{
    const struct gt_bitmap *closed = &worker->work->closed;
    uint64_t size = size_of(worker, type);

    if (size < 2) return false;
    if (!pointer_covers(target, value, size))
        return target->object < closed->bits && gt_bit(closed, target->object);
    use_whole(worker, target->object);
    return true;
}

static gt_type_id dynamic_type(struct worker *worker, uint8_t kind, uint64_t word)
{
    struct dynamic *entry = &worker->dynamic[(word >> 5 ^ word >> 11) % TABLES];

    if (entry->word == word && entry->kind == kind) return entry->type;
    *entry = (struct dynamic){word, kind, GT_NO_TYPE};
    entry->type = kind == GT_P_EFACE ? gt_types_known(types_of(worker), word)
                                     : gt_types_known_of_itab(types_of(worker), word);
    return entry->type;
}

/* What an interface's data word points to. GT_NO_TYPE: it is not known, or the word is no pointer.
 */
static gt_type_id type_behind(struct worker *worker, uint8_t kind, uint64_t word)
{
    gt_type_id dynamic = dynamic_type(worker, kind, word);
    const struct gt_type *type = dynamic ? gt_types_get(types_of(worker), dynamic) : NULL;

    if (!type || !type->direct_iface) return dynamic;
    if (type->kind != GT_T_POINTER) return GT_NO_TYPE;
    return gt_types_known(types_of(worker), type->elem.rtype);
}

static bool settle_in(struct worker *worker, const struct gt_pointer_slot *place,
                      const struct gt_window_target *target, const unsigned char *words)
{
    uint64_t first = gt_load64(words);

    if (place->kind == GT_P_SLICE)
        return slice_covers(&worker->work->analysis->heap->graph, target, words,
                            size_of(worker, place->type), &worker->covered);
    if (place->kind == GT_P_POINTER) return settle_pointer(worker, target, first, place->type);
    if (INTERFACES >> place->kind & 1)
        return settle_pointer(worker, target, gt_load64(words + 8),
                              type_behind(worker, place->kind, first));
    use_whole(worker, target->object);
    return true;
}

/* A pointer to no heap object means nothing here. */
static bool settle_string(struct worker *worker, const unsigned char *words)
{
    const struct gt_heap *heap = &worker->work->analysis->heap->graph;
    uint64_t value = gt_load64(words);
    const struct gt_region *region = gt_heap_region(heap, value);

    return !region ||
           gt_string_covers_half(heap, region, value, gt_load64(words + 8), &worker->covered.half);
}

static __attribute__((noinline)) bool
settle_other(struct worker *worker, const struct gt_pointer_slot *place, const unsigned char *words)
{
    uint64_t value = gt_load64(words + (INTERFACES >> place->kind & 1 ? 8 : 0));
    const struct gt_region *region = gt_heap_region(&worker->work->analysis->heap->graph, value);
    uint32_t slot = region ? gt_region_slot(region, value) : 0;

    if (!region) return true;
    if (slot >= region->count) return false;
    struct gt_window_target target = gt_window_target_in(region, region->first + slot);
    return settle_in(worker, place, &target, words);
}

static bool settle(void *ctx, const struct gt_pointer_slot *place, const unsigned char *words)
{
    if (place->kind == GT_P_STRING) return settle_string(ctx, words);
    return settle_other(ctx, place, words);
}

/* ---- threads ------------------------------------------------------------------------------- */

/* The first one sets the bits of all, and the others their own. */
static void init_worker(struct work *work, struct worker *worker)
{
    size_t objects = work->analysis->heap->graph.objects;

    worker->work = work;
    worker->covered = *work->covered;
    if (worker == work->workers) return;
    gt_bitmap_init(&worker->covered.whole, objects);
    gt_bitmap_init(&worker->covered.half, objects);
    gt_bitmap_init(&worker->covered.full, objects);
}

static struct gt_error *settle_parts(void *args)
{
    struct work *work = args;
    struct worker *worker = &work->workers[atomic_fetch_add(&work->started, 1)];

    init_worker(work, worker);
    for (size_t next; (next = atomic_fetch_add(&work->next, 1)) < work->parts.len;)
        gt_typing_read_part(work->analysis->typing, &work->objects, gt_vec_at(&work->parts, next),
                            settle, worker, &work->rest);
    return NULL;
}

static void join(struct worker *worker, struct gt_covered *covered)
{
    gt_bitmap_unite(&covered->whole, &worker->covered.whole);
    gt_bitmap_unite(&covered->half, &worker->covered.half);
    gt_bitmap_unite(&covered->full, &worker->covered.full);
    gt_bitmap_deinit(&worker->covered.whole);
    gt_bitmap_deinit(&worker->covered.half);
    gt_bitmap_deinit(&worker->covered.full);
}

/* Threads do not ask each other's bits, so that what they find is the same with any number. */
static void find_closed(const struct gt_heap *graph, const struct gt_covered *covered,
                        struct gt_bitmap *closed)
{
    gt_bitmap_init(closed, graph->scan_objects);
    for (size_t i = 0; i < (closed->bits + 63) / 64; i++)
        closed->words[i] =
            covered->whole.words[i] | (covered->half.words[i] & covered->full.words[i]);
}

/* What the words of most objects cover was noted while types spread. */
static void take_settled(struct work *work)
{
    const struct gt_settled_words *settled = work->analysis->typing->settled;

    gt_bitmap_init(&work->objects, work->analysis->live.bits);
    if (!settled || settled->stale) {
        gt_bitmap_copy(&work->objects, &work->analysis->live);
        return;
    }
    gt_bitmap_add_rest(&work->objects, &work->analysis->live, &settled->objects);
    gt_bitmap_unite(&work->covered->whole, &settled->whole);
    gt_bitmap_unite(&work->covered->half, &settled->half);
    gt_bitmap_unite(&work->covered->full, &settled->full);
}

/* Objects with a pointer into an array are settled if all such arrays are closed. */
static void take_leaning(struct work *work)
{
    const struct gt_settled_words *settled = work->analysis->typing->settled;
    uint64_t open = 0;

    if (!settled || settled->stale) return;
    for (size_t word = 0; word < (settled->arrays.bits + 63) / 64; word++)
        open |= settled->arrays.words[word] & ~work->closed.words[word];
    for (size_t word = 0; open && word < (settled->leaning.bits + 63) / 64; word++)
        work->objects.words[word] |=
            settled->leaning.words[word] & work->analysis->live.words[word];
}

void gt_settle_covering_words(const struct gt_heap_analysis *analysis, struct gt_covered *covered,
                              struct gt_bitmap *rest)
{
    struct work *work = gt_calloc(1, sizeof *work);

    work->analysis = analysis;
    work->covered = covered;
    work->parts = GT_VEC_OF(struct gt_read_part);
    work->rest = *rest;
    take_settled(work);
    find_closed(&analysis->heap->graph, covered, &work->closed);
    take_leaning(work);
    gt_typing_parts(analysis->typing, GT_SETTLED_KINDS, &work->parts);
    gt_task_share(work->parts.len < MANY_PARTS ? 1 : analysis->heap->graph.threads, settle_parts,
                  work);
    for (unsigned i = 1; i < atomic_load(&work->started); i++)
        join(&work->workers[i], covered);
    gt_bitmap_deinit(&work->closed);
    gt_bitmap_deinit(&work->objects);
    gt_vec_deinit(&work->parts);
    gt_free(work);
}
