/* Large arrays are split by elements, and all other objects by their numbers. Threads only read
 * what they share, but for the set of other objects. */
#include "inspector/runtime/typing/typing_impl.h"

enum {
    PART_OBJECTS = 1 << 15,
    PART_BYTES = 1 << 20, /* of a large array */
};

/* ---- parts --------------------------------------------------------------------------------- */

static void add_part(struct gt_vec *parts, struct gt_read_part part)
{
    gt_vec_add(parts, &part);
}

static void add_objects(struct gt_vec *parts, uint32_t from, uint32_t to)
{
    for (; from < to; from += PART_OBJECTS) {
        uint32_t count = to - from < PART_OBJECTS ? to - from : PART_OBJECTS;
        add_part(parts, (struct gt_read_part){from, from + count, 0, UINT64_MAX});
    }
}

static void add_array(const struct gt_typing *typing, struct gt_vec *parts,
                      const struct gt_region *region)
{
    const struct gt_type_row *row =
        gt_planned_row(typing, gt_typed_id(gt_packed_at(&typing->type, region->first)));
    uint64_t count = row && row->size ? region->slot_size / row->size : 0;
    uint64_t each = count ? PART_BYTES / row->size + 1 : 1;
    struct gt_read_part part = {region->first, region->first + 1, 0, UINT64_MAX};

    for (; part.first + each < count; part.first += each) {
        part.end = part.first + each;
        add_part(parts, part);
    }
    part.end = UINT64_MAX;
    add_part(parts, part);
}

static bool is_large_array(const struct gt_region *region)
{
    return region->count == 1 && region->slot_size > PART_BYTES;
}

/* Plain pointers are left out where it is known what they lead to. */
static void choose_words(const struct gt_typing *typing, struct gt_word_plan *plan, uint32_t kinds)
{
    plan->read = gt_plan_leads_to_bitmaps(typing, plan) ? &plan->others : plan->all;
    plan->kinds = plan->read->count ? GT_CHOSEN_KINDS : GT_NO_KINDS;
    if (!plan->all->complete) plan->kinds = GT_OTHER_KINDS;
    for (size_t i = 0; i < plan->read->count; i++)
        if (!(kinds >> plan->read->places[i].kind & 1)) plan->kinds = GT_OTHER_KINDS;
}

static void choose_words_of_all(const struct gt_typing *typing, uint32_t kinds)
{
    struct gt_type_row *rows = typing->rows->data;

    for (size_t i = 0; i < typing->rows->len; i++)
        if (rows[i].known && rows[i].plan) choose_words(typing, rows[i].plan, kinds);
}

void gt_typing_parts(const struct gt_typing *typing, uint32_t kinds, struct gt_vec *parts)
{
    const struct gt_heap *graph = &typing->heap->graph;
    uint32_t from = 0, end = graph->scan_objects;

    for (uint32_t i = 0; i < graph->region_count && graph->regions[i].first < end; i++) {
        const struct gt_region *region = &graph->regions[i];
        if (!is_large_array(region)) continue;
        add_objects(parts, from, region->first);
        add_array(typing, parts, region);
        from = region->first + 1;
    }
    add_objects(parts, from, end);
    choose_words_of_all(typing, kinds);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct part_reader {
    const struct gt_typing *typing;
    const struct gt_read_part *part;
    gt_settle_word_fn *settle;
    void *ctx;
    struct gt_fetched ready;
    struct gt_slot_ref last;  /* of the object that came last */
    uint32_t typed;           /* of the object whose kinds were asked for last */
    enum gt_word_kinds kinds; /* and these */
};

static const struct gt_type_row *row_of(const struct gt_typing *typing, uint32_t typed)
{
    return gt_row_at(typing, gt_typed_id(typed));
}

/* What an object with this entry of gt_typing.type has, by its type alone. The row was made when
 * its type was claimed. */
static enum gt_word_kinds kinds_of(const struct gt_typing *typing, uint32_t typed)
{
    if (!typed || gt_typed_id(typed) >= typing->rows->len) return GT_OTHER_KINDS;
    const struct gt_type_row *row = row_of(typing, typed);
    return row->known && !row->is_map && row->plan ? row->plan->kinds : GT_OTHER_KINDS;
}

/* Of elements that follow one another. False if one is not settled. */
static bool settle_elements(const struct part_reader *reader, const struct gt_word_plan *plan,
                            const unsigned char *bytes, uint64_t tile, uint64_t count)
{
    for (; count; count--, bytes += tile)
        for (size_t i = 0; i < plan->read->count; i++) {
            const struct gt_pointer_slot *place = &plan->read->places[i];
            const unsigned char *words = bytes + place->offset;
            if (gt_load64(words) && !reader->settle(reader->ctx, place, words)) return false;
        }
    return true;
}

/* The same of an extent. */
static bool settle_extent(const struct part_reader *reader, const struct gt_slot_ref *ref,
                          const struct gt_type_row *row, struct gt_extent extent)
{
    const struct gt_region *region = ref->region;
    uint64_t tile = row->size, offset = ref->slot * region->slot_size + gt_slot_skip(ref);

    while (extent.from < extent.to) {
        struct gt_extent filled = gt_filled_elements(reader->typing, ref, tile, extent);
        if (!settle_elements(reader, row->plan, region->bytes + offset + filled.from * tile, tile,
                             filled.to - filled.from))
            return false;
        extent.from = filled.to;
    }
    return true;
}

static struct gt_extent extent_in(const struct gt_read_part *part, struct gt_extent extent)
{
    if (extent.from < part->first) extent.from = (uint32_t)part->first;
    if (extent.to > part->end) extent.to = (uint32_t)part->end;
    return extent;
}

/* False: the object has other words, or one that is not settled. */
static bool settle_object(const struct part_reader *reader, const struct gt_slot_ref *ref)
{
    const struct gt_typing *typing = reader->typing;
    const struct gt_region *region = ref->region;
    uint32_t typed = gt_value_type(typing, ref);

    if (!region->bytes) return false;
    if (typed)
        return settle_elements(reader, row_of(typing, typed)->plan,
                               region->bytes + ref->slot * region->slot_size, 0, 1);
    typed = gt_packed_at(&typing->type, gt_slot_object(ref));
    const struct gt_type_row *row = row_of(typing, typed);
    struct gt_extent extent = gt_extent_of_slot(typing, ref, typed, row->size);
    return !gt_has_rest(ref, row->size, extent) &&
           settle_extent(reader, ref, row, extent_in(reader->part, extent));
}

static void add_bits(struct gt_bitmap *set, size_t word, uint64_t bits)
{
    if (bits) __atomic_fetch_or(&set->words[word], bits, __ATOMIC_RELAXED);
}

static void read_oldest(struct part_reader *reader, struct gt_bitmap *others)
{
    struct gt_slot_ref oldest = gt_fetched_take(&reader->ready);
    uint32_t object = gt_slot_object(&oldest);

    if (!settle_object(reader, &oldest)) add_bits(others, object / 64, (uint64_t)1 << object % 64);
}

static enum gt_word_kinds kinds_near(struct part_reader *reader, uint32_t typed)
{
    if (typed != reader->typed) {
        reader->typed = typed;
        reader->kinds = kinds_of(reader->typing, typed);
    }
    return reader->kinds;
}

/* Of the 64 objects from `first` on. */
static void read_word(struct part_reader *reader, uint32_t first, uint64_t left,
                      struct gt_bitmap *others)
{
    const struct gt_typing *typing = reader->typing;
    uint64_t other = 0;

    for (; left; left &= left - 1) {
        uint32_t object = first + (uint32_t)__builtin_ctzll(left);
        enum gt_word_kinds kinds = kinds_near(reader, gt_packed_at(&typing->type, object));
        if (kinds == GT_OTHER_KINDS) other |= left & -left;
        if (kinds != GT_CHOSEN_KINDS) continue;
        if (gt_fetched_is_full(&reader->ready)) read_oldest(reader, others);
        reader->last = gt_slot_ref_near(typing, object, &reader->last);
        gt_fetched_add(&reader->ready, reader->last);
        gt_fetch_middle(reader->last.region, reader->last.slot);
    }
    add_bits(others, first / 64, other);
}

/* The kinds of all typed objects of a page of types; GT_KINDS_UNKNOWN if they differ. */
static enum gt_word_kinds kinds_of_page(const struct gt_typing *typing, uint32_t first)
{
    size_t count;
    const uint32_t *values = gt_packed_near(&typing->type, first, &count);
    enum gt_word_kinds kinds = GT_KINDS_UNKNOWN;

    for (size_t i = 0; i < count; i++) {
        if (!values[i]) continue;
        enum gt_word_kinds next = kinds_of(typing, values[i]);
        if (kinds != GT_KINDS_UNKNOWN && next != kinds) return GT_KINDS_UNKNOWN;
        kinds = next;
    }
    return kinds;
}

/* Of the 64 objects from `first` on, in a page of these kinds. */
static void read_near(struct part_reader *reader, uint32_t first, uint64_t left,
                      enum gt_word_kinds kinds, struct gt_bitmap *others)
{
    uint64_t typed = left ? gt_packed_nonzero(&reader->typing->type, first) : 0;

    if (kinds == GT_OTHER_KINDS) typed = 0;
    add_bits(others, first / 64, left & ~typed);
    if (kinds != GT_NO_KINDS && left & typed) read_word(reader, first, left & typed, others);
}

void gt_typing_read_part(const struct gt_typing *typing, const struct gt_bitmap *objects,
                         const struct gt_read_part *part, gt_settle_word_fn *settle, void *ctx,
                         struct gt_bitmap *others)
{
    struct part_reader reader = {
        .typing = typing, .part = part, .settle = settle, .ctx = ctx, .kinds = GT_OTHER_KINDS};
    enum gt_word_kinds kinds = GT_KINDS_UNKNOWN;

    for (uint32_t first = part->from / 64 * 64; first < part->to; first += 64) {
        uint64_t left = objects->words[first / 64] & gt_low_bits(part->to - first);
        if (first < part->from) left &= ~gt_low_bits(part->from - first);
        if (first % GT_PACKED_PAGE == 0) kinds = kinds_of_page(typing, first);
        read_near(&reader, first, left, kinds, others);
    }
    while (!gt_fetched_is_empty(&reader.ready))
        read_oldest(&reader, others);
}
