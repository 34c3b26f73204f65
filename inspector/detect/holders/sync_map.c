/* Reads both designs of sync.Map. */
#include "inspector/detect/holders/sync_map.h"

#include "gotypes/types/maps.h"
#include "inspector/base/alloc.h"

enum { WORD = 8, CHILDREN = 16 /* internal/sync/hashtriemap.go, nChildren */ };

void gt_sync_map_reader_init(struct gt_sync_map_reader *reader, const struct gt_sync_types *sync)
{
    reader->sync = sync;
    gt_bitmap_init(&reader->counted, sync->analysis->heap->graph.objects);
}

void gt_sync_map_reader_deinit(struct gt_sync_map_reader *reader)
{
    gt_bitmap_deinit(&reader->counted);
}

static const struct gt_sync_place *place(const struct gt_sync_map_reader *reader,
                                         enum gt_sync_field field)
{
    return &reader->sync->place[field];
}

/* Counts a block once. Returns false if the address is in no block, or the block was counted. */
static bool count_block(struct gt_sync_map_reader *reader, uint64_t addr,
                        struct gt_container *container)
{
    const struct gt_heap *graph = &reader->sync->analysis->heap->graph;
    uint32_t object = gt_heap_object(graph, addr);

    if (object == GT_NO_OBJECT || gt_bit_test_set(&reader->counted, object)) return false;
    container->storage_bytes += (int64_t)gt_heap_size(graph, object);
    return true;
}

/* ---- from 1.24 on: a trie ------------------------------------------------------------------ */

/* True if the word leads to an object of the type. A word of unknown type does if the object is of
 * the type. */
static bool leads_to(const struct gt_sync_map_reader *reader, const struct gt_word *word,
                     gt_type_id type)
{
    const struct gt_heap_analysis *analysis = reader->sync->analysis;

    if (!type || word->kind == GT_P_POINTER) return type && word->type == type;
    if (word->kind != GT_W_UNKNOWN && word->kind != GT_W_REFERENCE) return false;
    uint32_t object = gt_heap_object(&analysis->heap->graph, word->value);
    return object != GT_NO_OBJECT && gt_typing_type(analysis->typing, object) == type;
}

/* A node has a pointer to its parent, which is nil in the first node of a trie. */
static bool is_first_node(const struct gt_sync_map_reader *reader, uint32_t in,
                          const struct gt_word *word)
{
    gt_type_id inner = place(reader, GT_SYNC_INNER_CHILDREN)->in;
    uint64_t parent;

    return leads_to(reader, word, inner) &&
           (in == GT_NO_OBJECT || gt_typing_type(reader->sync->analysis->typing, in) != inner) &&
           gt_sync_word(reader->sync, word->value, GT_SYNC_INNER_PARENT, &parent) && !parent;
}

/* Entries with one hash form a list. */
static void count_entries(struct gt_sync_map_reader *reader, uint64_t entry,
                          struct gt_container *container)
{
    while (entry && count_block(reader, entry, container)) {
        container->entries++;
        if (!gt_sync_word(reader->sync, entry, GT_SYNC_ENTRY_OVERFLOW, &entry)) return;
    }
}

static void add_children(struct gt_sync_map_reader *reader, uint64_t inner, struct gt_u64s *nodes)
{
    uint64_t first = inner + place(reader, GT_SYNC_INNER_CHILDREN)->offset, child;

    for (unsigned i = 0; i < CHILDREN; i++)
        if (gt_mem_u64(reader->sync->analysis->process->mem, first + i * WORD, &child) && child)
            gt_u64s_add(nodes, child);
}

/* A node's first byte says whether it is an entry. */
static struct gt_container count_trie(struct gt_sync_map_reader *reader, uint64_t root)
{
    struct gt_container container = {.room = GT_UNKNOWN};
    struct gt_u64s nodes = {0};
    uint8_t is_entry;

    gt_u64s_add(&nodes, root);
    while (nodes.len) {
        uint64_t node = nodes.at[--nodes.len];
        if (!gt_mem_u8(reader->sync->analysis->process->mem, node, &is_entry)) continue;
        if (is_entry)
            count_entries(reader, node, &container);
        else if (count_block(reader, node, &container))
            add_children(reader, node, &nodes);
    }
    gt_u64s_deinit(&nodes);
    return container;
}

/* ---- up to 1.23: a map for readers, and one with what they lack ----------------------------- */

struct entries {
    struct gt_sync_map_reader *reader;
    struct gt_container *container;
    bool rest; /* a written map exists: only entries that it lacks count */
    int64_t deleted;
};

/* `elem` is an entry, {*any}, which is nil if deleted. An entry that the written map lacks was
 * expunged: it was deleted before that map was made (sync/map.go). */
static bool count_old_entry(void *ctx, uint64_t key, uint64_t elem)
{
    struct entries *entries = ctx;
    const struct gt_sync_types *sync = entries->reader->sync;
    uint64_t entry, value;

    (void)key;
    if (!gt_mem_u64(sync->analysis->process->mem, elem, &entry) ||
        !gt_sync_word(sync, entry, GT_SYNC_OLD_ENTRY_P, &value) ||
        !count_block(entries->reader, entry, entries->container))
        return true;
    bool live = value && !entries->rest;
    if (live) count_block(entries->reader, value, entries->container);
    entries->container->entries += live;
    entries->deleted += !live;
    return true;
}

static bool walk_map(struct entries *entries, gt_type_id type, uint64_t header)
{
    struct gt_sync_map_reader *reader = entries->reader;
    struct gt_container *container = entries->container;

    if (!header || !count_block(reader, header, container)) return true;
    struct gt_container map = gt_container_of_map(reader->sync->analysis, type, header);
    if (map.storage_bytes == GT_UNKNOWN) return false;
    container->storage_bytes += map.storage_bytes;
    container->spare_bytes += map.spare_bytes;
    container->room += map.room;
    return gt_map_walk(reader->sync->analysis->process->types, type, header, count_old_entry,
                       entries);
}

/* The address of the sync.Map whose field `read` holds this word: a pointer, or in 1.19 the second
 * word of an interface. */
static uint64_t owner_of_read(const struct gt_sync_map_reader *reader, const struct gt_word *word)
{
    const struct gt_sync_place *read = place(reader, GT_SYNC_MAP_READ);
    uint64_t size =
        read->type ? gt_types_get(reader->sync->analysis->process->types, read->type)->size : WORD;

    return word->addr - read->offset - (size == 2 * WORD ? WORD : 0);
}

/* The written map, if it exists, has all entries that are not deleted. */
static struct gt_container count_maps(struct gt_sync_map_reader *reader, const struct gt_word *word,
                                      int64_t *tombstones)
{
    struct gt_container container = {0};
    struct entries entries = {.reader = reader, .container = &container};
    gt_type_id type = place(reader, GT_SYNC_READ_ONLY_M)->type;
    uint64_t readers, dirty;

    *tombstones = GT_UNKNOWN;
    if (!type || !word->addr ||
        !gt_sync_word(reader->sync, word->value, GT_SYNC_READ_ONLY_M, &readers) ||
        !gt_sync_word(reader->sync, owner_of_read(reader, word), GT_SYNC_MAP_DIRTY, &dirty))
        return gt_container_unknown();
    count_block(reader, word->value, &container);
    if (!walk_map(&entries, type, dirty)) return gt_container_unknown();
    entries.rest = dirty != 0;
    if (!walk_map(&entries, type, readers)) return gt_container_unknown();
    *tombstones = entries.deleted;
    return container;
}

/* ---- of either design ---------------------------------------------------------------------- */

const char *gt_sync_map_field(const struct gt_sync_map_reader *reader, uint32_t in,
                              const struct gt_word *word)
{
    if (is_first_node(reader, in, word)) return ".m.root";
    return leads_to(reader, word, place(reader, GT_SYNC_READ_ONLY_M)->in) ? ".read" : NULL;
}

bool gt_is_in_sync_map(const struct gt_sync_map_reader *reader, const struct gt_word *word)
{
    gt_type_id map = place(reader, GT_SYNC_READ_ONLY_M)->type;

    return map && word->kind == GT_P_MAP && word->type == map;
}

struct gt_container gt_container_of_sync_map(struct gt_sync_map_reader *reader,
                                             const struct gt_word *word, int64_t *tombstones)
{
    *tombstones = 0;
    return leads_to(reader, word, place(reader, GT_SYNC_READ_ONLY_M)->in)
               ? count_maps(reader, word, tombstones)
               : count_trie(reader, word->value);
}
