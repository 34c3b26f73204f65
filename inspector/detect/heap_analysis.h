/*
 * What the detectors look at: one live heap with its roots, types and paths.
 *
 * An analysis borrows the runtime's tables and owns what it adds. `referrers` are the objects whose
 * pointers make windows: the live ones without those that only lost slice elements keep alive. They
 * are narrowed once, before the detectors run (windows/dead_slots.h). Where lost elements were only
 * inferred, what they alone keep alive is doubtful: its pointers make windows, and those windows
 * prove nothing. Detectors change nothing in here. Strings of findings go to `storage`, which the
 * report owns.
 */
#ifndef GT_DETECT_HEAP_ANALYSIS_H
#define GT_DETECT_HEAP_ANALYSIS_H

#include "inspector/base/str.h"
#include "inspector/graph/paths.h"
#include "inspector/runtime/roots/global_users.h"
#include "inspector/runtime/typing/typing.h"

struct gt_windows;
struct gt_dead_slots;
struct gt_baseline;

struct gt_heap_analysis {
    struct gt_process *process;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    const struct gt_roots *roots;
    struct gt_typing *typing;
    struct gt_global_users *users; /* of code to globals without names */
    struct gt_baseline *baseline;
    struct gt_bitmap live;
    struct gt_bitmap innocent; /* what is live without any finding; once causes were weighed */
    struct gt_bitmap referrers;
    struct gt_bitmap doubtful; /* no referrers, if what was inferred is right; else empty */
    struct gt_dead_slots *dead_slots;
    struct gt_map dead_words;   /* addresses of lost elements' words, which make no windows -> was
                                   it inferred? */
    struct gt_windows *windows; /* of those referrers; see gt_windows_of() */
    struct gt_forest *forest;   /* NULL until the first path is asked for; see path.h */
    struct gt_map samples;      /* object -> profile bucket, of sampled allocations */
    struct gt_arena *storage;
    uint64_t live_bytes, live_objects;
    uint64_t min_bytes; /* the smallest finding to report */
    size_t max_instances;
    bool show_data;
};

/* A name of the process as the report keeps it: a report outlives what it was made from. */
static inline const char *gt_heap_analysis_keep(const struct gt_heap_analysis *analysis,
                                                const char *name)
{
    return name ? gt_arena_strndup(analysis->storage, name, strlen(name)) : NULL;
}

/* A number as the report's texts have it: "12,408". */
static inline const char *gt_heap_analysis_count(const struct gt_heap_analysis *analysis,
                                                 uint64_t number)
{
    return gt_grouped(gt_arena_alloc(analysis->storage, GT_GROUPED), number);
}

#endif
