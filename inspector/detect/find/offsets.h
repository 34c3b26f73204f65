/*
 * Where values of one type lie in values of others: fields of structs and elements of arrays, at
 * any depth, by value.
 *
 * The offsets of a type are found once. Types nest as the program's memory says, so nothing
 * recurses, and the number of offsets is bounded: what has more counts as having none, and `full`
 * says so.
 */
#ifndef GT_DETECT_FIND_OFFSETS_H
#define GT_DETECT_FIND_OFFSETS_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"

struct gt_offsets {
    struct gt_types *types;
    gt_type_id wanted;
    struct gt_map lists;   /* type -> index in `first` + 1 */
    struct gt_u64s first;  /* by list: where it begins in `all` */
    struct gt_u64s counts; /* by list */
    struct gt_u64s all;
    struct gt_u32s stack; /* types whose parts are being looked at */
    bool full;
};

void gt_offsets_init(struct gt_offsets *offsets, struct gt_types *types, gt_type_id wanted);
void gt_offsets_deinit(struct gt_offsets *offsets);

/* The number of offsets in a value of the type; of the wanted type itself one. They are in
 * all.at[*first] and what follows. */
size_t gt_offsets_in(struct gt_offsets *offsets, gt_type_id type, size_t *first);

/* ".owner.at", "[3].at": from a value of the type to the wanted value at the offset; "" for the
 * value itself. Writes at most `size` bytes, NUL included. */
void gt_offsets_path(const struct gt_offsets *offsets, gt_type_id type, uint64_t offset, char *out,
                     size_t size);

#endif
