/*
 * Operands of conditions that are bound to a type: how each is read from a value in memory.
 *
 * Binding checks the types: the fields exist, and the operand of len() has a length. Reading can
 * then fail only if the core lacks the memory, or if a pointer on the path is nil. Pointers on the
 * path are followed, as in Go.
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
    long double number;  /* for a bool 0 or 1; for a reference its first word; for a text its
                          * length */
    uint64_t text;       /* address of the text in the target */
    const char *written; /* the text of a constant; else NULL */
};

enum { GT_MOST_READER_STEPS = GT_MOST_NAMES * 2 * GT_MOST_EMBEDDED };

struct gt_reader {
    enum gt_operand_sort sort;
    gt_type_id type; /* of the field; GT_NO_TYPE for a constant */
    struct gt_reader_step {
        uint64_t offset; /* from the target of the step before */
        bool follow;     /* the pointer there is followed */
    } steps[GT_MOST_READER_STEPS];
    size_t step_count;
    bool (*read)(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                 uint64_t addr, struct gt_read_value *out); /* NULL: it is a constant */
    uint64_t constant;          /* for an array its length; for others an offset or a size */
    struct gt_read_value value; /* of a constant */
};

/* GT_ERR_USAGE when the type has no such field, or the field has no length. */
struct gt_error *gt_reader_bind(const struct gt_heap_analysis *analysis,
                                const struct gt_operand *operand, gt_type_id type,
                                struct gt_reader *out);

enum gt_reading_of gt_reader_read(const struct gt_heap_analysis *analysis,
                                  const struct gt_reader *reader, uint64_t addr,
                                  struct gt_read_value *out);

#endif
