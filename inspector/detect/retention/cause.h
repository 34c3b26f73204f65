/*
 * A cause of retention: what a detector found. It has the roots and edges that keep memory alive
 * because of it, and the texts of the finding.
 *
 * Detectors only name roots, words and objects. What a cause costs is computed here for all causes
 * together (counterfactual retention, docs/architecture.md):
 *   1. mark from all that no cause names: the innocent heap; the rest of the live heap is residue;
 *   2. a cause's cost is the part of the residue that nothing else leads to (graph/exclusive.h);
 *   3. what it shares is what it alone would keep beyond that (graph/gained.h).
 *
 * No byte counts twice. A part of a block counts only while the block stays. A part of a block that
 * proven hung goroutines or lost elements keep alone counts for those. A cause whose edges another
 * one takes away too is a consequence, and is not reported (consequences.h). Goroutines without a
 * path get the path to what they keep most of (retained.h). The innocent heap is marked once, and
 * the residue is walked about twice for all causes together.
 *
 * A cause owns its vectors; its strings and instances belong to the analysis's storage.
 */
#ifndef GT_DETECT_CAUSE_H
#define GT_DETECT_CAUSE_H

#include "inspector/detect/retention/baseline.h"

struct gt_part { /* unused bytes of a live block, which no mark shows */
    uint32_t block;
    uint64_t bytes;
};

struct gt_cause {
    enum gt_kind kind;
    enum gt_confidence confidence;
    struct gt_edges edges; /* the edges that fixing it takes away */
    struct gt_vec parts;   /* struct gt_part: the freed bytes of blocks that stay */
    uint64_t own_bytes;    /* of those parts; filled in by gt_causes_weigh() */
    uint64_t stack_bytes;
    uint64_t descriptor_bytes; /* bytes of its goroutines' gs, which stay when the goroutines end */
    uint64_t count;
    const char *title, *advice;
    const char *doubt;      /* why it is not proven, if its detector knows */
    const char *weak_title; /* instead of `title` when it cannot be proven; NULL: the same */
    struct gt_path path;
    struct gt_instance *instances;
    size_t instance_count;
    bool always; /* report it even if its bytes are few */

    uint64_t heap_bytes, objects, shared_bytes; /* filled in by gt_causes_weigh() */
};

struct gt_causes {
    struct gt_vec list;                  /* struct gt_cause */
    struct gt_smaller smaller[GT_KINDS]; /* those that were dropped as too small */
};

void gt_causes_init(struct gt_causes *causes);
void gt_cause_deinit(struct gt_cause *cause); /* for a cause that leaves the list */
void gt_causes_deinit(struct gt_causes *causes);

/* Adds all that a goroutine keeps alive to what the cause takes away, including its stack's bytes.
 * The goroutine's g stays in runtime.allgs for a new goroutine, so it is counted apart. */
void gt_cause_take_goroutine(struct gt_cause *cause, const struct gt_heap_analysis *analysis,
                             uint32_t goroutine);

/* Adds bytes of a block to those that the cause frees. */
void gt_cause_take_part(struct gt_cause *cause, uint32_t block, uint64_t bytes);

/* Sets how many instances the cause has, and makes room for the first few of them. */
void gt_cause_count(struct gt_cause *cause, const struct gt_heap_analysis *analysis, size_t count);

/* A new, empty cause. The pointer is valid until the next one is made. */
struct gt_cause *gt_causes_add(struct gt_causes *causes, enum gt_kind kind,
                               enum gt_confidence confidence);

/* Weighs every cause, drops those below the analysis's threshold into `smaller`, and orders the
 * rest by what they free. *total_bytes and *total_objects get what goes when all that are left are
 * fixed. The analysis gets the set of objects that are live without them. */
void gt_causes_weigh(struct gt_heap_analysis *analysis, struct gt_causes *causes,
                     uint64_t *total_bytes, uint64_t *total_objects);

static inline uint64_t gt_cause_freed(const struct gt_cause *cause)
{
    return cause->heap_bytes + cause->own_bytes + cause->stack_bytes;
}

#endif
