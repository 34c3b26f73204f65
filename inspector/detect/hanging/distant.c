/* Finds callers and sides by the functions in their frames. Then it runs the fixpoint of abandoned
 * goroutines without connections and their tables of requests, and leaves out the callers whose
 * contexts something may still cancel. */
#include "inspector/detect/hanging/distant.h"

#include "inspector/base/alloc.h"

enum {
    MAX_LOOKED_AT = 16, /* frames of a goroutine */
    MAX_ANCESTORS = 32, /* of a context */
    DATA_WORD = 8,      /* offset of an interface's second word */
};

enum part { NONE, CALLER, SIDE, SHARED };

/* Functions of clients. A shared part serves a connection for many requests. */
static const struct row {
    const char *function;
    enum part part;
    const char *advice; /* its caller's */
} rows[] = {
    {"net/http.(*persistConn).roundTrip", CALLER, "server"},
    {"net/http.(*persistConn).readLoop", SIDE, NULL},
    {"net/http.(*persistConn).writeLoop", SIDE, NULL},
    {"net/http.(*http2ClientConn).RoundTrip", CALLER, "server"},
    {"net/http.(*http2ClientConn).roundTrip", CALLER, "server"},
    {"net/http.(*http2clientStream).doRequest", SIDE, NULL},
    {"net/http.(*http2clientConnReadLoop).run", SHARED, NULL},
    {"net/http/internal/http2.(*ClientConn).roundTrip", CALLER, "server"},
    {"net/http/internal/http2.(*clientStream).doRequest", SIDE, NULL},
    {"net/http/internal/http2.(*clientConnReadLoop).run", SHARED, NULL},
    {"golang.org/x/net/http2.(*ClientConn).RoundTrip", CALLER, "server"},
    {"golang.org/x/net/http2.(*ClientConn).roundTrip", CALLER, "server"},
    {"golang.org/x/net/http2.(*clientStream).doRequest", SIDE, NULL},
    {"golang.org/x/net/http2.(*clientConnReadLoop).run", SHARED, NULL},
    {"google.golang.org/grpc.invoke", CALLER, "rpc"},
    {"google.golang.org/grpc/internal/transport.(*http2Client).reader", SHARED, NULL},
    {"google.golang.org/grpc/internal/transport.(*loopyWriter).run", SHARED, NULL},
};

/* What a connection for many requests keeps of each, in a table that only its reader uses to answer
 * them. */
static const char *const requests[] = {"*http.http2clientStream", "*http2.clientStream",
                                       "*transport.Stream", "*transport.ClientStream"};

struct finder {
    struct gt_distant *distant;
    const struct gt_abandoned *abandoned;
    const struct gt_heap_analysis *analysis;
    uint8_t *parts;          /* by goroutine: enum part */
    struct gt_map places;    /* same_place -> part + 1 */
    struct gt_bitmap others; /* what is reached without callers, sides and readers */
    struct gt_endings endings;
};

/* ---- who plays which part ------------------------------------------------------------------- */

static const struct row *row_of(const struct gt_heap_analysis *analysis, uint32_t number)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[number];

    for (uint32_t i = 0; i < g->frame_count && i < MAX_LOOKED_AT; i++) {
        uint64_t pc = gt_g_frame(analysis->goroutines, g, i)->pc - 1;
        const char *name = gt_process_function(analysis->process, pc);
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
            if (strcmp(name, rows[j].function) == 0) return &rows[j];
    }
    return NULL;
}

const char *gt_distant_advice(const struct gt_heap_analysis *analysis, uint32_t number)
{
    const struct row *row = row_of(analysis, number);

    return row ? row->advice : NULL;
}

/* Goroutines of one place have the same frames. */
static enum part part_of(struct finder *finder, uint32_t number)
{
    const struct gt_goroutine *g = &finder->analysis->goroutines->list[number];
    bool added;
    uint64_t *known = gt_map_put(&finder->places, g->same_place, &added);

    if (added) {
        const struct row *row = row_of(finder->analysis, number);
        *known = (row ? row->part : NONE) + 1;
    }
    return (enum part)(*known - 1);
}

static bool has_clock(const struct gt_abandoned *abandoned, uint32_t number)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[number];

    for (size_t i = 0; i < wait->objects.len; i++)
        if (gt_abandoned_case(abandoned, wait->objects.at[i]) & (GT_CASE_CLOCK | GT_CASE_PERIODIC))
            return true;
    return false;
}

/* Returns how many callers there may be. */
static size_t find_parts(struct finder *finder)
{
    const struct gt_abandoned *abandoned = finder->abandoned;
    size_t callers = 0;

    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++) {
        if (!finder->analysis->goroutines->list[i].wait_reason) continue;
        enum part part = part_of(finder, i);
        bool waits = finder->analysis->baseline->blocks[i] && !abandoned->hangs[i] &&
                     !abandoned->is[i] && !has_clock(abandoned, i);
        finder->parts[i] = part;
        finder->distant->is[i] = part == CALLER && waits;
        callers += finder->distant->is[i];
    }
    return callers;
}

/* ---- who could answer them ------------------------------------------------------------------ */

static bool is_table(struct gt_types *types, gt_type_id type)
{
    if (!type || gt_types_get(types, type)->kind != GT_T_MAP) return false;
    const char *elem = gt_types_name(types, gt_types_elem(types, type));
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (strcmp(elem, requests[i]) == 0) return true;
    return false;
}

static bool add_entry(void *ctx, uint64_t key, uint64_t elem)
{
    (void)key;
    gt_u64s_add(ctx, elem);
    return true;
}

/* A client leads to all requests by the tables of its connections, and others may hold the
 * client. */
static void find_entries(const struct gt_heap_analysis *analysis, struct gt_u64s *entries)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct gt_types *types = analysis->process->types;

    for (size_t i = gt_bitmap_next(&analysis->live, 0); i < graph->scan_objects;
         i = gt_bitmap_next(&analysis->live, i + 1)) {
        gt_type_id type = gt_typing_type(analysis->typing, (uint32_t)i);
        if (is_table(types, type))
            gt_map_walk(types, type, gt_heap_address(graph, (uint32_t)i), add_entry, entries);
    }
}

/* Leaves out the callers that something other than a connection answers. */
static void leave_out_answered(struct finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    bool *asleep = gt_alloc(analysis->goroutines->count * sizeof *asleep);
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        bool blocks = analysis->baseline->blocks[i];
        asleep[i] = blocks && !has_clock(finder->abandoned, i);
        if (!blocks && finder->parts[i] != NONE) gt_edges_of_goroutine(analysis, i, &edges);
    }
    for (size_t i = 0; i < finder->distant->entries.len; i++)
        gt_u64s_add(&edges.words, finder->distant->entries.at[i]);
    gt_abandoned_reach(finder->abandoned, &edges, asleep, &finder->others);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        finder->distant->is[i] = finder->distant->is[i] && asleep[i];
    gt_edges_deinit(&edges);
    gt_free(asleep);
}

/* ---- contexts that could end them ------------------------------------------------------------ */

typedef void ancestor_fn(struct finder *finder, uint32_t goroutine, uint32_t context, void *ctx);

/* A context begins with its parent, an interface. */
static void climb(struct finder *finder, uint32_t goroutine, uint64_t context, ancestor_fn *visit,
                  void *ctx)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;

    for (int i = 0; i < MAX_ANCESTORS; i++) {
        uint32_t object = gt_heap_object(graph, context);
        if (object == GT_NO_OBJECT) return;
        visit(finder, goroutine, object, ctx);
        if (!gt_mem_u64(finder->analysis->process->mem, context + DATA_WORD, &context)) return;
    }
}

static void visit_ancestors(struct finder *finder, ancestor_fn *visit, void *ctx)
{
    uint64_t child;

    for (size_t i = 0; i < finder->endings.list.len; i++) {
        const struct gt_ending *ending = gt_vec_at(&finder->endings.list, i);
        if (ending->by_parent && gt_mem_u64(finder->analysis->process->mem, ending->word, &child))
            climb(finder, ending->goroutine, child, visit, ctx);
    }
}

static void count_below(struct finder *finder, uint32_t goroutine, uint32_t context, void *ctx)
{
    (void)finder;
    (void)goroutine;
    ++*gt_map_put(ctx, context, NULL);
}

static bool is_timed(const struct finder *finder, uint32_t context)
{
    gt_type_id type = gt_typing_type(finder->analysis->typing, context);

    return type &&
           strcmp(gt_types_name(finder->analysis->process->types, type), "context.timerCtx") == 0;
}

/* A context with a deadline ends the wait. So may the holder of a context that few callers
 * share. */
static void judge_ancestor(struct finder *finder, uint32_t goroutine, uint32_t context, void *ctx)
{
    const uint64_t *below = gt_map_find(ctx, context);
    bool own = below && *below < GT_MANY_ALIKE && gt_bit(&finder->others, context);

    if (own || is_timed(finder, context)) finder->distant->is[goroutine] = false;
}

struct cancel { /* a timer's function, which may be the cancel of a context */
    struct finder *finder;
    const struct gt_map *below;
    bool found;
};

static void look_at_capture(void *ctx, uint64_t offset, uint64_t value)
{
    struct cancel *cancel = ctx;
    uint32_t object = gt_heap_object(&cancel->finder->analysis->heap->graph, value);

    (void)offset;
    if (object != GT_NO_OBJECT && gt_map_find(cancel->below, object)) cancel->found = true;
}

/* Does a timer cancel any of these contexts? */
static bool a_timer_cancels(struct finder *finder, const struct gt_map *below)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;
    const struct gt_vec *timers = &finder->analysis->baseline->timers.list;
    struct cancel cancel = {.finder = finder, .below = below};

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        uint32_t closure = gt_heap_object(graph, timer->arg);
        if (timer->kind == GT_TIMER_FUNC && closure != GT_NO_OBJECT)
            gt_heap_words(graph, closure, look_at_capture, &cancel);
    }
    return cancel.found;
}

/* The endings name one waiter of each channel. What ends this wait ends those of all its
 * waiters. */
static void leave_out_sharers(struct finder *finder, const bool *were)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_map ended = {0};

    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
            const struct gt_wait *wait = &analysis->baseline->wait[i];
            bool *is = &finder->distant->is[i];
            for (size_t j = 0; were[i] && j < wait->objects.len; j++)
                if (pass == 0 && !*is)
                    gt_map_put(&ended, wait->objects.at[j], NULL);
                else if (pass == 1 && gt_map_find(&ended, wait->objects.at[j]))
                    *is = false;
        }
    gt_map_deinit(&ended);
}

static void leave_out_cancelled(struct finder *finder)
{
    struct gt_map below = {0}; /* context -> callers below it */
    uint32_t count = finder->analysis->goroutines->count;
    bool *were = gt_alloc(count * sizeof *were);

    memcpy(were, finder->distant->is, count * sizeof *were);
    gt_endings_find(&finder->endings, finder->analysis, finder->distant->is,
                    &finder->abandoned->links);
    visit_ancestors(finder, count_below, &below);
    visit_ancestors(finder, judge_ancestor, &below);
    for (size_t i = 0; i < finder->endings.list.len; i++) {
        const struct gt_ending *ending = gt_vec_at(&finder->endings.list, i);
        if (!ending->by_parent) finder->distant->is[ending->goroutine] = false;
    }
    if (a_timer_cancels(finder, &below))
        memset(finder->distant->is, 0, count * sizeof *finder->distant->is);
    leave_out_sharers(finder, were);
    gt_endings_deinit(&finder->endings);
    gt_map_deinit(&below);
    gt_free(were);
}

/* ---- all of it ------------------------------------------------------------------------------ */

void gt_distant_find(struct gt_distant *distant, const struct gt_abandoned *abandoned)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    size_t count = (size_t)analysis->goroutines->count + 1;
    struct finder finder = {.distant = distant, .abandoned = abandoned, .analysis = analysis};

    *distant = (struct gt_distant){.is = gt_calloc(count, sizeof *distant->is)};
    finder.parts = gt_calloc(count, sizeof *finder.parts);
    if (find_parts(&finder) >= GT_MANY_ALIKE) {
        gt_bitmap_init(&finder.others, analysis->heap->graph.objects);
        find_entries(analysis, &distant->entries);
        leave_out_answered(&finder);
        leave_out_cancelled(&finder);
        for (uint32_t i = 0; i < analysis->goroutines->count; i++)
            if (finder.parts[i] == SIDE) gt_u32s_add(&distant->sides, i);
    } else
        memset(distant->is, 0, count * sizeof *distant->is);
    gt_bitmap_deinit(&finder.others);
    gt_map_deinit(&finder.places);
    gt_free(finder.parts);
}

void gt_distant_deinit(struct gt_distant *distant)
{
    gt_free(distant->is);
    gt_u32s_deinit(&distant->sides);
    gt_u64s_deinit(&distant->entries);
}

/* ---- the sides of a connection ------------------------------------------------------------- */

typedef void root_object_fn(uint32_t object, struct gt_map *callers, bool *own);

static void note_object(uint32_t object, struct gt_map *callers, bool *own)
{
    (void)own;
    ++*gt_map_put(callers, object, NULL);
}

/* An object that only one caller's stack leads to belongs to that caller's request or
 * connection. */
static void look_up_object(uint32_t object, struct gt_map *callers, bool *own)
{
    const uint64_t *count = gt_map_find(callers, object);

    *own |= count && *count == 1;
}

/* Visits each object once, so that callers are counted. */
static void visit_roots(const struct gt_heap_analysis *analysis, uint32_t number,
                        root_object_fn *visit, struct gt_map *callers, bool *own)
{
    struct gt_map seen = {0};
    bool added;

    for (uint32_t i = 0; i < analysis->baseline->root_count[number]; i++) {
        const struct gt_root *root =
            gt_root_at(analysis->roots, analysis->baseline->first_root[number] + i);
        uint32_t object = gt_heap_object(&analysis->heap->graph, root->value);
        if (object == GT_NO_OBJECT) continue;
        gt_map_put(&seen, object, &added);
        if (added) visit(object, callers, own);
    }
    gt_map_deinit(&seen);
}

/* Takes the entries of the callers' requests. */
static void take_entries(const struct gt_distant *distant, const struct gt_heap_analysis *analysis,
                         const struct gt_map *callers, struct gt_cause *cause)
{
    uint64_t request;

    for (size_t i = 0; i < distant->entries.len; i++)
        if (gt_mem_u64(analysis->process->mem, distant->entries.at[i], &request) &&
            gt_map_find(callers, gt_heap_object(&analysis->heap->graph, request)))
            gt_u64s_add(&cause->edges.words, distant->entries.at[i]);
}

void gt_distant_take_sides(const struct gt_distant *distant,
                           const struct gt_heap_analysis *analysis, const struct gt_member *members,
                           size_t count, struct gt_cause *cause)
{
    struct gt_map callers = {0};

    for (size_t i = 0; i < count; i++)
        visit_roots(analysis, members[i].item, note_object, &callers, NULL);
    for (size_t i = 0; i < distant->sides.len; i++) {
        bool own = false;
        visit_roots(analysis, distant->sides.at[i], look_up_object, &callers, &own);
        if (own) gt_cause_take_goroutine(cause, analysis, distant->sides.at[i]);
    }
    take_entries(distant, analysis, &callers, cause);
    gt_map_deinit(&callers);
}
