/* Sorts the members by id and divides them into parts: the average start of the waits must rise
 * from part to part, and all of them must span half of the process's life. What they keep is found
 * by a mark without them. */
#include "inspector/detect/hanging/lingering.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/hanging/abandoned.h"

#include <stdlib.h>
#include <string.h>

enum {
    PARTS = 4,        /* parts into which the members are divided, by their ids */
    MOST_UNKNOWN = 20 /* one in this many may be of unknown age */
};

#define A_MOMENT ((uint64_t)1000000000) /* nanoseconds */

struct age {
    uint64_t id, since;
};

static int by_id(const void *a, const void *b)
{
    const struct age *left = a, *right = b;

    return left->id < right->id ? -1 : left->id > right->id;
}

/* The time from the first wait of any goroutine of the process. */
static uint64_t life_of(const struct gt_heap_analysis *analysis, uint64_t latest)
{
    uint64_t first = latest;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        uint64_t since = analysis->goroutines->list[i].wait_since;
        if (since && since < first) first = since;
    }
    return latest - first;
}

/* The members of known age, by id. */
static size_t ages_of(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                      size_t count, struct age *ages)
{
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        const struct gt_goroutine *g = &analysis->goroutines->list[members[i].item];
        if (g->wait_since) ages[known++] = (struct age){g->id, g->wait_since};
    }
    if (known) qsort(ages, known, sizeof *ages, by_id);
    return known;
}

/* The average start of the waits in one part of the members, relative to `first`. */
static uint64_t began(const struct age *ages, size_t count, size_t part, uint64_t first)
{
    size_t from = count * part / PARTS, to = count * (part + 1) / PARTS;
    uint64_t sum = 0;

    for (size_t i = from; i < to; i++)
        sum += (ages[i].since - first) / (to - from);
    return sum;
}

/* Later goroutines began to wait later, over at least half of the process's life. The runtime gives
 * ids to each P in batches, so only parts of them are in order. */
static bool are_spread(const struct age *ages, size_t count, uint64_t life)
{
    uint64_t first = UINT64_MAX, last = 0;

    for (size_t i = 0; i < count; i++) {
        if (ages[i].since < first) first = ages[i].since;
        if (ages[i].since > last) last = ages[i].since;
    }
    if (count < PARTS || last - first < life / 2) return false;
    for (size_t part = 1; part < PARTS; part++)
        if (began(ages, count, part, first) <= began(ages, count, part - 1, first)) return false;
    return true;
}

/* Each waits for something that no other member waits for. */
static bool have_their_own(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                           size_t count)
{
    struct gt_map waiters = {0};
    bool all = true;

    for (size_t i = 0; i < count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[members[i].item];
        for (size_t j = 0; j < wait->objects.len; j++)
            ++*gt_map_put(&waiters, wait->objects.at[j], NULL);
    }
    for (size_t i = 0; all && i < count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[members[i].item];
        bool own = false;
        for (size_t j = 0; j < wait->objects.len; j++)
            own = own || *gt_map_find(&waiters, wait->objects.at[j]) == 1;
        all = own;
    }
    gt_map_deinit(&waiters);
    return all;
}

/* True if the goroutines wait to send or to lock, and not for work. A channel and a lock serve
 * those that wait in order of arrival: none was served since the first one arrived. */
static bool queue_up(const struct gt_heap_analysis *analysis, const struct gt_member *members)
{
    static const char *const reasons[] = {"chan send", "sync.Mutex.Lock", "sync.RWMutex.Lock",
                                          "sync.RWMutex.RLock"};
    const char *reason = analysis->goroutines->list[members[0].item].wait_reason;

    for (size_t i = 0; reason && i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reason, reasons[i]) == 0) return true;
    return false;
}

static bool keep_enough(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                        size_t count)
{
    struct gt_exclusion without;
    struct gt_edges edges;
    struct gt_bitmap marked;

    gt_edges_init(&edges);
    gt_exclusion_init(&without, analysis);
    gt_bitmap_init(&marked, analysis->heap->graph.objects);
    for (size_t i = 0; i < count; i++)
        gt_edges_of_goroutine(analysis, members[i].item, &edges);
    gt_exclusion_add(&without, analysis, &edges);
    gt_baseline_mark(analysis, &without, &marked);
    uint64_t rest = gt_heap_bytes_of(&analysis->heap->graph, &marked);
    gt_bitmap_deinit(&marked);
    gt_exclusion_deinit(&without);
    gt_edges_deinit(&edges);
    return analysis->live_bytes >= rest + analysis->min_bytes;
}

bool gt_lingers(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                size_t count, uint64_t latest)
{
    if (count < GT_MANY_LINGERING) return false;
    struct age *ages = gt_calloc(count, sizeof *ages);
    size_t known = ages_of(analysis, members, count, ages);
    bool lingers = count - known <= count / MOST_UNKNOWN &&
                   are_spread(ages, known, life_of(analysis, latest)) &&
                   (queue_up(analysis, members) || have_their_own(analysis, members, count)) &&
                   keep_enough(analysis, members, count);

    gt_free(ages);
    return lingers;
}

/* Is it no burst that may be over in a moment? */
static bool is_long(uint64_t life, uint64_t since, uint64_t latest)
{
    return latest - since >= A_MOMENT || latest - since >= life / PARTS;
}

bool gt_just_came(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                  size_t count, uint64_t latest)
{
    uint64_t first = latest;

    for (size_t i = 0; i < count; i++) {
        uint64_t since = analysis->goroutines->list[members[i].item].wait_since;
        if (!since) return false;
        if (since < first) first = since;
    }
    return !is_long(life_of(analysis, latest), first, latest);
}

bool gt_have_waited(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                    size_t count, uint64_t latest)
{
    uint64_t life = life_of(analysis, latest);
    size_t waited = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t since = analysis->goroutines->list[members[i].item].wait_since;
        waited += since && is_long(life, since, latest);
    }
    return waited >= GT_MANY_ALIKE;
}
