/*
 * Maps up to 1.23, and with GOEXPERIMENT=noswissmap up to 1.25 (runtime/map.go): an array of
 * buckets, each with a chain of overflow buckets. While a map grows, it has an older array too.
 */
#include "gotypes/types/maps_internal.h"

#include "inspector/base/alloc.h"

/* tophash: 0 and 1 mean empty, 2 to 4 mean that the bucket was evacuated, 5 and more are hashes. */
enum { EMPTY_ONE = 1, MIN_TOP_HASH = 5, SAME_SIZE_GROW = 8, MAX_B = 40, POINTER = 8 };

struct chain {
    struct gt_map_reader *map;
    uint64_t overflow_left; /* bounds a chain that damage turned into a circle */
    bool old;               /* whether the bucket is in the array that is being evacuated */
};

static bool evacuated(const unsigned char *bucket)
{
    return bucket[0] > EMPTY_ONE && bucket[0] < MIN_TOP_HASH;
}

static void count_entries(struct gt_map_reader *map, const unsigned char *bucket)
{
    for (unsigned slot = 0; slot < GT_MAP_SLOTS; slot++)
        map->entries += bucket[slot] >= MIN_TOP_HASH;
}

static void visit_bucket(struct gt_map_reader *map, const unsigned char *bucket, uint64_t addr)
{
    if (map->counts) count_entries(map, bucket);
    for (unsigned slot = 0; slot < GT_MAP_SLOTS && map->entry && !map->stopped; slot++)
        if (bucket[slot] >= MIN_TOP_HASH) gt_map_report_slot(map, bucket, addr, slot);
}

/* Visits a bucket of the array and its chain. Whether the first bucket was evacuated holds for the
 * whole chain. */
static bool visit_chain(struct chain *chain, const unsigned char *bucket, uint64_t addr)
{
    struct gt_map_reader *map = chain->map;
    uint64_t size = map->shape->group_size;
    bool skip = chain->old && evacuated(bucket);
    for (;;) {
        if (!skip) visit_bucket(map, bucket, addr);
        addr = gt_load64(bucket + size - POINTER);
        if (addr == 0 || map->stopped) return true;
        bucket = gt_mem_at(map->mem, addr, size);
        if (!bucket || chain->overflow_left-- == 0) return false;
        gt_map_report_part(map, GT_MAP_GROUPS, addr, 1);
    }
}

/* Maps grow before their overflow buckets outnumber the others (tooManyOverflowBuckets), so no map
 * has eight times as many. */
static bool visit_array(struct gt_map_reader *map, uint64_t addr, unsigned log2, bool old)
{
    uint64_t count = (uint64_t)1 << log2, size = map->shape->group_size, bytes;
    struct chain chain = {map, 8 * count + 1024, old};
    const unsigned char *buckets =
        gt_mul(count, size, &bytes) ? gt_mem_at(map->mem, addr, bytes) : NULL;
    if (!buckets) return false;
    gt_map_report_part(map, GT_MAP_GROUPS, addr, count);
    for (uint64_t i = 0; i < count && !map->stopped; i++)
        if (!visit_chain(&chain, buckets + i * size, addr + i * size)) return false;
    return true;
}

static bool visit_old(struct gt_map_reader *map, uint64_t addr, unsigned log2)
{
    uint64_t flags = 0;
    if (addr == 0 || map->stopped) return true;
    if (!gt_read_field(map->layout, map->mem, map->header, GT_F_hmap_flags, &flags)) return false;
    if (flags & SAME_SIZE_GROW) return visit_array(map, addr, log2, true);
    return log2 > 0 && visit_array(map, addr, log2 - 1, true);
}

bool gt_map_visit_buckets(struct gt_map_reader *map)
{
    uint64_t log2, buckets, old;
    if (map->shape->group_size < GT_MAP_SLOTS + POINTER ||
        !gt_read_field(map->layout, map->mem, map->header, GT_F_hmap_B, &log2) ||
        !gt_read_field(map->layout, map->mem, map->header, GT_F_hmap_buckets, &buckets) ||
        !gt_read_field(map->layout, map->mem, map->header, GT_F_hmap_oldbuckets, &old) ||
        log2 > MAX_B)
        return false;
    if (buckets == 0) return true;
    return visit_array(map, buckets, (unsigned)log2, false) && visit_old(map, old, (unsigned)log2);
}
