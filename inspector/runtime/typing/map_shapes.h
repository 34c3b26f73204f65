/*
 * Maps that nothing typed leads to. The storage of a large map begins with the type of its groups
 * or buckets. The map's header leads there, and has a few words that all headers have. This gives
 * the header its type, and then the rest of the storage. Smaller storage has no such type. It gets
 * one by what leads to it, or by elimination (candidates.h), and so does the header.
 */
#ifndef GT_RUNTIME_MAP_SHAPES_H
#define GT_RUNTIME_MAP_SHAPES_H

#include "inspector/runtime/typing/typing.h"

struct gt_map_shapes;

struct gt_map_shapes *gt_map_shapes_create(const struct gt_goheap *heap);
void gt_map_shapes_destroy(struct gt_map_shapes *shapes); /* NULL is allowed */

/* The type of the map whose header an untyped object is; GT_NO_TYPE when it is no header, or its
 * type is unknown. */
gt_type_id gt_map_shape_of(const struct gt_map_shapes *shapes, uint32_t object);

/* The object in which the storage of a map begins, by the map's header; GT_NO_OBJECT when the
 * object does not look like a header. */
uint32_t gt_map_storage_of(const struct gt_map_shapes *shapes, uint32_t object);

/* The number of buckets that the header says, without overflow buckets; 0 when maps have none. */
uint64_t gt_map_bucket_count(const struct gt_map_shapes *shapes, uint32_t object);

/* The type of the map with this header, whose storage has this type; GT_NO_TYPE when that is no
 * storage of maps, or the layout does not fit the header. */
gt_type_id gt_map_of_storage(const struct gt_map_shapes *shapes, uint32_t object, gt_type_id type);

/* Does the object have the size of the slot that a header gets? */
bool gt_map_has_size(const struct gt_goheap *heap, uint32_t object);

/* Does the object look like a map header of any type? It is tested by its size, by its pointer
 * words, and by what these lead to. */
bool gt_map_has_shape(const struct gt_goheap *heap, uint32_t object);

/* A map whose header lies in a frame, by the word of the header that points to the storage. The
 * compiler puts the header of a map that does not escape into a slot without a name, and computes
 * the map's pointer where it needs it. So no variable has the pointer. The type is GT_NO_TYPE when
 * the word is none of a map, or its storage does not begin with its type. */
struct gt_frame_map {
    uint64_t header;
    gt_type_id type;
};
struct gt_frame_map gt_frame_map_of(const struct gt_goheap *heap, const struct gt_root *root);

/* Does the object look like a channel of elements without pointers? Such a channel has their type,
 * and contains its buffer (runtime/chan.go, makechan). */
bool gt_channel_has_shape(const struct gt_goheap *heap, uint32_t object);

#endif
