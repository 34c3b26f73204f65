/* Each object that a leader waits for is mapped to the leader: whoever else waits for it follows. A
 * writing side is found by the function at which it waits. */
#include "inspector/detect/hanging/followers.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/locations.h"

/* ---- who waits for the context of a signal --------------------------------------------------- */

static bool awaits_signal(const struct gt_abandoned *abandoned, uint32_t number)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[number];
    bool signal = false;

    for (size_t i = 0; abandoned->is[number] && i < wait->objects.len; i++)
        signal |= gt_abandoned_case(abandoned, wait->objects.at[i]) == GT_CASE_NOTIFY;
    return signal;
}

static void note_leaders(const struct gt_abandoned *abandoned, struct gt_map *leaders)
{
    for (uint32_t i = 0; i < abandoned->analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &abandoned->analysis->baseline->wait[i];
        bool leads = awaits_signal(abandoned, i);
        for (size_t j = 0; leads && j < wait->objects.len; j++)
            *gt_map_put(leaders, wait->objects.at[j], NULL) = i + 1;
    }
}

void gt_followers_find(struct gt_followers *followers, struct gt_abandoned *abandoned)
{
    uint32_t count = abandoned->analysis->goroutines->count;
    struct gt_map leaders = {0}; /* what they wait for -> one of them, + 1 */

    followers->leader = gt_calloc((size_t)count + 1, sizeof *followers->leader);
    note_leaders(abandoned, &leaders);
    for (uint32_t i = 0; i < count; i++) {
        const struct gt_wait *wait = &abandoned->analysis->baseline->wait[i];
        if (!abandoned->is[i] || awaits_signal(abandoned, i)) continue;
        for (size_t j = 0; j < wait->objects.len; j++) {
            const uint64_t *leader = gt_map_find(&leaders, wait->objects.at[j]);
            if (leader) followers->leader[i] = (uint32_t)*leader;
        }
        if (followers->leader[i]) abandoned->is[i] = false;
    }
    gt_map_deinit(&leaders);
}

void gt_followers_deinit(struct gt_followers *followers)
{
    gt_free(followers->leader);
}

size_t gt_followers_take(const struct gt_followers *followers, const struct gt_abandoned *abandoned,
                         const struct gt_member *members, size_t count, struct gt_cause *cause)
{
    struct gt_map leaders = {0};
    size_t taken = 0;

    for (size_t i = 0; i < count; i++)
        gt_map_put(&leaders, members[i].item + 1, NULL);
    for (uint32_t i = 0; i < abandoned->analysis->goroutines->count; i++) {
        if (!followers->leader[i] || !gt_map_find(&leaders, followers->leader[i])) continue;
        gt_cause_take_goroutine(cause, abandoned->analysis, i);
        taken++;
    }
    gt_map_deinit(&leaders);
    return taken;
}

/* ---- the writing sides of connections -------------------------------------------------------- */

/* Is this the function that a report shows as the goroutine's place? */
static bool is_at(const struct gt_abandoned *abandoned, uint32_t number, const char *function)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    struct gt_stack stack = gt_locations_of(analysis->process, analysis->goroutines,
                                            &analysis->goroutines->list[number], analysis->storage);
    const struct gt_source_location *place = gt_locations_user(&stack);

    return place && strcmp(place->function, function) == 0;
}

/* A connection of net/http has two goroutines, and both end when its Body is closed. The writing
 * side is no finding of its own: all that it keeps goes with the reading side. */
void gt_followers_take_writers(const struct gt_abandoned *abandoned, uint32_t reader,
                               struct gt_cause *cause)
{
    const struct gt_goroutines *all = abandoned->analysis->goroutines;
    bool *known, *writes;

    if (!is_at(abandoned, reader, "net/http.(*persistConn).readLoop")) return;
    known = gt_calloc((size_t)all->count + 1, sizeof *known); /* by place */
    writes = gt_calloc((size_t)all->count + 1, sizeof *writes);
    for (uint32_t i = 0; i < all->count; i++) {
        uint32_t place = all->list[i].same_place;
        if (!abandoned->is[i]) continue;
        if (!known[place]) writes[place] = is_at(abandoned, i, "net/http.(*persistConn).writeLoop");
        known[place] = true;
        if (!writes[place]) continue;
        struct gt_member member = {.item = i};
        gt_cause_take_goroutine(cause, abandoned->analysis, i);
        gt_endings_take(&abandoned->endings, &member, 1, &cause->edges);
    }
    gt_free(known);
    gt_free(writes);
}
