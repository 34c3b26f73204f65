/*
 * Crowds that wait for a token, of which too many are lost: a place in a channel of empty values
 * that is full, a part of a semaphore.Weighted, or a connection of a sql.DB.
 *
 * Who has a token gives it back, so each token that is taken has a goroutine that runs or waits
 * elsewhere. Tokens are lost when fewer goroutines of the program are left than tokens are taken:
 * neither those that wait for such a token, nor those that have only calls of libraries, nor the
 * main goroutine are counted, but each timer of time.AfterFunc is. How many are taken is known for
 * a channel; of the others, at least one. A goroutine that wakes by the clock may give back as many
 * as it likes, and so may one with a variable that leads to the channel: nothing is said beside
 * them. It is a suspicion: a goroutine may have several.
 */
#ifndef GT_DETECT_LOST_TOKENS_H
#define GT_DETECT_LOST_TOKENS_H

#include "inspector/base/hash.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/heap_analysis.h"

struct gt_lost_tokens {
    const char *library; /* the function in which they wait; NULL for a channel */
    const char *what;    /* "tokens", "connections" */
    uint64_t taken;      /* at least */
    uint64_t left;       /* goroutines and timers that may give tokens back */
};

/* `clocks` has the channels of timers, as keys; each is a ticker's if its value is not 0. */
bool gt_tokens_are_lost(const struct gt_heap_analysis *analysis, const struct gt_map *clocks,
                        const struct gt_member *members, size_t count, struct gt_lost_tokens *lost);

#endif
