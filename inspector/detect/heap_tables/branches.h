/*
 * The heavy part of the dominator tree, in branches: nodes of which one follows from the other are
 * one branch.
 *
 * That is a variable and the one object that it holds, a map and its storage, or a list. A node is
 * heavy when it retains a number of bytes. There may be as many of those as objects, so each has
 * only some bits, and only the largest are branches.
 */
#ifndef GT_DETECT_HEAP_TABLES_BRANCHES_H
#define GT_DETECT_HEAP_TABLES_BRANCHES_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/graph/dominators/dominators.h"

#define GT_NO_BRANCH UINT32_MAX
#define GT_NO_KIND UINT32_MAX

struct gt_heavy_nodes {
    const struct gt_dominators *tree;
    uint64_t least;        /* bytes that they retain */
    struct gt_u32s leaves; /* in their order */
    struct gt_u32s inner;  /* the same */
    bool many;             /* inner ones: they are not listed */
};

/* The sums of the tree are bytes. It is borrowed. */
void gt_heavy_nodes_init(struct gt_heavy_nodes *heavy, const struct gt_dominators *tree,
                         uint64_t least);
void gt_heavy_nodes_deinit(struct gt_heavy_nodes *heavy);

/* Visits the last node first. */
typedef void gt_heavy_fn(void *ctx, uint32_t node, uint64_t bytes);
void gt_heavy_nodes_visit(const struct gt_heavy_nodes *heavy, gt_heavy_fn *visit, void *ctx);

struct gt_branch {
    uint32_t node;        /* the first of its nodes */
    uint32_t first, next; /* first child, and next sibling; GT_NO_BRANCH ends the list */
    uint32_t last;        /* the last of its nodes, whose children it has */
    uint32_t shown;       /* the first of its nodes that is an object */
    uint64_t listed;      /* objects of a list that begins here; 1: no list */
};

struct gt_branches {
    const struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    const struct gt_object_kinds *kinds;
    struct gt_vec
        list; /* struct gt_branch, by node, so those above come first; 0: the root of all */
    /* Only while they are made. */
    const struct gt_heavy_nodes *heavy;
    struct gt_bitmap chosen; /* inner nodes of which a child keeps nearly all */
    struct gt_bitmap hidden; /* nodes that are part of their dominator's branch */
    struct gt_bitmap listed; /* hidden nodes of their dominator's kind */
    struct gt_bitmap joined; /* inner nodes whose branch goes on */
    uint32_t last_node;      /* an object's node whose kind is known, or GT_NO_NODE */
    uint32_t last_kind;
    struct gt_map by_last; /* node -> index in `list` */
    struct gt_u64s sizes;  /* of the largest branches */
    size_t most;           /* branches */
    uint64_t least;        /* the least bytes that a branch retains */
};

/* All is borrowed. */
void gt_branches_init(struct gt_branches *finder, const struct gt_heap_analysis *analysis,
                      const struct gt_heavy_nodes *heavy, const struct gt_object_kinds *kinds,
                      size_t most);
void gt_branches_deinit(struct gt_branches *finder);

/* The kind of a node's object; GT_NO_KIND for a group of roots. */
uint32_t gt_branches_kind(const struct gt_branches *finder, uint32_t node);

static inline struct gt_branch *gt_branch_at(const struct gt_branches *finder, uint32_t index)
{
    return gt_vec_at(&finder->list, index);
}

#endif
