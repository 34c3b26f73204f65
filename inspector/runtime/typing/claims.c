/* Claims: types that something typed gives to what it points to. */
#include "inspector/runtime/functions/closures.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"

enum { WORD = 8 };

void gt_claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    if (id == GT_NO_TYPE || count == 0) return;
    const struct gt_type_row *row = gt_type_row(typing, id);
    if (!row->has_pointers) return;
    if (row->is_map) id = gt_type_cell(typing, id);
    gt_claim_value(typing, value, id, count);
}

static void set_opaque(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    gt_type_changes(typing, gt_slot_object(ref));
    gt_packed_set(&typing->type, gt_slot_object(ref),
                  gt_typed(GT_OPAQUE_TYPE, (struct gt_extent){0, 1, false}));
}

void gt_claim_opaque(struct gt_typing *typing, uint64_t value)
{
    struct gt_slot_ref ref;

    if (gt_slot_ref_at(typing, value, &ref)) set_opaque(typing, &ref);
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
    uint64_t size = gt_claim_size(typing, group);
    struct gt_slot_ref ref;

    if (!size || !gt_slot_ref_at(typing, addr, &ref) || !gt_slot_is_wide(ref.region) ||
        addr != ref.region->base + ref.slot * ref.region->slot_size)
        return count;
    return ref.region->slot_size / size;
}

static void claim_map_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct map_claim *map = ctx;
    struct gt_slot_ref ref;

    if (part == GT_MAP_GROUPS) {
        gt_claim(map->typing, addr, map->group, groups_from(map->typing, addr, map->group, count));
    } else if (gt_slot_ref_at(map->typing, addr, &ref)) {
        set_opaque(map->typing, &ref);
        gt_reach_slot(map->typing, &ref);
    }
}

/* A map header becomes an object of the map type itself, which has no pointer slots. */
void gt_claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type)
{
    struct gt_slot_ref ref;

    if (!map_type || !gt_slot_ref_at(typing, header, &ref)) return;
    gt_type_id now = gt_typed_id(gt_verified(typing, &ref));
    if (gt_type_is_final(typing, now) &&
        (now == GT_OPAQUE_TYPE || !gt_type_takes_over(typing, now, map_type)))
        return;
    if (map_type >= GT_OPAQUE_TYPE) return;
    gt_type_changes(typing, gt_slot_object(&ref));
    gt_packed_set(&typing->type, gt_slot_object(&ref),
                  gt_typed(map_type, (struct gt_extent){0, 1, false}));
    struct map_claim map = {
        typing, gt_types_find(typing->types, gt_types_get(typing->types, map_type)->map.group)};
    gt_reach_slot(typing, &ref);
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
        if (row->has_pointers) gt_claim_value(typing, value, type, 1);
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

    if (!gt_slot_ref_at(typing, value, &ref) || gt_verified(typing, &ref) ||
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

void gt_claim_typed_pointer(void *ctx, uint64_t value, gt_type_id type, uint64_t addr,
                            uint64_t offset)
{
    struct gt_typing *typing = ctx;

    (void)offset;
    if (gt_is_plain(typing, type)) {
        gt_claim_plain(typing, value, type, addr);
        return;
    }
    if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {.addr = addr, .value = value, .type = type, .kind = GT_P_POINTER};
        if (gt_claim_static(typing, &word)) return;
    }
    claim_pointer(typing, value, type);
}
