/* A channel gets its type from its header, and its name from what points to it. Another object gets
 * the type of sync by its kind, and its name from the variable or field where it lies. */
#include "inspector/detect/waiting/blocking.h"

#include "inspector/detect/describe/path.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/channel_names.h"
#include "inspector/runtime/waits/blocked.h"

enum {
    MAX_SHOWN = 64, /* objects of one select that are shown */
    MAX_FIELD = 160,
    MAX_ROOTS = 256, /* of a stack */
};

static const char *type_of_sync(enum gt_thing_kind what)
{
    static const struct {
        enum gt_thing_kind what;
        const char *type;
    } rows[] = {{GT_THING_MUTEX, "sync.Mutex"},
                {GT_THING_RWMUTEX, "sync.RWMutex"},
                {GT_THING_WAIT_GROUP, "sync.WaitGroup"},
                {GT_THING_ONCE, "sync.Once"},
                {GT_THING_CONDITION, "sync.Cond"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (what == rows[i].what) return rows[i].type;
    return NULL;
}

static const char *type_of_channel(const struct gt_heap_analysis *analysis, uint64_t channel)
{
    struct gt_process *process = analysis->process;
    uint64_t rtype;

    if (!gt_process_field(process, channel, GT_F_hchan_elemtype, &rtype) || !rtype) return NULL;
    gt_type_id type = gt_types_at(process->types, rtype);
    if (!type) return NULL;
    return gt_arena_format(analysis->storage, "chan %s", gt_types_name(process->types, type));
}

/* Field paths lead to the innermost field, which belongs to a type of sync. */
static void strip_inside(enum gt_thing_kind what, char *field)
{
    static const struct {
        enum gt_thing_kind what;
        const char *inside;
    } rows[] = {{GT_THING_MUTEX, ".mu.state"},     {GT_THING_MUTEX, ".state"},
                {GT_THING_RWMUTEX, ".w.mu.state"}, {GT_THING_RWMUTEX, ".w.state"},
                {GT_THING_WAIT_GROUP, ".state.v"}, {GT_THING_WAIT_GROUP, ".state1"},
                {GT_THING_ONCE, ".done.v"},        {GT_THING_ONCE, ".done"},
                {GT_THING_CONDITION, ".L.tab"},    {GT_THING_CONDITION, ".L"}};
    size_t length = strlen(field);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t inside = strlen(rows[i].inside);
        if (what != rows[i].what || length < inside ||
            strcmp(field + length - inside, rows[i].inside) != 0)
            continue;
        field[length - inside] = '\0';
        return;
    }
}

/* ---- names --------------------------------------------------------------------------------- */

/* The type that a frame's variable points to; GT_NO_TYPE if it is no struct. */
static gt_type_id pointed_type(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    struct gt_types *types = analysis->process->types;
    gt_type_id type;
    uint64_t offset;

    if (!gt_typing_variable(analysis->typing, root, &type, &offset) || !type || offset ||
        gt_types_get(types, type)->kind != GT_T_POINTER)
        return GT_NO_TYPE;
    type = gt_types_elem(types, type);
    return type && gt_types_get(types, type)->kind == GT_T_STRUCT ? type : GT_NO_TYPE;
}

/* An object without pointers has no type of its own. It gets the largest struct type by which a
 * variable of the goroutine's frames points to it: smaller types are its first field. */
static gt_type_id type_of_object(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                                 uint32_t object)
{
    struct gt_types *types = analysis->process->types;
    const struct gt_baseline *baseline = analysis->baseline;
    gt_type_id found = gt_typing_type(analysis->typing, object);
    uint64_t start = gt_heap_address(&analysis->heap->graph, object);

    if (found) return found;
    for (uint32_t i = 0; i < baseline->root_count[goroutine] && i < MAX_ROOTS; i++) {
        const struct gt_root *root =
            gt_root_at(analysis->roots, baseline->first_root[goroutine] + i);
        gt_type_id type = root->value == start ? pointed_type(analysis, root) : GT_NO_TYPE;
        uint64_t size = type ? gt_types_get(types, type)->size : 0;
        if (size > (found ? gt_types_get(types, found)->size : 0) &&
            size <= gt_heap_size(&analysis->heap->graph, object))
            found = type;
    }
    return found;
}

static const char *name_in_object(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                                  uint32_t object, const struct gt_blocked *blocked)
{
    struct gt_types *types = analysis->process->types;
    gt_type_id type = type_of_object(analysis, goroutine, object);
    uint64_t offset = blocked->address - gt_heap_address(&analysis->heap->graph, object);
    char field[MAX_FIELD];

    if (!type || !gt_types_get(types, type)->size) return NULL;
    if (gt_types_get(types, type)->kind != GT_T_STRUCT) return NULL;
    gt_types_field_path(types, type, offset % gt_types_get(types, type)->size, field, sizeof field);
    strip_inside(blocked->what, field);
    if (!*field) return NULL;
    return gt_arena_format(analysis->storage, "%s%s", gt_types_name(types, type), field);
}

static const char *name_of_global(const struct gt_heap_analysis *analysis,
                                  const struct gt_blocked *blocked)
{
    struct gt_root root = {.addr = blocked->address, .kind = GT_ROOT_GLOBAL, .frame = GT_NO_FRAME};
    char field[MAX_FIELD];
    gt_type_id type;
    const char *name = gt_root_name(analysis, &root, false, field, sizeof field, &type);

    strip_inside(blocked->what, field);
    return gt_arena_format(analysis->storage, "%s%s", name, field);
}

/* "global main.mu", "main.account.Mutex": the variable or field with the object. */
static const char *name_of(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                           const struct gt_blocked *blocked)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, blocked->address);

    if (object != GT_NO_OBJECT) return name_in_object(analysis, goroutine, object, blocked);
    if (!gt_process_is_static(analysis->process, blocked->address)) return NULL;
    return name_of_global(analysis, blocked);
}

/* ---- the report's words ------------------------------------------------------------------- */

static void describe(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                     const struct gt_blocked *blocked, struct gt_blocked_thing *thing)
{
    bool channel = blocked->what == GT_THING_CHANNEL;

    thing->what = blocked->what;
    thing->action = blocked->action;
    thing->address = blocked->address;
    thing->type =
        channel ? type_of_channel(analysis, blocked->address) : type_of_sync(blocked->what);
    thing->name = channel ? gt_channel_name(analysis, goroutine, blocked->address)
                          : name_of(analysis, goroutine, blocked);
}

const struct gt_blocked_thing *gt_blocking_describe(const struct gt_heap_analysis *analysis,
                                                    uint32_t goroutine, size_t *count)
{
    return gt_blocking_describe_wait(analysis, goroutine, &analysis->baseline->wait[goroutine],
                                     count);
}

const struct gt_blocked_thing *gt_blocking_describe_wait(const struct gt_heap_analysis *analysis,
                                                         uint32_t goroutine,
                                                         const struct gt_wait *wait, size_t *count)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[goroutine];

    *count = wait->objects.len < MAX_SHOWN ? wait->objects.len : MAX_SHOWN;
    struct gt_blocked_thing *things = gt_arena_alloc(analysis->storage, *count * sizeof *things);
    for (size_t i = 0; i < *count; i++) {
        struct gt_blocked blocked = gt_blocked_on(&analysis->baseline->waits, g, wait, i);
        describe(analysis, goroutine, &blocked, &things[i]);
    }
    return things;
}
