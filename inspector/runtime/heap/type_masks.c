/* The masks are in a table by rtype, and in a list in the order of their first use. */
#include "inspector/runtime/heap/type_masks.h"

#include <inttypes.h>

struct mask {
    uint64_t rtype;
    struct gt_tile tile;
};

void gt_type_masks_init(struct gt_type_masks *masks, struct gt_process *process)
{
    *masks = (struct gt_type_masks){.process = process, .list = GT_VEC_OF(struct mask)};
}

void gt_type_masks_deinit(struct gt_type_masks *masks)
{
    gt_vec_deinit(&masks->list);
    gt_map_deinit(&masks->numbers);
}

static struct gt_tile read_mask(const struct gt_type_masks *masks, uint64_t rtype)
{
    gt_type_id id = gt_types_at(masks->process->types, rtype);
    struct gt_tile tile = {0};

    if (id == GT_NO_TYPE) return tile;
    tile.bits = gt_types_mask(masks->process->types, id, &tile.ptr_words);
    tile.period = gt_types_get(masks->process->types, id)->size / 8;
    if (!tile.bits) tile.ptr_words = 0;
    return tile;
}

static void report(const struct gt_type_masks *masks, uint64_t rtype)
{
    if (gt_types_at(masks->process->types, rtype) == GT_NO_TYPE)
        gt_process_lost(masks->process, GT_OF_HEAP,
                        "type 0x%" PRIx64 " of heap objects cannot be read", rtype);
}

struct gt_tile gt_type_masks_find(struct gt_type_masks *masks, uint64_t rtype)
{
    const uint64_t *known = gt_map_find(&masks->numbers, rtype);

    if (known) return ((const struct mask *)gt_vec_at(&masks->list, *known))->tile;
    struct mask mask = {rtype, read_mask(masks, rtype)};
    if (masks->complete) return mask.tile;
    *gt_map_put(&masks->numbers, rtype, NULL) = masks->list.len;
    gt_vec_add(&masks->list, &mask);
    report(masks, rtype);
    return mask.tile;
}
