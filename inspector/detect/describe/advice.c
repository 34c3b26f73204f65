/* Takes the first row of the table whose kind, wait reason and library fit. The name of the holder,
 * or of what is waited for, is put into the row's text, and the source location is added. */
#include "inspector/detect/describe/advice.h"

#include "inspector/base/str.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/makers.h"

#include <string.h>

static const struct gt_advice rows[] = {
#define ADVICE(id, kind, where, reason, library, forgotten, idiom, named)                          \
    {#id, kind, GT_ADVICE_##where, reason, library, forgotten, idiom, named},
#include "inspector/detect/describe/advice.def"
};

static const struct gt_advice fallback = {
    .id = "none", .forgotten = "nothing ends it", .idiom = "end it, or do not start it"};

struct gt_advice_facts gt_advice_facts_hung(const struct gt_instance *instance)
{
    return (struct gt_advice_facts){.kind = GT_HUNG_GOROUTINE,
                                    .reason = instance->hung.wait_reason,
                                    .stack = instance->hung.stack,
                                    .created_by = instance->hung.created_by,
                                    .blocked = instance->hung.blocked,
                                    .blocked_count = instance->hung.blocked_count};
}

/* ---- what is waited for --------------------------------------------------------------------- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text ? text : "", start, strlen(start)) == 0;
}

/* A channel that is only closed: it carries no values. */
static bool is_signal(const struct gt_blocked_thing *thing)
{
    return thing->type && strcmp(thing->type, "chan struct {}") == 0 &&
           thing->action == GT_ACTION_RECEIVE;
}

/* The name of what is to be closed, unlocked or signalled. Of several objects it is a signal, but
 * not one in a package variable, which is for the whole program. */
static const char *name_blocked(const struct gt_advice_facts *facts)
{
    for (size_t i = 0; i < facts->blocked_count; i++) {
        const struct gt_blocked_thing *thing = &facts->blocked[i];
        if (thing->name && !begins_with(thing->name, "context.") &&
            (facts->blocked_count == 1 ||
             (is_signal(thing) && !begins_with(thing->name, "global "))))
            return thing->name;
    }
    return NULL;
}

/* The length of the type's name in "cache.Cache[int].stop", the name of a field; 0 in others. */
static size_t owner_length(const char *name)
{
    const char *at = strchr(name, '.');
    int depth = 0;

    if (!at || begins_with(name, "global ") || begins_with(name, "variable ")) return 0;
    for (at++; *at && (depth || *at != '.'); at++)
        depth += (*at == '[') - (*at == ']');
    return *at ? (size_t)(at - name) : 0;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Is it this function, an instance of it or a closure in it? If `library` ends with a star: does it
 * begin so? */
static bool is_of(const char *text, const char *library)
{
    size_t length = strlen(library);

    if (!text) return false;
    if (length && library[length - 1] == '*') return strncmp(text, library, length - 1) == 0;
    return strncmp(text, library, length) == 0 && strchr(".[-", text[length]);
}

/* Is the library called inside or outside of the program's first call? If no call is the program's,
 * all are inside. */
static bool has_call(const struct gt_advice_facts *facts, enum gt_advice_where where,
                     const char *library)
{
    const struct gt_stack *stack = &facts->stack;
    const struct gt_source_location *own = gt_locations_own(stack);
    size_t at =
        own && own->origin == GT_ORIGIN_PROGRAM ? (size_t)(own - stack->locations) : stack->count;
    size_t first = where == GT_ADVICE_INSIDE ? 0 : at;
    size_t end = where == GT_ADVICE_INSIDE ? at : stack->count;

    for (size_t i = first; i < end; i++)
        if (is_of(stack->locations[i].function, library)) return true;
    return where == GT_ADVICE_OUTSIDE && is_of(facts->created_by.function, library);
}

static bool waits_for(const struct gt_advice_facts *facts, const char *library)
{
    for (size_t i = 0; i < facts->blocked_count; i++)
        if (is_of(facts->blocked[i].name, library)) return true;
    return false;
}

static bool has_function_of_program(const struct gt_advice_facts *facts)
{
    for (size_t i = 0; i < facts->stack.count; i++)
        if (facts->stack.locations[i].origin == GT_ORIGIN_PROGRAM) return true;
    return facts->created_by.origin == GT_ORIGIN_PROGRAM;
}

/* Does code of a dependency wait to receive what only the dependency can send or close? That is a
 * field of one of its types, or anything if the program's code had no part in it. */
static bool is_of_dependency(const struct gt_advice_facts *facts)
{
    const char *name = name_blocked(facts);

    if (!begins_with(facts->reason, "select") && !begins_with(facts->reason, "chan receive"))
        return false;
    if (gt_locations_origin(&facts->stack) != GT_ORIGIN_DEPENDENCY) return false;
    if (name && owner_length(name)) return !begins_with(name, "main.");
    return !has_function_of_program(facts);
}

static bool fits(const struct gt_advice *row, const struct gt_advice_facts *facts)
{
    if (row->kind != facts->kind || !begins_with(facts->reason, row->reason)) return false;
    switch (row->where) {
    case GT_ADVICE_CALLBACK:
        return is_of(facts->callback, row->library);
    case GT_ADVICE_BLOCKED:
        return waits_for(facts, row->library);
    case GT_ADVICE_DEADLOCK:
        return facts->lock && strcmp(facts->lock, row->library) == 0;
    case GT_ADVICE_LIBRARY:
        return is_of_dependency(facts);
    case GT_ADVICE_ANYWHERE:
        return true;
    default:
        return has_call(facts, row->where, row->library);
    }
}

const struct gt_advice *gt_advice_find(const struct gt_advice_facts *facts)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(&rows[i], facts)) return &rows[i];
    return &fallback;
}

/* ---- names --------------------------------------------------------------------------------- */

void gt_advice_set_shared(struct gt_advice_facts *facts, uint64_t shared)
{
    bool context = false;

    for (size_t i = 0; i < facts->blocked_count; i++) {
        const struct gt_blocked_thing *thing = &facts->blocked[i];
        bool of_context = begins_with(thing->name, "context.");
        if (thing->address == shared)
            context = of_context;
        else if (is_signal(thing) && thing->name && !of_context) {
            facts->blocked = thing;
            facts->blocked_count = 1;
            return;
        }
    }
    if (context) facts->lock = "shared";
}

/* Static data without a symbol has no name: what lies in it is named by its field, if any. */
static const char *skip_address(const char *name)
{
    static const char arrow[] = " -> ";
    const char *last = NULL;

    if (!begins_with(name, "global at ")) return name;
    for (const char *at = strstr(name, arrow); at; at = strstr(at + 1, arrow))
        last = at + strlen(arrow);
    return last;
}

static const char *name_of(const struct gt_advice_facts *facts)
{
    static const char *const kinds[] = {"global ", "variable "};
    const char *name = skip_address(facts->name ? facts->name : name_blocked(facts));

    if (!name || strcmp(name, "it") == 0)
        return NULL; /* gt_referrer_name() of a referrer without a
                      * name */
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (begins_with(name, kinds[i])) return name + strlen(kinds[i]);
    return name;
}

static const char *owner_of(const struct gt_heap_analysis *analysis, const char *name)
{
    size_t length = owner_length(name);

    return length ? gt_arena_strndup(analysis->storage, name, length) : NULL;
}

static void add_named(struct gt_str *text, const char *idiom, const char *name)
{
    const char *mark = strstr(idiom, "{}");

    gt_str_addn(text, idiom, (size_t)(mark - idiom));
    gt_str_add(text, name);
    gt_str_add(text, mark + strlen("{}"));
}

/* ---- locations ----------------------------------------------------------------------------- */

static void add_place(const struct gt_heap_analysis *analysis, struct gt_str *text, const char *how,
                      const struct gt_source_location *place)
{
    gt_str_format(text, ", %s %s", how, gt_location_name(analysis, place));
    if (place->source && place->line) gt_str_format(text, " (%s:%u)", place->source, place->line);
}

/* A block's location is where it was allocated, not where too much of it is kept. */
static const char *how(enum gt_kind kind)
{
    return gt_kind_is_of_parts(kind) ? "allocated at" : "at";
}

/* Who waits is a goroutine of the library alone: the program's calls of its function are where. */
static void add_calls(const struct gt_heap_analysis *analysis, struct gt_str *text,
                      const struct gt_advice *row)
{
    const char *const functions[] = {row->library, NULL};

    if (row->where != GT_ADVICE_INSIDE || strchr(row->library, '*')) return;
    struct gt_makers makers = gt_makers_by_code(analysis, functions);
    const char *calls = gt_makers_describe(analysis, &makers);
    if (calls) gt_str_format(text, ", at %s", calls);
}

static void add_where(const struct gt_heap_analysis *analysis, struct gt_str *text,
                      const struct gt_advice_facts *facts, const struct gt_advice *row)
{
    const struct gt_source_location *own = gt_locations_own(&facts->stack);
    bool started = facts->created_by.function && (facts->created_by.origin == GT_ORIGIN_PROGRAM ||
                                                  facts->created_by.origin == GT_ORIGIN_DEPENDENCY);

    if (own)
        add_place(analysis, text, how(facts->kind), own);
    else if (started)
        add_place(analysis, text, "in what was started at", &facts->created_by);
    else
        add_calls(analysis, text, row);
}

const char *gt_advice_text(const struct gt_heap_analysis *analysis,
                           const struct gt_advice_facts *facts)
{
    const struct gt_advice *row = gt_advice_find(facts);
    const char *name = row->named ? name_of(facts) : NULL;
    if (name && row->where == GT_ADVICE_LIBRARY) name = owner_of(analysis, name);
    struct gt_str text = {0};

    if (name)
        add_named(&text, row->named, name);
    else
        gt_str_add(&text, row->idiom);
    add_where(analysis, &text, facts, row);
    const char *kept = gt_arena_strndup(analysis->storage, gt_str_text(&text), text.len);
    gt_str_deinit(&text);
    return kept;
}
