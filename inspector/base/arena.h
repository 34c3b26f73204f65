/*
 * A bump allocator: many small blocks, freed together.
 *
 * Invariant: a block never moves, so pointers into an arena stay good until gt_arena_deinit().
 */
#ifndef GT_BASE_ARENA_H
#define GT_BASE_ARENA_H

#include <stddef.h>

struct gt_arena_chunk;

struct gt_arena {
    struct gt_arena_chunk *chunks;
};

void *gt_arena_alloc(struct gt_arena *arena, size_t size); /* cleared, 16-byte aligned */
char *gt_arena_strndup(struct gt_arena *arena, const char *text, size_t length);
char *gt_arena_format(struct gt_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gt_arena_deinit(struct gt_arena *arena);
void gt_arena_detach(struct gt_arena *arena); /* the caller keeps it beyond the call (call.h) */

#endif
