/*
 * The roots: every word outside the heap that keeps an object alive, as the collector sees them
 * (runtime/mgcmark.go, markroot): data and bss by their masks, goroutine stacks by their stack maps
 * and stack objects, defer records, finalizer and cleanup queues, span specials, tiny blocks.
 *
 * Only words that point into the heap are kept. Globals come first, then frames, so that paths
 * start at what people know. The list owns its table.
 *
 * A word of a global that points to another global, or to static data without a name, keeps nothing
 * of the heap alive by itself. Such words are kept apart (`statics`), since types and names spread
 * through them. Without debug information such words of frames are kept too.
 */
#ifndef GT_RUNTIME_ROOTS_H
#define GT_RUNTIME_ROOTS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"
#include "inspector/runtime/heap/specials.h"
#include "inspector/runtime/roots/stackscan.h"

enum gt_root_kind {
    GT_ROOT_GLOBAL,       /* owner: the module's number */
    GT_ROOT_FRAME,        /* owner: the goroutine's index in its list; frame: the frame's index */
    GT_ROOT_CONSERVATIVE, /* a word of a frame, or a register, that may be no pointer */
    GT_ROOT_CONTEXT,      /* g.sched.ctxt */
    GT_ROOT_DEFER,        /* a defer record, or its fn or link; owner: the goroutine */
    GT_ROOT_FINALIZER,    /* a finalizer's function; owner: the special's index in its list */
    GT_ROOT_CONTENTS,     /* value is an object whose contents are roots; owner: the special */
    GT_ROOT_CLEANUP,      /* owner: the special */
    GT_ROOT_WEAK_HANDLE,  /* owner: the special */
    GT_ROOT_QUEUED, /* a finalizer that waits to run; in 1.24 a cleanup too; owner: its number */
    GT_ROOT_QUEUED_CLEANUP, /* a cleanup that waits to run; owner: its number */
    GT_ROOT_TINY,           /* mcache.tiny */
    GT_ROOT_KINDS
};

#define GT_NO_FRAME UINT32_MAX

struct gt_root {
    uint64_t value; /* the target: inside an allocated object */
    uint64_t addr;  /* of the word; of the special, for contents; 0 for a register */
    uint32_t owner;
    uint32_t frame;         /* index in the owner's frames, or GT_NO_FRAME */
    uint8_t kind;           /* enum gt_root_kind */
    struct gt_in_object in; /* for a frame's word */
};

/* Is it of a goroutine's stack or g? Then its owner is a goroutine. */
static inline bool gt_root_is_goroutines(const struct gt_root *root)
{
    return root->kind == GT_ROOT_FRAME || root->kind == GT_ROOT_CONSERVATIVE ||
           root->kind == GT_ROOT_CONTEXT || root->kind == GT_ROOT_DEFER;
}

struct gt_queued_object { /* it waits for its finalizer */
    uint64_t value;       /* points to the object */
    uint64_t type;        /* address of the type of that pointer (runtime.finalizer.ot) */
};

struct gt_roots {
    struct gt_vec list; /* struct gt_root */
    /* Words in the same form that are no roots: */
    struct gt_vec statics;  /* those that point to static data */
    struct gt_vec dangling; /* those of globals that point to free slots */
    struct gt_vec queued;   /* struct gt_queued_object */
    uint64_t frames_precise, frames_conservative;
};

struct gt_error *gt_roots_open(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                               const struct gt_specials *specials, struct gt_roots **out);
void gt_roots_close(struct gt_roots *roots); /* NULL is allowed */

static inline const struct gt_root *gt_root_at(const struct gt_roots *roots, size_t index)
{
    return gt_vec_at(&roots->list, index);
}

#endif
