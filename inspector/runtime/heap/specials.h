/*
 * Specials: records that the runtime attaches to an object (runtime/mheap.go): finalizers,
 * cleanups, weak handles, profile samples. The numbers of the kinds are constants of the program's
 * Go version. The list owns its table.
 */
#ifndef GT_RUNTIME_SPECIALS_H
#define GT_RUNTIME_SPECIALS_H

#include "gotopsy.h"
#include "inspector/runtime/heap/spans.h"

struct gt_special {
    uint64_t address;  /* of the special */
    uint32_t object;   /* the object it belongs to */
    uint8_t kind;      /* enum gt_special_kind */
    uint64_t words[3]; /* its pointers: finalizer {fn}; cleanup {fn} or {call, fn, arg};
                          weak handle {handle}; profile {bucket} */
    uint64_t word_addr;
    uint8_t word_count;
};

struct gt_specials {
    struct gt_vec list; /* struct gt_special, in the order of spans */
};

struct gt_error *gt_specials_open(const struct gt_goheap *heap, struct gt_specials **out);
void gt_specials_close(struct gt_specials *specials); /* NULL is allowed */

static inline const struct gt_special *gt_special_at(const struct gt_specials *specials,
                                                     size_t index)
{
    return gt_vec_at(&specials->list, index);
}

#endif
