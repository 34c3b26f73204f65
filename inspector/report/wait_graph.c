/* `waits`: who waits for what, and who could wake whom; for a terminal and as JSON. */
#include "inspector/report/json_values.h"
#include "inspector/report/outside.h"
#include "inspector/report/pieces.h"
#include "inspector/report/sinks.h"
#include "inspector/report/summary.h"
#include "inspector/report/units.h"

#include <string.h>

enum { COLUMN = 8, SHOWN_IDS = 10, SHOWN_EDGES = 12, SHOWN_THINGS = 8 };

static const struct {
    const char *name, *said, *unproven;
    enum gt_ink ink;
} outlooks[] = {
    [GT_MAY_GO_ON] = {"may go on", "may go on", "may go on", GT_PLAIN},
    [GT_HANGS] = {"hangs", "hangs for ever", "seems to hang, but memory is missing", GT_RED},
    [GT_MAIN_WAITS] = {"main waits", "main, blocked on purpose", "main, blocked on purpose",
                       GT_PLAIN},
    [GT_DEADLOCKED] = {"deadlocked", "deadlocked, by who holds what",
                       "deadlocked, by who holds what", GT_RED},
};

static const char *outlook_said(const struct gt_wait_graph *graph, const struct gt_waiting *waiting)
{
    return graph->whole ? outlooks[waiting->outlook].said : outlooks[waiting->outlook].unproven;
}

/* ---- text ---------------------------------------------------------------------------------- */

static void put_blocked_on(struct gt_page *page, const struct gt_waiting *waiting)
{
    size_t shown =
        page->all || waiting->blocked_count < SHOWN_THINGS ? waiting->blocked_count : SHOWN_THINGS;

    for (size_t i = 0; i < shown; i++) {
        const struct gt_blocked_thing *thing = &waiting->blocked[i];
        gt_page_line(page, COLUMN, COLUMN + 4);
        gt_page_format(page, GT_PLAIN, "%s%s%s", i ? "or " : "", thing->action ? "to " : "on the ",
                       thing->action ? thing->action : "");
        gt_page_put(page, GT_PLAIN, thing->action ? ": " : "");
        gt_page_thing(page, thing);
        gt_page_end(page);
    }
    if (shown == waiting->blocked_count) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "or %zu more", waiting->blocked_count - shown);
    gt_page_end(page);
}

/* ", of goroutine 17; the others wait for things of their own" */
static void put_whose(struct gt_page *page, const struct gt_waiting *waiting)
{
    if (waiting->same_thing) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM,
                   "not all wait for the same: what follows is of goroutine %llu alone",
                   (unsigned long long)waiting->goroutine);
    gt_page_end(page);
}

/* "goroutine 13, which locked it at main.go:12 (main.embracer variable a)" */
static void put_holder(struct gt_page *page, const struct gt_lock_holder *holder)
{
    static const struct {
        const char *how, *said;
    } rows[] = {{"deferred unlock", ", whose deferred call is to release it"},
                {"pointer", ", by a pointer to it"},
                {"writer", ", which waits to write itself"}};

    gt_page_format(page, GT_BOLD, "goroutine %llu", (unsigned long long)holder->goroutine);
    if (holder->variable) gt_page_format(page, GT_PLAIN, " (%s)", holder->variable);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(holder->how, rows[i].how) == 0) gt_page_put(page, GT_PLAIN, rows[i].said);
    if (!holder->locked.function) return;
    gt_page_format(page, GT_PLAIN, ", locked by %s at ", holder->locked.function);
    gt_page_site(page, &holder->locked);
}

static void put_holders(struct gt_page *page, const struct gt_waiting *waiting)
{
    bool group = waiting->blocked_count && strcmp(waiting->blocked[0].what, "wait group") == 0;
    const char *one = group ? "for " : "held by ", *may = group ? "for " : "may be held by ";

    for (size_t i = 0; i < waiting->holder_count; i++) {
        bool weak = strcmp(waiting->holders[i].how, "pointer") == 0;
        gt_page_line(page, COLUMN, COLUMN + 4);
        gt_page_put(page, GT_PLAIN, waiting->holder_count > 1 || weak ? may : one);
        put_holder(page, &waiting->holders[i]);
        gt_page_end(page);
    }
    if (!waiting->more_holders) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, GT_DIM, "or by others");
    gt_page_end(page);
}

static void put_waker(struct gt_page *page, const struct gt_waiting *waiting,
                      const struct gt_waker *waker)
{
    gt_page_line(page, COLUMN, COLUMN + 4);
    if (waker->hangs || waiting->outlook == GT_DEADLOCKED)
        gt_page_put(page, GT_PLAIN, "reached by ");
    else
        gt_page_put(page, GT_GREEN, "could be woken by ");
    if (waker->goroutine)
        gt_page_format(page, GT_BOLD, "goroutine %llu", (unsigned long long)waker->goroutine);
    else
        gt_page_format(page, GT_BOLD, "%s", strcmp(waker->kind, "other") ? waker->kind : "code");
    if (waker->hangs) gt_page_put(page, GT_RED, " (which hangs too)");
    gt_page_put(page, GT_PLAIN, ": ");
    gt_page_path(page, &waker->path);
    gt_page_end(page);
}

static void put_wakers(struct gt_page *page, const struct gt_waiting *waiting)
{
    for (size_t i = 0; i < waiting->waker_count; i++)
        put_waker(page, waiting, &waiting->wakers[i]);
    if (waiting->waker_count && !waiting->more_wakers) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    if (waiting->more_wakers)
        gt_page_put(page, GT_DIM, "and by more, or not all were looked for");
    else if (!waiting->blocked_on)
        gt_page_put(page, GT_PLAIN, "nobody can wake it, whatever it holds");
    else
        gt_page_put(page, GT_PLAIN, "nobody else reaches it");
    gt_page_end(page);
}

static void put_ids(struct gt_page *page, const uint64_t *ids, size_t count, size_t most)
{
    size_t shown = page->all || count < most ? count : most;

    for (size_t i = 0; i < shown; i++)
        gt_page_format(page, GT_DIM, "%s%llu", i ? ", " : "", (unsigned long long)ids[i]);
    if (shown < count) gt_page_format(page, GT_DIM, ", %s more", gt_count(count - shown).text);
}

static void put_waiting(struct gt_page *page, const struct gt_wait_graph *graph,
                        const struct gt_waiting *waiting)
{
    gt_page_end(page);
    gt_page_line(page, 0, COLUMN);
    gt_page_format(page, GT_BOLD, "%6s  %s", gt_count(waiting->id_count).text,
                   waiting->wait_reason ? waiting->wait_reason : "waiting");
    if (waiting->wait_ns != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, ", %s%s", waiting->id_count > 1 ? "up to " : "",
                       gt_duration(waiting->wait_ns).text);
    gt_page_right(page, outlooks[waiting->outlook].ink, outlook_said(graph, waiting));
    gt_page_end(page);
    gt_page_stack(page, COLUMN, &waiting->stack, &waiting->created_by);
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, GT_DIM, waiting->id_count == 1 ? "goroutine " : "goroutines ");
    put_ids(page, waiting->ids, waiting->id_count, SHOWN_IDS);
    gt_page_end(page);
    gt_page_labels(page, COLUMN, waiting->labels, waiting->label_count);
    put_whose(page, waiting);
    put_blocked_on(page, waiting);
    put_holders(page, waiting);
    put_wakers(page, waiting);
}

static void put_edge(struct gt_page *page, const struct gt_wait_edge *edge)
{
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_BOLD, "goroutine %llu", (unsigned long long)edge->goroutine);
    gt_page_put(page, GT_PLAIN, " waits for ");
    gt_page_thing(page, &edge->thing);
    if (edge->waits.function) {
        gt_page_format(page, GT_PLAIN, " in %s at ", edge->waits.function);
        gt_page_site(page, &edge->waits);
    }
    bool group = strcmp(edge->thing.what, "wait group") == 0;
    gt_page_put(page, GT_PLAIN, !edge->holds ? ", reached by " : group ? ", for " : ", held by ");
    put_holder(page, &edge->holder);
    if (edge->candidates > 1)
        gt_page_format(page, GT_DIM, " (or %llu more)", (unsigned long long)edge->candidates - 1);
    gt_page_end(page);
}

static void put_cycle(struct gt_page *page, const struct gt_wait_cycle *cycle)
{
    size_t shown = page->all || cycle->id_count < SHOWN_EDGES ? cycle->id_count : SHOWN_EDGES;

    gt_page_line(page, 0, COLUMN);
    gt_page_put(page, GT_RED, "cycle   ");
    if (cycle->id_count == 1)
        gt_page_put(page, GT_PLAIN, "a goroutine waits for what it holds itself");
    else
        gt_page_format(page, GT_PLAIN, "%zu goroutines, each waits for what the next one has",
                       cycle->id_count);
    if (!cycle->proven) gt_page_put(page, GT_DIM, ", as far as their frames tell");
    gt_page_end(page);
    for (size_t i = 0; i < shown; i++)
        put_edge(page, &cycle->edges[i]);
    if (shown == cycle->id_count) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "... %zu more", cycle->id_count - shown);
    gt_page_end(page);
}

static void put_head(struct gt_page *page, const struct gt_wait_graph *graph)
{
    gt_page_process(page, graph->process);
    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_PLAIN,
                   "%s goroutine%s, %s others run, or wait for IO, time or the "
                   "runtime",
                   gt_count(graph->hanging).text, graph->hanging == 1 ? " hangs" : "s hang",
                   gt_count(graph->others).text);
    gt_page_end(page);
    if (graph->deadlocked) {
        gt_page_line(page, 0, 2);
        gt_page_format(page, GT_PLAIN, "%s more deadlocked, as far as frames tell who holds what",
                       gt_count(graph->deadlocked).text);
        gt_page_end(page);
    }
    for (size_t i = 0; i < graph->cycle_count; i++)
        put_cycle(page, &graph->cycles[i]);
    if (!graph->more_cycles) return;
    gt_page_line(page, 0, COLUMN);
    gt_page_put(page, GT_DIM, "there may be more cycles");
    gt_page_end(page);
}

static void put_notes(struct gt_page *page, const struct gt_wait_graph *graph)
{
    for (size_t i = 0; i < graph->note_count; i++) {
        gt_page_line(page, 0, 4);
        gt_page_format(page, GT_YELLOW, "lost on the way: ");
        gt_page_put(page, GT_PLAIN, graph->notes[i]);
        gt_page_end(page);
    }
}

bool gt_text_wait_graph(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    put_head(&page, graph);
    for (size_t i = 0; i < graph->waiting_count; i++)
        put_waiting(&page, graph, &graph->waiting[i]);
    for (size_t i = 0; i < graph->outside_count; i++)
        gt_page_outside(&page, &graph->outside[i]);
    put_notes(&page, graph);
    return true;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *waker_of(const struct gt_waker *waker)
{
    return json_pack("{s:s, s:o, s:b, s:o}", "kind", waker->kind, "goroutine",
                     waker->goroutine ? gt_json_size(waker->goroutine) : json_null(), "hangs",
                     waker->hangs, "path", gt_json_path(&waker->path));
}

static json_t *things_of(const struct gt_waiting *waiting)
{
    json_t *list = json_array();

    for (size_t i = 0; i < waiting->blocked_count; i++)
        list = gt_json_append(list, gt_json_thing(&waiting->blocked[i]));
    return list;
}

static json_t *holder_of(const struct gt_lock_holder *holder)
{
    return json_pack("{s:o, s:s, s:o, s:o}", "goroutine", gt_json_size(holder->goroutine), "how",
                     holder->how, "variable", gt_json_text(holder->variable), "locked",
                     gt_json_place(&holder->locked));
}

static json_t *holders_of(const struct gt_waiting *waiting)
{
    json_t *list = json_array();

    for (size_t i = 0; i < waiting->holder_count; i++)
        list = gt_json_append(list, holder_of(&waiting->holders[i]));
    return list;
}

static json_t *edge_of(const struct gt_wait_edge *edge)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:o, s:o, s:o}", "goroutine",
        gt_json_size(edge->goroutine), "what", gt_json_text(edge->thing.what), "address",
        gt_json_address(edge->thing.address), "name", gt_json_text(edge->thing.name), "holder",
        gt_json_size(edge->holder.goroutine), "holds", edge->holds, "how", edge->holder.how,
        "variable", gt_json_text(edge->holder.variable), "waits", gt_json_place(&edge->waits),
        "site", gt_json_place(&edge->holder.locked), "candidates", gt_json_size(edge->candidates));
}

static json_t *deadlock_of(const struct gt_wait_cycle *cycle)
{
    json_t *edges = json_array();

    for (size_t i = 0; i < cycle->id_count; i++)
        edges = gt_json_append(edges, edge_of(&cycle->edges[i]));
    return json_pack("{s:b, s:o}", "proven", cycle->proven, "edges", edges);
}

static json_t *waiting_of(const struct gt_waiting *waiting)
{
    json_t *wakers = json_array();

    for (size_t i = 0; i < waiting->waker_count; i++)
        wakers = gt_json_append(wakers, waker_of(&waiting->wakers[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:o, s:b}",
        "goroutine", gt_json_size(waiting->goroutine), "ids",
        gt_json_ids(waiting->ids, waiting->id_count), "wait_reason",
        gt_json_text(waiting->wait_reason), "wait_ns", gt_json_signed(waiting->wait_ns), "outlook",
        outlooks[waiting->outlook].name, "blocked_on", gt_json_text(waiting->blocked_on), "address",
        gt_json_address(waiting->blocked_on_address), "stack", gt_json_stack(&waiting->stack),
        "created_by", gt_json_place(&waiting->created_by), "wakers", wakers, "more_wakers",
        waiting->more_wakers, "things", things_of(waiting), "same_thing", waiting->same_thing,
        "parent", waiting->parent ? gt_json_size(waiting->parent) : json_null(), "labels",
        gt_json_labels(waiting->labels, waiting->label_count), "holders", holders_of(waiting),
        "more_holders", waiting->more_holders);
}

bool gt_json_wait_graph(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    json_t *waiting = json_array(), *cycles = json_array(), *notes = json_array();
    json_t *deadlocks = json_array(), *outside = json_array();

    (void)style;
    for (size_t i = 0; i < graph->waiting_count; i++)
        waiting = gt_json_append(waiting, waiting_of(&graph->waiting[i]));
    for (size_t i = 0; i < graph->cycle_count; i++) {
        const struct gt_wait_cycle *cycle = &graph->cycles[i];
        cycles = gt_json_append(cycles, gt_json_ids(cycle->ids, cycle->id_count));
        deadlocks = gt_json_append(deadlocks, deadlock_of(cycle));
    }
    for (size_t i = 0; i < graph->outside_count; i++)
        outside = gt_json_append(outside, gt_json_outside(&graph->outside[i]));
    for (size_t i = 0; i < graph->note_count; i++)
        notes = gt_json_append(notes, gt_json_text(graph->notes[i]));
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:o}",
                  "schema", "gotopsy-waits/1", "tool", gt_json_tool(), "core",
                  gt_json_core(graph->process), "binary", gt_json_binary(graph->process), "hanging",
                  gt_json_size(graph->hanging), "others", gt_json_size(graph->others), "whole",
                  graph->whole, "waiting", waiting, "cycles", cycles, "notes", notes, "deadlocks",
                  deadlocks, "deadlocked", gt_json_size(graph->deadlocked), "more_cycles",
                  graph->more_cycles, "outside", outside),
        to);
}
