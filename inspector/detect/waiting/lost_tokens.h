/*
 * Crowds that wait for a token, of which too many are lost. A token is a place in a channel of
 * empty values that is full, a value of a channel that is empty, a part of a semaphore.Weighted, or
 * a connection of a sql.DB.
 *
 * The values of a channel that is empty are tokens if those that wait receive once, and their code
 * sends to that very channel later: they give back what they take. Workers are different: they
 * receive in a loop (hanging/one_answer.h). Such tokens are lost if no code that runs elsewhere may
 * send there. Code that calls a function in which they wait comes to wait itself.
 *
 * All others are counted.
 * A goroutine that has a token gives it back later. So each token that is taken has a goroutine
 * that runs or waits elsewhere. Tokens are lost when fewer goroutines of the program are left than
 * tokens are taken. Not counted are the goroutines that wait for such a token, those that have only
 * calls of libraries, and the main goroutine. Each timer of time.AfterFunc counts like a goroutine.
 * For a channel it is known how many tokens are taken; of the others at least one is.
 *
 * A goroutine that wakes by the clock may give back any number, and so may one with a variable that
 * leads to the channel. If there is such a goroutine, nothing is reported. The result is a
 * suspicion, since a goroutine may have several tokens.
 */
#ifndef GT_DETECT_LOST_TOKENS_H
#define GT_DETECT_LOST_TOKENS_H

#include "inspector/base/hash.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/heap_analysis.h"

struct gt_lost_tokens {
    const char *library; /* the function in which they wait; NULL for a channel */
    const char *what;    /* "tokens", "connections" */
    bool received;       /* the tokens are the values of a channel */
    uint64_t taken;      /* at least */
    uint64_t left;       /* goroutines and timers that may give tokens back */
};

/* `clocks` has the channels of timers, as keys; each is a ticker's if its value is not 0. */
bool gt_tokens_are_lost(const struct gt_heap_analysis *analysis, const struct gt_map *clocks,
                        const struct gt_member *members, size_t count, struct gt_lost_tokens *lost);

/* "8 tokens are taken, and only 2 goroutines or timers are left that may give one back"; in the
 * analysis's storage. */
const char *gt_lost_tokens_text(const struct gt_heap_analysis *analysis,
                                const struct gt_lost_tokens *lost);

/* Does a goroutine wait to add a token to a channel that is full of them? */
bool gt_waits_for_token(const struct gt_heap_analysis *analysis, uint32_t goroutine);

#endif
