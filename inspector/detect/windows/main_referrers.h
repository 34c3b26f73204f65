/*
 * The main referrer of a block: of all referrers with windows into it, the one whose windows are in
 * the most bytes of blocks. So blocks with the same referrers have the same main one.
 *
 * Of a block with very many windows, only the first few count.
 */
#ifndef GT_DETECT_MAIN_REFERRERS_H
#define GT_DETECT_MAIN_REFERRERS_H

#include "inspector/detect/windows/windows.h"

/* Sets `main` of all blocks. */
void gt_main_referrers_choose(struct gt_heap_analysis *analysis, struct gt_windows *windows);

enum { GT_MOST_REFERRERS = 16 }; /* names of one finding */

struct gt_referrer_names { /* where a person stores copies; the main referrer's name is first */
    const char *at[GT_MOST_REFERRERS];
    size_t count;
    bool unnamed; /* one of them is a global without a name */
};

/* Adds the names of a block's referrers (own_names.h) that are not there yet. Those without a name
 * are left out, and so are all globals without a name but the first. */
void gt_referrer_names_add(struct gt_referrer_names *names, struct gt_keys *keys,
                           const struct gt_windows *windows, const struct gt_window_block *block);

/* "main.user.name and main.event.who": all but the first, at most two; NULL when there are none. */
const char *gt_referrer_names_others(const struct gt_referrer_names *names,
                                     struct gt_arena *storage);

/* "main.user.name, in main.event.who and in 2 more places": all of them, as advice; NULL when there
 * are none. */
const char *gt_referrer_names_text(const struct gt_referrer_names *names, struct gt_arena *storage);

#endif
