/* Takes the shape from the map's type, and calls the walk of that design (swissmap.c, bucketmap.c).
 * The walks report slots and parts of the storage through the functions at the end of this file. */
#include "gotypes/types/maps_internal.h"
#include "gotypes/types/types_internal.h"

/* False when the program's layouts lack the fields that a walk over such a map needs. */
static bool prepare(struct gt_types *types, gt_type_id map_type, uint64_t header,
                    struct gt_map_reader *out)
{
    const struct gt_type *type = map_type ? gt_types_get(types, map_type) : NULL;
    if (!type || type->kind != GT_T_MAP || type->map.group_size == 0) return false;
    out->mem = types->from.mem;
    out->layout = types->from.layout;
    out->shape = &type->map;
    out->header = header;
    return gt_has(out->layout, type->map.swiss ? GT_F_map_dirPtr : GT_F_hmap_buckets);
}

static bool visit(struct gt_map_reader *map)
{
    if (map->header == 0) return true;
    return map->shape->swiss ? gt_map_visit_swiss(map) : gt_map_visit_buckets(map);
}

bool gt_map_walk(struct gt_types *types, gt_type_id map_type, uint64_t header,
                 gt_map_entry_fn *entry, void *ctx)
{
    struct gt_map_reader map = {.entry = entry, .ctx = ctx};
    return prepare(types, map_type, header, &map) && visit(&map);
}

/* slots_fit (rtype.c) checked that the last slot starts inside the group. An indirect slot needs a
 * word. */
static bool slot_fits(const struct gt_map_shape *shape, uint64_t offset)
{
    return offset <= shape->group_size && shape->group_size - offset >= 8;
}

static bool count_entry(void *ctx, uint64_t key, uint64_t elem)
{
    (void)key, (void)elem;
    ++*(uint64_t *)ctx;
    return true;
}

/* Does each indirect slot have its word? Then every slot that is taken is an entry. */
static bool all_fit(const struct gt_map_shape *shape)
{
    enum { LAST = GT_MAP_SLOTS - 1 };

    return (!shape->indirect_key || slot_fits(shape, shape->keys_off + LAST * shape->key_stride)) &&
           (!shape->indirect_elem ||
            slot_fits(shape, shape->elems_off + LAST * shape->elem_stride));
}

bool gt_map_count(struct gt_types *types, gt_type_id map_type, uint64_t header, uint64_t *entries)
{
    struct gt_map_reader map = {.counts = true};

    *entries = 0;
    if (!prepare(types, map_type, header, &map)) return false;
    if (!all_fit(map.shape)) return gt_map_walk(types, map_type, header, count_entry, entries);
    if (!visit(&map)) return false;
    *entries = map.entries;
    return true;
}

bool gt_map_parts(struct gt_types *types, gt_type_id map_type, uint64_t header,
                  gt_map_part_fn *part, void *ctx)
{
    struct gt_map_reader map = {.part = part, .ctx = ctx};
    return prepare(types, map_type, header, &map) && visit(&map);
}

void gt_map_report_part(struct gt_map_reader *map, enum gt_map_part part, uint64_t addr,
                        uint64_t count)
{
    if (map->part) map->part(map->ctx, part, addr, count);
}

/* Large keys and elements are allocated apart, and the slot holds a pointer (abi.MapMaxKeyBytes).
 */
static uint64_t content(const unsigned char *slot, uint64_t addr, bool indirect)
{
    return indirect ? gt_load64(slot) : addr;
}

void gt_map_report_slot(struct gt_map_reader *map, const unsigned char *group, uint64_t addr,
                        unsigned slot)
{
    const struct gt_map_shape *shape = map->shape;
    uint64_t key = shape->keys_off + slot * shape->key_stride;
    uint64_t elem = shape->elems_off + slot * shape->elem_stride;
    if (!map->entry || map->stopped || (shape->indirect_key && !slot_fits(shape, key)) ||
        (shape->indirect_elem && !slot_fits(shape, elem)))
        return;
    map->stopped = !map->entry(map->ctx, content(group + key, addr + key, shape->indirect_key),
                               content(group + elem, addr + elem, shape->indirect_elem));
}
