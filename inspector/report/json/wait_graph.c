/* `waits` as JSON. */
#include "inspector/report/json/fields.h"
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

static const char *const outlooks[] = {[GT_MAY_GO_ON] = "may go on",
                                       [GT_HANGS] = "hangs",
                                       [GT_MAIN_WAITS] = "main waits",
                                       [GT_DEADLOCKED] = "deadlocked"};

static const char *const custodies[] = {[GT_NO_LOCK] = NULL,
                                        [GT_LOCK_FREE] = "free",
                                        [GT_LOCK_HELD] = "held",
                                        [GT_LOCK_TAKEN] = "taken",
                                        [GT_LOCK_LEFT] = "left locked"};

static json_t *waker_of(const struct gt_waker *waker)
{
    return json_pack("{s:o, s:o, s:b, s:o}", "kind", gt_json_word(&gt_waker_words, waker->kind),
                     "goroutine", waker->goroutine ? gt_json_size(waker->goroutine) : json_null(),
                     "hangs", waker->hangs, "path", gt_json_path(&waker->path));
}

static json_t *things_of(const struct gt_waiting *waiting)
{
    json_t *list = json_array();

    for (size_t i = 0; i < waiting->blocked_count; i++)
        list = gt_json_append(list, gt_json_fields(&gt_thing_fields, &waiting->blocked[i]));
    return list;
}

static json_t *holder_of(const struct gt_lock_owner *owner)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "goroutine", gt_json_size(owner->goroutine), "how",
                     gt_json_word(&gt_evidence_words, owner->how), "variable",
                     gt_json_text(owner->variable), "locked", gt_json_location(&owner->locked));
}

static json_t *holders_of(const struct gt_waiting *waiting)
{
    json_t *list = json_array();

    for (size_t i = 0; i < waiting->owner_count; i++)
        list = gt_json_append(list, holder_of(&waiting->owners[i]));
    return list;
}

static json_t *edge_of(const struct gt_wait_edge *edge)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "goroutine",
        gt_json_size(edge->goroutine), "what", gt_json_word(&gt_thing_words, edge->thing.what),
        "address", gt_json_address(edge->thing.address), "name", gt_json_text(edge->thing.name),
        "holder", gt_json_size(edge->owner.goroutine), "holds", edge->holds, "how",
        gt_json_word(&gt_evidence_words, edge->owner.how), "variable",
        gt_json_text(edge->owner.variable), "waits", gt_json_location(&edge->waits), "site",
        gt_json_location(&edge->owner.locked), "candidates", gt_json_size(edge->candidates));
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
    const struct gt_blocked_thing *first = waiting->blocked_count ? waiting->blocked : NULL;

    for (size_t i = 0; i < waiting->waker_count; i++)
        wakers = gt_json_append(wakers, waker_of(&waiting->wakers[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:o, s:b, "
        "s:o, "
        "s:b}",
        "goroutine", gt_json_size(waiting->goroutine), "ids",
        gt_json_ids(waiting->ids, waiting->id_count), "wait_reason",
        gt_json_text(waiting->wait_reason), "wait_ns", gt_json_signed(waiting->wait_ns), "outlook",
        outlooks[waiting->outlook], "blocked_on",
        gt_json_word(&gt_thing_words, first ? first->what : GT_THING_NONE), "address",
        gt_json_address(first ? first->address : 0), "stack", gt_json_stack(&waiting->stack),
        "created_by", gt_json_location(&waiting->created_by), "wakers", wakers, "more_wakers",
        waiting->more_wakers, "things", things_of(waiting), "same_thing", waiting->same_thing,
        "parent", waiting->parent ? gt_json_size(waiting->parent) : json_null(), "labels",
        gt_json_labels(waiting->labels, waiting->label_count), "holders", holders_of(waiting),
        "more_holders", waiting->more_owners, "lock", gt_json_text(custodies[waiting->lock_state]),
        "fellows_reach", waiting->waiters_reach);
}

bool gt_json_waits(const struct gt_wait_graph *graph, const struct gt_style *style, FILE *to)
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
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}",
            "schema", "gotopsy-waits/1", "tool", gt_json_tool(), "core",
            gt_json_core(graph->process), "binary", gt_json_binary(graph->process), "hanging",
            gt_json_size(graph->hanging), "others", gt_json_size(graph->others), "whole",
            graph->whole, "waiting", waiting, "cycles", cycles, "notes", notes, "deadlocks",
            deadlocks, "deadlocked", gt_json_size(graph->deadlocked), "more_cycles",
            graph->more_cycles, "outside", outside, "blocked", gt_json_size(graph->blocked),
            "locks_left", gt_json_size(graph->locks_left)),
        to);
}
