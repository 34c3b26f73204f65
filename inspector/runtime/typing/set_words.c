/* Visits the words of a set of objects, and prefetches the words of later objects meanwhile. */
#include "inspector/runtime/typing/typing_impl.h"

struct gt_slot_ref gt_slot_ref_near(const struct gt_typing *typing, uint32_t object,
                                    const struct gt_slot_ref *last)
{
    const struct gt_region *region = last->region;

    if (!region || object - region->first >= region->count) return gt_slot_ref_of(typing, object);
    return (struct gt_slot_ref){region, object - region->first};
}

struct set_reader {
    const struct gt_typing *typing;
    gt_typed_object_fn *begin;
    gt_typed_word_fn *visit;
    void *ctx;
    struct gt_ready_slots ready;
};

static void visit_oldest(struct set_reader *reader)
{
    struct gt_slot_ref oldest = gt_ready_take(&reader->ready);

    reader->begin(reader->ctx, gt_slot_object(&oldest));
    gt_typing_words_of_slot(reader->typing, &oldest, reader->visit, reader->ctx);
}

void gt_typing_words_of_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                            gt_typed_object_fn *begin, gt_typed_word_fn *visit, void *ctx)
{
    struct set_reader reader = {.typing = typing, .begin = begin, .visit = visit, .ctx = ctx};
    uint32_t count = typing->heap->graph.scan_objects;
    struct gt_slot_ref next = {0};

    for (size_t i = gt_bitmap_next(objects, 0); i < count; i = gt_bitmap_next(objects, i + 1)) {
        if (gt_ready_is_full(&reader.ready)) visit_oldest(&reader);
        next = gt_slot_ref_near(typing, (uint32_t)i, &next);
        gt_ready_add(&reader.ready, next);
    }
    while (!gt_ready_is_empty(&reader.ready))
        visit_oldest(&reader);
}
