/* Cuts blocks from the newest chunk. If a block does not fit, a new chunk is allocated, and the
 * rest of the older one stays unused. A chunk has 64 KiB, or the size of its first block if that is
 * above 16 KiB. */
#include "inspector/base/arena.h"

#include "inspector/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct gt_arena_chunk {
    struct gt_arena_chunk *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
};

void *gt_arena_alloc(struct gt_arena *arena, size_t size)
{
    struct gt_arena_chunk *chunk = arena->chunks;

    size = (size + 15) & ~(size_t)15;
    if (!chunk || chunk->size - chunk->used < size) {
        size_t room = size > CHUNK_BYTES / 4 ? size : CHUNK_BYTES;
        chunk = gt_calloc(1, sizeof *chunk + room);
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *block = chunk->bytes + chunk->used;
    chunk->used += size;
    return block;
}

char *gt_arena_strndup(struct gt_arena *arena, const char *text, size_t length)
{
    return memcpy(gt_arena_alloc(arena, length + 1), text, length);
}

char *gt_arena_format(struct gt_arena *arena, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = gt_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void gt_arena_deinit(struct gt_arena *arena)
{
    while (arena->chunks) {
        struct gt_arena_chunk *next = arena->chunks->next;
        gt_free(arena->chunks);
        arena->chunks = next;
    }
}

void gt_arena_detach(struct gt_arena *arena)
{
    for (struct gt_arena_chunk *chunk = arena->chunks; chunk; chunk = chunk->next)
        gt_detach(chunk);
}
