/* Checks a map's length against its entries, of both designs (runtime/map.go,
 * internal/runtime/maps). Both set a flag while they write to a map. */
#include "gotypes/types/maps.h"
#include "inspector/runtime/consistency/consistency.h"

enum { HASH_WRITING = 4 }; /* of hmap.flags */

static const struct design {
    enum gt_field_id length, flags;
    uint64_t writing; /* bits of flags */
} designs[] = {{GT_F_hmap_count, GT_F_hmap_flags, HASH_WRITING},
               {GT_F_map_used, GT_F_map_writing, 1}};

uint64_t gt_map_apart(const struct gt_process *process, gt_type_id type, uint64_t header)
{
    const struct gt_type *map = gt_types_get(process->types, type);
    const struct design *design = &designs[map->map.swiss];
    uint64_t length, flags, entries;

    if (map->kind != GT_T_MAP || !gt_has(&process->layout, design->flags) ||
        !gt_process_field(process, header, design->length, &length) ||
        !gt_process_field(process, header, design->flags, &flags) || flags & design->writing ||
        !gt_map_count(process->types, type, header, &entries))
        return 0;
    return length > entries ? length - entries : entries - length;
}
