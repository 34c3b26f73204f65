/* The wait-for graph for Graphviz. */
#include "inspector/base/hash.h"
#include "inspector/base/str.h"
#include "inspector/report/escape.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

#include <string.h>

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

/* Goroutines -> the one that stands for the group that each is told in. */
static struct gt_map index_groups(const struct gt_wait_graph *graph)
{
    struct gt_map groups = {0};

    for (size_t i = 0; i < graph->waiting_count; i++)
        for (size_t j = 0; j < graph->waiting[i].id_count; j++)
            *gt_map_put(&groups, graph->waiting[i].ids[j], NULL) = graph->waiting[i].goroutine;
    return groups;
}

/* Its own number when it is in none. */
static unsigned long long group_of(const struct gt_map *groups, uint64_t id)
{
    const uint64_t *known = gt_map_find(groups, id);

    return known ? *known : id;
}

static void put_thing(const struct gt_blocked_thing *thing, FILE *to)
{
    put_quoted(to, thing->name ? thing->name : thing->what);
    fprintf(to, "\\n%s", gt_address(thing->address).text);
}

static void dot_waiting(const struct gt_waiting *waiting, FILE *to)
{
    fprintf(to, "  g%llu [shape=box, label=\"%zu x ", (unsigned long long)waiting->goroutine,
            waiting->id_count);
    put_quoted(to, where(waiting));
    fputs("\\n", to);
    put_quoted(to, waiting->wait_reason ? waiting->wait_reason : "waiting");
    fprintf(to, "\"%s];\n",
            waiting->outlook == GT_HANGS || waiting->outlook == GT_DEADLOCKED ? ", color=red" : "");
    if (!waiting->blocked_on) return;
    fprintf(to, "  o%llu [label=\"", (unsigned long long)waiting->goroutine);
    put_thing(&waiting->blocked[0], to);
    if (waiting->blocked_count > 1) fprintf(to, "\\nand %zu more", waiting->blocked_count - 1);
    fputs("\"];\n", to);
    fprintf(to, "  g%llu -> o%llu;\n", (unsigned long long)waiting->goroutine,
            (unsigned long long)waiting->goroutine);
}

static void dot_waker(const struct gt_map *groups, const struct gt_waiting *waiting, size_t number,
                      FILE *to)
{
    const struct gt_waker *waker = &waiting->wakers[number];
    unsigned long long from = waiting->goroutine;

    if (waker->goroutine) {
        fprintf(to, "  o%llu -> g%llu [style=dashed, label=\"", from,
                group_of(groups, waker->goroutine));
    } else {
        fprintf(to, "  w%llu_%zu [shape=plaintext, label=\"", from, number);
        put_quoted(to, waker->kind);
        fprintf(to, "\"];\n  o%llu -> w%llu_%zu [style=dashed, label=\"", from, from, number);
    }
    if (waker->path.count) put_quoted(to, waker->path.steps[0].what);
    fputs("\"];\n", to);
}

/* Who holds it: a solid line, the way back to whom it is for. */
static void dot_holder(const struct gt_map *groups, const struct gt_waiting *waiting, size_t number,
                       FILE *to)
{
    const struct gt_lock_holder *holder = &waiting->holders[number];

    fprintf(to, "  o%llu -> g%llu [label=\"%s", (unsigned long long)waiting->goroutine,
            group_of(groups, holder->goroutine), waiting->holder_count > 1 ? "may be " : "");
    fputs("held by", to);
    if (holder->variable) fputs("\\n", to);
    if (holder->variable) put_quoted(to, holder->variable);
    fputs("\"];\n", to);
}

bool gt_dot_wait_graph(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    struct gt_map groups = index_groups(graph);

    (void)style;
    fputs("digraph waits {\n  rankdir=LR;\n", to);
    for (size_t i = 0; i < graph->waiting_count; i++)
        dot_waiting(&graph->waiting[i], to);
    for (size_t i = 0; i < graph->waiting_count; i++) {
        const struct gt_waiting *waiting = &graph->waiting[i];
        for (size_t j = 0; j < waiting->holder_count; j++)
            dot_holder(&groups, waiting, j, to);
        for (size_t j = 0; j < waiting->waker_count; j++)
            dot_waker(&groups, waiting, j, to);
    }
    fputs("}\n", to);
    gt_map_free(&groups);
    return true;
}
