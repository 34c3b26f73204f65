/* Finalizers, cleanups and weak pointers, which belong to spans outside the heap; deferred
 * calls. */
#include "tests/unit/synth/synth_impl.h"

enum { BLOCK = 4096 }; /* finBlockSize */

/* The word that will lead to a special of this offset: lists are sorted. */
static uint64_t place_of(const struct synth *synth, uint64_t span, uint64_t offset)
{
    uint64_t place = span + gt_off(&synth->layout, GT_F_mspan_specials), next;

    while ((next = synth_get(synth, place)) &&
           synth_field(synth, next, GT_F_special_offset) <= offset)
        place = next + gt_off(&synth->layout, GT_F_special_next);
    return place;
}

static uint64_t new_special(struct synth *synth, uint64_t object, const char *type,
                            const char *kind)
{
    uint64_t special = synth_alloc(synth, SYNTH_OFF_HEAP, synth_size_of(synth, type), 8);
    struct synth_span *span = synth_span_of(synth, object);
    int64_t number;

    assert_true(synth->facts.constant(synth->facts.ctx, kind, &number));
    uint64_t place = place_of(synth, span->mspan, object - span->base);
    synth_set(synth, special, GT_F_special_next, synth_get(synth, place));
    synth_set(synth, special, GT_F_special_offset, object - span->base);
    synth_set(synth, special, GT_F_special_kind, (uint64_t)number);
    synth_put(synth, place, special);
    return special;
}

uint64_t synth_finalizer(struct synth *synth, uint64_t object, uint64_t function)
{
    uint64_t special =
        new_special(synth, object, "runtime.specialfinalizer", "runtime._KindSpecialFinalizer");

    synth_set(synth, special, GT_F_specialfinalizer_fn, function);
    return special;
}

/* Up to 1.25 a closure has the argument. Since 1.26 the special has both the function and the
 * argument. */
uint64_t synth_cleanup(struct synth *synth, uint64_t object, uint64_t function, uint64_t argument)
{
    uint64_t special =
        new_special(synth, object, "runtime.specialCleanup", "runtime._KindSpecialCleanup");

    synth_set(synth, special, GT_F_specialCleanup_fn, function);
    if (synth_has(synth, GT_F_specialCleanup_call))
        synth_put(synth, special + gt_off(&synth->layout, GT_F_specialCleanup_call) + 16, argument);
    return special;
}

/* One block of the runtime's list has room for all that a test queues. */
uint64_t synth_queue_finalizer(struct synth *synth, uint64_t object, uint64_t function)
{
    uint64_t head = synth_symbol_at(synth, "runtime.allfin"), block = synth_get(synth, head);
    uint64_t size = synth->layout.size[GT_S_finalizer];

    if (!block) block = synth_alloc(synth, SYNTH_OFF_HEAP, BLOCK, 8);
    synth_put(synth, head, block);
    uint64_t count = synth_field(synth, block, GT_F_finblock_cnt) & UINT32_MAX;
    uint64_t entry = block + gt_off(&synth->layout, GT_F_finblock_fin) + count * size;
    synth_put(synth, entry, function);
    synth_put(synth, entry + 8, object);
    synth_set(synth, block, GT_F_finblock_cnt, count + 1);
    return entry;
}

void synth_type_finalizer(struct synth *synth, uint64_t entry, uint64_t pointer)
{
    synth_set(synth, entry, GT_F_finalizer_ot, pointer);
}

/* ---- deferred calls ------------------------------------------------------------------------ */

uint64_t synth_defer(struct synth_g *g, uint64_t function)
{
    static const enum gt_field_id pointers[] = {GT_F__defer_fn, GT_F__defer_link};
    struct synth *synth = g->synth;
    uint64_t record = synth_struct(synth, synth_size_of(synth, "runtime._defer"), pointers,
                                   sizeof pointers / sizeof *pointers);

    synth_set(synth, record, GT_F__defer_fn, function);
    synth_set(synth, record, GT_F__defer_pc, synth_call(synth, g->function));
    synth_set(synth, record, GT_F__defer_link, synth_field(synth, g->address, GT_F_g__defer));
    synth_set(synth, g->address, GT_F_g__defer, record);
    return record;
}

void synth_link_defer(struct synth *synth, uint64_t record, uint64_t next)
{
    synth_set(synth, record, GT_F__defer_link, next);
}

void synth_finish_defers(struct synth_g *g, uint64_t sp)
{
    uint64_t record = synth_field(g->synth, g->address, GT_F_g__defer);

    for (uint64_t next; record; record = next == record ? 0 : next) {
        next = synth_field(g->synth, record, GT_F__defer_link);
        synth_set(g->synth, record, GT_F__defer_sp, sp);
    }
}
