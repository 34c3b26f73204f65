/*
 * Distant waits: only the far end of a connection can end them, and no timeout does.
 *
 * A client of net/http or gRPC waits until the connection's reading side has the answer, and the
 * reading side waits for IO, so it may run at any time. If the server never answers, nothing ever
 * happens. Such callers are many, and have been seen to wait. Nothing else answers them: the
 * reading and writing sides of connections are taken away, then nothing that may run reaches what
 * the callers wait for. A timer, or a context with a deadline, in their contexts ends the wait: it
 * is no finding then. Nor is it one when something that may run has the context of a caller, such
 * as that of a request that is being served. A context that ten or more callers share belongs to
 * the program.
 *
 * The server may still answer, so it is a suspicion. The result owns its tables.
 */
#ifndef GT_DETECT_DISTANT_H
#define GT_DETECT_DISTANT_H

#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/retention/cause.h"

struct gt_distant {
    bool *is;               /* by goroutine: a caller that only a far end answers */
    struct gt_u32s sides;   /* goroutines that serve one connection or request of a caller */
    struct gt_u64s entries; /* words of the tables by which connections have their requests */
};

void gt_distant_find(struct gt_distant *distant, const struct gt_abandoned *abandoned);
void gt_distant_deinit(struct gt_distant *distant);

/* The advice for a caller, by the library that it calls: the word of its row in advice.def. */
const char *gt_distant_advice(const struct gt_heap_analysis *analysis, uint32_t goroutine);

/* Adds what the sides of the members' connections keep, and the connections' tables of requests. */
void gt_distant_take_sides(const struct gt_distant *distant,
                           const struct gt_heap_analysis *analysis, const struct gt_member *members,
                           size_t count, struct gt_cause *cause);

#endif
