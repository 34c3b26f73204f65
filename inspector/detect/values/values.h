/*
 * Values read by their types: structs, arrays, slices, maps, channels, interfaces and pointers.
 *
 * A value's parts are read breadth first, until the depth (pointers followed) or the number of
 * values is reached. So circles, lengths and nested types of a hostile core cannot exceed these
 * bounds. Values that are left out are counted. Contents of strings and bytes are read only if the
 * analysis has show_data.
 */
#ifndef GT_DETECT_VALUES_VALUES_H
#define GT_DETECT_VALUES_VALUES_H

#include "inspector/detect/heap_analysis.h"

struct gt_value_limits {
    uint32_t depth; /* pointers that are followed */
    size_t most;    /* elements or entries of each value that are read */
    size_t budget;  /* values that are read in all */
};

/* The value at addr. `name` is the name of the root, or NULL. */
struct gt_values gt_values_read(const struct gt_heap_analysis *analysis,
                                const struct gt_value_limits *how, const char *name,
                                gt_type_id type, uint64_t addr);

/* The same of a map's header, which no variable of the map has, or of a heap object that is an
 * array of `count` values of the type. */
struct gt_values gt_values_read_map(const struct gt_heap_analysis *analysis,
                                    const struct gt_value_limits *how, const char *name,
                                    gt_type_id map, uint64_t header);
struct gt_values gt_values_read_array(const struct gt_heap_analysis *analysis,
                                      const struct gt_value_limits *how, gt_type_id elem,
                                      uint64_t addr, uint64_t count);

struct gt_value_piece { /* a part of a value that is in memory */
    uint64_t addr, size;
    uint64_t offset; /* in the value */
};

/* The same of a value that the compiler keeps in pieces, such as a slice's pointer in one slot of a
 * frame and its length in another. What is in no piece is not known, and a note says how much of
 * the value is. The value's address is that of its first piece. */
struct gt_values gt_values_read_pieces(const struct gt_heap_analysis *analysis,
                                       const struct gt_value_limits *how, const char *name,
                                       gt_type_id type, const struct gt_value_piece *pieces,
                                       size_t count);

#endif
