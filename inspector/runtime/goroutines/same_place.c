/* Hashes the state and the pcs of each goroutine, and keeps the first goroutine with each hash in a
 * map. Goroutines with one hash are compared in full. */
#include "inspector/runtime/goroutines/same_place.h"

/* A damaged core may have many stacks with one hash. After so many comparisons, a goroutine counts
 * as different. */
enum { MAX_PROBES = 32 };

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const struct gt_goroutines *all, const struct gt_goroutine *g)
{
    uint64_t hash = mix(g->status | (uint64_t)g->locked << 8, g->go_pc);

    hash = mix(hash, g->bubble);
    for (uint32_t i = 0; i < g->native_count; i++)
        hash = mix(hash, gt_g_native(all, g, i)->pc);
    for (uint32_t i = 0; i < g->callback_count; i++)
        hash = mix(hash, gt_g_callback(all, g, i)->frame.pc);
    for (uint32_t i = 0; i < g->frame_count; i++)
        hash = mix(hash, gt_g_frame(all, g, i)->pc);
    return hash;
}

static bool same_frames(const struct gt_goroutines *all, const struct gt_goroutine *a,
                        const struct gt_goroutine *b)
{
    if (a->frame_count != b->frame_count || a->native_count != b->native_count ||
        a->callback_count != b->callback_count)
        return false;
    for (uint32_t i = 0; a->first_frame != b->first_frame && i < a->frame_count; i++)
        if (gt_g_frame(all, a, i)->pc != gt_g_frame(all, b, i)->pc) return false;
    for (uint32_t i = 0; i < a->native_count; i++)
        if (gt_g_native(all, a, i)->pc != gt_g_native(all, b, i)->pc) return false;
    for (uint32_t i = 0; i < a->callback_count; i++)
        if (gt_g_callback(all, a, i)->frame.pc != gt_g_callback(all, b, i)->frame.pc) return false;
    return true;
}

/* Wait reasons are compared by address: each name is one text of the runtime's table. */
static bool are_at_one_place(const struct gt_goroutines *all, const struct gt_goroutine *a,
                             const struct gt_goroutine *b)
{
    return a->status == b->status && a->wait_reason == b->wait_reason && a->go_pc == b->go_pc &&
           a->locked == b->locked && a->bubble == b->bubble && same_frames(all, a, b);
}

/* The first goroutine that equals the index-th one; itself when none before it does. */
static uint32_t first_at_place(struct gt_places *places, const struct gt_goroutines *all,
                               uint32_t index)
{
    const struct gt_goroutine *g = &all->list[index];
    uint64_t hash = hash_of(all, g);
    bool added;

    for (int i = 0; i < MAX_PROBES; i++) {
        uint64_t *first = gt_map_put(&places->firsts, hash + (uint64_t)i, &added);
        if (added) *first = index;
        if (added || are_at_one_place(all, &all->list[*first], g)) return (uint32_t)*first;
    }
    return index;
}

uint32_t gt_places_number(struct gt_places *places, const struct gt_goroutines *all, uint32_t index)
{
    uint32_t first = first_at_place(places, all, index);

    return first == index ? places->count++ : all->list[first].same_place;
}

void gt_places_deinit(struct gt_places *places)
{
    gt_map_deinit(&places->firsts);
}
