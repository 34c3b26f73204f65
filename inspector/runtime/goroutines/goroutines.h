/*
 * The goroutines of a process: their state, their frames and what they wait for.
 *
 * They are read from runtime.allgs; dead ones are left out. A frame is kept as a pc and a CFA, and
 * becomes a source location when it is printed. Goroutines with one stack share its frames. The
 * list owns its tables.
 *
 * A goroutine's frames are those of Go code, which hold its pointers. The frames of a C function
 * that it called are kept apart: they lie on the thread's own stack, and only the output needs
 * them.
 */
#ifndef GT_RUNTIME_GOROUTINES_H
#define GT_RUNTIME_GOROUTINES_H

#include "inspector/runtime/process/process.h"
#include "inspector/unwind/known_stacks.h"
#include "inspector/unwind/native.h"

enum gt_g_status { /* runtime/runtime2.go; the numbers have not changed since 1.5 */
                   GT_G_IDLE,
                   GT_G_RUNNABLE,
                   GT_G_RUNNING,
                   GT_G_SYSCALL,
                   GT_G_WAITING,
                   GT_G_DEAD = 6,
                   GT_G_COPYSTACK = 8,
                   GT_G_PREEMPTED = 9,
                   GT_G_LEAKED = 10,
                   GT_G_DEADEXTRA = 11,
};

struct gt_callback_frame { /* a C frame that called Go: callbacks.h */
    struct gt_native_frame frame;
    uint32_t below; /* the index of the Go frame that comes after it, towards the outermost */
};

enum { GT_G_FETCHED = 384 }; /* bytes of a g that most reads need, for prefetching */

struct gt_goroutine {
    uint64_t address; /* of the g */
    uint64_t id, parent_id;
    uint64_t stack_lo, stack_hi;
    uint64_t go_pc, start_pc;   /* of the go statement and of the function started */
    uint64_t wait_since;        /* nanotime; 0 unknown */
    const char *wait_reason;    /* NULL unless it waits; a wait group's in all versions */
    const char *go_wait_reason; /* the same as the program's Go says it */
    uint64_t bubble;            /* the number of its synctest bubble; 0 when in none */
    uint8_t status;             /* enum gt_g_status, without the scan bit */
    bool system;
    bool locked;                         /* locked to its thread */
    bool has_ancestors;                  /* it keeps who started it, and who started these */
    bool moving;                         /* its stack is being grown, or the collector may shrink it
                                          */
    uint32_t first_frame, frame_count;   /* into the list's frames: Go's. Equal stacks may share
                                          * them */
    uint32_t first_native, native_count; /* into the list's natives: the C frames that the first of
                                          * these called */
    uint32_t first_callback, callback_count; /* into the list's callbacks */
    struct gt_position at;                   /* where its frames start; zero when unknown */
    const struct gt_thread *thread;          /* the thread that runs it, or NULL */
    bool from_signal;                        /* pc and sp are of an interrupted instruction */
    bool cut_off;        /* its frames end before the goroutine's first function */
    uint32_t same_place; /* equal for goroutines with the same place and state; see same_place.h */
};

struct gt_goroutines {
    struct gt_goroutine *list;
    uint32_t count;
    uint32_t unplaced;     /* goroutines that are left out: their stack bounds are not plausible */
    struct gt_vec frames;  /* struct gt_frame; their CFAs are from the stack pointer on */
    struct gt_vec natives; /* struct gt_native_frame */
    struct gt_vec callbacks;     /* struct gt_callback_frame */
    struct gt_read_ahead *ahead; /* while the list is read: read_ahead.h */
};

/* With more threads than one, another one reads memory ahead. What is read is the same. */
struct gt_error *gt_goroutines_open(struct gt_process *process, unsigned threads,
                                    struct gt_goroutines **out);
void gt_goroutines_close(struct gt_goroutines *goroutines); /* NULL is allowed */

enum gt_goroutine_status gt_g_status(const struct gt_goroutine *g); /* for the report */

/* How many of a thread's frames are C's. The last frame may be the Go function that called C. */
size_t gt_count_natives(const struct gt_process *process, const struct gt_native_frame *frames,
                        size_t count);

static inline struct gt_frame gt_g_frame_of(const struct gt_goroutines *all,
                                            const struct gt_goroutine *g, uint32_t index)
{
    const struct gt_frame *frame = gt_vec_at(&all->frames, g->first_frame + index);

    return (struct gt_frame){frame->pc, g->at.sp + frame->cfa};
}

/* A pointer to it, which lives as long as the block in which this stands. */
#define gt_g_frame(all, g, index) ((const struct gt_frame[]){gt_g_frame_of(all, g, index)})

static inline const struct gt_native_frame *
gt_g_native(const struct gt_goroutines *all, const struct gt_goroutine *g, uint32_t index)
{
    return gt_vec_at(&all->natives, g->first_native + index);
}

static inline const struct gt_callback_frame *
gt_g_callback(const struct gt_goroutines *all, const struct gt_goroutine *g, uint32_t index)
{
    return gt_vec_at(&all->callbacks, g->first_callback + index);
}

#endif
