/*
 * Maps that nothing typed leads to. The storage of a large map begins with the type of its groups
 * or buckets, and the map's header leads there by the few words that all headers have. That gives
 * the header its type, and the rest of the storage with it. Small maps are not recognized: their
 * one group has no header.
 */
#ifndef GT_RUNTIME_MAP_SHAPES_H
#define GT_RUNTIME_MAP_SHAPES_H

#include "inspector/runtime/typing/typing.h"

struct gt_map_shapes;

struct gt_map_shapes *gt_map_shapes_create(const struct gt_goheap *heap);
void gt_map_shapes_destroy(struct gt_map_shapes *shapes); /* NULL is allowed */

/* The type of the map whose header an untyped object is; GT_NO_TYPE when it is none, or its
 * type is unknown. */
gt_type_id gt_map_shape_of(const struct gt_map_shapes *shapes, uint32_t object);

/* The same by what typing knows of the storage. */
gt_type_id gt_map_of_typed(const struct gt_map_shapes *shapes, const struct gt_typing *typing,
                           uint32_t object);

/* Is it as large as the slot that a header gets? */
bool gt_map_has_size(const struct gt_goheap *heap, uint32_t object);

/* Does the object look like a header, whatever the map's type is? By its size, by which of its
 * words are pointers, and by where these lead. */
bool gt_map_has_shape(const struct gt_goheap *heap, uint32_t object);

/* Does the object look like a channel of elements without pointers: does it name their type, and is
 * its buffer in itself (runtime/chan.go, makechan)? */
bool gt_channel_has_shape(const struct gt_goheap *heap, uint32_t object);

#endif
