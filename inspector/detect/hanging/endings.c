/* Searches breadth first, a few pointers deep, from each timer and from each child of a context,
 * for objects that goroutines wait for. The endings are sorted by goroutine, and a group's are
 * found by binary search. */
#include "inspector/detect/hanging/endings.h"

#include "inspector/base/search.h"
#include "inspector/detect/describe/root_names.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MAX_WALK = 32,   /* objects that are visited from one timer */
    TIMER_STEPS = 3, /* a timer, its closure, a context, its channel */
    MAX_FIELD = 160,
};

/* ---- paths to what is waited for ----------------------------------------------------------- */

struct things { /* what the goroutines wait for */
    const struct gt_heap *graph;
    struct gt_map waiters; /* object -> goroutine + 1 */
};

static void open_things(struct things *things, const struct gt_heap_analysis *analysis,
                        const bool *is)
{
    *things = (struct things){.graph = &analysis->heap->graph};
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        for (size_t j = 0; is[i] && j < wait->objects.len; j++) {
            uint32_t object = gt_heap_object(things->graph, wait->objects.at[j]);
            if (object != GT_NO_OBJECT) *gt_map_put(&things->waiters, object, NULL) = i + 1;
        }
    }
}

enum { LARGEST_STEP = 4096 }; /* bytes of an object that a path may pass */

struct walk {
    const struct things *things;
    uint32_t objects[MAX_WALK];
    size_t count;
    struct gt_u32s *found; /* goroutines */
};

static void reach_value(void *ctx, uint64_t offset, uint64_t value)
{
    struct walk *walk = ctx;
    uint32_t object = gt_heap_object(walk->things->graph, value);

    (void)offset;
    for (size_t i = 0; i < walk->count; i++)
        if (walk->objects[i] == object) return;
    if (object == GT_NO_OBJECT || walk->count == MAX_WALK) return;
    walk->objects[walk->count++] = object;
    const uint64_t *waiter = gt_map_find(&walk->things->waiters, object);
    if (!waiter) return;
    uint32_t goroutine = (uint32_t)*waiter - 1;
    gt_u32s_add(walk->found, goroutine);
}

/* Finds the goroutines that wait for what `value` leads to in at most so many steps; `found` is
 * cleared first. The search stops at what is waited for. It also stops at a large table, such as a
 * context's children, which would be read again for each timer. */
static void find_waiters(const struct things *things, uint64_t value, unsigned steps,
                         struct gt_u32s *found)
{
    struct walk walk = {.things = things, .found = found};
    size_t next = 0;

    gt_u32s_clear(found);
    reach_value(&walk, 0, value);
    for (unsigned step = 0; step < steps; step++)
        for (size_t end = walk.count; next < end; next++)
            if (!gt_map_find(&things->waiters, walk.objects[next]) &&
                gt_heap_size(things->graph, walk.objects[next]) <= LARGEST_STEP)
                gt_heap_words(things->graph, walk.objects[next], reach_value, &walk);
}

static void note(struct gt_endings *endings, const struct gt_u32s *found, struct gt_ending ending)
{
    for (size_t i = 0; i < found->len; i++) {
        ending.goroutine = found->at[i];
        gt_vec_add(&endings->list, &ending);
    }
}

static int by_goroutine(const void *a, const void *b)
{
    const struct gt_ending *left = a, *right = b;

    if (left->goroutine != right->goroutine) return left->goroutine < right->goroutine ? -1 : 1;
    return left->word < right->word ? -1 : left->word > right->word;
}

static void note_timers(struct gt_endings *endings, const struct gt_heap_analysis *analysis,
                        const struct things *things, struct gt_u32s *found)
{
    const struct gt_vec *timers = &analysis->baseline->timers.list;

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (timer->kind == GT_TIMER_OTHER) continue;
        find_waiters(things, timer->address, TIMER_STEPS, found);
        note(endings, found, (struct gt_ending){.word = timer->heap_word, .when = timer->when});
    }
}

void gt_endings_find(struct gt_endings *endings, const struct gt_heap_analysis *analysis,
                     const bool *is, const struct gt_vec *links)
{
    struct things things;
    struct gt_u32s found = {0};

    endings->list = GT_VEC_OF(struct gt_ending);
    open_things(&things, analysis, is);
    note_timers(endings, analysis, &things, &found);
    for (size_t i = 0; i < links->len; i++) {
        const struct gt_context_link *link = gt_vec_at(links, i);
        find_waiters(&things, link->child, link->steps, &found);
        note(endings, &found, (struct gt_ending){.word = link->word, .by_parent = true});
    }
    if (endings->list.len)
        qsort(endings->list.data, endings->list.len, sizeof(struct gt_ending), by_goroutine);
    gt_u32s_deinit(&found);
    gt_map_deinit(&things.waiters);
}

void gt_endings_deinit(struct gt_endings *endings)
{
    gt_vec_deinit(&endings->list);
}

bool gt_links_matter(const struct gt_heap_analysis *analysis, const bool *is,
                     const struct gt_vec *links)
{
    struct things things;
    struct gt_u32s found = {0};

    open_things(&things, analysis, is);
    for (size_t i = 0; i < links->len && !found.len; i++) {
        const struct gt_context_link *link = gt_vec_at(links, i);
        find_waiters(&things, link->child, link->steps, &found);
    }
    bool matter = found.len > 0;
    gt_u32s_deinit(&found);
    gt_map_deinit(&things.waiters);
    return matter;
}

/* ---- the endings of a group ------------------------------------------------------------------ */

typedef void visit_fn(void *ctx, const struct gt_ending *ending);

static uint64_t goroutine_of(const void *list, size_t index)
{
    return ((const struct gt_ending *)gt_vec_at(list, index))->goroutine;
}

static size_t first_of(const struct gt_endings *endings, uint32_t goroutine)
{
    return gt_lower_bound(&endings->list, 0, endings->list.len, goroutine, goroutine_of);
}

static void visit(const struct gt_endings *endings, const struct gt_member *members, size_t count,
                  visit_fn *visitor, void *ctx)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = first_of(endings, members[i].item); j < endings->list.len; j++) {
            const struct gt_ending *ending = gt_vec_at(&endings->list, j);
            if (ending->goroutine != members[i].item) break;
            visitor(ctx, ending);
        }
}

static void take(void *ctx, const struct gt_ending *ending)
{
    struct gt_edges *edges = ctx;

    gt_u64s_add(&edges->words, ending->word);
}

void gt_endings_take(const struct gt_endings *endings, const struct gt_member *members,
                     size_t count, struct gt_edges *edges)
{
    visit(endings, members, count, take, edges);
}

struct summary {
    size_t timers, parents;
    uint64_t latest;
};

static void sum(void *ctx, const struct gt_ending *ending)
{
    struct summary *summary = ctx;

    if (ending->by_parent) {
        summary->parents++;
        return;
    }
    summary->timers++;
    if (ending->when > summary->latest) summary->latest = ending->when;
}

int64_t gt_endings_due(const struct gt_endings *endings, const struct gt_member *members,
                       size_t count, uint64_t now)
{
    struct summary summary = {0};

    visit(endings, members, count, sum, &summary);
    if (!summary.timers || !now || summary.latest > INT64_MAX) return GT_UNKNOWN;
    return summary.latest > now ? (int64_t)(summary.latest - now) : 0;
}

/* ---- the report's words -------------------------------------------------------------------- */

/* The package variable that holds a channel; NULL if none does. */
static const char *name_of(const struct gt_heap_analysis *analysis, uint64_t channel)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, channel);
    char field[MAX_FIELD];
    gt_type_id type;

    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (root->kind != GT_ROOT_GLOBAL) break; /* globals come first */
        if (gt_heap_object(&analysis->heap->graph, root->value) != object) continue;
        const char *name = gt_root_name(analysis, root, false, field, sizeof field, &type);
        return gt_arena_format(analysis->storage, "%s%s", name, field);
    }
    return NULL;
}

static const char *signal_end(const struct gt_heap_analysis *analysis, uint64_t signal)
{
    const char *name = signal ? name_of(analysis, signal) : NULL;

    if (!signal) return NULL;
    if (name) return gt_arena_format(analysis->storage, "closing %s", name);
    return "closing the channel that all of them wait for (a shutdown channel, or that of a root "
           "context)";
}

/* "their timers, within 2h": in hours, minutes or seconds, rounded up. */
static const char *within(const struct gt_heap_analysis *analysis, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *unit;
    } units[] = {{3600000000000, "h"}, {60000000000, "m"}, {1000000000, "s"}};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ns >= units[i].ns)
            return gt_arena_format(analysis->storage, "their timers, within %" PRId64 "%s",
                                   ns / units[i].ns + 1, units[i].unit);
    return "their timers, within a second";
}

const char *gt_endings_describe(const struct gt_endings *endings,
                                const struct gt_heap_analysis *analysis,
                                const struct gt_member *members, size_t count, uint64_t signal,
                                const char *notify, uint64_t now)
{
    struct summary summary = {0};
    const char *ends[4] = {0};
    struct gt_str text = {0};
    size_t found = 0;

    visit(endings, members, count, sum, &summary);
    if (signal) ends[found++] = signal_end(analysis, signal);
    if (summary.timers)
        ends[found++] = within(analysis, gt_endings_due(endings, members, count, now));
    if (summary.parents) ends[found++] = "cancelling the parent of their contexts";
    if (notify) ends[found++] = notify;
    if (found == 0) return "a weak pointer or a timer may still lead to what they wait for";
    for (size_t i = 0; i < found; i++)
        gt_str_format(&text, "%s%s", i ? ", or " : "", ends[i]);
    const char *sentence =
        gt_arena_format(analysis->storage, "only %s could end them", gt_str_text(&text));
    gt_str_deinit(&text);
    return sentence;
}
