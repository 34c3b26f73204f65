/*
 * What the readers of values share: the list of values, and the list of those that wait to be read.
 * Private to the files of values.
 *
 * Values move when others are added, so they are known by their index. A value waits with its type
 * until it is read. The parts that its kind's reader adds wait in turn.
 */
#ifndef GT_DETECT_VALUES_VALUES_IMPL_H
#define GT_DETECT_VALUES_VALUES_IMPL_H

#include "inspector/detect/values/values.h"

struct gt_value_wait {
    gt_type_id type;
    uint32_t level; /* how many values it is nested in */
};

struct gt_value_reader {
    const struct gt_heap_analysis *analysis;
    struct gt_types *types;
    const struct gt_memory *mem;
    struct gt_value_limits how;
    struct gt_vec values; /* struct gt_typed_value */
    struct gt_vec waits;  /* struct gt_value_wait, one for each value */
    bool cut;
    bool header;       /* the first value is a map whose header is there */
    uint64_t elements; /* the first value is an array of so many of its type; 0: it is one of it */
};

static inline struct gt_typed_value *gt_value_at(const struct gt_value_reader *reader,
                                                 uint32_t place)
{
    return gt_vec_at(&reader->values, place);
}

/* Reads the value at addr, from the reader's memory, and all parts of it. */
void gt_value_read_all(struct gt_value_reader *reader, const char *name, gt_type_id type,
                       uint64_t addr);

/* The values as they stand in the document. Nothing may be read afterwards. */
struct gt_values gt_value_finish(struct gt_value_reader *reader);

struct gt_value_reader gt_value_reader_of(const struct gt_heap_analysis *analysis,
                                          const struct gt_value_limits *how);

/* Adds room for at most `want` parts of a value, and counts the others as left out. Returns the
 * index of the first; *got is their number. */
uint32_t gt_value_parts(struct gt_value_reader *reader, uint32_t of, uint64_t want, uint64_t *got);

/* Sets one of the parts. `deeper` is 1 if a pointer was followed. */
void gt_value_set(struct gt_value_reader *reader, uint32_t place, uint32_t of, const char *name,
                  gt_type_id type, uint64_t addr, unsigned deeper);

/* May a pointer of this value be followed? */
bool gt_value_may_follow(const struct gt_value_reader *reader, uint32_t place);

/* How many values of `size` bytes at addr fit into the block or memory there, at most `count`. */
uint64_t gt_value_fit(const struct gt_value_reader *reader, uint64_t addr, uint64_t size,
                      uint64_t count);

/* A text in the document. */
const char *gt_value_text(const struct gt_value_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads the value at an index by its kind. Each reader sets kind and the fields that belong to
 * it. */
typedef void gt_value_fn(struct gt_value_reader *reader, uint32_t place, gt_type_id type);
gt_value_fn gt_value_scalar;                   /* value_scalars.c */
gt_value_fn gt_value_string;                   /* value_bytes.c */
gt_value_fn gt_value_array, gt_value_slice;    /* value_lists.c */
gt_value_fn gt_value_elements;                 /* the reader's own, of the type */
gt_value_fn gt_value_map, gt_value_channel;    /* value_maps.c, value_channels.c */
gt_value_fn gt_value_interface, gt_value_func; /* value_boxes.c */

/* value_bytes.c: the contents of bytes at addr, if they may be shown. */
void gt_value_data(struct gt_value_reader *reader, uint32_t place, uint64_t addr, uint64_t len);
bool gt_value_is_bytes(struct gt_value_reader *reader, gt_type_id elem);

#endif
