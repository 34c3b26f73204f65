/* `waits`: who waits for what, and who could wake whom; for a terminal, as JSON, for Graphviz. */
#include "inspector/base/str.h"
#include "inspector/report/escape.h"
#include "inspector/report/json_values.h"
#include "inspector/report/pieces.h"
#include "inspector/report/sinks.h"
#include "inspector/report/summary.h"
#include "inspector/report/units.h"

#include <string.h>

enum { COLUMN = 8, SHOWN_IDS = 10, SHOWN_CYCLE = 12 };

static const struct {
    const char *name, *said, *unproven;
    enum gt_ink ink;
} outlooks[] = {
    [GT_MAY_GO_ON] = {"may go on", "may go on", "may go on", GT_PLAIN},
    [GT_HANGS] = {"hangs", "hangs for ever", "seems to hang, but memory is missing", GT_RED},
    [GT_MAIN_WAITS] = {"main waits", "main, which may wait on purpose",
                       "main, which may wait on purpose", GT_PLAIN},
};

static const char *outlook_said(const struct gt_wait_graph *graph, const struct gt_waiting *waiting)
{
    return graph->whole ? outlooks[waiting->outlook].said : outlooks[waiting->outlook].unproven;
}

/* ---- text ---------------------------------------------------------------------------------- */

static void put_blocked_on(struct gt_page *page, const struct gt_waiting *waiting)
{
    if (!waiting->blocked_on) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_PLAIN, "on the %s at %s", waiting->blocked_on,
                   gt_address(waiting->blocked_on_address).text);
    gt_page_end(page);
}

static void put_waker(struct gt_page *page, const struct gt_waker *waker)
{
    gt_page_line(page, COLUMN, COLUMN + 4);
    if (waker->hangs)
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
        put_waker(page, &waiting->wakers[i]);
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
    put_blocked_on(page, waiting);
    put_wakers(page, waiting);
}

static void put_cycle(struct gt_page *page, const struct gt_wait_cycle *cycle)
{
    gt_page_line(page, 0, COLUMN);
    gt_page_put(page, GT_RED, "circle  ");
    gt_page_put(page, GT_PLAIN, "each waits for what the next one has, and so round: goroutines ");
    put_ids(page, cycle->ids, cycle->id_count, SHOWN_CYCLE);
    gt_page_end(page);
}

static void put_head(struct gt_page *page, const struct gt_wait_graph *graph)
{
    gt_page_process(page, graph->process);
    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_PLAIN,
                   "%s goroutine%s, %s of no concern here: they run, or wait for "
                   "time, IO or the runtime",
                   gt_count(graph->hanging).text, graph->hanging == 1 ? " hangs" : "s hang",
                   gt_count(graph->others).text);
    gt_page_end(page);
    for (size_t i = 0; i < graph->cycle_count; i++)
        put_cycle(page, &graph->cycles[i]);
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

static json_t *waiting_of(const struct gt_waiting *waiting)
{
    json_t *wakers = json_array();

    for (size_t i = 0; i < waiting->waker_count; i++)
        wakers = gt_json_append(wakers, waker_of(&waiting->wakers[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "goroutine",
        gt_json_size(waiting->goroutine), "ids", gt_json_ids(waiting->ids, waiting->id_count),
        "wait_reason", gt_json_text(waiting->wait_reason), "wait_ns",
        gt_json_signed(waiting->wait_ns), "outlook", outlooks[waiting->outlook].name, "blocked_on",
        gt_json_text(waiting->blocked_on), "address", gt_json_address(waiting->blocked_on_address),
        "stack", gt_json_stack(&waiting->stack), "created_by", gt_json_place(&waiting->created_by),
        "wakers", wakers, "more_wakers", waiting->more_wakers);
}

bool gt_json_wait_graph(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    json_t *waiting = json_array(), *cycles = json_array(), *notes = json_array();

    (void)style;
    for (size_t i = 0; i < graph->waiting_count; i++)
        waiting = gt_json_append(waiting, waiting_of(&graph->waiting[i]));
    for (size_t i = 0; i < graph->cycle_count; i++)
        cycles =
            gt_json_append(cycles, gt_json_ids(graph->cycles[i].ids, graph->cycles[i].id_count));
    for (size_t i = 0; i < graph->note_count; i++)
        notes = gt_json_append(notes, gt_json_text(graph->notes[i]));
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "schema", "gotopsy-waits/1",
                  "tool", gt_json_tool(), "core", gt_json_core(graph->process), "binary",
                  gt_json_binary(graph->process), "hanging", gt_json_size(graph->hanging), "others",
                  gt_json_size(graph->others), "whole", graph->whole, "waiting", waiting, "cycles",
                  cycles, "notes", notes),
        to);
}

/* ---- Graphviz ------------------------------------------------------------------------------ */

/* Inside of a quoted string, with `\n` for the line breaks that are ours. */
static void put_quoted(FILE *to, const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    for (const char *at = gt_str_text(&safe); *at; at++) {
        if (*at == '"' || *at == '\\') fputc('\\', to);
        fputc(*at, to);
    }
    gt_str_free(&safe);
}

static const char *where(const struct gt_waiting *waiting)
{
    for (size_t i = 0; i < waiting->stack.count; i++) {
        const char *function = waiting->stack.places[i].function;
        if (strncmp(function, "runtime.", 8) != 0 && strncmp(function, "sync.", 5) != 0)
            return function;
    }
    return "?";
}

/* The group that a goroutine is told in; its own number when it is in none. */
static uint64_t group_of(const struct gt_wait_graph *graph, uint64_t id)
{
    for (size_t i = 0; i < graph->waiting_count; i++)
        for (size_t j = 0; j < graph->waiting[i].id_count; j++)
            if (graph->waiting[i].ids[j] == id) return graph->waiting[i].goroutine;
    return id;
}

static void dot_waiting(const struct gt_waiting *waiting, FILE *to)
{
    fprintf(to, "  g%llu [shape=box, label=\"%zu x ", (unsigned long long)waiting->goroutine,
            waiting->id_count);
    put_quoted(to, where(waiting));
    fputs("\\n", to);
    put_quoted(to, waiting->wait_reason ? waiting->wait_reason : "waiting");
    fprintf(to, "\"%s];\n", waiting->outlook == GT_HANGS ? ", color=red" : "");
    if (!waiting->blocked_on) return;
    fprintf(to, "  o%llu [label=\"", (unsigned long long)waiting->goroutine);
    put_quoted(to, waiting->blocked_on);
    fprintf(to, "\\n%s\"];\n", gt_address(waiting->blocked_on_address).text);
    fprintf(to, "  g%llu -> o%llu;\n", (unsigned long long)waiting->goroutine,
            (unsigned long long)waiting->goroutine);
}

static void dot_waker(const struct gt_wait_graph *graph, const struct gt_waiting *waiting,
                      size_t number, FILE *to)
{
    const struct gt_waker *waker = &waiting->wakers[number];
    unsigned long long from = waiting->goroutine;

    if (waker->goroutine) {
        fprintf(to, "  o%llu -> g%llu [style=dashed, label=\"", from,
                (unsigned long long)group_of(graph, waker->goroutine));
    } else {
        fprintf(to, "  w%llu_%zu [shape=plaintext, label=\"", from, number);
        put_quoted(to, waker->kind);
        fprintf(to, "\"];\n  o%llu -> w%llu_%zu [style=dashed, label=\"", from, from, number);
    }
    if (waker->path.count) put_quoted(to, waker->path.steps[0].what);
    fputs("\"];\n", to);
}

bool gt_dot_wait_graph(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    (void)style;
    fputs("digraph waits {\n  rankdir=LR;\n", to);
    for (size_t i = 0; i < graph->waiting_count; i++)
        dot_waiting(&graph->waiting[i], to);
    for (size_t i = 0; i < graph->waiting_count; i++)
        for (size_t j = 0; j < graph->waiting[i].waker_count; j++)
            dot_waker(graph, &graph->waiting[i], j, to);
    fputs("}\n", to);
    return true;
}
