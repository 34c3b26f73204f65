/* Recognizes a header by its size and its pointer words, and reads where its storage begins. A hash
 * table leads from the type of a group or bucket to the type of the map. */
#include "inspector/runtime/typing/map_shapes.h"

#include "inspector/base/alloc.h"

#include <string.h>

enum {
    WORD = 8,
    CLASS_STEP = 16, /* bytes between the small size classes */
    AT_GROUP = 64,   /* abi.MapType, OldMapType and SwissMapType */
    MOST_SHIFT = 48, /* the base 2 logarithm of a number of buckets */
};

struct gt_map_shapes {
    const struct gt_goheap *heap;
    struct gt_map by_group; /* rtype of a group or bucket -> rtype of a map that has it */
};

static void note_map(void *ctx, uint64_t rtype, const struct gt_type *head)
{
    struct gt_map_shapes *shapes = ctx;
    uint64_t group;

    if (head->kind == GT_T_MAP && gt_mem_u64(shapes->heap->process->mem, rtype + AT_GROUP, &group))
        *gt_map_put(&shapes->by_group, group, NULL) = rtype;
}

struct gt_map_shapes *gt_map_shapes_create(const struct gt_goheap *heap)
{
    struct gt_map_shapes *shapes = gt_calloc(1, sizeof *shapes);

    shapes->heap = heap;
    gt_types_each(heap->process->types, note_map, shapes);
    return shapes;
}

void gt_map_shapes_destroy(struct gt_map_shapes *shapes)
{
    if (!shapes) return;
    gt_map_deinit(&shapes->by_group);
    gt_free(shapes);
}

/* Where the header's storage would be: its one group, the groups of its first table, or its
 * buckets. */
static bool storage_of(const struct gt_process *process, uint64_t header, uint64_t *storage)
{
    uint64_t length, directory, table;

    if (!gt_has(&process->layout, GT_F_map_dirPtr))
        return gt_process_field(process, header, GT_F_hmap_buckets, storage);
    if (!gt_process_field(process, header, GT_F_map_dirPtr, &directory) ||
        !gt_process_field(process, header, GT_F_map_dirLen, &length))
        return false;
    *storage = directory;
    return length == 0 || (gt_mem_u64(process->mem, directory, &table) &&
                           gt_process_field(process, table, GT_F_table_groups_data, storage));
}

struct pointers { /* the pointer words of a small object */
    uint64_t words;
};

static void note_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    struct pointers *pointers = ctx;

    (void)value;
    pointers->words |= (uint64_t)1 << offset / WORD;
}

/* Are the object's pointers those of a header? */
static bool has_mask_of_header(const struct gt_goheap *heap, uint32_t object)
{
    static const enum gt_field_id fields[] = {GT_F_map_dirPtr, GT_F_hmap_buckets,
                                              GT_F_hmap_oldbuckets, GT_F_hmap_extra};
    const struct gt_layout *layout = &heap->process->layout;
    bool swiss = gt_has(layout, GT_F_map_dirPtr);
    struct pointers pointers = {0};
    uint64_t expected = 0;

    for (size_t i = swiss ? 0 : 1; i < (swiss ? 1 : sizeof fields / sizeof *fields); i++)
        if (gt_has(layout, fields[i])) expected |= (uint64_t)1 << gt_off(layout, fields[i]) / WORD;
    gt_heap_words(&heap->graph, object, note_pointer, &pointers);
    return expected && pointers.words == expected;
}

bool gt_map_has_size(const struct gt_goheap *heap, uint32_t object)
{
    const struct gt_layout *layout = &heap->process->layout;
    uint64_t size = layout->size[gt_has(layout, GT_F_map_dirPtr) ? GT_S_map : GT_S_hmap];
    uint64_t slot = gt_heap_size(&heap->graph, object);

    return slot >= size && slot - size < CLASS_STEP;
}

/* The block that would be the map's first storage if its header were there; GT_NO_OBJECT when
 * storage does not begin there. */
static uint32_t groups_at(const struct gt_goheap *heap, uint64_t header)
{
    uint64_t storage, user;

    if (!storage_of(heap->process, header, &storage)) return GT_NO_OBJECT;
    uint32_t groups = gt_heap_object(&heap->graph, storage);
    bool begins = groups != GT_NO_OBJECT && gt_goheap_user(heap, groups, &user) == storage;
    return begins ? groups : GT_NO_OBJECT;
}

/* The same, if the object looks like a header. */
static uint32_t groups_of_header(const struct gt_goheap *heap, uint32_t object)
{
    if (!gt_map_has_size(heap, object) || !has_mask_of_header(heap, object)) return GT_NO_OBJECT;
    return groups_at(heap, gt_heap_address(&heap->graph, object));
}

bool gt_map_has_shape(const struct gt_goheap *heap, uint32_t object)
{
    return groups_of_header(heap, object) != GT_NO_OBJECT;
}

static void ignore_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    (void)ctx, (void)part, (void)addr, (void)count;
}

/* The map type with groups of the rtype. Its layout must fit this header. */
static gt_type_id map_with(const struct gt_map_shapes *shapes, uint64_t group, uint64_t header)
{
    const struct gt_process *process = shapes->heap->process;
    const uint64_t *map = group ? gt_map_find(&shapes->by_group, group) : NULL;
    gt_type_id type = map ? gt_types_at(process->types, *map) : (gt_type_id)GT_NO_TYPE;

    return type && gt_map_parts(process->types, type, header, ignore_part, NULL)
               ? type
               : (gt_type_id)GT_NO_TYPE;
}

gt_type_id gt_map_shape_of(const struct gt_map_shapes *shapes, uint32_t object)
{
    uint32_t groups = groups_of_header(shapes->heap, object);

    if (groups == GT_NO_OBJECT) return GT_NO_TYPE;
    return map_with(shapes, gt_goheap_header(shapes->heap, groups),
                    gt_heap_address(&shapes->heap->graph, object));
}

gt_type_id gt_map_of_storage(const struct gt_map_shapes *shapes, uint32_t object, gt_type_id type)
{
    const struct gt_goheap *heap = shapes->heap;

    if (!type) return GT_NO_TYPE;
    return map_with(shapes, gt_types_get(heap->process->types, type)->ref.rtype,
                    gt_heap_address(&heap->graph, object));
}

uint32_t gt_map_storage_of(const struct gt_map_shapes *shapes, uint32_t object)
{
    return groups_of_header(shapes->heap, object);
}

uint64_t gt_map_bucket_count(const struct gt_map_shapes *shapes, uint32_t object)
{
    const struct gt_layout *layout = &shapes->heap->process->layout;
    uint64_t header = gt_heap_address(&shapes->heap->graph, object);
    uint8_t shift;

    if (!gt_has(layout, GT_F_hmap_B) ||
        !gt_mem_u8(shapes->heap->process->mem, header + gt_off(layout, GT_F_hmap_B), &shift))
        return 0;
    return shift < MOST_SHIFT ? (uint64_t)1 << shift : 0;
}

/* The compiler names types of storage "map.group[K]V" or "map.bucket[K]V". */
static bool is_storage_type(struct gt_types *types, uint64_t rtype)
{
    gt_type_id type = rtype ? gt_types_at(types, rtype) : (gt_type_id)GT_NO_TYPE;
    return type && strncmp(gt_types_name(types, type), "map.", 4) == 0;
}

struct gt_frame_map gt_frame_map_of(const struct gt_goheap *heap, const struct gt_root *root)
{
    const struct gt_layout *layout = &heap->process->layout;
    bool swiss = gt_has(layout, GT_F_map_dirPtr);
    uint64_t offset = gt_off(layout, swiss ? GT_F_map_dirPtr : GT_F_hmap_buckets);
    struct gt_frame_map map = {.header = root->addr - offset, .type = GT_NO_TYPE};

    if (root->kind != GT_ROOT_FRAME || root->addr < offset) return map;
    uint32_t groups = groups_at(heap, map.header);
    uint64_t rtype = groups == GT_NO_OBJECT ? 0 : gt_goheap_header(heap, groups);
    if (!is_storage_type(heap->process->types, rtype)) return map;
    struct gt_map_shapes *shapes = gt_map_shapes_create(heap);
    map.type = map_with(shapes, rtype, map.header);
    gt_map_shapes_destroy(shapes);
    return map;
}

bool gt_channel_has_shape(const struct gt_goheap *heap, uint32_t object)
{
    const struct gt_process *process = heap->process;
    uint64_t channel = gt_heap_address(&heap->graph, object), buffer, element;
    uint64_t own = gt_off(&process->layout, GT_F_hchan_buf);

    if (!gt_process_field(process, channel, GT_F_hchan_elemtype, &element) ||
        !gt_process_field(process, channel, GT_F_hchan_buf, &buffer))
        return false;
    return buffer - channel >= own && buffer - channel <= gt_heap_size(&heap->graph, object) &&
           gt_types_at(process->types, element);
}
