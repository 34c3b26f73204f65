/* Containers: how full maps, slices and channels are, by their holder; and equal strings. */
#include "gotypes/types/maps.h"
#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/describe/own_names.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/heap_tables/equal_strings.h"
#include "inspector/detect/heap_tables/pool_rows.h"
#include "inspector/detect/heap_tables/type_package.h"
#include "inspector/detect/holders/sync_map.h"
#include "inspector/detect/holders/sync_pool.h"

enum {
    SLOTS = 8,
    DELETED = 0xfe /* a slot's control byte: internal/runtime/maps, ctrlDeleted */
};

struct collector {
    struct gt_table_maker *maker;
    struct gt_heap_analysis *analysis;
    struct gt_keys keys;
    struct gt_map rows;       /* kind and look of the holder -> row + 1 */
    struct gt_strmap by_name; /* kind, name and type -> row */
    struct gt_bitmap seen;    /* objects that are containers, or their arrays */
    struct gt_equal_strings strings;
    struct gt_sync_types sync;
    struct gt_sync_map_reader sync_maps;
    struct gt_pool_rows pools;
    uint32_t object, root; /* whose words are looked at */
};

/* ---- tombstones ---------------------------------------------------------------------------- */

struct tombstones {
    const struct gt_memory *mem;
    uint64_t group_size;
    int64_t count;
};

static void count_deleted(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct tombstones *tombstones = ctx;
    uint64_t control;

    for (uint64_t i = 0; part == GT_MAP_GROUPS && i < count; i++) {
        if (!gt_mem_u64(tombstones->mem, addr + i * tombstones->group_size, &control)) return;
        for (unsigned slot = 0; slot < SLOTS; slot++)
            tombstones->count += (control >> slot * 8 & 0xff) == DELETED;
    }
}

/* Maps of the older design have no tombstones: an emptied slot is free at once. */
static int64_t tombstones_of(const struct gt_heap_analysis *analysis, gt_type_id type,
                             uint64_t header)
{
    struct gt_types *types = analysis->process->types;
    const struct gt_type *map = gt_types_get(types, type);
    struct tombstones tombstones = {analysis->process->mem, map->map.group_size, 0};

    if (!map->map.swiss) return 0;
    if (!tombstones.group_size || !gt_map_parts(types, type, header, count_deleted, &tombstones))
        return GT_UNKNOWN;
    return tombstones.count;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* What is behind a pointer that a sync.Pool keeps has the pool's name. So words that look alike may
 * have several names: `pooled` is set. */
static const char *holder_name(struct collector *collector, const struct gt_referrer *referrer,
                               bool *pooled)
{
    const char *name = gt_referrer_place(&collector->keys, referrer);

    *pooled = strncmp(name, "sync.pool", strlen("sync.pool")) == 0;
    if (*pooled) name = gt_program_name(&collector->keys, referrer);
    return strcmp(name, "it") == 0
               ? "(no name)"
               : gt_heap_analysis_keep(collector->analysis, gt_without_global(name));
}

static const char *type_text(const struct collector *collector, const char *before, gt_type_id type)
{
    const char *name = type ? gt_full_type_name(collector->analysis->process->types, type,
                                                collector->analysis->storage)
                            : NULL;

    return name ? gt_arena_format(collector->analysis->storage, "%s%s", before, name) : NULL;
}

/* Holders with different looks may have one name; then they are one row. */
static uint64_t place_of(struct collector *collector, const struct gt_heap_row *row)
{
    char *key = gt_format("%d\n%s\n%s", (int)row->kind, row->name, row->type ? row->type : "");
    bool added;
    uint64_t *place = gt_strmap_put(&collector->by_name, key, &added);

    gt_free(key);
    if (!added) return *place;
    struct gt_heap_row *made = gt_table_row(collector->maker, row->name);
    made->kind = row->kind;
    made->type = row->type;
    made->entries = made->room = made->spare_bytes = made->tombstones = 0;
    return *place = collector->maker->rows.len - 1;
}

static struct gt_heap_row *row_of(struct collector *collector, enum gt_row_kind kind,
                                  const struct gt_word *word, const char *before)
{
    struct gt_referrer referrer = {collector->object, collector->root, word->offset};
    uint64_t look = gt_look_of(collector->analysis, &referrer);
    uint64_t *place =
        gt_map_put(&collector->rows, gt_look_blend(look, (uint64_t)word->kind << 56), NULL);

    if (*place) return gt_vec_at(&collector->maker->rows, *place - 1);
    bool pooled;
    const char *name = holder_name(collector, &referrer, &pooled);
    uint64_t found =
        place_of(collector,
                 &(struct gt_heap_row){
                     .kind = kind, .name = name, .type = type_text(collector, before, word->type)});
    if (!pooled) *place = found + 1;
    return gt_vec_at(&collector->maker->rows, found);
}

static void add_container(struct gt_heap_row *row, const struct gt_container *container)
{
    row->objects++;
    gt_table_add(&row->entries, container->entries);
    gt_table_add(&row->room, container->room);
    gt_table_add(&row->spare_bytes, container->spare_bytes);
    if (container->storage_bytes != GT_UNKNOWN) gt_table_add(&row->bytes, container->storage_bytes);
}

/* ---- words --------------------------------------------------------------------------------- */

static void add_map(struct collector *collector, const struct gt_word *word)
{
    struct gt_heap_analysis *analysis = collector->analysis;
    struct gt_container map = word->type ? gt_container_of_map(analysis, word->type, word->value)
                                         : gt_container_unknown();
    struct gt_heap_row *row = row_of(collector, GT_ROW_MAP, word, "");

    add_container(row, &map);
    gt_table_add(&row->tombstones,
                 word->type ? tombstones_of(analysis, word->type, word->value) : GT_UNKNOWN);
}

static void add_channel(struct collector *collector, const struct gt_word *word)
{
    struct gt_container channel = gt_container_of_channel(collector->analysis, word->value);
    struct gt_types *types = collector->analysis->process->types;
    uint64_t size = word->type ? gt_types_get(types, word->type)->size : 0;
    struct gt_heap_row *row = row_of(collector, GT_ROW_CHANNEL, word, "chan ");

    if (size && channel.room != GT_UNKNOWN && channel.room < INT64_MAX / (int64_t)size)
        channel.storage_bytes = channel.room * (int64_t)size;
    channel.spare_bytes = 0;
    add_container(row, &channel);
}

static void add_slice(struct collector *collector, const struct gt_word *word)
{
    struct gt_container slice = gt_container_of_slice(collector->analysis, word);

    add_container(row_of(collector, GT_ROW_SLICE, word, "[]"), &slice);
}

/* ---- of package sync ----------------------------------------------------------------------- */

static void add_sync_map(struct collector *collector, const struct gt_word *word, const char *field)
{
    struct gt_referrer referrer = {collector->object, collector->root, word->offset};
    int64_t tombstones;
    struct gt_container map = gt_container_of_sync_map(&collector->sync_maps, word, &tombstones);
    uint64_t place =
        place_of(collector,
                 &(struct gt_heap_row){.kind = GT_ROW_SYNC_MAP,
                                       .name = gt_sync_owner(&collector->sync, &referrer, field)});
    struct gt_heap_row *row = gt_vec_at(&collector->maker->rows, place);

    add_container(row, &map);
    gt_table_add(&row->tombstones, tombstones);
}

struct pool { /* while its values are visited */
    struct collector *collector;
    const char *name;
    bool counted[GT_POOL_PARTS];
};

static void add_pooled(void *ctx, enum gt_pool_part part, uint32_t object)
{
    static const enum gt_row_kind kinds[] = {[GT_POOL_PRIVATE] = GT_ROW_POOL_PRIVATE,
                                             [GT_POOL_SHARED] = GT_ROW_POOL_SHARED,
                                             [GT_POOL_VICTIM] = GT_ROW_POOL_VICTIMS};
    struct pool *pool = ctx;
    struct collector *collector = pool->collector;
    uint64_t place =
        place_of(collector, &(struct gt_heap_row){.kind = kinds[part], .name = pool->name});
    struct gt_heap_row *row = gt_vec_at(&collector->maker->rows, place);

    row->objects += !pool->counted[part];
    row->entries++;
    row->room = GT_UNKNOWN;
    pool->counted[part] = true;
    if (!row->type && object != GT_NO_OBJECT)
        row->type = type_text(collector, "", gt_typing_type(collector->analysis->typing, object));
    gt_pool_rows_add(&collector->pools, place, object);
}

static void add_pool(struct collector *collector, const struct gt_word *word)
{
    struct gt_referrer referrer = {collector->object, collector->root, word->offset};
    struct pool pool = {collector, gt_sync_owner(&collector->sync, &referrer, "."), {false}};
    const char *whole = gt_sync_owner(&collector->sync, &referrer, "\n");
    bool victims = strcmp(whole + strlen(pool.name), ".victim") == 0;

    gt_sync_pool_values(&collector->sync, word, victims, &collector->seen, add_pooled, &pool);
}

/* ---- all of them --------------------------------------------------------------------------- */

static bool is_container(struct collector *collector, const struct gt_word *word)
{
    bool container = word->kind == GT_P_MAP || word->kind == GT_P_CHAN || word->kind == GT_P_SLICE;

    return container && !word->inferred && !gt_is_in_sync_map(&collector->sync_maps, word) &&
           !gt_is_in_sync_pool(&collector->sync, word);
}

static void add_word(void *ctx, const struct gt_word *word)
{
    struct collector *collector = ctx;
    const char *sync_map = gt_sync_map_field(&collector->sync_maps, collector->object, word);

    gt_equal_strings_add(&collector->strings, word);
    if (!sync_map && !is_container(collector, word)) return;
    uint32_t object = gt_heap_object(&collector->analysis->heap->graph, word->value);
    if (object == GT_NO_OBJECT || gt_bit_test_set(&collector->seen, object)) return;
    if (sync_map)
        add_sync_map(collector, word, sync_map);
    else if (gt_is_sync_pool(&collector->sync, word))
        add_pool(collector, word);
    else if (word->kind == GT_P_MAP)
        add_map(collector, word);
    else if (word->kind == GT_P_CHAN)
        add_channel(collector, word);
    else
        add_slice(collector, word);
}

static void look_at_words(struct collector *collector)
{
    const struct gt_heap_analysis *analysis = collector->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    struct gt_word word;

    collector->object = GT_NO_OBJECT;
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        collector->root = i;
        gt_typing_root(analysis->typing, i, &word);
        add_word(collector, &word);
    }
    collector->root = 0;
    for (size_t at = gt_bitmap_next(&analysis->live, 0); at < graph->scan_objects;
         at = gt_bitmap_next(&analysis->live, at + 1)) {
        collector->object = (uint32_t)at;
        gt_typing_words(analysis->typing, (uint32_t)at, add_word, collector);
    }
}

static const char no_types[] = "without debug information, containers that only words of unknown "
                               "type lead to are left out, as "
                               "sync.Maps of Go 1.23 and older often are";

void gt_table_by_container(struct gt_table_maker *maker)
{
    const char *note = no_types;

    struct collector collector = {.maker = maker, .analysis = maker->analysis};

    gt_keys_init(&collector.keys, maker->analysis);
    gt_bitmap_init(&collector.seen, maker->analysis->heap->graph.objects);
    gt_equal_strings_init(&collector.strings, maker->analysis);
    gt_sync_types_init(&collector.sync, maker->analysis);
    gt_sync_map_reader_init(&collector.sync_maps, &collector.sync);
    gt_pool_rows_init(&collector.pools);
    look_at_words(&collector);
    if (!maker->analysis->process->dwarf) gt_vec_add(&maker->notes, &note);
    gt_pool_rows_weigh(&collector.pools, maker);
    gt_equal_strings_rows(&collector.strings, maker);
    gt_pool_rows_deinit(&collector.pools);
    gt_sync_map_reader_deinit(&collector.sync_maps);
    gt_equal_strings_deinit(&collector.strings);
    gt_bitmap_deinit(&collector.seen);
    gt_map_deinit(&collector.rows);
    gt_strmap_deinit(&collector.by_name);
    gt_keys_deinit(&collector.keys);
}
