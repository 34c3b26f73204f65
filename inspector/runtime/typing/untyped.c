/* Most objects have a type before the last ones are typed. So a first pass notes the words of 64
 * objects in which one has none, and all further passes go over those words only. */
#include "inspector/runtime/typing/typing_impl.h"

/* The untyped ones of the 64 objects from `first` on, a multiple of 64, that are live. */
static uint64_t untyped_word(const struct gt_typing *typing, const struct gt_bitmap *live,
                             uint32_t first)
{
    uint64_t objects =
        live->words[first / 64] & gt_low_bits((uint64_t)typing->heap->graph.scan_objects - first);

    return objects ? objects & ~gt_packed_nonzero(&typing->type, first) : 0;
}

void gt_untyped_find(struct gt_typing *typing, const struct gt_bitmap *live)
{
    uint32_t end = typing->heap->graph.scan_objects;

    gt_bitmap_init(&typing->untyped, ((size_t)end + 63) / 64);
    for (uint32_t first = 0; first < end; first += 64)
        if (untyped_word(typing, live, first)) gt_bit_set(&typing->untyped, first / 64);
}

void gt_each_untyped(const struct gt_typing *typing, const struct gt_bitmap *live,
                     void visit(void *ctx, uint32_t object), void *ctx)
{
    const struct gt_bitmap *words = &typing->untyped;

    for (size_t word = 0; (word = gt_bitmap_next(words, word)) < words->bits; word++) {
        uint32_t first = (uint32_t)word * 64;
        for (uint64_t left = untyped_word(typing, live, first), at; left; left &= ~at) {
            at = left & -left;
            visit(ctx, first + (uint32_t)__builtin_ctzll(left));
            left &= untyped_word(typing, live, first) | at;
        }
    }
}

/* The bytes of those of 64 objects from `first` on that are set in `objects`. */
static uint64_t bytes_of_word(const struct gt_heap *graph, uint32_t first, uint64_t objects)
{
    uint64_t bytes = 0;

    while (objects) {
        uint32_t object = first + (uint32_t)__builtin_ctzll(objects);
        const struct gt_region *region = gt_heap_region_of(graph, object);
        uint64_t here = gt_low_bits(region->first + (uint64_t)region->count - first) & objects;
        bytes += gt_ones(here) * region->slot_size;
        objects &= ~here;
    }
    return bytes;
}

void gt_count_typed(struct gt_typing *typing, const struct gt_bitmap *live)
{
    const struct gt_heap *graph = &typing->heap->graph;
    const struct gt_bitmap *words = &typing->untyped;

    for (size_t word = 0; (word = gt_bitmap_next(words, word)) < words->bits; word++) {
        uint32_t first = (uint32_t)word * 64;
        typing->untyped_bytes += bytes_of_word(graph, first, untyped_word(typing, live, first));
    }
    typing->typed_bytes = gt_heap_scan_bytes_of(graph, live) - typing->untyped_bytes;
}
