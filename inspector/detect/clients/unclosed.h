/*
 * Clients that nobody closes: connections keep them, and nothing else does.
 *
 * A client of a library, such as a grpc.ClientConn, has goroutines of its own: one reads what its
 * server sends, or what the kernel tells of files, others write, watch or clean up. Whoever loses
 * the client without closing it leaves all of them behind. They wait for IO, so they may run at any
 * time, and none of them hangs.
 *
 * The goroutines that read for clients are known by name (a table). They are taken away, with the
 * goroutines of libraries that block, many at one place: no function of the program is on their
 * stacks, and none started them. A client is lost when nothing else reaches it: no variable, no
 * other goroutine, no finalizer. A server is never a client, and its goroutines, which wait for IO,
 * keep what they reach. A timer that reaches a client of net/http will close the connection; a
 * timer that reaches another client will not. A client is not lost if another goroutine waits for
 * what comes from one of its channels.
 *
 * A few lost clients are no finding: a program may be about to end. The result owns its table.
 */
#ifndef GT_DETECT_UNCLOSED_H
#define GT_DETECT_UNCLOSED_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/retention/cause.h"

enum { GT_CLIENT_TYPES = 5 };

struct gt_lost_clients {   /* of one type */
    size_t clients;        /* 0 when they are too few */
    struct gt_vec members; /* struct gt_member: the goroutines that serve them, readers first */
    struct gt_u64s timers; /* the words by which timer heaps keep them */
};

struct gt_unclosed {
    bool *is; /* by goroutine: it serves a lost client */
    struct gt_lost_clients lost[GT_CLIENT_TYPES];
};

/* `hangs` and `abandoned`, by goroutine, are findings already. */
void gt_unclosed_find(struct gt_unclosed *unclosed, struct gt_heap_analysis *analysis,
                      const bool *hangs, const bool *abandoned);
void gt_unclosed_deinit(struct gt_unclosed *unclosed);

/* It neither ends with its connection nor works for the program by itself. */
bool gt_client_is_likely(size_t type);

/* Gives the cause, which has the members, its texts and the timers that keep its clients. */
void gt_unclosed_describe(const struct gt_unclosed *unclosed,
                          const struct gt_heap_analysis *analysis, size_t type,
                          struct gt_cause *cause);

#endif
