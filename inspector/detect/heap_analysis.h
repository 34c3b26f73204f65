/*
 * What the detectors read: one live heap with its roots, types and paths.
 *
 * An analysis borrows the runtime's tables and owns what it adds. `referrers` are the objects whose
 * pointers make windows: the live objects without those that only lost slice elements keep alive.
 * They are narrowed once, before the detectors run (windows/dead_slots.h). If lost elements were
 * only inferred, the objects that they alone keep alive are doubtful: their pointers make windows,
 * and those windows prove nothing. Detectors do not change an analysis. Strings of findings go to
 * `storage`, which the report owns.
 */
#ifndef GT_DETECT_HEAP_ANALYSIS_H
#define GT_DETECT_HEAP_ANALYSIS_H

#include "inspector/base/str.h"
#include "inspector/graph/paths.h"
#include "inspector/runtime/roots/global_users.h"
#include "inspector/runtime/typing/typing.h"

/* The types that an analysis has. The detectors need those that live words lead to. Questions about
 * objects also need those of lost slice elements (gt_typing_create_whole()). */
enum gt_typing_scope { GT_TYPES_FOR_DETECTORS, GT_TYPES_FOR_QUESTIONS, GT_TYPING_SCOPES };

struct gt_windows;
struct gt_dead_slots;
struct gt_baseline;
struct gt_live_tree;
struct gt_object_kinds;

struct gt_heap_analysis {
    struct gt_process *process;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    const struct gt_roots *roots;
    struct gt_typing *typing; /* those of the current document: one of `kept`, or its own */
    struct gt_typing *kept[GT_TYPING_SCOPES]; /* made at first use, for later documents */
    struct gt_typing *started;                /* typed with the mark, until it is made into one of
                                               * `kept` */
    struct gt_typing *begun;                  /* of the types for questions, which borrow from the
                                               * detectors'; else NULL */
    struct gt_global_users *users;            /* functions that use globals without names */
    struct gt_baseline *baseline;
    struct gt_bitmap live;
    struct gt_bitmap innocent; /* objects that are live without any finding; set by the weighing of
                                * causes */
    const struct gt_bitmap *referrers; /* `live` or `narrowed` */
    struct gt_bitmap narrowed;
    struct gt_bitmap doubtful; /* objects that are no referrers if what was inferred is right; else
                                * empty */
    struct gt_dead_slots *dead_slots;
    struct gt_map dead_words; /* addresses of words that make no windows: of lost elements, and in
                               * spare capacity -> whether they leave a doubt */
    struct gt_bitmap dead_blocks;  /* the objects with such words; empty when there are none */
    struct gt_windows *windows;    /* the windows of those referrers; see gt_windows_of() */
    struct gt_forest *forest;      /* NULL until the first path is requested; see path.h */
    struct gt_live_tree *tree;     /* NULL until it is needed; see holders/live_tree.h */
    struct gt_object_kinds *kinds; /* the same; see heap_tables/object_kinds.h */
    struct gt_map samples;         /* object -> profile bucket, of sampled allocations */
    struct gt_arena *storage;
    uint64_t live_bytes, live_objects;
    uint64_t min_bytes; /* the smallest finding to report */
    size_t max_instances;
    bool show_data;
};

/* Copies a name of the process for the report, which outlives the process. */
static inline const char *gt_heap_analysis_keep(const struct gt_heap_analysis *analysis,
                                                const char *name)
{
    return name ? gt_arena_strndup(analysis->storage, name, strlen(name)) : NULL;
}

/* A number in the form of the report's texts: "12,408". */
static inline const char *gt_heap_analysis_count(const struct gt_heap_analysis *analysis,
                                                 uint64_t number)
{
    return gt_grouped(gt_arena_alloc(analysis->storage, GT_GROUPED), number);
}

#endif
