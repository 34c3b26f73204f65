/* Visits the words of each object of a set. The words of later objects are prefetched, and objects
 * whose words the reader does not want are passed over by the page. */
#include "inspector/runtime/typing/typing_impl.h"

struct set_reader {
    const struct gt_typing *typing;
    gt_typed_object_fn *begin;
    const struct gt_word_reader *words;
    struct gt_fetched ready;
    struct gt_slot_ref last;   /* of the object that came last */
    uint32_t typed;            /* of the value that was visited last */
    struct gt_tile_words tile; /* and its words */
};

/* Which words an object of the type has for the reader; false if they have no plan. */
static bool plan_words(struct set_reader *reader, uint32_t typed)
{
    if (!typed) return false;
    if (typed == reader->typed) return true;
    const struct gt_type_row *row = gt_planned_row(reader->typing, gt_typed_id(typed));
    if (!row || !row->plan->all->complete) return false;
    reader->typed = typed;
    reader->tile = gt_words_to_visit(reader->typing, row->plan, reader->words);
    return true;
}

/* Neighbours are mostly alike: then their words need not be looked up again. */
static void visit_oldest(struct set_reader *reader)
{
    struct gt_slot_ref oldest = gt_fetched_take(&reader->ready);
    const struct gt_region *region = oldest.region;
    uint64_t offset = oldest.slot * region->slot_size;

    reader->begin(reader->words->ctx, gt_slot_object(&oldest));
    if (plan_words(reader, gt_value_type(reader->typing, &oldest)))
        gt_words_of_tile(reader->typing, &reader->tile, region->bytes + offset,
                         region->base + offset, 0, reader->words);
    else
        gt_typing_words_of_slot(reader->typing, &oldest, reader->words);
}

/* Has an object with this value of gt_typing.type other words than plain pointers to slots with a
 * heap bitmap? */
static bool has_other_words(const struct gt_typing *typing, uint32_t typed)
{
    const struct gt_type_row *row = gt_planned_row(typing, gt_typed_id(typed));

    return !row || !row->plan->only_plain || !gt_typed_extent(typed).all ||
           !gt_plan_leads_to_bitmaps(typing, row->plan);
}

/* Has a typed object of this page of types such a word? */
static bool page_has_other_words(const struct gt_typing *typing, uint32_t first)
{
    size_t count;
    const uint32_t *values = gt_packed_near(&typing->type, first, &count);

    for (size_t i = 0; i < count; i++)
        if (values[i] && has_other_words(typing, values[i])) return true;
    return false;
}

void gt_typing_leave_out_plain(const struct gt_typing *typing, struct gt_bitmap *objects)
{
    uint32_t end = typing->heap->graph.scan_objects;

    for (uint32_t page = 0; page < end; page += GT_PACKED_PAGE) {
        if (page_has_other_words(typing, page)) continue;
        for (uint32_t first = page; first < page + GT_PACKED_PAGE && first < end; first += 64)
            objects->words[first / 64] &= ~gt_packed_nonzero(&typing->type, first);
    }
}

_Static_assert((int)GT_TYPED_TOGETHER == (int)GT_PACKED_PAGE, "neighbours have a page of types");

static bool is_of_kind(const struct gt_typing *typing, gt_type_id id, enum gt_kind_of_type kind)
{
    return id && id != GT_OPAQUE_TYPE && gt_types_get(typing->types, id)->kind == kind;
}

bool gt_typing_may_be_near(const struct gt_typing *typing, uint32_t object,
                           enum gt_kind_of_type kind)
{
    size_t count;

    if (object >= typing->heap->graph.scan_objects) return false;
    const uint32_t *values = gt_packed_near(&typing->type, object, &count);
    for (size_t i = 0; i < count; i++)
        if (is_of_kind(typing, gt_typed_id(values[i]), kind)) return true;
    return false;
}

static void read_one(struct set_reader *reader, uint32_t object)
{
    if (gt_fetched_is_full(&reader->ready)) visit_oldest(reader);
    reader->last = gt_slot_ref_near(reader->typing, object, &reader->last);
    gt_fetched_add(&reader->ready, reader->last);
}

void gt_typing_read_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                        gt_typed_object_fn *begin, const struct gt_word_reader *words)
{
    struct set_reader reader = {.typing = typing, .begin = begin, .words = words};
    uint32_t end = typing->heap->graph.scan_objects;
    bool all = true;

    for (uint32_t first = 0; first < end; first += 64) {
        uint64_t left = objects->words[first / 64] & gt_low_bits(end - first);
        if (first % GT_PACKED_PAGE == 0)
            all = words->plain != GT_PLAIN_POINTED || page_has_other_words(typing, first);
        if (left && !all) left &= ~gt_packed_nonzero(&typing->type, first);
        for (; left; left &= left - 1)
            read_one(&reader, first + (uint32_t)__builtin_ctzll(left));
    }
    while (!gt_fetched_is_empty(&reader.ready))
        visit_oldest(&reader);
}

void gt_typing_words_of_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                            gt_typed_object_fn *begin, gt_typed_word_fn *visit, void *ctx)
{
    struct gt_word_reader words = {.word = visit, .ctx = ctx};

    gt_typing_read_all(typing, objects, begin, &words);
}
