/*
 * What to do about a finding: one table, by cause and by the library function in its stack.
 *
 * A detector describes its cause and gets the first row of advice.def that matches. The advice
 * names the source location where a person can fix it: the first call of the program's own module,
 * else of a dependency, never of Go's library; else the go statement; else the program's calls of
 * the row's function. A row also has a few words for a title: what was forgotten.
 *
 * Texts belong to the analysis's storage. Rows are constant.
 */
#ifndef GT_DETECT_ADVICE_H
#define GT_DETECT_ADVICE_H

#include "gotopsy.h"
#include "inspector/detect/heap_analysis.h"

enum gt_advice_where {
    GT_ADVICE_ANYWHERE,
    GT_ADVICE_INSIDE,
    GT_ADVICE_OUTSIDE,
    GT_ADVICE_CALLBACK,
    GT_ADVICE_BLOCKED,
    GT_ADVICE_LIBRARY,
    GT_ADVICE_DEADLOCK
};

struct gt_advice {
    const char *id;
    enum gt_kind kind;
    enum gt_advice_where where;
    const char *reason, *library;
    const char *forgotten; /* "the Body of a response was not closed" */
    const char *idiom, *named;
};

struct gt_advice_facts { /* of a cause; fields that do not apply are zero */
    enum gt_kind kind;
    const char *reason; /* the wait reason; "ticker", "timer", "after-func"; "spare"; "finalizer" */
    const char *callback; /* of a timer */
    const char *lock; /* its part in a deadlock of locks, or "tokens", "received", "full", "signal",
                       * "shared", "server", "rpc", "client", "island"; or NULL */
    struct gt_stack stack;                  /* where it waits, or where the memory was allocated */
    struct gt_source_location created_by;   /* function NULL when unknown */
    const struct gt_blocked_thing *blocked; /* what it waits for */
    size_t blocked_count;
    const char *name; /* of the holder; used instead of what it waits for */
};

/* The facts of an instance that is a hung goroutine or a suspect. */
struct gt_advice_facts gt_advice_facts_hung(const struct gt_instance *instance);

/* Of a select beside a channel that is for many others too, such as the Done of a root context:
 * that one is not to be closed for one goroutine. If the select waits for a channel of its own that
 * is only ever closed, the advice is about that channel; else about a context of its own. */
void gt_advice_set_shared(struct gt_advice_facts *facts, uint64_t shared);

/* The row that matches; never NULL. */
const struct gt_advice *gt_advice_find(const struct gt_advice_facts *facts);

/* The advice of that row, with its location: "close the Body ..., at main.fetch (fetch.go:12)". */
const char *gt_advice_text(const struct gt_heap_analysis *analysis,
                           const struct gt_advice_facts *facts);

#endif
