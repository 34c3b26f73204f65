/*
 * Maps since 1.24 (internal/runtime/maps). A small map is one group. A larger one is a directory of
 * tables, each an array of groups.
 */
#include "gotypes/types/maps_internal.h"

#include "inspector/base/alloc.h"
#include "inspector/base/bitmap.h"

#define CONTROL_EMPTY_BITS UINT64_C(0x8080808080808080) /* of a group's control bytes */

enum {
    CONTROL_EMPTY_BIT = 0x80,          /* of a control byte: set in empty and in deleted slots */
    MAX_GROUPS = 65536 / GT_MAP_SLOTS, /* of a table, whose capacity is 16 bits wide */
};

static void visit_group(struct gt_map_reader *map, const unsigned char *group, uint64_t addr)
{
    for (unsigned slot = 0; slot < GT_MAP_SLOTS && !map->stopped; slot++)
        if (!(group[slot] & CONTROL_EMPTY_BIT)) gt_map_report_slot(map, group, addr, slot);
}

static void count_entries(struct gt_map_reader *map, const unsigned char *groups, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        map->entries +=
            gt_ones(~gt_load64(groups + i * map->shape->group_size) & CONTROL_EMPTY_BITS);
}

static bool visit_groups(struct gt_map_reader *map, uint64_t addr, uint64_t count)
{
    uint64_t size = map->shape->group_size;
    const unsigned char *groups = gt_mem_at(map->mem, addr, count * size);
    if (!groups) return false;
    gt_map_report_part(map, GT_MAP_GROUPS, addr, count);
    if (map->counts) count_entries(map, groups, count);
    for (uint64_t i = 0; i < count && map->entry && !map->stopped; i++)
        visit_group(map, groups + i * size, addr + i * size);
    return true;
}

static bool visit_table(struct gt_map_reader *map, uint64_t table)
{
    uint64_t groups, mask;
    if (!gt_read_field(map->layout, map->mem, table, GT_F_table_groups_data, &groups) ||
        !gt_read_field(map->layout, map->mem, table, GT_F_table_groups_lengthMask, &mask) ||
        mask >= MAX_GROUPS || (mask & (mask + 1)))
        return false;
    gt_map_report_part(map, GT_MAP_TABLE, table, 1);
    return visit_groups(map, groups, mask + 1);
}

/* Several directory slots hold one table until it is split. table.index is the first of these
 * slots. Each table is visited there alone, so once, even if the directory is damaged. */
static bool is_first_place(struct gt_map_reader *map, uint64_t table, uint64_t place, bool *first)
{
    uint64_t index;
    if (!gt_read_field(map->layout, map->mem, table, GT_F_table_index, &index)) return false;
    *first = index == place;
    return true;
}

static bool visit_directory(struct gt_map_reader *map, uint64_t addr, uint64_t count)
{
    uint64_t size;
    bool first;
    const unsigned char *tables =
        gt_mul(count, 8, &size) && !(count & (count - 1)) ? gt_mem_at(map->mem, addr, size) : NULL;
    if (!tables) return false;
    gt_map_report_part(map, GT_MAP_DIRECTORY, addr, count);
    for (uint64_t i = 0; i < count && !map->stopped; i++) {
        uint64_t table = gt_load64(tables + i * 8);
        if (!is_first_place(map, table, i, &first) || (first && !visit_table(map, table)))
            return false;
    }
    return true;
}

bool gt_map_visit_swiss(struct gt_map_reader *map)
{
    uint64_t directory, length;
    if (!gt_read_field(map->layout, map->mem, map->header, GT_F_map_dirPtr, &directory) ||
        !gt_read_field(map->layout, map->mem, map->header, GT_F_map_dirLen, &length))
        return false;
    if (length) return visit_directory(map, directory, length);
    return directory == 0 || visit_groups(map, directory, 1);
}
