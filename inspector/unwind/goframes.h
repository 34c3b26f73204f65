/*
 * Frames of Go code, innermost first, by the function table, as runtime.unwinder walks them
 * (runtime/traceback.go).
 *
 * Invariants: sp never shrinks, grows at least every other frame and stays inside the stack's
 * bounds, so a walk ends on any stack, damaged or not. A walk that ends anywhere but at a top frame
 * says where and why in `broken`.
 */
#ifndef GT_UNWIND_GOFRAMES_H
#define GT_UNWIND_GOFRAMES_H

#include "gotypes/code/pclntab.h"

/* How frames lie in memory, as far as machines differ (runtime/traceback.go, stkframe.go). Where a
 * call leaves its return address in a register, the callee stores it at its own sp. */
struct gt_frame_rules {
    bool link_register;
    uint8_t call_bytes;          /* pushed by a call: between a callee's frame and its caller's */
    uint8_t args_offset;         /* from fp to the arguments */
    uint8_t least_locals;        /* a frame of at most this many bytes has no locals */
    uint8_t injected;            /* bytes below a frame whose signal handler made it call another
                                  * function */
    uint16_t extended_registers; /* bytes of runtime.xRegs: all but the general ones */
};

extern const struct gt_frame_rules gt_frames_amd64, gt_frames_arm64;

/* What the function tables have for the pcs of recent walks. Most stacks of a program share their
 * pcs. */
struct gt_frame_cache;
struct gt_stack_map_cache; /* stack_maps.h */
struct gt_stack_plans;     /* stack_plans.h */

struct gt_frame_cache *gt_frame_cache_create(void);
void gt_frame_cache_destroy(struct gt_frame_cache *cache); /* NULL is allowed */

/* The code of a program: the function tables of its modules, and the few functions that a stack
 * scan treats specially, by the funcIDs of this program's own table. */
struct gt_text {
    const struct gt_memory *mem;
    const struct gt_frame_rules *rules;
    struct gt_pclntab **tabs; /* one a module */
    size_t tab_count;
    struct gt_frame_cache *cache;    /* or NULL; filled by walks */
    struct gt_stack_map_cache *maps; /* or NULL; filled by stack_maps.h */
    struct gt_stack_plans *plans;    /* or NULL; filled by scans of stacks */
    /* 0 when the program lacks it. A wrapper is any function that the compiler made as one. */
    uint8_t id_async_preempt, id_debug_call, id_sigpanic, id_gopanic, id_panicwrap, id_wrapper;
};

struct gt_go_frame {
    uint64_t pc;
    uint64_t continpc; /* where the frame would continue; 0: it never will, and nothing in it is
                        * live */
    uint64_t sp, fp;   /* fp is the caller's sp (DWARF's CFA) */
    uint64_t lr;       /* return address; 0: none */
    uint64_t varp, argp;
    const struct gt_pclntab *tab;
    struct gt_func func;
};

struct gt_unwinder {
    const struct gt_text *code;
    uint64_t lo, hi;            /* of the stack */
    const unsigned char *stack; /* where the host has the byte at lo; NULL if the core lacks the
                                 * stack, or has it in several parts */
    struct gt_go_frame frame;
    uint8_t callee_id; /* funcID of the frame visited before */
    uint64_t callee_size;
    bool started;       /* the walk has left the innermost frame */
    bool valid;         /* `frame` holds a frame */
    const char *broken; /* why the walk ended early, or NULL */
};

/* The module whose text holds pc, and the function there; false when it is not Go code. */
bool gt_text_find(const struct gt_text *code, uint64_t pc, const struct gt_pclntab **tab,
                  struct gt_func *func);

/* Where a walk starts. lr is used where there is a link register; 0 when it is not known. */
struct gt_position {
    uint64_t pc, sp, lr;
};

/* Whether it is a function that a signal handler made the frame below call: that frame was
 * interrupted. */
bool gt_is_injected(const struct gt_text *code, uint8_t id);

void gt_unwind_start(struct gt_unwinder *walk, const struct gt_text *code,
                     const struct gt_position *at, uint64_t lo, uint64_t hi);
void gt_unwind_next(struct gt_unwinder *walk);

#endif
