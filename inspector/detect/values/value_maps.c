/* Maps of both designs: the number of entries, and the first few. */
#include "inspector/detect/values/values_impl.h"

#include "gotypes/types/maps.h"

struct entries {         /* of one map, in the order of its storage */
    struct gt_u64s list; /* key, elem, key, elem */
    size_t most;
};

static bool note_entry(void *ctx, uint64_t key, uint64_t elem)
{
    struct entries *entries = ctx;

    if (entries->list.len / 2 >= entries->most) return false;
    gt_u64s_add(&entries->list, key);
    gt_u64s_add(&entries->list, elem);
    return true;
}

static bool length_of(const struct gt_value_reader *reader, const struct gt_type *type,
                      uint64_t header, uint64_t *len)
{
    return gt_process_field(reader->analysis->process, header,
                            type->map.swiss ? GT_F_map_used : GT_F_hmap_count, len);
}

/* The elements are the map's parts. Each has its key, and all keys come after all elements. */
static void add_entries(struct gt_value_reader *reader, uint32_t place, gt_type_id id,
                        const struct entries *entries)
{
    gt_type_id key = gt_types_key(reader->types, id), elem = gt_types_elem(reader->types, id);
    uint64_t got, keys, count = entries->list.len / 2;
    uint32_t first = gt_value_parts(reader, place, count, &got);
    uint32_t first_key = gt_value_parts(reader, place, got, &keys);

    if (keys < got) got = keys; /* elements without a key are left out */
    for (uint32_t i = 0; i < got; i++) {
        uint32_t value = first + i, its_key = first_key + i;
        gt_value_set(reader, its_key, place, NULL, key, entries->list.at[2 * i], 1);
        gt_value_set(reader, value, place, NULL, elem, entries->list.at[2 * i + 1], 1);
        gt_value_at(reader, value)->key = its_key;
    }
    gt_value_at(reader, place)->first = first;
    gt_value_at(reader, place)->count = (uint32_t)got;
}

void gt_value_map(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    struct entries entries = {.most = reader->how.most};
    uint64_t len = 0;

    value->kind = GT_TYPED_MAP;
    if (place == 0 && reader->header)
        value->points_to = value->address;
    else if (!gt_mem_u64(reader->mem, value->address, &value->points_to)) {
        value->note = "the core has no memory there";
        return;
    }
    uint64_t header = value->points_to;
    bool known = !header || length_of(reader, gt_types_get(reader->types, id), header, &len);
    if (known) value->len = (int64_t)len;
    if (!header) return;
    bool walked = true;
    if (gt_value_may_follow(reader, place)) {
        walked = gt_map_walk(reader->types, id, header, note_entry, &entries);
        add_entries(reader, place, id, &entries);
    }
    value = gt_value_at(reader, place);
    if (!walked) value->note = "its storage is damaged, or not in the core";
    value->left_out = len > value->count ? len - value->count : 0;
    gt_u64s_deinit(&entries.list);
}
