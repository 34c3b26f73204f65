/* Objects as typed words, and how a type covers an object's slot. */
#include "inspector/runtime/typing/shapes.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "inspector/runtime/typing/words.h"

enum {
    WORD = 8,
    MASK_WORDS = 64, /* bits of one load; a slot with a heap bitmap has no more words since Go 1.22
                      */
    LONG_REST = 4096,
};

struct gt_slot_ref gt_slot_ref_of(const struct gt_typing *typing, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(&typing->heap->graph, object);

    return (struct gt_slot_ref){region, object - region->first};
}

bool gt_slot_ref_at(const struct gt_typing *typing, uint64_t value, struct gt_slot_ref *ref)
{
    const struct gt_heap *graph = &typing->heap->graph;

    ref->region = gt_heap_region(graph, value);
    if (!ref->region || ref->region->scan == GT_SCAN_NONE) return false;
    ref->slot = gt_region_slot(ref->region, value);
    if (ref->slot >= ref->region->count || !gt_bit(&graph->allocated, gt_slot_object(ref)))
        return false;
    return true;
}

/* ---- wide slots: any number of words ------------------------------------------------------- */

/* Do `count` bits of a slot's bitmap, from word `first` on, agree with a type's mask? */
static bool agrees(const struct gt_slot_ref *ref, uint64_t first, const unsigned char *bits,
                   uint64_t pointers, uint64_t count)
{
    const struct gt_region *region = ref->region;
    uint64_t slot = ref->slot * (region->slot_size / WORD);

    for (uint64_t at = 0; at < count; at += MASK_WORDS) {
        uint64_t width = count - at < MASK_WORDS ? count - at : MASK_WORDS;
        uint64_t have = gt_bits_load(region->mask, region->mask_bytes, slot + first + at, width);
        uint64_t known = pointers > at ? pointers - at : 0;
        uint64_t want = gt_bits_load(bits, (pointers + 7) / 8, at, known < width ? known : width);
        if (have != want) return false;
    }
    return true;
}

static struct gt_extent wide_tiles_that_fit(const struct gt_typing *typing,
                                            const struct gt_slot_ref *ref, gt_type_id id,
                                            uint64_t first, uint64_t count)
{
    uint64_t pointers, words = gt_type_row(typing, id)->size / WORD;
    const unsigned char *bits = gt_types_mask(typing->types, id, &pointers);
    uint64_t room = words ? ref->region->slot_size / WORD / words : 0;

    if (!bits || first >= room || room > UINT32_MAX) return (struct gt_extent){0};
    uint64_t end = count < room - first ? first + count : room, to = first;
    while (to < end && agrees(ref, to * words, bits, pointers, words))
        to++;
    return (struct gt_extent){(uint32_t)first, (uint32_t)to, false};
}

static bool any_bit(const struct gt_slot_ref *ref, uint64_t from, uint64_t to)
{
    const struct gt_region *region = ref->region;
    uint64_t slot = ref->slot * (region->slot_size / WORD);

    for (uint64_t at = from; at < to; at += MASK_WORDS) {
        uint64_t width = to - at < MASK_WORDS ? to - at : MASK_WORDS;
        if (gt_bits_load(region->mask, region->mask_bytes, slot + at, width)) return true;
    }
    return false;
}

/* ---- slots with a bitmap -------------------------------------------------------------------- */

/* The words of elements of `each` words. */
static uint64_t words_inside(struct gt_extent extent, uint64_t each)
{
    return gt_low_bits(extent.to * each) & ~gt_low_bits(extent.from * each);
}

/* The end of `count` elements of `each` words from the `first` on, in a slot of `words` words. Most
 * claims are of the one at the start. */
static uint64_t end_of_tiles(uint64_t first, uint64_t count, uint32_t each, uint32_t words)
{
    if (first == 0 && count == 1) return each <= words;
    uint64_t room = words / each;
    if (first >= room) return first;
    return count < room - first ? first + count : room;
}

struct gt_extent gt_tiles_that_fit(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                   gt_type_id id, uint64_t first, uint64_t count)
{
    const struct gt_type_row *row = gt_type_row(typing, id);
    const struct gt_region *region = ref->region;
    struct gt_extent fit = {(uint32_t)first, (uint32_t)first, false};

    if (gt_slot_is_wide(region)) return wide_tiles_that_fit(typing, ref, id, first, count);
    if (!row->words) return (struct gt_extent){0};
    uint64_t end = end_of_tiles(first, count, row->words, (uint32_t)(region->slot_size / WORD));
    if (end <= first) return (struct gt_extent){0};
    uint64_t mask = gt_slot_mask(ref);
    while (fit.to < end && (mask >> fit.to * row->words & gt_low_bits(row->words)) == row->mask)
        fit.to++;
    fit.all = (mask & ~words_inside(fit, row->words)) == 0;
    return fit;
}

bool gt_extent_has_all(const struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
                       struct gt_extent extent)
{
    uint64_t words = ref->region->slot_size / WORD, each = gt_type_row(typing, id)->size / WORD;

    if (gt_slot_is_wide(ref->region))
        return !any_bit(ref, 0, extent.from * each) && !any_bit(ref, extent.to * each, words);
    return (gt_slot_mask(ref) & ~words_inside(extent, each)) == 0;
}

/* ---- words --------------------------------------------------------------------------------- */

struct mask_walk {
    const struct gt_word_reader *reader;
    uint64_t addr;     /* of the slot */
    uint64_t from, to; /* the words of the data between these were visited */
    uint64_t header;   /* offset of the program's data in the slot */
    uint8_t kind;
};

static void visit_masked(void *ctx, uint64_t offset, uint64_t value)
{
    struct mask_walk *walk = ctx;

    if (!value || offset < walk->header) return;
    struct gt_word word = {.addr = walk->addr + offset,
                           .value = value,
                           .offset = offset - walk->header,
                           .kind = walk->kind};
    if (word.offset >= walk->from && word.offset < walk->to) return;
    walk->reader->word(walk->reader->ctx, &word);
}

/* Visits the words without types, except those of the data in [from, to). */
static __attribute__((noinline)) void words_by_mask(const struct gt_typing *typing,
                                                    const struct gt_slot_ref *ref, uint64_t from,
                                                    uint64_t to, uint8_t kind,
                                                    const struct gt_word_reader *reader)
{
    struct mask_walk walk = {.reader = reader, .from = from, .to = to, .kind = kind};

    walk.addr = ref->region->base + ref->slot * ref->region->slot_size;
    walk.header = gt_slot_skip(ref);
    gt_heap_words(&typing->heap->graph, gt_slot_object(ref), visit_masked, &walk);
}

/* The same, each word by its shape. A pointer's neighbours are known only when the next pointer is,
 * so the pointer waits until then. */
struct shape_walk {
    struct gt_shapes *shapes;
    const struct gt_word_reader *reader;
    uint64_t addr, size; /* of the slot */
    const unsigned char *bytes;
    uint64_t from, to;  /* the offsets in the slot between these were visited */
    uint64_t header;    /* of the slot */
    uint64_t last;      /* end of the pointer before the waiting one */
    uint64_t at, value; /* of the waiting one */
    bool waits;
    const struct gt_map *widest; /* gt_typing.widest */
};

static bool is_scalar(const struct shape_walk *walk, uint64_t offset, uint64_t end)
{
    return offset >= walk->header && offset < end && (offset < walk->from || offset >= walk->to);
}

static void shape_waiting(struct shape_walk *walk, uint64_t end)
{
    struct gt_surrounding around = {.value = walk->value};
    uint64_t at = walk->at;

    if (!walk->waits || !walk->value || !is_scalar(walk, at, walk->size)) return;
    struct gt_word word = {
        .addr = walk->addr + at, .value = walk->value, .offset = at - walk->header};
    around.has_before = at >= walk->last + WORD && is_scalar(walk, at - WORD, walk->size);
    if (around.has_before) around.before = gt_load64(walk->bytes + at - WORD);
    while (around.after < 2 && is_scalar(walk, at + (around.after + 1) * (uint64_t)WORD, end)) {
        around.next[around.after] =
            gt_load64(walk->bytes + at + (around.after + 1) * (uint64_t)WORD);
        around.after++;
    }
    gt_shape_word(walk->shapes, &around, &word);
    const uint64_t *widest =
        walk->widest->len && word.inferred ? gt_map_find(walk->widest, word.addr) : NULL;
    if (widest) word.widest = (uint32_t)*widest;
    walk->reader->word(walk->reader->ctx, &word);
}

static void visit_shape(void *ctx, uint64_t offset, uint64_t value)
{
    struct shape_walk *walk = ctx;

    shape_waiting(walk, offset);
    if (walk->waits) walk->last = walk->at + WORD;
    walk->at = offset;
    walk->value = value;
    walk->waits = true;
}

static __attribute__((noinline)) void words_by_shape(const struct gt_typing *typing,
                                                     const struct gt_slot_ref *ref, uint64_t from,
                                                     uint64_t to,
                                                     const struct gt_word_reader *reader)
{
    uint64_t size = ref->region->slot_size, header = gt_slot_skip(ref);
    struct shape_walk walk = {.shapes = typing->shapes,
                              .reader = reader,
                              .addr = ref->region->base + ref->slot * size,
                              .size = size,
                              .bytes = ref->region->bytes + ref->slot * size,
                              .from = header + from,
                              .to = header + to,
                              .header = header,
                              .widest = &typing->widest};

    gt_heap_words(&typing->heap->graph, gt_slot_object(ref), visit_shape, &walk);
    shape_waiting(&walk, size);
}

static bool are_ignored(const struct gt_pointer_layout *places, uint32_t ignores)
{
    size_t i = 0;

    while (i < places->count && ignores >> places->places[i].kind & 1)
        i++;
    return i == places->count;
}

struct gt_tile_words gt_words_to_visit(const struct gt_typing *typing,
                                       const struct gt_word_plan *plan,
                                       const struct gt_word_reader *reader)
{
    static const struct gt_pointer_layout none = {.complete = true};
    struct gt_tile_words words = {&plan->others, plan->plain, plan->plain_count};

    if (reader->ignores && are_ignored(&plan->others, reader->ignores)) words.places = &none;
    if (reader->plain == GT_PLAIN_SKIPPED ||
        (reader->plain == GT_PLAIN_POINTED && gt_plan_leads_to_bitmaps(typing, plan)))
        words.plain_count = 0;
    else if (!reader->pointer)
        words = (struct gt_tile_words){plan->all, NULL, 0};
    return words;
}

void gt_words_of_tile(const struct gt_typing *typing, const struct gt_tile_words *words,
                      const unsigned char *bytes, uint64_t addr, uint64_t base,
                      const struct gt_word_reader *reader)
{
    struct gt_word word;

    for (size_t i = 0; i < words->plain_count; i++) {
        uint64_t offset = base + words->plain[i].offset, value = gt_load64(bytes + offset);
        if (value) reader->pointer(reader->ctx, value, words->plain[i].type, addr + offset, offset);
    }
    for (size_t i = 0; i < words->places->count; i++) {
        const struct gt_pointer_slot *place = &words->places->places[i];
        uint64_t offset = base + place->offset;
        if (reader->ignores >> place->kind & 1) continue;
        if (place->kind == GT_P_POINTER && reader->pointer) {
            uint64_t value = gt_load64(bytes + offset);
            if (value) reader->pointer(reader->ctx, value, place->type, addr + offset, offset);
        } else if (place->kind == GT_P_STRING && reader->string) {
            uint64_t value = gt_load64(bytes + offset);
            if (value)
                reader->string(reader->ctx, value, gt_load64(bytes + offset + WORD), place->type,
                               addr + offset, offset);
        } else if (gt_word_read(typing->types, place, bytes + offset, &word)) {
            word.offset += base;
            word.addr = addr + word.offset;
            reader->word(reader->ctx, &word);
        }
    }
}

/* Of strings that follow one another. */
static void strings_between(const struct gt_pointer_slot *place, const unsigned char *bytes,
                            uint64_t addr, uint64_t tile, struct gt_extent extent,
                            const struct gt_word_reader *reader)
{
    for (uint64_t i = extent.from; i < extent.to; i++) {
        uint64_t offset = i * tile + place->offset, value = gt_load64(bytes + offset);
        if (value)
            reader->string(reader->ctx, value, gt_load64(bytes + offset + WORD), place->type,
                           addr + offset, offset);
    }
}

static void words_between(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          const struct gt_tile_words *words, uint64_t tile, struct gt_extent extent,
                          const struct gt_word_reader *reader)
{
    uint64_t offset = ref->slot * ref->region->slot_size + gt_slot_skip(ref);
    const unsigned char *bytes = ref->region->bytes + offset;
    const struct gt_pointer_slot *place = words->places->places;
    uint64_t addr = ref->region->base + offset;

    if (!words->plain_count && words->places->count == 1 && place->kind == GT_P_STRING &&
        reader->string && !(reader->ignores >> GT_P_STRING & 1)) {
        strings_between(place, bytes, addr, tile, extent, reader);
        return;
    }
    for (uint64_t i = extent.from; i < extent.to; i++)
        gt_words_of_tile(typing, words, bytes, addr, i * tile, reader);
}

struct gt_extent gt_filled_elements(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                    uint64_t tile, struct gt_extent extent)
{
    uint64_t skip = gt_slot_skip(ref);

    if (!ref->region->sparse) return extent;
    struct gt_filled part = gt_heap_filled(&typing->heap->graph, ref->region, ref->slot,
                                           skip + extent.from * tile, skip + extent.to * tile);
    extent.from = (uint32_t)((part.start - skip) / tile);
    extent.to = (uint32_t)((part.end - skip + tile - 1) / tile);
    return extent;
}

static void words_of_tiles(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                           const struct gt_tile_words *words, uint64_t tile,
                           struct gt_extent extent, const struct gt_word_reader *reader)
{
    while (extent.from < extent.to) {
        struct gt_extent filled = gt_filled_elements(typing, ref, tile, extent);
        words_between(typing, ref, words, tile, filled, reader);
        extent.from = filled.to;
    }
}

/* A long one is not read. */
bool gt_has_rest(const struct gt_slot_ref *ref, uint64_t tile, struct gt_extent extent)
{
    uint64_t from = gt_slot_skip(ref) + extent.to * tile, size = ref->region->slot_size;

    if (extent.all) return false;
    if (extent.from || from > size || size - from > LONG_REST) return true;
    return !gt_are_zeros(ref->region->bytes + ref->slot * size + from, size - from);
}

static void words_by_type(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          uint32_t typed, uint64_t tile, const struct gt_word_plan *plan,
                          const struct gt_word_reader *reader)
{
    struct gt_extent extent = gt_extent_of_slot(typing, ref, typed, tile);
    struct gt_tile_words words = gt_words_to_visit(typing, plan, reader);

    if (words.plain_count || words.places->count)
        words_of_tiles(typing, ref, &words, tile, extent, reader);
    if (!plan->all->complete)
        words_by_mask(typing, ref, 0, 0, GT_W_UNKNOWN, reader);
    else if (gt_has_rest(ref, tile, extent))
        words_by_shape(typing, ref, extent.from * tile, extent.to * tile, reader);
}

void gt_typing_words_of_slot(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             const struct gt_word_reader *reader)
{
    uint32_t typed = gt_packed_at(&typing->type, gt_slot_object(ref));
    gt_type_id id = gt_typed_id(typed);
    const struct gt_type_row *row = gt_planned_row(typing, id);

    if (!ref->region->bytes) return;
    if (id == GT_NO_TYPE)
        words_by_shape(typing, ref, 0, 0, reader);
    else if (!row)
        words_by_mask(typing, ref, 0, 0, GT_W_RUNTIME, reader);
    else
        words_by_type(typing, ref, typed, row->size, row->plan, reader);
}

void gt_typing_read(const struct gt_typing *typing, uint32_t object,
                    const struct gt_word_reader *reader)
{
    if (object >= typing->heap->graph.scan_objects) return;
    struct gt_slot_ref ref = gt_slot_ref_of(typing, object);

    gt_typing_words_of_slot(typing, &ref, reader);
}

void gt_typing_words(const struct gt_typing *typing, uint32_t object, gt_typed_word_fn *visit,
                     void *ctx)
{
    gt_typing_read(typing, object, &(struct gt_word_reader){.word = visit, .ctx = ctx});
}

/* ---- types ----------------------------------------------------------------------------------- */

bool gt_typing_is_node(const struct gt_typing *typing, gt_type_id type)
{
    return type && gt_type_row(typing, type)->trie[0];
}

gt_type_id gt_typing_type(const struct gt_typing *typing, uint32_t object)
{
    if (object >= typing->heap->graph.scan_objects) return GT_NO_TYPE;
    gt_type_id id = gt_typed_id(gt_packed_at(&typing->type, object));
    return id == GT_OPAQUE_TYPE ? (gt_type_id)GT_NO_TYPE : id;
}

uint64_t gt_typing_elements(const struct gt_typing *typing, uint32_t object)
{
    gt_type_id type = gt_typing_type(typing, object);
    struct gt_slot_ref ref = gt_slot_ref_of(typing, object);
    uint64_t user, size = type ? gt_type_row(typing, type)->size : 0;

    if (!size || gt_type_row(typing, type)->is_map) return type ? 1 : 0;
    if (ref.region->scan == GT_SCAN_BITMAP) {
        struct gt_extent extent = gt_extent_of(typing, &ref, gt_packed_at(&typing->type, object));
        return extent.to > extent.from ? extent.to - extent.from : 1;
    }
    gt_goheap_user(typing->heap, object, &user);
    return user >= size ? user / size : 1;
}

bool gt_typing_knows(const struct gt_typing *typing, uint32_t object)
{
    return object < typing->heap->graph.scan_objects && gt_packed_at(&typing->type, object);
}
