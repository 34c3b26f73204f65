/* Whether memory can hold a value of a type. */
#include "inspector/runtime/typing/candidates.h"
#include "inspector/runtime/typing/map_shapes.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "inspector/runtime/typing/words.h"

#include <string.h>

enum { WORD = 8 };

struct target { /* where a pointer leads to in the heap */
    struct gt_slot_ref ref;
    uint64_t offset, room; /* offset in the slot's data, and bytes from there to its end */
};

enum where { ELSEWHERE, NOWHERE, IN_HEAP };

static enum where find(const struct gt_typing *typing, uint64_t value, struct target *target)
{
    const struct gt_heap *graph = &typing->heap->graph;
    const struct gt_region *region = gt_heap_region(graph, value);

    if (!region) return ELSEWHERE;
    target->ref = (struct gt_slot_ref){region, gt_region_slot(region, value)};
    if (target->ref.slot >= region->count ||
        !gt_bit(&graph->allocated, gt_slot_object(&target->ref)))
        return NOWHERE;
    uint64_t start =
        region->base + target->ref.slot * region->slot_size + gt_slot_skip(&target->ref);
    if (value < start) return NOWHERE;
    target->offset = value - start;
    target->room = region->slot_size - gt_slot_skip(&target->ref) - target->offset;
    return IN_HEAP;
}

/* Does the slot have its pointers where a T at the target has them, and is no other type of that
 * size known there? */
static bool agrees(const struct gt_typing *typing, const struct target *target, gt_type_id elem)
{
    const struct gt_type_row row = *gt_type_row(typing, elem);
    const struct gt_region *region = target->ref.region;
    uint64_t first = target->offset / WORD;

    if (region->scan == GT_SCAN_NONE) return false;
    if (region->scan == GT_SCAN_BITMAP && !gt_slot_is_wide(region) && row.words) {
        uint64_t mask = gt_slot_mask(&target->ref) >> first;
        if ((mask & gt_low_bits(row.words)) != row.mask) return false;
    }
    gt_type_id now = gt_typed_id(gt_packed_at(&typing->type, gt_slot_object(&target->ref)));
    if (!now || target->offset) return true;
    if (now == GT_OPAQUE_TYPE) return false;
    const struct gt_type_row *other = gt_type_row(typing, now);
    return other->size != row.size || now == elem || other->shaped || row.shaped || row.is_map;
}

/* Code points to bytes in blocks of bytes. What points to an object with pointers has its type. */
static bool is_byte(const struct gt_typing *typing, gt_type_id elem)
{
    return gt_types_get(typing->types, elem)->kind == GT_T_UINT8;
}

static bool fits_pointer(const struct gt_typing *typing, uint64_t value, gt_type_id elem,
                         uint64_t count)
{
    struct target target;
    enum where where = value ? find(typing, value, &target) : ELSEWHERE;

    if (where != IN_HEAP || !elem) return where != NOWHERE;
    elem = gt_type_behind(typing, elem, value);
    if (!elem) return true;
    uint64_t size = gt_type_row(typing, elem)->size;
    if (size && count > target.room / size) return false;
    if (is_byte(typing, elem) && target.ref.region->scan != GT_SCAN_NONE) return false;
    return !size || !gt_type_row(typing, elem)->has_pointers || agrees(typing, &target, elem);
}

/* An empty string that was cut from another points into it. */
static bool fits_string(const struct gt_typing *typing, uint64_t value, uint64_t len)
{
    struct target target;

    if (!value) return len == 0;
    switch (find(typing, value, &target)) {
    case IN_HEAP:
        return len <= target.room && target.ref.region->scan == GT_SCAN_NONE;
    case ELSEWHERE:
        return gt_mem_at(typing->process->mem, value, len) != NULL;
    default:
        return false;
    }
}

/* Does an object with pointers begin there? */
static bool begins_pointers(const struct gt_typing *typing, uint64_t value)
{
    struct target target;

    return value && find(typing, value, &target) == IN_HEAP && !target.offset &&
           target.ref.region->scan != GT_SCAN_NONE;
}

/* The array of a slice without pointers is an object without pointers, or a part of one. */
static bool fits_slice(const struct gt_typing *typing, const uint64_t *words, gt_type_id elem)
{
    if (words[1] > words[2] || (!words[0] && words[2])) return false;
    if (elem && !gt_type_row(typing, elem)->has_pointers && begins_pointers(typing, words[0]))
        return false;
    return fits_pointer(typing, words[0], elem, words[2]);
}

static bool fits_interface(const struct gt_typing *typing, bool empty, const uint64_t *words)
{
    struct gt_word word = {0};

    if (!words[0]) return !words[1];
    gt_type_id type =
        empty ? gt_types_at(typing->types, words[0]) : gt_types_of_itab(typing->types, words[0]);
    if (!type) return false;
    return !gt_word_from_interface(typing->types, type, words[1], &word) ||
           word.kind != GT_P_POINTER || fits_pointer(typing, word.value, word.type, 1);
}

/* A map leads to a header. No claim may have given the header a type other than the map's. */
static bool fits_map(const struct gt_typing *typing, uint64_t value, gt_type_id map)
{
    struct target target;

    if (!value) return true;
    switch (find(typing, value, &target)) {
    case IN_HEAP: {
        gt_type_id now =
            target.ref.region->scan == GT_SCAN_NONE
                ? GT_OPAQUE_TYPE
                : gt_typed_id(gt_packed_at(&typing->type, gt_slot_object(&target.ref)));
        return !target.offset && (!now || now == map) &&
               gt_map_has_size(typing->heap, gt_slot_object(&target.ref));
    }
    default:
        return false;
    }
}

static bool fits_channel(const struct gt_typing *typing, uint64_t value, gt_type_id elem)
{
    uint64_t noted;

    if (!value) return true;
    return gt_process_field(typing->process, value, GT_F_hchan_elemtype, &noted) &&
           (!elem || gt_types_at(typing->types, noted) == elem);
}

static bool fits_function(const struct gt_typing *typing, uint64_t value)
{
    uint64_t entry;

    return !value || (gt_mem_u64(typing->process->mem, value, &entry) &&
                      gt_process_is_entry(typing->process, entry));
}

static bool fits_place(const struct gt_typing *typing, const struct gt_pointer_slot *place,
                       const uint64_t *words)
{
    switch (place->kind) {
    case GT_P_POINTER:
        return fits_pointer(typing, words[0], place->type, 1);
    case GT_P_STRING:
        return fits_string(typing, words[0], words[1]);
    case GT_P_SLICE:
        return fits_slice(typing, words, place->type);
    case GT_P_EFACE:
    case GT_P_IFACE:
        return fits_interface(typing, place->kind == GT_P_EFACE, words);
    case GT_P_SLOG:
        return fits_interface(typing, true, words + 1);
    case GT_P_MAP:
        return fits_map(typing, words[0], place->type);
    case GT_P_CHAN:
        return fits_channel(typing, words[0], place->type);
    case GT_P_FUNC:
        return fits_function(typing, words[0]);
    default:
        return fits_pointer(typing, words[0], GT_NO_TYPE, 1);
    }
}

/* A bool is 0 or 1, and a closure begins with its function. */
static bool fits_scalars(const struct gt_typing *typing, gt_type_id id, const unsigned char *bytes)
{
    static const char closure[] = "struct { F uintptr; ";
    const struct gt_type *type = gt_types_get(typing->types, id);

    if (strncmp(type->name, closure, sizeof closure - 1) == 0 &&
        !gt_process_is_entry(typing->process, gt_load64(bytes)))
        return false;
    for (size_t i = 0; i < type->field_count; i++) {
        gt_type_id part = gt_types_find(typing->types, type->fields[i].type);
        if (part && gt_types_get(typing->types, part)->kind == GT_T_BOOL &&
            type->fields[i].offset < type->size && bytes[type->fields[i].offset] > 1)
            return false;
    }
    return true;
}

bool gt_value_fits(const struct gt_typing *typing, gt_type_id id, const unsigned char *bytes)
{
    const struct gt_pointer_layout *layout = gt_types_pointer_layout(typing->types, id);
    uint64_t size = gt_types_get(typing->types, id)->size;

    for (size_t i = 0; i < layout->count; i++) {
        const struct gt_pointer_slot *place = &layout->places[i];
        uint64_t words[3] = {0};
        uint64_t have = size - place->offset;
        if (place->offset >= size) return false;
        memcpy(words, bytes + place->offset, have < sizeof words ? have : sizeof words);
        if (!fits_place(typing, place, words)) return false;
    }
    return fits_scalars(typing, id, bytes);
}
