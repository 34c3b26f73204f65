/* The wait-for graph for Graphviz: groups of goroutines, what they wait for, and its owners. */
#include "inspector/base/hash.h"
#include "inspector/base/package.h"
#include "inspector/base/str.h"
#include "inspector/names/words.h"
#include "inspector/report/escape.h"
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

/* Escapes text inside of a quoted string; `\n` stays for the line breaks of this file. */
static void put_quoted(FILE *to, const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    for (const char *at = gt_str_text(&safe); *at; at++) {
        if (*at == '"' || *at == '\\') fputc('\\', to);
        fputc(*at, to);
    }
    gt_str_deinit(&safe);
}

/* The function that waits: the first one above the functions with which Go's library parks it. */
static const char *where(const struct gt_waiting *waiting)
{
    for (size_t i = 0; i < waiting->stack.count; i++) {
        const char *function = waiting->stack.locations[i].function;
        if (!gt_is_runtimes(function) && !gt_is_in_package(function, "sync") &&
            !gt_is_in_package(function, "internal/sync"))
            return function;
    }
    return "?";
}

/* Goroutine -> the goroutine that stands for its group. */
static struct gt_map index_groups(const struct gt_wait_graph *graph)
{
    struct gt_map groups = {0};

    for (size_t i = 0; i < graph->waiting_count; i++)
        for (size_t j = 0; j < graph->waiting[i].id_count; j++)
            *gt_map_put(&groups, graph->waiting[i].ids[j], NULL) = graph->waiting[i].goroutine;
    return groups;
}

/* Its own number when it is in no group. */
static uint64_t group_of(const struct gt_map *groups, uint64_t id)
{
    const uint64_t *known = gt_map_find(groups, id);

    return known ? *known : id;
}

struct drawer {
    FILE *to;
    struct gt_map groups;   /* goroutine -> the goroutine that stands for its group */
    struct gt_strmap drawn; /* nodes and edges that were written */
};

/* Is it new? Each node and edge is written once. */
static bool is_new(struct drawer *drawer, const char *what)
{
    bool added;

    gt_strmap_put(&drawer->drawn, what, &added);
    return added;
}

struct node {
    char text[64];
};

/* The node of what a group waits for: one for each lock or channel. A group whose goroutines wait
 * for different objects has one node for all of them. */
static struct node thing_of(const struct gt_waiting *waiting)
{
    struct node node;

    if (waiting->same_thing)
        snprintf(node.text, sizeof node.text, "o%s", gt_address(waiting->blocked[0].address).text);
    else
        snprintf(node.text, sizeof node.text, "d%" PRIu64, waiting->goroutine);
    return node;
}

static void put_thing_label(const struct gt_waiting *waiting, FILE *to)
{
    const struct gt_blocked_thing *thing = &waiting->blocked[0];
    const char *name = thing->name   ? thing->name
                       : thing->type ? thing->type
                                     : gt_word(&gt_thing_words, thing->what);

    if (!waiting->same_thing) fprintf(to, "different objects, one of them:\\n");
    put_quoted(to, name);
    fprintf(to, "\\n%s", gt_address(thing->address).text);
    if (waiting->blocked_count > 1) fprintf(to, "\\nand %zu more", waiting->blocked_count - 1);
    if (waiting->lock_state == GT_LOCK_LEFT) fputs("\\nlocked, no live goroutine holds it", to);
}

static void dot_waiting(struct drawer *drawer, const struct gt_waiting *waiting)
{
    FILE *to = drawer->to;

    fprintf(to, "  g%" PRIu64 " [shape=box, label=\"%s x ", waiting->goroutine,
            gt_count(waiting->id_count).text);
    put_quoted(to, where(waiting));
    fputs("\\n", to);
    put_quoted(to, waiting->wait_reason ? waiting->wait_reason : "waiting");
    fprintf(to, "\"%s];\n",
            waiting->outlook == GT_HANGS || waiting->outlook == GT_DEADLOCKED ? ", color=red" : "");
    if (!waiting->blocked_count) return;
    struct node thing = thing_of(waiting);
    if (is_new(drawer, thing.text)) {
        fprintf(to, "  %s [label=\"", thing.text);
        put_thing_label(waiting, to);
        fputs("\"];\n", to);
    }
    fprintf(to, "  g%" PRIu64 " -> %s;\n", waiting->goroutine, thing.text);
}

/* Begins an edge from what is waited for to a group of goroutines; true when the edge is new, and
 * so has begun. */
static bool begin_edge(struct drawer *drawer, const struct gt_waiting *waiting, uint64_t goroutine)
{
    struct gt_str edge = {0};

    gt_str_format(&edge, "%s -> g%" PRIu64, thing_of(waiting).text,
                  group_of(&drawer->groups, goroutine));
    bool added = is_new(drawer, gt_str_text(&edge));
    if (added) fprintf(drawer->to, "  %s", gt_str_text(&edge));
    gt_str_deinit(&edge);
    return added;
}

static void put_path_start(FILE *to, const struct gt_path *path)
{
    char text[GT_STEP_NAME];

    if (path->count) put_quoted(to, gt_step_name(text, &path->steps[0]));
}

/* Wakers that are no goroutines have one node for each kind. */
static void dot_other(struct drawer *drawer, const struct gt_waiting *waiting,
                      const struct gt_waker *waker)
{
    const char *kind = gt_word(&gt_waker_words, waker->kind);
    struct gt_str edge = {0};

    gt_str_format(&edge, "%s -> %s", thing_of(waiting).text, kind);
    if (is_new(drawer, kind)) fprintf(drawer->to, "  %s [shape=plaintext];\n", kind);
    if (is_new(drawer, gt_str_text(&edge)))
        fprintf(drawer->to, "  %s [style=dashed, label=\"", gt_str_text(&edge));
    else
        waker = NULL;
    if (waker) put_path_start(drawer->to, &waker->path);
    if (waker) fputs("\"];\n", drawer->to);
    gt_str_deinit(&edge);
}

static void dot_waker(struct drawer *drawer, const struct gt_waiting *waiting,
                      const struct gt_waker *waker)
{
    if (!waker->goroutine) {
        dot_other(drawer, waiting, waker);
        return;
    }
    if (!begin_edge(drawer, waiting, waker->goroutine)) return;
    fputs(" [style=dashed, label=\"", drawer->to);
    put_path_start(drawer->to, &waker->path);
    fputs("\"];\n", drawer->to);
}

/* An owner has a solid line. */
static void dot_holder(struct drawer *drawer, const struct gt_waiting *waiting,
                       const struct gt_lock_owner *owner)
{
    if (!begin_edge(drawer, waiting, owner->goroutine)) return;
    fprintf(drawer->to, " [label=\"%sheld by", waiting->owner_count > 1 ? "may be " : "");
    if (owner->variable) fputs("\\n", drawer->to);
    if (owner->variable) put_quoted(drawer->to, owner->variable);
    fputs("\"];\n", drawer->to);
}

/* Draws the owners if there are any, else those that reach it. */
static void dot_reached(struct drawer *drawer, const struct gt_waiting *waiting)
{
    if (!waiting->blocked_count) return;
    for (size_t i = 0; i < waiting->owner_count; i++)
        dot_holder(drawer, waiting, &waiting->owners[i]);
    for (size_t i = 0; i < waiting->waker_count && !waiting->owner_count; i++)
        dot_waker(drawer, waiting, &waiting->wakers[i]);
}

static bool put_waits(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
{
    struct drawer drawer = {.to = to, .groups = index_groups(graph)};

    (void)style;
    fputs("digraph waits {\n  rankdir=LR;\n", to);
    for (size_t i = 0; i < graph->waiting_count; i++)
        dot_waiting(&drawer, &graph->waiting[i]);
    for (size_t i = 0; i < graph->waiting_count; i++)
        dot_reached(&drawer, &graph->waiting[i]);
    fputs("}\n", to);
    gt_map_deinit(&drawer.groups);
    gt_strmap_deinit(&drawer.drawn);
    return true;
}

const struct gt_format_row gt_format_dot = {.waits = put_waits};
