/*
 * Operands of conditions that are bound to a type: how each is read from a value in memory.
 *
 * Binding checks what the types tell: that the fields are there, and that len() is asked of what
 * has one. Reading then cannot be wrong, but may find that the core lacks the memory, or that the
 * way leads through a nil pointer. A pointer on the way is followed, as Go does.
 */
#ifndef GT_DETECT_FIND_READERS_H
#define GT_DETECT_FIND_READERS_H

#include "inspector/detect/find/condition.h"
#include "inspector/detect/find/promoted.h"
#include "inspector/detect/heap_analysis.h"

enum gt_operand_sort { /* what it can be compared with */
                       GT_SORT_NUMBER,
                       GT_SORT_BOOL,
                       GT_SORT_TEXT,
                       GT_SORT_ADDRESS,   /* one pointer: with nil, or a number */
                       GT_SORT_REFERENCE, /* a slice or an interface: with nil */
                       GT_SORT_NIL,
                       GT_SORT_NONE, /* with nothing */
};

enum gt_reading_of { GT_READ, GT_READ_THROUGH_NIL, GT_READ_NOT_IN_CORE };

struct gt_read_value {
    long double number;  /* of a bool 0 or 1; of a reference its first word; of a text its length */
    uint64_t text;       /* where the text is in the target */
    const char *written; /* the text of a condition; else NULL */
};

enum { GT_MOST_READER_STEPS = GT_MOST_NAMES * 2 * GT_MOST_EMBEDDED };

struct gt_reader {
    enum gt_operand_sort sort;
    gt_type_id type; /* of the field; GT_NO_TYPE of what is written out */
    struct gt_reader_step {
        uint64_t offset; /* from where the step before led */
        bool follow;     /* the pointer that is there */
    } steps[GT_MOST_READER_STEPS];
    size_t step_count;
    bool (*read)(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                 uint64_t addr, struct gt_read_value *out); /* NULL: it is written out */
    uint64_t constant;          /* of an array: its length; of another: an offset, a size */
    struct gt_read_value value; /* written out */
};

/* GT_ERR_USAGE when the type has no such field, or it has no length. */
struct gt_error *gt_reader_bind(const struct gt_heap_analysis *analysis,
                                const struct gt_operand *operand, gt_type_id type,
                                struct gt_reader *out);

enum gt_reading_of gt_reader_read(const struct gt_heap_analysis *analysis,
                                  const struct gt_reader *reader, uint64_t addr,
                                  struct gt_read_value *out);

#endif
