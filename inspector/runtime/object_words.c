/* Objects as typed words, and how a type lies in an object's slot. */
#include "inspector/runtime/typing_impl.h"
#include "inspector/runtime/words.h"

enum {
    WORD = 8,
    MASK_WORDS = 64, /* a heap bitmap's slot has at most so many words */
};

static uint64_t low_bits(uint64_t count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

/* `count` (at most 64) bits from bit `first` on of a bitmap of `size` bytes. */
static uint64_t load_bits(const unsigned char *bits, uint64_t size, uint64_t first, uint64_t count)
{
    uint64_t at = first / 8, value = 0;
    unsigned char more = at + 8 < size ? bits[at + 8] : 0;

    if (at + 8 <= size)
        value = gt_load64(bits + at);
    else if (at < size)
        memcpy(&value, bits + at, size - at);
    value >>= first % 8;
    if (first % 8) value |= (uint64_t)more << (64 - first % 8);
    return value & low_bits(count);
}

static void fill_row(const struct gt_typing *typing, gt_type_id id, struct gt_type_row *row)
{
    const struct gt_type *type = gt_types_get(typing->types, id);
    uint64_t pointers;

    row->known = true;
    row->size = type->size;
    row->is_map = type->kind == GT_T_MAP;
    row->has_pointers = type->ptr_bytes > 0;
    if (type->size > MASK_WORDS * WORD) return;
    const unsigned char *bits = gt_types_mask(typing->types, id, &pointers);
    if (!bits || pointers > MASK_WORDS) return;
    row->words = (uint8_t)(type->size / WORD);
    row->mask = load_bits(bits, (pointers + 7) / 8, 0, pointers);
}

const struct gt_type_row *gt_type_row(const struct gt_typing *typing, gt_type_id id)
{
    struct gt_vec *rows = typing->rows;

    while (rows->len <= id)
        gt_vec_push(rows);
    struct gt_type_row *row = gt_vec_at(rows, id);
    if (!row->known) fill_row(typing, id, row);
    return row;
}

struct gt_slot_ref gt_slot_ref_of(const struct gt_typing *typing, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(&typing->heap->graph, object);

    return (struct gt_slot_ref){region, object - region->first, gt_slot_has_header(typing, region)};
}

bool gt_slot_ref_at(const struct gt_typing *typing, uint64_t value, struct gt_slot_ref *ref)
{
    const struct gt_heap *graph = &typing->heap->graph;

    ref->region = gt_heap_region(graph, value);
    if (!ref->region || ref->region->scan == GT_SCAN_NONE) return false;
    ref->slot = gt_region_slot(ref->region, value);
    if (ref->slot >= ref->region->count || !gt_bit(&graph->allocated, gt_slot_object(ref)))
        return false;
    ref->header = gt_slot_has_header(typing, ref->region);
    return true;
}

/* A slot's bitmap may begin with several elements of an array and end in nothing. */
static uint64_t tiles_by_mask(const struct gt_type_row *row, const struct gt_slot_ref *ref)
{
    uint64_t words = ref->region->slot_size / WORD, tiles = 0;

    if (!row->words || row->words > words) return 0;
    uint64_t mask = load_bits(ref->region->mask, ref->region->mask_bytes, ref->slot * words, words);
    while ((tiles + 1) * row->words <= words &&
           (mask >> tiles * row->words & low_bits(row->words)) == row->mask)
        tiles++;
    return tiles;
}

uint64_t gt_tiles_of(const struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id)
{
    const struct gt_type_row *row = gt_type_row(typing, id);

    if (ref->region->scan == GT_SCAN_BITMAP) return tiles_by_mask(row, ref);
    return row->size ? (ref->region->slot_size - gt_slot_skip(ref)) / row->size : 0;
}

/* ---- words --------------------------------------------------------------------------------- */

struct mask_walk {
    gt_typed_word_fn *visit;
    void *ctx;
    uint64_t addr, skip; /* of the slot; words before `skip` were seen */
    uint64_t header;     /* offset of the program's data in the slot */
    uint8_t kind;
};

static void visit_masked(void *ctx, uint64_t offset, uint64_t value)
{
    struct mask_walk *walk = ctx;

    if (offset < walk->skip || !value) return;
    struct gt_word word = {.addr = walk->addr + offset,
                           .value = value,
                           .offset = offset - walk->header,
                           .kind = walk->kind};
    walk->visit(walk->ctx, &word);
}

static void words_by_mask(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          uint64_t skip, uint8_t kind, gt_typed_word_fn *visit, void *ctx)
{
    struct mask_walk walk = {.visit = visit, .ctx = ctx, .kind = kind};

    walk.addr = ref->region->base + ref->slot * ref->region->slot_size;
    walk.header = gt_slot_skip(ref);
    walk.skip = walk.header + skip;
    gt_heap_words(&typing->heap->graph, gt_slot_object(ref), visit_masked, &walk);
}

/* How many words of a place there are to read. */
static unsigned place_words(uint8_t kind)
{
    static const unsigned char counts[] = {
        [GT_P_POINTER] = 1, [GT_P_STRING] = 2, [GT_P_SLICE] = 3, [GT_P_EFACE] = 2, [GT_P_IFACE] = 2,
        [GT_P_MAP] = 1,     [GT_P_CHAN] = 1,   [GT_P_FUNC] = 1,  [GT_P_UNSAFE] = 1};

    return counts[kind];
}

static void words_of_tile(const struct gt_typing *typing, const struct gt_places *places,
                          const unsigned char *bytes, uint64_t addr, uint64_t base,
                          gt_typed_word_fn *visit, void *ctx)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct gt_place_of_type *place = &places->places[i];
        unsigned have = place_words(place->kind);
        const unsigned char *at = bytes + base + place->offset;
        uint64_t words[3] = {gt_load64(at), have > 1 ? gt_load64(at + WORD) : 0,
                             have > 2 ? gt_load64(at + 2 * (uint64_t)WORD) : 0};
        struct gt_word word = {0};
        if (!gt_word_from_place(typing->types, place, words, have, &word)) continue;
        word.offset += base;
        word.addr = addr + word.offset;
        visit(ctx, &word);
    }
}

static void words_by_type(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          gt_type_id id, gt_typed_word_fn *visit, void *ctx)
{
    const struct gt_region *region = ref->region;
    uint64_t offset = ref->slot * region->slot_size + gt_slot_skip(ref);
    uint64_t size = region->slot_size - gt_slot_skip(ref);
    uint64_t tile = gt_type_row(typing, id)->size;
    /* Most slots have room for one only: that it fits was seen when it was claimed. */
    uint64_t tiles = 2 * tile > size ? 1 : gt_tiles_of(typing, ref, id);
    const struct gt_places *places = gt_types_places(typing->types, id);

    for (uint64_t i = 0; i < tiles; i++)
        words_of_tile(typing, places, region->bytes + offset, region->base + offset, i * tile,
                      visit, ctx);
    if (!places->complete)
        words_by_mask(typing, ref, 0, GT_W_UNKNOWN, visit, ctx);
    else if (size - tiles * tile >= WORD)
        words_by_mask(typing, ref, tiles * tile, GT_W_UNKNOWN, visit, ctx);
}

void gt_typing_words(const struct gt_typing *typing, uint32_t object, gt_typed_word_fn *visit,
                     void *ctx)
{
    if (object >= typing->heap->graph.scan_objects) return;
    struct gt_slot_ref ref = gt_slot_ref_of(typing, object);
    gt_type_id id = typing->type[object];

    if (!ref.region->bytes) return;
    if (id == GT_NO_TYPE)
        words_by_mask(typing, &ref, 0, GT_W_UNKNOWN, visit, ctx);
    else if (id == GT_OPAQUE_TYPE || gt_type_row(typing, id)->is_map)
        words_by_mask(typing, &ref, 0, GT_W_RUNTIME, visit, ctx);
    else
        words_by_type(typing, &ref, id, visit, ctx);
}

gt_type_id gt_typing_type(const struct gt_typing *typing, uint32_t object)
{
    if (object >= typing->heap->graph.scan_objects || typing->type[object] == GT_OPAQUE_TYPE)
        return GT_NO_TYPE;
    return typing->type[object];
}
