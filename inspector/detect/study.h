/*
 * What the detectors look at: one live heap with its roots, types and paths.
 *
 * A study borrows the runtime's tables and owns what it adds. `holders` are the objects whose
 * pointers make windows: the live ones, less what only lost slice elements keep alive, so the
 * detector of lost elements runs before those of substrings and subslices. Where it was only
 * inferred that elements are lost, what only they keep alive is doubtful: what it points to has
 * windows, of which nothing is proven. Strings of findings go
 * to `storage`, which the report owns.
 */
#ifndef GT_DETECT_STUDY_H
#define GT_DETECT_STUDY_H

#include "inspector/base/str.h"
#include "inspector/graph/paths.h"
#include "inspector/runtime/roots/global_users.h"
#include "inspector/runtime/typing/typing.h"

struct gt_windows;
struct gt_contest;

struct gt_study {
    struct gt_process *process;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    const struct gt_roots *roots;
    struct gt_typing *typing;
    struct gt_global_users *users; /* of code to globals without names */
    struct gt_contest *contest;
    struct gt_bitmap live;
    struct gt_bitmap innocent; /* what is live without any finding; once causes were weighed */
    struct gt_bitmap holders;
    struct gt_bitmap doubtful;  /* no holders, if what was inferred is right; else empty */
    struct gt_map dead_words;   /* addresses of lost elements' words, which make no windows -> was
                                   it inferred? */
    struct gt_windows *windows; /* of those holders; see gt_windows_of() */
    struct gt_forest forest;    /* built when the first path is asked for; see path.h */
    bool has_forest;
    struct gt_map samples; /* object -> profile bucket, of sampled allocations */
    struct gt_arena *storage;
    uint64_t live_bytes, live_objects;
    uint64_t min_bytes; /* the smallest finding to report */
    size_t max_instances;
    bool show_data;
};

/* A name of the process as the report keeps it: a report outlives what it was made from. */
static inline const char *gt_study_keep(const struct gt_study *study, const char *name)
{
    return name ? gt_arena_strndup(study->storage, name, strlen(name)) : NULL;
}

/* A number as the report's texts have it: "12,408". */
static inline const char *gt_study_count(const struct gt_study *study, uint64_t number)
{
    return gt_grouped(gt_arena_alloc(study->storage, GT_GROUPED), number);
}

#endif
