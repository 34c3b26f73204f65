/* `waits` for a terminal: what goroutines wait for, what owns it, and what could wake them. */
#include "inspector/base/str.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/outside.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/text/summary.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMN = 8, SHOWN_IDS = 10, SHOWN_EDGES = 12, SHOWN_THINGS = 8, SHOWN_ALIKE = 4 };

static const struct {
    const char *said, *unproven;
    enum gt_ink ink;
} outlooks[] = {
    [GT_MAY_GO_ON] = {"could still be woken", "could still be woken", GT_PLAIN},
    [GT_HANGS] = {"blocked forever", "blocked, maybe forever: memory is missing", GT_RED},
    [GT_MAIN_WAITS] = {"main, blocked on purpose", "main, blocked on purpose", GT_PLAIN},
    [GT_DEADLOCKED] = {"deadlocked, as far as frames tell", "deadlocked, as far as frames tell",
                       GT_RED},
};

static const char *outlook_said(const struct gt_wait_graph *graph, const struct gt_waiting *waiting)
{
    return graph->whole ? outlooks[waiting->outlook].said : outlooks[waiting->outlook].unproven;
}

/* ---- what it waits for ---------------------------------------------------------------------- */

static void put_blocked_on(struct gt_page *page, const struct gt_waiting *waiting)
{
    size_t shown =
        page->all || waiting->blocked_count < SHOWN_THINGS ? waiting->blocked_count : SHOWN_THINGS;

    for (size_t i = 0; i < shown; i++) {
        gt_page_line(page, COLUMN, COLUMN + 4);
        gt_page_put(page, GT_PLAIN, i ? "or " : "waits ");
        gt_page_wanted(page, &waiting->blocked[i]);
        gt_page_deinit(page);
    }
    if (shown == waiting->blocked_count) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "or for %s more", gt_count(waiting->blocked_count - shown).text);
    gt_page_deinit(page);
}

static void put_whose(struct gt_page *page, const struct gt_waiting *waiting)
{
    if (waiting->same_thing) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "they wait for different objects; goroutine %" PRIu64 " shown",
                   waiting->goroutine);
    gt_page_deinit(page);
}

/* ---- its owners ----------------------------------------------------------------------------- */

/* A frame's slot without a name says nothing to a reader. */
static bool is_named(const char *variable)
{
    return variable && (strstr(variable, " variable ") || strncmp(variable, "global ", 7) == 0);
}

/* "locked in main.hold at main.go:12, deferred Unlock pending": each clause on one line. */
static void put_how(struct gt_page *page, const struct gt_lock_owner *owner, bool group)
{
    const char *call = group ? "deferred Done pending" : "deferred Unlock pending";

    if (owner->how == GT_EVIDENCE_POINTER) gt_page_clause(page, "which has a pointer to it");
    if (owner->how == GT_EVIDENCE_WAIT) gt_page_clause(page, "itself waiting for the write lock");
    if (owner->locked.function) {
        struct gt_str text = {0};
        gt_str_format(&text, "locked in %s at ", owner->locked.function);
        gt_str_site(&text, page, &owner->locked);
        gt_page_clause(page, gt_str_text(&text));
        gt_str_deinit(&text);
    }
    if (owner->how == GT_EVIDENCE_DEFERRED) gt_page_clause(page, call);
}

/* "goroutine 13 (main.embracer variable a), locked in main.embrace at main.go:12" */
static void put_holder(struct gt_page *page, const struct gt_lock_owner *owner, bool group)
{
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64, owner->goroutine);
    if (is_named(owner->variable)) gt_page_format(page, GT_PLAIN, " (%s)", owner->variable);
    put_how(page, owner, group);
}

/* With `more` other owners with the same text. */
static void put_holder_line(struct gt_page *page, const struct gt_waiting *waiting, size_t index,
                            size_t more)
{
    const struct gt_lock_owner *owner = &waiting->owners[index];
    bool group = waiting->blocked_count && waiting->blocked[0].what == GT_THING_WAIT_GROUP;
    bool sure = waiting->owner_count == 1 && owner->how != GT_EVIDENCE_POINTER;

    gt_page_line(page, COLUMN, COLUMN + 4);
    if (group)
        gt_page_put(page, GT_PLAIN, sure ? "Done is up to " : "Done may be up to ");
    else
        gt_page_put(page, GT_PLAIN, sure ? "held by " : "may be held by ");
    put_holder(page, owner, group);
    if (more) gt_page_format(page, GT_DIM, "; %s more like it", gt_count(more).text);
    gt_page_deinit(page);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_holding(const struct gt_lock_owner *a, const struct gt_lock_owner *b)
{
    return a->how == b->how && same_text(a->variable, b->variable) &&
           same_text(a->locked.function, b->locked.function) && a->locked.line == b->locked.line;
}

/* One line for owners with the same text. */
static void put_holders(struct gt_page *page, const struct gt_waiting *waiting)
{
    size_t count = waiting->lock_state == GT_LOCK_LEFT ? 0 : waiting->owner_count;

    for (size_t i = 0, equal; i < count; i += equal) {
        for (equal = 1; i + equal < count; equal++)
            if (!same_holding(&waiting->owners[i], &waiting->owners[i + equal])) break;
        put_holder_line(page, waiting, i, equal - 1);
    }
    if (!count || !waiting->more_owners) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, GT_DIM, "or by others");
    gt_page_deinit(page);
}

/* For a lock without a known owner. */
static void put_lock_state(struct gt_page *page, const struct gt_waiting *waiting)
{
    /* Readers block a writer. */
    bool reads = waiting->blocked_count && waiting->blocked[0].action == GT_ACTION_WRITE;
    bool left = waiting->lock_state == GT_LOCK_LEFT;
    bool unknown = waiting->lock_state == GT_LOCK_TAKEN && !waiting->owner_count;

    if (!left && !unknown && waiting->lock_state != GT_LOCK_FREE) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    if (left)
        gt_page_format(page, GT_RED, "%s, and no live goroutine holds it: an %s is missing",
                       reads ? "read-locked" : "locked", reads ? "RUnlock" : "Unlock");
    else if (unknown)
        gt_page_format(page, GT_PLAIN, "%s; stack frames do not tell who holds it",
                       reads ? "read-locked" : "locked");
    else
        gt_page_put(page, GT_PLAIN, "not locked any more: it is about to go on");
    gt_page_deinit(page);
}

/* ---- wakers --------------------------------------------------------------------------------- */

static bool same_path(const struct gt_path *a, const struct gt_path *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->steps[i].kind != b->steps[i].kind || a->steps[i].count != b->steps[i].count ||
            !same_text(a->steps[i].what, b->steps[i].what) ||
            !same_text(a->steps[i].field, b->steps[i].field) ||
            !same_text(a->steps[i].type, b->steps[i].type))
            return false;
    return true;
}

static bool same_waker(const struct gt_waker *a, const struct gt_waker *b)
{
    return !a->goroutine == !b->goroutine && a->hangs == b->hangs && a->kind == b->kind &&
           same_path(&a->path, &b->path);
}

/* "goroutines 5, 8 and 9": this one and the later ones with the same text. */
static void put_who(struct gt_page *page, const struct gt_waiting *waiting, size_t first)
{
    const struct gt_waker *waker = &waiting->wakers[first];
    size_t count = 0, shown = 0;

    for (size_t i = first; i < waiting->waker_count; i++)
        count += same_waker(waker, &waiting->wakers[i]);
    gt_page_put(page, GT_BOLD, count > 1 ? "goroutines " : "goroutine ");
    for (size_t i = first; i < waiting->waker_count && shown < SHOWN_ALIKE; i++) {
        if (!same_waker(waker, &waiting->wakers[i])) continue;
        const char *before = !shown ? "" : shown + 1 == count ? " and " : ", ";
        gt_page_format(page, GT_BOLD, "%s%" PRIu64, before, waiting->wakers[i].goroutine);
        shown++;
    }
    if (shown < count) gt_page_format(page, GT_BOLD, " and %zu more", count - shown);
    gt_page_put(page, GT_PLAIN, count > 1 ? " reach it" : " reaches it");
    if (waker->hangs)
        gt_page_put(page, GT_RED,
                    count > 1 ? ", but are blocked forever too" : ", but is blocked forever too");
}

static void put_waker(struct gt_page *page, const struct gt_waiting *waiting, size_t index)
{
    static const char *const said[] = {
        [GT_WAKER_OTHER] = "reachable from the runtime or C code",
        [GT_WAKER_GOROUTINE] = "reachable from the runtime or C code", /* the root belongs to no
                                                                        * goroutine */
        [GT_WAKER_TIMER] = "reachable from a timer",
        [GT_WAKER_GLOBAL] = "reachable from a package variable",
        [GT_WAKER_FINALIZER] = "reachable from a finalizer",
        [GT_WAKER_CLEANUP] = "reachable from a cleanup"};
    const struct gt_waker *waker = &waiting->wakers[index];

    gt_page_line(page, COLUMN, COLUMN + 4);
    if (waker->goroutine)
        put_who(page, waiting, index);
    else
        gt_page_put(page, GT_PLAIN, said[waker->kind]);
    gt_page_put(page, GT_PLAIN, ": ");
    gt_page_path(page, &waker->path);
    gt_page_deinit(page);
}

static bool is_first_alike(const struct gt_waiting *waiting, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_waker(&waiting->wakers[i], &waiting->wakers[index])) return false;
    return true;
}

static const char *rest_of_wakers(const struct gt_waiting *waiting)
{
    if (waiting->more_wakers)
        return waiting->waker_count ? "and others (search stopped)"
                                    : "others may reach it (search stopped)";
    if (waiting->waker_count) return NULL;
    if (waiting->id_count > 1 && !waiting->same_thing)
        return "only goroutines that wait here, or for the same object, reach it";
    if (waiting->waiters_reach) return "only goroutines that wait for the same object reach it";
    return waiting->blocked_count ? "nobody else reaches it" : "nobody can wake it";
}

static void put_wakers(struct gt_page *page, const struct gt_waiting *waiting)
{
    const char *rest = rest_of_wakers(waiting);

    for (size_t i = 0; i < waiting->waker_count; i++)
        if (is_first_alike(waiting, i)) put_waker(page, waiting, i);
    if (!rest) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, waiting->more_wakers ? GT_DIM : GT_PLAIN, rest);
    gt_page_deinit(page);
}

/* ---- groups --------------------------------------------------------------------------------- */

static void put_ids(struct gt_page *page, const uint64_t *ids, size_t count, size_t most)
{
    size_t shown = page->all || count < most ? count : most;

    for (size_t i = 0; i < shown; i++)
        gt_page_format(page, GT_DIM, "%s%" PRIu64, i ? ", " : "", ids[i]);
    if (shown < count) gt_page_format(page, GT_DIM, " and %s more", gt_count(count - shown).text);
}

static void put_waiting(struct gt_page *page, const struct gt_wait_graph *graph,
                        const struct gt_waiting *waiting)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, COLUMN);
    gt_page_format(page, GT_BOLD, "%6s  %s", gt_count(waiting->id_count).text,
                   waiting->wait_reason ? waiting->wait_reason : "waiting");
    gt_page_waited(page, waiting->wait_ns, waiting->id_count, graph->process->gc.cycles);
    gt_page_right(page, outlooks[waiting->outlook].ink, outlook_said(graph, waiting));
    gt_page_deinit(page);
    gt_page_stack(page, COLUMN, &waiting->stack, &waiting->created_by);
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, GT_DIM, waiting->id_count == 1 ? "goroutine " : "goroutines ");
    put_ids(page, waiting->ids, waiting->id_count, SHOWN_IDS);
    gt_page_deinit(page);
    gt_page_labels(page, COLUMN, waiting->labels, waiting->label_count);
    put_whose(page, waiting);
    put_blocked_on(page, waiting);
    put_holders(page, waiting);
    put_lock_state(page, waiting);
    put_wakers(page, waiting);
}

/* ---- the head ------------------------------------------------------------------------------- */

static void put_edge(struct gt_page *page, const struct gt_wait_edge *edge)
{
    bool group = edge->thing.what == GT_THING_WAIT_GROUP;

    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64, edge->goroutine);
    gt_page_put(page, GT_PLAIN, " waits ");
    gt_page_wanted(page, &edge->thing);
    if (edge->waits.function) {
        gt_page_format(page, GT_PLAIN, " in %s at ", edge->waits.function);
        gt_page_site(page, &edge->waits);
    }
    gt_page_deinit(page);
    gt_page_line(page, COLUMN + 4, COLUMN + 8);
    gt_page_put(page, GT_PLAIN,
                !edge->holds ? "reached by "
                : group      ? "Done is up to "
                             : "held by ");
    put_holder(page, &edge->owner, group);
    if (edge->candidates > 1)
        gt_page_format(page, GT_DIM, " (or %s more)", gt_count(edge->candidates - 1).text);
    gt_page_deinit(page);
}

static void put_cycle(struct gt_page *page, const struct gt_wait_cycle *cycle)
{
    size_t shown = page->all || cycle->id_count < SHOWN_EDGES ? cycle->id_count : SHOWN_EDGES;

    gt_page_line(page, 0, COLUMN);
    gt_page_put(page, GT_RED, "deadlock: ");
    if (cycle->id_count == 1)
        gt_page_put(page, GT_PLAIN, "1 goroutine waits for what it holds itself");
    else
        gt_page_format(page, GT_PLAIN, "%s goroutines, each waits for what the next one has",
                       gt_count(cycle->id_count).text);
    if (!cycle->proven) gt_page_put(page, GT_DIM, ", as far as stack frames tell");
    gt_page_deinit(page);
    for (size_t i = 0; i < shown; i++)
        put_edge(page, &cycle->edges[i]);
    if (shown == cycle->id_count) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "and %s more", gt_count(cycle->id_count - shown).text);
    gt_page_deinit(page);
}

/* "0 blocked forever, 154 blocked, 6 running or waiting for I/O" */
static void put_counts(struct gt_page *page, const struct gt_wait_graph *graph)
{
    const struct gt_report *process = graph->process;
    uint64_t all = process->goroutines.total - process->goroutines.system;
    uint64_t blocked = graph->hanging + graph->deadlocked + graph->blocked;

    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_PLAIN, "goroutines: %s blocked%s forever, ",
                   gt_count(graph->hanging).text, graph->whole ? "" : ", maybe");
    if (graph->deadlocked)
        gt_page_format(page, GT_PLAIN, "%s deadlocked as far as stack frames tell, ",
                       gt_count(graph->deadlocked).text);
    gt_page_format(page, GT_PLAIN, "%s blocked, %s running or waiting for I/O or time",
                   gt_count(graph->blocked).text, gt_count(all > blocked ? all - blocked : 0).text);
    gt_page_deinit(page);
}

static void put_head(struct gt_page *page, const struct gt_wait_graph *graph)
{
    gt_page_process(page, graph->process);
    put_counts(page, graph);
    if (graph->locks_left) {
        gt_page_line(page, 0, 2);
        gt_page_format(page, GT_RED, "%s lock%s locked, and no live goroutine holds %s",
                       gt_count(graph->locks_left).text, graph->locks_left == 1 ? " is" : "s are",
                       graph->locks_left == 1 ? "it" : "them");
        gt_page_deinit(page);
    }
    for (size_t i = 0; i < graph->cycle_count; i++)
        put_cycle(page, &graph->cycles[i]);
    if (!graph->more_cycles) return;
    gt_page_line(page, 0, COLUMN);
    gt_page_put(page, GT_DIM, "there may be more deadlocks (search stopped)");
    gt_page_deinit(page);
}

static void put_notes(struct gt_page *page, const struct gt_wait_graph *graph)
{
    for (size_t i = 0; i < graph->note_count; i++) {
        gt_page_line(page, 0, 4);
        gt_page_format(page, GT_YELLOW, "not read: ");
        gt_page_put(page, GT_PLAIN, graph->notes[i]);
        gt_page_deinit(page);
    }
}

bool gt_text_waits(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    put_head(&page, graph);
    for (size_t i = 0; i < graph->waiting_count; i++)
        put_waiting(&page, graph, &graph->waiting[i]);
    for (size_t i = 0; i < graph->outside_count; i++)
        gt_page_outside(&page, graph->process, &graph->outside[i]);
    put_notes(&page, graph);
    return true;
}
