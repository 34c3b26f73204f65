/* Judges the claims that are not about the first value of an untyped slot: those that extend a
 * type, change it, or are about memory whose type the allocator recorded. */
#include "inspector/runtime/typing/typing_impl.h"

uint64_t gt_claim_size(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_NO_TYPE ? 0 : gt_type_row(typing, id)->size;
}

static bool is_shaped(const struct gt_typing *typing, gt_type_id id)
{
    return id && gt_type_row(typing, id)->shaped;
}

bool gt_type_takes_over(const struct gt_typing *typing, gt_type_id now, gt_type_id next)
{
    uint64_t size = gt_claim_size(typing, now), larger = gt_claim_size(typing, next);

    if (size != larger) return larger > size;
    return is_shaped(typing, now) && !is_shaped(typing, next);
}

bool gt_type_is_final(const struct gt_typing *typing, gt_type_id id)
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
    if (gt_slot_is_wide(ref->region)) {
        *gt_map_put(&typing->wide, gt_slot_object(ref), NULL) = extent.from | (uint64_t)extent.to
                                                                                  << 32;
        extent = (struct gt_extent){0, 1, extent.all};
    }
    gt_settle(typing, ref, id, extent);
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

    if (ref.region->scan != GT_SCAN_BITMAP || gt_type_is_final(typing, id)) return;
    struct gt_extent before = gt_extent_of(typing, &ref, typed);
    struct gt_extent extent = widen(typing, &ref, id, before);
    if (extent.from != before.from || extent.to != before.to)
        settle_extent(typing, &ref, id, extent);
}

/* Has each typed object near this one, on its page of types, all its pointers in elements of its
 * type? */
static bool are_whole(const struct gt_typing *typing, uint32_t object)
{
    size_t count;
    const uint32_t *values = gt_packed_near(&typing->type, object, &count);

    for (size_t i = 0; i < count; i++)
        if (values[i] && !gt_typed_extent(values[i]).all) return false;
    return true;
}

static void widen_page(struct gt_typing *typing, const struct gt_bitmap *live, uint32_t first)
{
    uint32_t end = typing->heap->graph.scan_objects;

    if (end - first > GT_PACKED_PAGE) end = first + GT_PACKED_PAGE;
    for (size_t i = gt_bitmap_next(live, first); i < end; i = gt_bitmap_next(live, i + 1))
        if (gt_packed_at(&typing->type, i)) widen_array(typing, (uint32_t)i);
}

/* A page may get other values meanwhile. The claims that give them widen their own objects. */
void gt_widen_arrays(struct gt_typing *typing, const struct gt_bitmap *live)
{
    typing->whole = true;
    for (uint32_t first = 0; first < typing->heap->graph.scan_objects; first += GT_PACKED_PAGE)
        if (!are_whole(typing, first)) widen_page(typing, live, first);
    gt_drain(typing);
}

uint32_t gt_verify(struct gt_typing *typing, const struct gt_slot_ref *ref, uint32_t typed)
{
    const struct gt_type_row *row = gt_type_row(typing, gt_typed_id(typed));
    bool fits = (gt_slot_mask(ref) & gt_low_bits(row->words)) == row->mask;

    typed = fits ? gt_typed(gt_typed_id(typed), (struct gt_extent){0, 1, false}) : 0;
    gt_packed_set(&typing->type, gt_slot_object(ref), typed);
    return typed;
}

/* Extends the type that the object has, or changes it. */
static void judge_again(struct gt_typing *typing, const struct gt_claim *claim,
                        const struct gt_slot_ref *ref, uint32_t typed)
{
    gt_type_id now = gt_typed_id(typed);
    struct gt_extent before = gt_extent_of(typing, ref, typed);
    uint64_t size = gt_claim_size(typing, claim->type);

    if (is_known(claim, now, before, size) || gt_type_is_final(typing, now)) return;
    if (now != claim->type && !gt_type_takes_over(typing, now, claim->type)) return;
    if (claim->offset && (!size || claim->offset % size != 0)) return;
    uint64_t first = claim->offset ? claim->offset / size : 0;
    struct gt_extent extent = gt_tiles_that_fit(typing, ref, claim->type, first, claim->count);
    if (extent.to <= extent.from) return;
    if (now == claim->type) extent = join(before, extent);
    if (!extent.all) extent.all = gt_extent_has_all(typing, ref, claim->type, extent);
    if (typing->whole) extent = widen(typing, ref, claim->type, extent);
    if (now != claim->type || extent.from != before.from || extent.to != before.to ||
        extent.all != before.all)
        settle_extent(typing, ref, claim->type, extent);
}

/* A type that the allocator recorded and that is not known has the size of the true one. */
static bool has_header_size(const struct gt_typing *typing, uint32_t object, gt_type_id id)
{
    gt_type_id header = gt_types_at(typing->types, gt_goheap_header(typing->heap, object));

    return !header || gt_types_get(typing->types, header)->size == gt_claim_size(typing, id);
}

/* Where a generic function is inlined, it allocates by its shape, and the allocator recorded that.
 * Of the real types of one shape, a claim tells which it is. */
static bool is_real_of(const struct gt_typing *typing, gt_type_id now, gt_type_id next)
{
    return now != GT_OPAQUE_TYPE && is_shaped(typing, now) && !is_shaped(typing, next) &&
           gt_claim_size(typing, now) == gt_claim_size(typing, next);
}

/* Whether the type describes its object. The runtime unrolls the GC program of a large type into a
 * type that has a mask and no kind (1.22, 1.23): then only claims type the object. */
static bool describes(const struct gt_typing *typing, gt_type_id id)
{
    const struct gt_type *type = gt_types_get(typing->types, id);

    return type->size && type->kind;
}

void gt_settle_header(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    uint32_t object = gt_slot_object(ref);

    if (gt_packed_at(&typing->type, object)) return;
    gt_type_id id = gt_types_at(typing->types, gt_goheap_header(typing->heap, object));
    if (id && gt_type_row(typing, id)->is_map) id = gt_type_cell(typing, id);
    if (id && id < GT_OPAQUE_TYPE && describes(typing, id))
        gt_settle(typing, ref, id, (struct gt_extent){0, 1, false});
}

/* An object has the type that the allocator recorded, unless that type could not be read. */
static void judge_by_header(struct gt_typing *typing, const struct gt_claim *claim,
                            const struct gt_slot_ref *ref)
{
    uint32_t object = gt_slot_object(ref);

    gt_settle_header(typing, ref);
    gt_type_id now = gt_typed_id(gt_packed_at(&typing->type, object));
    if (claim->offset != claim->region->skip) return;
    if (now ? is_real_of(typing, now, claim->type) : has_header_size(typing, object, claim->type))
        gt_settle(typing, ref, claim->type, (struct gt_extent){0, 1, false});
}

void gt_judge(struct gt_typing *typing, const struct gt_claim *claim)
{
    struct gt_slot_ref ref = {claim->region, claim->slot};

    if (gt_claim_size(typing, claim->type) == 0) return;
    if (claim->region->scan == GT_SCAN_BITMAP)
        judge_again(typing, claim, &ref, gt_verified(typing, &ref));
    else
        judge_by_header(typing, claim, &ref);
}
