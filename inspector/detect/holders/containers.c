/* Sums up the blocks of a map's groups or buckets, and compares them with what Go would allocate
 * for as many entries. A map of unknown type is read by the runtime's fields alone. */
#include "inspector/detect/holders/containers.h"

#include "gotypes/types/maps.h"
#include "inspector/base/alloc.h"

enum {
    SLOTS = 8, /* of a group or bucket */
    MAX_SHIFT = 48,
};

struct gt_container gt_container_unknown(void)
{
    return (struct gt_container){GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN};
}

/* ---- maps ---------------------------------------------------------------------------------- */

struct storage {
    const struct gt_goheap *heap;
    uint64_t groups, bytes; /* bytes of whole slots, as the allocator rounds them up */
};

/* Overflow buckets may be in the block of the first buckets. A block is counted where it begins. */
static void count_groups(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct storage *storage = ctx;
    uint32_t object = gt_heap_object(&storage->heap->graph, addr);
    uint64_t size;

    if (part != GT_MAP_GROUPS) return;
    storage->groups += count;
    if (object != GT_NO_OBJECT && gt_goheap_user(storage->heap, object, &size) == addr)
        storage->bytes += gt_heap_size(&storage->heap->graph, object);
}

/* The groups that Go allocates for so many entries: a power of two, with at most seven of eight
 * slots in use (internal/runtime/maps, NewMap), or 6.5 of eight (runtime/map.go, makemap). */
static uint64_t fresh_groups(uint64_t entries, bool swiss)
{
    uint64_t groups = 1;

    if (entries <= SLOTS) return 1;
    while (swiss ? groups * 7 < entries : groups * 13 / 2 < entries)
        groups *= 2;
    return groups;
}

static struct gt_container map_of(const struct storage *storage, uint64_t entries, bool swiss)
{
    uint64_t fresh = fresh_groups(entries, swiss), each = storage->bytes / storage->groups;

    return (struct gt_container){
        .entries = (int64_t)entries,
        .room = (int64_t)(storage->groups * SLOTS),
        .storage_bytes = (int64_t)storage->bytes,
        .spare_bytes = fresh < storage->groups ? (int64_t)(storage->bytes - fresh * each) : 0};
}

/* A map without storage: it gets storage with its first entry. Its first word is its length. */
static struct gt_container without_storage(const struct gt_heap_analysis *analysis, uint64_t header)
{
    uint64_t entries;

    if (!gt_mem_u64(analysis->process->mem, header, &entries) || entries)
        return gt_container_unknown();
    return (struct gt_container){0};
}

struct gt_container gt_container_of_map(const struct gt_heap_analysis *analysis, gt_type_id type,
                                        uint64_t header)
{
    struct gt_types *types = analysis->process->types;
    bool swiss = gt_types_get(types, type)->map.swiss;
    struct storage storage = {.heap = analysis->heap};
    uint64_t entries;

    if (!gt_map_parts(types, type, header, count_groups, &storage) ||
        !gt_map_count(types, type, header, &entries))
        return gt_container_unknown();
    if (!storage.groups) return without_storage(analysis, header);
    return map_of(&storage, entries, swiss);
}

static void count_table(const struct gt_heap_analysis *analysis, uint64_t table,
                        struct storage *storage)
{
    uint64_t groups, mask;

    if (gt_process_field(analysis->process, table, GT_F_table_groups_data, &groups) &&
        gt_process_field(analysis->process, table, GT_F_table_groups_lengthMask, &mask))
        count_groups(storage, GT_MAP_GROUPS, groups, mask + 1);
}

/* A directory repeats a table in adjacent entries. */
static void count_tables(const struct gt_heap_analysis *analysis, uint64_t directory,
                         uint64_t length, struct storage *storage)
{
    uint64_t before = 0, table;

    for (uint64_t i = 0; i < length; i++) {
        if (!gt_mem_u64(analysis->process->mem, directory + i * sizeof table, &table)) return;
        if (table != before) count_table(analysis, table, storage);
        before = table;
    }
}

static void count_swiss(const struct gt_heap_analysis *analysis, uint64_t header,
                        struct storage *storage)
{
    uint64_t directory, length, size;

    if (!gt_process_field(analysis->process, header, GT_F_map_dirPtr, &directory) ||
        !gt_process_field(analysis->process, header, GT_F_map_dirLen, &length))
        return;
    uint32_t object = gt_heap_object(&analysis->heap->graph, directory);
    if (object == GT_NO_OBJECT) return;
    gt_goheap_user(analysis->heap, object, &size);
    if (length == 0)
        count_groups(storage, GT_MAP_GROUPS, directory, 1);
    else if (length <= size / sizeof length)
        count_tables(analysis, directory, length, storage);
}

/* Overflow buckets do not count: they are few if most entries were deleted. */
static void count_buckets(const struct gt_heap_analysis *analysis, uint64_t header,
                          struct storage *storage)
{
    uint64_t buckets;
    uint8_t shift;

    if (gt_process_field(analysis->process, header, GT_F_hmap_buckets, &buckets) &&
        gt_mem_u8(analysis->process->mem, header + gt_off(&analysis->process->layout, GT_F_hmap_B),
                  &shift) &&
        shift < MAX_SHIFT)
        count_groups(storage, GT_MAP_GROUPS, buckets, (uint64_t)1 << shift);
}

/* A block has at least eight control bytes a group. A map's first word is its length, which the
 * compiler relies on for len(m). */
struct gt_container gt_container_of_untyped_map(const struct gt_heap_analysis *analysis,
                                                uint64_t header)
{
    bool swiss = gt_has(&analysis->process->layout, GT_F_map_dirPtr);
    struct storage storage = {.heap = analysis->heap};
    uint64_t entries;

    if (swiss)
        count_swiss(analysis, header, &storage);
    else
        count_buckets(analysis, header, &storage);
    if (!gt_mem_u64(analysis->process->mem, header, &entries) || !storage.groups ||
        storage.bytes / storage.groups < SLOTS || storage.groups > UINT32_MAX ||
        entries > storage.groups * SLOTS)
        return gt_container_unknown();
    return map_of(&storage, entries, swiss);
}

/* ---- channels and slices ------------------------------------------------------------------- */

struct gt_container gt_container_of_channel(const struct gt_heap_analysis *analysis,
                                            uint64_t channel)
{
    struct gt_container container = gt_container_unknown();
    uint64_t waiting, room;

    if (!gt_process_field(analysis->process, channel, GT_F_hchan_qcount, &waiting) ||
        !gt_process_field(analysis->process, channel, GT_F_hchan_dataqsiz, &room) ||
        waiting > room || room > INT64_MAX)
        return container;
    container.entries = (int64_t)waiting;
    container.room = (int64_t)room;
    return container;
}

struct gt_container gt_container_of_slice(const struct gt_heap_analysis *analysis,
                                          const struct gt_word *slice)
{
    struct gt_container container = gt_container_unknown();
    struct gt_types *types = analysis->process->types;
    uint64_t size = slice->type ? gt_types_get(types, slice->type)->size : 0, bytes;

    if (slice->uncapped || slice->inferred || slice->len > slice->cap || slice->cap > INT64_MAX)
        return container;
    container.entries = (int64_t)slice->len;
    container.room = (int64_t)slice->cap;
    if (!size || !gt_mul(slice->cap, size, &bytes) || bytes > INT64_MAX) return container;
    container.storage_bytes = (int64_t)bytes;
    container.spare_bytes = (int64_t)((slice->cap - slice->len) * size);
    return container;
}
