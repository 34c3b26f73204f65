/*
 * The word that holds an object, in another object or a root, with the word's type.
 */
#ifndef GT_DETECT_HOLDERS_HOLDER_WORD_H
#define GT_DETECT_HOLDERS_HOLDER_WORD_H

#include "inspector/detect/describe/path.h"
#include "inspector/detect/holders/root_groups.h"

struct gt_referrer_word {
    struct gt_referrer holder;
    struct gt_word word;
};

/* A word that points to the object of a node. It is in the node's dominator, else in the first
 * referrer on the way from the roots. Of several words the longest slice is taken. False when none
 * is found. */
bool gt_referrer_word_of(struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                         const struct gt_root_groups *groups, uint32_t node,
                         struct gt_referrer_word *out);

/* The same for any object of a kind that several groups of roots lead to. *node says which one it
 * is. A word in an object that is not the runtime's is taken, if one is found soon. */
bool gt_referrer_word_of_kind(const struct gt_heap_analysis *analysis,
                              const struct gt_dominators *tree, uint64_t kind,
                              struct gt_referrer_word *out, uint32_t *node);

#endif
