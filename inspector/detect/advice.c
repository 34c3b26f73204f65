#include "inspector/detect/advice.h"

#include "inspector/base/str.h"
#include "inspector/detect/places.h"

#include <string.h>

static const struct gt_advice rows[] = {
#define ADVICE(id, kind, where, reason, library, forgotten, idiom, named)                          \
    {#id, kind, GT_ADVICE_##where, reason, library, forgotten, idiom, named},
#include "inspector/detect/advice.def"
};

struct gt_advice_facts gt_advice_facts_hung(const struct gt_instance *instance)
{
    return (struct gt_advice_facts){.kind = GT_HUNG_GOROUTINE,
                                    .reason = instance->hung.wait_reason,
                                    .stack = instance->hung.stack,
                                    .created_by = instance->hung.created_by,
                                    .blocked = instance->hung.blocked,
                                    .blocked_count = instance->hung.blocked_count};
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text ? text : "", start, strlen(start)) == 0;
}

/* The calls on one side of the program's first; all are inside when none is the program's. */
static bool has_call(const struct gt_advice_facts *facts, enum gt_advice_where where,
                     const char *library)
{
    const struct gt_stack *stack = &facts->stack;
    const struct gt_place *own = gt_places_own(stack);
    size_t at =
        own && own->origin == GT_ORIGIN_PROGRAM ? (size_t)(own - stack->places) : stack->count;
    size_t first = where == GT_ADVICE_INSIDE ? 0 : at;
    size_t end = where == GT_ADVICE_INSIDE ? at : stack->count;

    for (size_t i = first; i < end; i++)
        if (begins_with(stack->places[i].function, library)) return true;
    return where == GT_ADVICE_OUTSIDE && begins_with(facts->created_by.function, library);
}

static bool fits(const struct gt_advice *row, const struct gt_advice_facts *facts)
{
    if (row->kind != facts->kind || !begins_with(facts->reason, row->reason)) return false;
    if (row->where == GT_ADVICE_CALLBACK) return begins_with(facts->callback, row->library);
    return row->where == GT_ADVICE_ANYWHERE || has_call(facts, row->where, row->library);
}

const struct gt_advice *gt_advice_find(const struct gt_advice_facts *facts)
{
    size_t i = 0, last = sizeof rows / sizeof *rows - 1;

    while (i < last && !fits(&rows[i], facts))
        i++;
    return &rows[i];
}

/* ---- names --------------------------------------------------------------------------------- */

/* Of several, what is only there to be closed, such as a done channel; never a timer's channel. */
static const char *name_of(const struct gt_advice_facts *facts)
{
    const char *name = facts->name && strcmp(facts->name, "it") != 0 ? facts->name : NULL;

    for (size_t i = 0; i < facts->blocked_count; i++) {
        const struct gt_blocked_thing *thing = &facts->blocked[i];
        bool signals = thing->type && strcmp(thing->type, "chan struct {}") == 0;
        if (!thing->name || (thing->type && strcmp(thing->type, "chan time.Time") == 0)) continue;
        if (!name || signals) name = thing->name;
        if (signals) break;
    }
    return begins_with(name, "global ") ? name + strlen("global ") : name;
}

static void add_named(struct gt_str *text, const char *idiom, const char *name)
{
    const char *mark = strstr(idiom, "{}");

    gt_str_addn(text, idiom, (size_t)(mark - idiom));
    gt_str_add(text, name);
    gt_str_add(text, mark + strlen("{}"));
}

/* ---- places -------------------------------------------------------------------------------- */

static void add_place(struct gt_str *text, const char *how, const struct gt_place *place)
{
    gt_str_format(text, ", %s %s", how, place->function);
    if (place->source && place->line) gt_str_format(text, " (%s:%u)", place->source, place->line);
}

/* A block's place is where it came from, not where too much of it is kept. */
static const char *how(enum gt_kind kind)
{
    bool memory = kind == GT_SUBSTRING || kind == GT_SUBSLICE || kind == GT_LOST_ELEMENTS;

    return memory ? "allocated at" : "at";
}

static void add_where(struct gt_str *text, const struct gt_advice_facts *facts)
{
    const struct gt_place *own = gt_places_own(&facts->stack);
    bool started = facts->created_by.function && (facts->created_by.origin == GT_ORIGIN_PROGRAM ||
                                                  facts->created_by.origin == GT_ORIGIN_DEPENDENCY);

    if (own)
        add_place(text, how(facts->kind), own);
    else if (started)
        add_place(text, "in what was started at", &facts->created_by);
}

const char *gt_advice_text(struct gt_arena *storage, const struct gt_advice_facts *facts)
{
    const struct gt_advice *row = gt_advice_find(facts);
    const char *name = row->named ? name_of(facts) : NULL;
    struct gt_str text = {0};

    if (name)
        add_named(&text, row->named, name);
    else
        gt_str_add(&text, row->idiom);
    add_where(&text, facts);
    const char *kept = gt_arena_strndup(storage, gt_str_text(&text), text.len);
    gt_str_free(&text);
    return kept;
}
