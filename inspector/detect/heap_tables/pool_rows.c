/* What the values in pools keep, by one walk for all of them. */
#include "inspector/detect/heap_tables/pool_rows.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/heap_tables/kind_rows.h"

void gt_pool_rows_init(struct gt_pool_rows *pools)
{
    *pools = (struct gt_pool_rows){0};
}

void gt_pool_rows_deinit(struct gt_pool_rows *pools)
{
    gt_u64s_deinit(&pools->places);
    gt_map_deinit(&pools->number);
    gt_map_deinit(&pools->values);
    gt_u32s_deinit(&pools->objects);
}

void gt_pool_rows_add(struct gt_pool_rows *pools, size_t place, uint32_t object)
{
    bool added;
    uint64_t *number = gt_map_put(&pools->number, place, &added);

    if (added) gt_u64s_add(&pools->places, place);
    if (added) *number = pools->places.len;
    uint64_t *value = object == GT_NO_OBJECT ? NULL : gt_map_put(&pools->values, object, &added);
    if (!value || !added) return;
    *value = *number - 1;
    gt_u32s_add(&pools->objects, object);
}

/* By rank: the number of the pool's row, or one more than these for all other objects. */
static uint32_t *kinds_of(const struct gt_pool_rows *pools, const struct gt_bitmap *live,
                          const struct gt_rank *rank)
{
    uint32_t count = gt_rank_count(rank), *kind = gt_alloc((count + 1) * sizeof *kind);

    for (uint32_t i = 0; i < count; i++)
        kind[i] = (uint32_t)pools->places.len;
    for (size_t i = 0; i < pools->objects.len; i++) {
        uint32_t object = pools->objects.at[i];
        if (gt_bit(live, object))
            kind[gt_rank_of(rank, object)] = (uint32_t)*gt_map_find(&pools->values, object);
    }
    return kind;
}

void gt_pool_rows_weigh(const struct gt_pool_rows *pools, struct gt_table_maker *maker)
{
    const struct gt_heap_analysis *analysis = maker->analysis;
    struct gt_rank rank;

    if (!pools->places.len) return;
    gt_rank_init(&rank, &analysis->live);
    uint32_t *kind = kinds_of(pools, &analysis->live, &rank);
    struct gt_owned *retained =
        gt_retained_by_kind(analysis, &rank, kind, (uint32_t)pools->places.len + 1);
    for (size_t i = 0; i < pools->places.len; i++) {
        size_t place = pools->places.at[i];
        struct gt_heap_row *row = gt_vec_at(&maker->rows, place);
        row->bytes = row->spare_bytes = (int64_t)retained[i].bytes;
    }
    gt_free(retained);
    gt_free(kind);
    gt_rank_deinit(&rank);
}
