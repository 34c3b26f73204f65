/*
 * The stack maps of Go frames: which words of a frame's locals and arguments are live pointers.
 *
 * The compiler writes a map for each call (runtime/stkframe.go, getStackMap). Most stacks of a
 * program have the same calls, so the maps of recent ones are kept.
 *
 * Masks are borrowed from the target's memory. A mask has a bit for each word.
 */
#ifndef GT_UNWIND_STACK_MAPS_H
#define GT_UNWIND_STACK_MAPS_H

#include "inspector/unwind/goframes.h"

struct gt_stack_maps {
    uint64_t pc;                 /* where the frame continues */
    const unsigned char *locals; /* the last words below varp; NULL: no map */
    const unsigned char *args;   /* from argp on; NULL: no map */
    uint32_t local_bits, arg_bits;
    bool has_locals;  /* the function has a table of maps for its locals */
    uint64_t objects; /* the list of the frame's stack objects; 0: it has none */
};

struct gt_stack_map_cache;

struct gt_stack_map_cache *gt_stack_map_cache_create(void);
void gt_stack_map_cache_destroy(struct gt_stack_map_cache *cache); /* NULL is allowed */

/* The maps at the pc where the frame continues. */
struct gt_stack_maps gt_stack_maps_of(const struct gt_text *code, const struct gt_go_frame *frame);

#endif
