/* Claims: types that something typed gives to an object, and whether the object agrees. */
#include "inspector/runtime/typing/closures.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"

enum { WORD = 8 };

uint32_t gt_block_count(const struct gt_typing *typing)
{
    return (typing->heap->graph.scan_objects >> GT_BLOCK_SHIFT) + 1;
}

void gt_settle(struct gt_typing *typing, uint32_t object, gt_type_id id, struct gt_extent extent)
{
    uint32_t block = object >> GT_BLOCK_SHIFT;

    gt_packed_set(&typing->type, object, gt_typed(id, extent));
    if (typing->within && !gt_bit(typing->within, object)) return;
    gt_bit_set(&typing->grey, object);
    if (gt_bit_test_set(&typing->queued, block)) return;
    typing->queue[typing->tail] = block;
    typing->tail = typing->tail == gt_block_count(typing) ? 0 : typing->tail + 1;
}

static uint64_t claim_size(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_NO_TYPE ? 0 : gt_type_row(typing, id)->size;
}

static bool is_shaped(const struct gt_typing *typing, gt_type_id id)
{
    return id && gt_type_row(typing, id)->shaped;
}

/* Does the second type replace the first? The larger one wins. Of two of equal size, the one wins
 * that is no generic function's shape. */
static bool takes_over(const struct gt_typing *typing, gt_type_id now, gt_type_id next)
{
    uint64_t size = claim_size(typing, now), larger = claim_size(typing, next);

    if (size != larger) return larger > size;
    return is_shaped(typing, now) && !is_shaped(typing, next);
}

/* Types that no claim replaces: map headers and other memory of the runtime, and types that the
 * allocator recorded. */
static bool is_final(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_OPAQUE_TYPE || (id && gt_type_row(typing, id)->is_map);
}

/* The union of two ranges of elements. If the ranges are apart, the longer one is kept. */
static struct gt_extent join(struct gt_extent a, struct gt_extent b)
{
    if (a.from > b.to || b.from > a.to) return a.to - a.from >= b.to - b.from ? a : b;
    return (struct gt_extent){a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to, false};
}

/* The same for a slot of any width. The elements of a wide slot are kept elsewhere
 * (gt_typing.wide). */
static void settle_extent(struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
                          struct gt_extent extent)
{
    uint32_t object = gt_slot_object(ref);

    if (gt_slot_is_wide(ref->region)) {
        *gt_map_put(&typing->wide, object, NULL) = extent.from | (uint64_t)extent.to << 32;
        extent = (struct gt_extent){0, 1, extent.all};
    }
    gt_settle(typing, object, id, extent);
}

/* Most claims repeat what is known: then the object need not be read again. */
static bool is_known(const struct gt_claim *claim, gt_type_id now, struct gt_extent extent,
                     uint64_t size)
{
    if (now != claim->type) return false;
    if (extent.all) return true;
    return claim->offset >= extent.from * size && claim->count <= extent.to &&
           claim->offset + claim->count * size <= extent.to * size;
}

/* The whole slot, if all of it can be an array of the type, and slices cover several elements of it
 * or begin behind its first. One element at the start may be the first field of something else. */
static struct gt_extent widen(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                              gt_type_id id, struct gt_extent extent)
{
    if (extent.all || (extent.from == 0 && extent.to == 1)) return extent;
    struct gt_extent whole = gt_tiles_that_fit(typing, ref, id, 0, UINT64_MAX);
    if (whole.to < extent.to || !gt_extent_has_all(typing, ref, id, whole)) return extent;
    whole.all = true;
    return whole;
}

static void widen_array(struct gt_typing *typing, uint32_t object)
{
    struct gt_slot_ref ref = gt_slot_ref_of(typing, object);
    uint32_t typed = gt_packed_at(&typing->type, object);
    gt_type_id id = gt_typed_id(typed);

    if (ref.region->scan != GT_SCAN_BITMAP || is_final(typing, id)) return;
    struct gt_extent before = gt_extent_of(typing, &ref, typed);
    struct gt_extent extent = widen(typing, &ref, id, before);
    if (extent.from != before.from || extent.to != before.to)
        settle_extent(typing, &ref, id, extent);
}

void gt_widen_arrays(struct gt_typing *typing, const struct gt_bitmap *live)
{
    uint32_t count = typing->heap->graph.scan_objects;

    typing->whole = true;
    for (size_t i = gt_bitmap_next(live, 0); i < count; i = gt_bitmap_next(live, i + 1))
        if (gt_packed_at(&typing->type, i)) widen_array(typing, (uint32_t)i);
    gt_drain(typing);
}

/* Most claims are the first one of their object, and about the one value at its start. */
static bool is_first(const struct gt_claim *claim, uint32_t typed)
{
    return !typed && claim->offset == 0 && claim->count == 1 && !gt_slot_is_wide(claim->region);
}

static void judge_first(struct gt_typing *typing, const struct gt_claim *claim, uint32_t object)
{
    const struct gt_type_row *row = gt_type_row(typing, claim->type);
    struct gt_slot_ref ref = {claim->region, claim->slot};

    if (!row->words || row->words * (uint64_t)WORD > claim->region->slot_size) return;
    uint64_t mask = gt_slot_mask(&ref), inside = mask & gt_low_bits(row->words);
    if (inside == row->mask)
        gt_settle(typing, object, claim->type, (struct gt_extent){0, 1, mask == inside});
}

static void judge_by_bitmap(struct gt_typing *typing, const struct gt_claim *claim, uint32_t object)
{
    struct gt_slot_ref ref = {claim->region, claim->slot};
    uint32_t typed = gt_packed_at(&typing->type, object);
    gt_type_id now = gt_typed_id(typed);

    if (now == claim->type && gt_typed_extent(typed).all) return;
    if (is_first(claim, typed)) {
        judge_first(typing, claim, object);
        return;
    }
    struct gt_extent before = gt_extent_of(typing, &ref, typed);
    uint64_t size = claim_size(typing, claim->type);

    if (is_known(claim, now, before, size) || is_final(typing, now)) return;
    if (now != claim->type && !takes_over(typing, now, claim->type)) return;
    if (claim->offset && (!size || claim->offset % size != 0)) return;
    uint64_t first = claim->offset ? claim->offset / size : 0;
    struct gt_extent extent = gt_tiles_that_fit(typing, &ref, claim->type, first, claim->count);
    if (extent.to <= extent.from) return;
    if (now == claim->type) extent = join(before, extent);
    if (!extent.all) extent.all = gt_extent_has_all(typing, &ref, claim->type, extent);
    if (typing->whole) extent = widen(typing, &ref, claim->type, extent);
    if (now != claim->type || extent.from != before.from || extent.to != before.to ||
        extent.all != before.all)
        settle_extent(typing, &ref, claim->type, extent);
}

/* A type that the allocator recorded and that is not known has the size of the true one. */
static bool has_header_size(const struct gt_typing *typing, uint32_t object, gt_type_id id)
{
    gt_type_id header = gt_types_at(typing->types, gt_goheap_header(typing->heap, object));

    return !header || gt_types_get(typing->types, header)->size == claim_size(typing, id);
}

/* Where a generic function is inlined, it allocates by its shape, and the allocator recorded that.
 * Of the real types of one shape, a claim tells which it is. */
static bool is_real_of(const struct gt_typing *typing, gt_type_id now, gt_type_id next)
{
    return now != GT_OPAQUE_TYPE && is_shaped(typing, now) && !is_shaped(typing, next) &&
           claim_size(typing, now) == claim_size(typing, next);
}

/* Objects whose type the allocator recorded are typed already, unless that type could not be
 * read. */
static void judge_by_header(struct gt_typing *typing, const struct gt_claim *claim, uint32_t object)
{
    gt_type_id now = gt_typed_id(gt_packed_at(&typing->type, object));

    if (claim->offset != claim->region->skip) return;
    if (now ? is_real_of(typing, now, claim->type) : has_header_size(typing, object, claim->type))
        gt_settle(typing, object, claim->type, (struct gt_extent){0, 1, false});
}

static void judge_claim(struct gt_typing *typing, const struct gt_claim *claim)
{
    uint32_t object = claim->region->first + claim->slot;

    if (!gt_bit(&typing->heap->graph.allocated, object)) return;
    if (claim_size(typing, claim->type) == 0 || claim->type >= GT_OPAQUE_TYPE) return;
    if (claim->region->scan == GT_SCAN_BITMAP)
        judge_by_bitmap(typing, claim, object);
    else
        judge_by_header(typing, claim, object);
}

/* Finds the claim's object, whose region has been prefetched, and prefetches what judging reads. */
static void aim(struct gt_typing *typing, struct gt_claim *claim)
{
    const struct gt_region *region = claim->region;
    uint32_t slot = gt_region_slot(region, claim->value), object = region->first + slot;

    if (region->scan == GT_SCAN_NONE || slot >= region->count) {
        claim->region = NULL;
        return;
    }
    claim->slot = slot;
    claim->offset = claim->value - region->base - slot * region->slot_size;
    gt_packed_fetch(&typing->type, object);
    __builtin_prefetch(&typing->heap->graph.allocated.words[object >> 6]);
    if (region->mask) __builtin_prefetch(region->mask + slot * region->slot_size / 64);
}

static void aim_oldest(struct gt_typing *typing)
{
    aim(typing, &typing->waiting[typing->aimed++ % GT_CLAIMS_WAITING]);
}

void gt_judge_oldest(struct gt_typing *typing)
{
    while (typing->aimed != typing->claimed &&
           typing->aimed - typing->judged < GT_CLAIMS_WAITING / 2)
        aim_oldest(typing);
    struct gt_claim oldest = typing->waiting[typing->judged++ % GT_CLAIMS_WAITING];

    if (oldest.region) judge_claim(typing, &oldest);
}

/* The claim of a type with pointers that is no map. */
static void add_claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (!region) return;
    if (typing->claimed - typing->judged == GT_CLAIMS_WAITING) gt_judge_oldest(typing);
    if (typing->claimed - typing->aimed == GT_CLAIMS_WAITING / 2) aim_oldest(typing);
    __builtin_prefetch(region);
    typing->waiting[typing->claimed++ % GT_CLAIMS_WAITING] =
        (struct gt_claim){.region = region, .value = value, .count = count, .type = id};
}

void gt_claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    if (id == GT_NO_TYPE || count == 0) return;
    const struct gt_type_row *row = gt_type_row(typing, id);
    if (!row->has_pointers) return;
    if (row->is_map) id = gt_type_cell(typing, id);
    add_claim(typing, value, id, count);
}

void gt_claim_opaque(struct gt_typing *typing, uint64_t value)
{
    struct gt_slot_ref ref;

    if (gt_slot_ref_at(typing, value, &ref))
        gt_packed_set(&typing->type, gt_slot_object(&ref),
                      gt_typed(GT_OPAQUE_TYPE, (struct gt_extent){0, 1, false}));
}

struct map_claim {
    struct gt_typing *typing;
    gt_type_id group;
};

/* The number of groups or buckets from addr on. The runtime allocates only these together. An array
 * of buckets also has overflow buckets, which are used one by one. */
static uint64_t groups_from(const struct gt_typing *typing, uint64_t addr, gt_type_id group,
                            uint64_t count)
{
    uint64_t size = claim_size(typing, group);
    struct gt_slot_ref ref;

    if (!size || !gt_slot_ref_at(typing, addr, &ref) || !gt_slot_is_wide(ref.region) ||
        addr != ref.region->base + ref.slot * ref.region->slot_size)
        return count;
    return ref.region->slot_size / size;
}

static void claim_map_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct map_claim *map = ctx;

    if (part == GT_MAP_GROUPS)
        gt_claim(map->typing, addr, map->group, groups_from(map->typing, addr, map->group, count));
    else
        gt_claim_opaque(map->typing, addr);
}

/* A map header becomes an object of the map type itself, which has no pointer slots. */
void gt_claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type)
{
    struct gt_slot_ref ref;

    if (!map_type || !gt_slot_ref_at(typing, header, &ref)) return;
    gt_type_id now = gt_typed_id(gt_packed_at(&typing->type, gt_slot_object(&ref)));
    if (is_final(typing, now) && (now == GT_OPAQUE_TYPE || !takes_over(typing, now, map_type)))
        return;
    if (map_type >= GT_OPAQUE_TYPE) return;
    gt_packed_set(&typing->type, gt_slot_object(&ref),
                  gt_typed(map_type, (struct gt_extent){0, 1, false}));
    struct map_claim map = {
        typing, gt_types_find(typing->types, gt_types_get(typing->types, map_type)->map.group)};
    gt_map_parts(typing->types, map_type, header, claim_map_part, &map);
}

static void claim_channel(struct gt_typing *typing, uint64_t channel, gt_type_id elem)
{
    uint64_t buffer, room, noted;

    if (gt_process_field(typing->process, channel, GT_F_hchan_elemtype, &noted)) {
        gt_type_id told = gt_types_at(typing->types, noted);
        if (told) elem = told;
    }
    if (elem && gt_process_field(typing->process, channel, GT_F_hchan_buf, &buffer) &&
        gt_process_field(typing->process, channel, GT_F_hchan_dataqsiz, &room))
        gt_claim(typing, buffer, elem, room);
    gt_claim_opaque(typing, channel);
}

gt_type_id gt_type_behind(const struct gt_typing *typing, gt_type_id type, uint64_t value)
{
    const struct gt_type_row *row = gt_type_row(typing, type);
    uint8_t is_entry;

    if (!row->trie[0] || !gt_mem_u8(typing->process->mem, value, &is_entry)) return type;
    return row->trie[is_entry & 1];
}

static bool is_inside(const struct gt_typing *typing, uint64_t value, uint64_t offset)
{
    struct gt_slot_ref ref;

    return gt_slot_ref_at(typing, value, &ref) &&
           value - ref.region->base - ref.slot * ref.region->slot_size == offset;
}

static void claim_pointer(struct gt_typing *typing, uint64_t value, gt_type_id type)
{
    if (!type) return;
    const struct gt_type_row *row = gt_type_row(typing, type);
    if (row->plain) {
        if (row->has_pointers) add_claim(typing, value, type, 1);
    } else if (row->around && is_inside(typing, value, row->within)) {
        gt_claim(typing, value - row->within, row->around, 1);
    } else {
        gt_claim(typing, value, gt_type_behind(typing, type, value), 1);
    }
}

/* A func value leads to the address of its code. The function gives the types of the captured
 * variables after it. */
void gt_claim_function(struct gt_typing *typing, uint64_t value)
{
    struct gt_slot_ref ref;
    uint64_t entry;

    if (!gt_slot_ref_at(typing, value, &ref) || gt_packed_at(&typing->type, gt_slot_object(&ref)) ||
        value != ref.region->base + ref.slot * ref.region->slot_size ||
        !gt_mem_u64(typing->process->mem, value, &entry))
        return;
    gt_claim(typing, value, gt_closure_type(typing->closures, entry), 1);
}

void gt_claim_word(void *ctx, const struct gt_word *word)
{
    struct gt_typing *typing = ctx;

    if (word->inferred) return; /* an inferred word types nothing */
    if (gt_claim_static(typing, word)) return;
    switch (word->kind) {
    case GT_P_POINTER:
        claim_pointer(typing, word->value, word->type);
        break;
    case GT_P_SLICE:
        gt_claim(typing, word->value, word->type, word->cap);
        break;
    case GT_P_MAP:
        gt_claim_map(typing, word->value, word->type);
        break;
    case GT_P_CHAN:
        claim_channel(typing, word->value, word->type);
        break;
    case GT_P_FUNC:
        gt_claim_function(typing, word->value);
        break;
    default:
        break;
    }
}

static void claim_typed_pointer(void *ctx, uint64_t value, gt_type_id type, uint64_t addr,
                                uint64_t offset)
{
    struct gt_typing *typing = ctx;

    (void)offset;
    if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {.addr = addr, .value = value, .type = type, .kind = GT_P_POINTER};
        if (gt_claim_static(typing, &word)) return;
    }
    claim_pointer(typing, value, type);
}

void gt_claim_oldest(struct gt_typing *typing)
{
    struct gt_slot_ref oldest = gt_ready_take(typing->ready);
    const struct gt_word_reader reader = {.word = gt_claim_word,
                                          .pointer = claim_typed_pointer,
                                          .ignores = 1 << GT_P_STRING | 1 << GT_P_UNSAFE,
                                          .ctx = typing};

    gt_typing_words_of_slot(typing, &oldest, &reader);
}
