/* Objects as typed words, and how a type covers an object's slot. */
#include "inspector/runtime/typing/shapes.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "inspector/runtime/typing/words.h"

#include <stdio.h>

enum {
    WORD = 8,
    MASK_WORDS = 64, /* bits of one load; a slot with a heap bitmap has no more words since Go 1.22
                      */
};

/* The `count` (at most 64) bits from bit `first` on, of a bitmap of `size` bytes. */
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
    return value & gt_low_bits(count);
}

/* internal/sync.HashTrieMap and unique's own trie point to the first field of their nodes,
 * node{isEntry bool}. The node is an entry or an inner node (1.24+, hashtriemap.go; 1.25+,
 * canonmap.go). */
static void fill_trie(const struct gt_typing *typing, const struct gt_type *type,
                      struct gt_type_row *row)
{
    static const struct {
        const char *node, *package;
    } tries[] = {{"sync.node[", "internal/sync"}, {"unique.node[", "unique"}};
    static const char *const real[] = {"indirect", "entry"};
    char name[512];

    if (type->kind != GT_T_STRUCT || type->size == 0) return;
    for (size_t i = 0; i < 2 * sizeof tries / sizeof *tries; i++) {
        const char *node = strstr(type->name, tries[i / 2].node);
        if (!node) continue;
        snprintf(name, sizeof name, "%s.%s%s", tries[i / 2].package, real[i % 2],
                 strchr(node, '['));
        row->trie[i % 2] = gt_types_named(typing->types, name);
    }
}

/* The timer heaps' pointers lead into what time.NewTimer and the others allocate: timeTimer
 * (1.23+), or Timer and Ticker, which have the same layout (time/sleep.go, tick.go). */
static void fill_timer(const struct gt_typing *typing, const struct gt_type *type,
                       struct gt_type_row *row)
{
    const struct gt_layout *layout = &typing->process->layout;
    bool newer = gt_has(layout, GT_F_timeTimer_timer);

    if (strcmp(type->name, "runtime.timer") != 0) return;
    row->around = gt_types_named(typing->types, newer ? "runtime.timeTimer" : "time.Timer");
    if (!row->around) row->around = gt_types_named(typing->types, "time.Ticker");
    row->within = newer ? gt_off(layout, GT_F_timeTimer_timer) : WORD;
}

static void fill_row(const struct gt_typing *typing, gt_type_id id, struct gt_type_row *row)
{
    const struct gt_type *type = gt_types_get(typing->types, id);
    uint64_t pointers;

    row->known = true;
    row->size = type->size;
    row->is_map = type->kind == GT_T_MAP;
    row->shaped = strstr(type->name, "go.shape.") != NULL;
    fill_trie(typing, type, row);
    fill_timer(typing, type, row);
    row->has_pointers = type->ptr_bytes > 0;
    if (type->size > MASK_WORDS * WORD) return;
    const unsigned char *bits = gt_types_mask(typing->types, id, &pointers);
    if (!bits || pointers > MASK_WORDS) return;
    row->words = (uint8_t)(type->size / WORD);
    row->mask = load_bits(bits, (pointers + 7) / 8, 0, pointers);
}

const struct gt_type_row *gt_type_row_make(const struct gt_typing *typing, gt_type_id id)
{
    struct gt_vec *rows = typing->rows;

    while (rows->len <= id)
        gt_vec_push(rows);
    struct gt_type_row *row = gt_vec_at(rows, id);
    if (!row->known) fill_row(typing, id, row);
    return row;
}

gt_type_id gt_type_cell(const struct gt_typing *typing, gt_type_id map)
{
    gt_type_id cell = gt_type_row(typing, map)->cell;

    if (cell) return cell;
    cell = gt_types_cell(typing->types, map);
    ((struct gt_type_row *)gt_vec_at(typing->rows, map))->cell = cell;
    return cell;
}

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
        uint64_t have = load_bits(region->mask, region->mask_bytes, slot + first + at, width);
        uint64_t known = pointers > at ? pointers - at : 0;
        uint64_t want = load_bits(bits, (pointers + 7) / 8, at, known < width ? known : width);
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

uint64_t gt_slot_mask(const struct gt_slot_ref *ref)
{
    uint64_t words = ref->region->slot_size / WORD;

    return load_bits(ref->region->mask, ref->region->mask_bytes, ref->slot * words, words);
}

static bool any_bit(const struct gt_slot_ref *ref, uint64_t from, uint64_t to)
{
    const struct gt_region *region = ref->region;
    uint64_t slot = ref->slot * (region->slot_size / WORD);

    for (uint64_t at = from; at < to; at += MASK_WORDS) {
        uint64_t width = to - at < MASK_WORDS ? to - at : MASK_WORDS;
        if (load_bits(region->mask, region->mask_bytes, slot + at, width)) return true;
    }
    return false;
}

/* ---- slots with a bitmap -------------------------------------------------------------------- */

struct gt_extent gt_tiles_that_fit(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                   gt_type_id id, uint64_t first, uint64_t count)
{
    const struct gt_type_row *row = gt_type_row(typing, id);
    const struct gt_region *region = ref->region;
    uint64_t words = region->slot_size / WORD;
    struct gt_extent fit = {(uint32_t)first, (uint32_t)first, false};

    if (gt_slot_is_wide(region)) return wide_tiles_that_fit(typing, ref, id, first, count);
    if (!row->words || first >= words / row->words) return (struct gt_extent){0};
    uint64_t end = count < words / row->words - first ? first + count : words / row->words;
    uint64_t mask = gt_slot_mask(ref);
    while (fit.to < end && (mask >> fit.to * row->words & gt_low_bits(row->words)) == row->mask)
        fit.to++;
    return fit;
}

bool gt_extent_has_all(const struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
                       struct gt_extent extent)
{
    const struct gt_region *region = ref->region;
    uint64_t words = region->slot_size / WORD, each = gt_type_row(typing, id)->size / WORD;

    if (gt_slot_is_wide(region))
        return !any_bit(ref, 0, extent.from * each) && !any_bit(ref, extent.to * each, words);
    uint64_t mask = gt_slot_mask(ref);
    uint64_t inside = gt_low_bits(extent.to * each) & ~gt_low_bits(extent.from * each);

    return (mask & ~inside) == 0;
}

/* ---- words --------------------------------------------------------------------------------- */

struct mask_walk {
    gt_typed_word_fn *visit;
    void *ctx;
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
    walk->visit(walk->ctx, &word);
}

/* Visits the words without types, except those of the data in [from, to). */
static void words_by_mask(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          uint64_t from, uint64_t to, uint8_t kind, gt_typed_word_fn *visit,
                          void *ctx)
{
    struct mask_walk walk = {.visit = visit, .ctx = ctx, .from = from, .to = to, .kind = kind};

    walk.addr = ref->region->base + ref->slot * ref->region->slot_size;
    walk.header = gt_slot_skip(ref);
    gt_heap_words(&typing->heap->graph, gt_slot_object(ref), visit_masked, &walk);
}

/* The same, each word by its shape. A pointer's neighbours are known only when the next pointer is,
 * so the pointer waits until then. */
struct shape_walk {
    struct gt_shapes *shapes;
    gt_typed_word_fn *visit;
    void *ctx;
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
    walk->visit(walk->ctx, &word);
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

static void words_by_shape(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                           uint64_t from, uint64_t to, gt_typed_word_fn *visit, void *ctx)
{
    uint64_t size = ref->region->slot_size, header = gt_slot_skip(ref);
    struct shape_walk walk = {.shapes = typing->shapes,
                              .visit = visit,
                              .ctx = ctx,
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

static void words_of_tile(const struct gt_typing *typing, const struct gt_pointer_layout *places,
                          const unsigned char *bytes, uint64_t addr, uint64_t base,
                          gt_typed_word_fn *visit, void *ctx)
{
    struct gt_word word;

    for (size_t i = 0; i < places->count; i++) {
        const struct gt_pointer_slot *place = &places->places[i];
        if (!gt_word_read(typing->types, place, bytes + base + place->offset, &word)) continue;
        word.offset += base;
        word.addr = addr + word.offset;
        visit(ctx, &word);
    }
}

/* The elements of a slot that are of its type. */
static struct gt_extent extent_of(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                  uint32_t typed, uint64_t tile)
{
    uint64_t size = ref->region->slot_size - gt_slot_skip(ref);

    if (ref->region->scan == GT_SCAN_BITMAP) return gt_extent_of(typing, ref, typed);
    uint64_t tiles = tile ? size / tile : 0;
    return (struct gt_extent){0, tiles < UINT32_MAX ? (uint32_t)tiles : 0, tiles * tile == size};
}

/* Of elements [from, to). Elements of a sparse region that are only zeros have no words. */
static void words_of_tiles(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                           gt_type_id id, struct gt_extent extent, gt_typed_word_fn *visit,
                           void *ctx)
{
    const struct gt_region *region = ref->region;
    uint64_t skip = gt_slot_skip(ref), offset = ref->slot * region->slot_size + skip;
    uint64_t tile = gt_type_row(typing, id)->size, i = extent.from;
    const struct gt_pointer_layout *places = gt_types_pointer_layout(typing->types, id);

    while (i < extent.to) {
        struct gt_filled part = gt_heap_filled(&typing->heap->graph, region, ref->slot,
                                               skip + i * tile, skip + extent.to * tile);
        uint64_t first = (part.start - skip) / tile, end = (part.end - skip + tile - 1) / tile;
        for (i = first; i < end; i++)
            words_of_tile(typing, places, region->bytes + offset, region->base + offset, i * tile,
                          visit, ctx);
    }
}

static void words_by_type(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                          uint32_t typed, gt_typed_word_fn *visit, void *ctx)
{
    uint64_t tile = gt_type_row(typing, gt_typed_id(typed))->size;
    struct gt_extent extent = extent_of(typing, ref, typed, tile);

    words_of_tiles(typing, ref, gt_typed_id(typed), extent, visit, ctx);
    if (!gt_types_pointer_layout(typing->types, gt_typed_id(typed))->complete)
        words_by_mask(typing, ref, 0, 0, GT_W_UNKNOWN, visit, ctx);
    else if (!extent.all)
        words_by_shape(typing, ref, extent.from * tile, extent.to * tile, visit, ctx);
}

void gt_typing_words_of_slot(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             gt_typed_word_fn *visit, void *ctx)
{
    uint32_t typed = gt_packed_at(&typing->type, gt_slot_object(ref));
    gt_type_id id = gt_typed_id(typed);

    if (!ref->region->bytes) return;
    if (id == GT_NO_TYPE)
        words_by_shape(typing, ref, 0, 0, visit, ctx);
    else if (id == GT_OPAQUE_TYPE || gt_type_row(typing, id)->is_map)
        words_by_mask(typing, ref, 0, 0, GT_W_RUNTIME, visit, ctx);
    else
        words_by_type(typing, ref, typed, visit, ctx);
}

void gt_typing_words(const struct gt_typing *typing, uint32_t object, gt_typed_word_fn *visit,
                     void *ctx)
{
    if (object >= typing->heap->graph.scan_objects) return;
    struct gt_slot_ref ref = gt_slot_ref_of(typing, object);

    gt_typing_words_of_slot(typing, &ref, visit, ctx);
}

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
