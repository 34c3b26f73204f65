/* A binary search finds the package variable with the channel's address. A field is found by a
 * search from the goroutine's stack, breadth first and within small bounds. */
#include "inspector/detect/waiting/channel_names.h"

#include "inspector/base/search.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/baseline.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    MAX_OBJECTS = 48, /* objects reached from a stack that are searched */
    MAX_ROOTS = 256,  /* of one stack */
    MAX_SIZE = 4096,  /* bytes of an object: structs, not buffers */
    MAX_DEPTH = 3,    /* steps from the stack: a closure, what it captured, what that holds */
    MAX_FIELD = 160,
};

static const char any_context[] = "context.cancelCtx.done";

struct search {
    const struct gt_heap_analysis *analysis;
    uint64_t channel;
    uint32_t objects[MAX_OBJECTS], depth[MAX_OBJECTS];
    size_t count, at;
    bool found;
    uint64_t offset; /* in the object at `at` */
};

static bool begins_with(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

/* ---- package variables ----------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const struct gt_root *left = *(const struct gt_root *const *)a;
    const struct gt_root *right = *(const struct gt_root *const *)b;

    if (left->value != right->value) return left->value < right->value ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* The words of package variables, as pointers to their roots, sorted by their values. */
static const struct gt_vec *sorted_globals(const struct gt_heap_analysis *analysis)
{
    struct gt_vec *sorted = &analysis->baseline->globals;

    if (analysis->baseline->has_globals) return sorted;
    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (root->kind == GT_ROOT_GLOBAL) gt_vec_add(sorted, &root);
    }
    if (sorted->len) qsort(sorted->data, sorted->len, sizeof(struct gt_root *), by_value);
    analysis->baseline->has_globals = true;
    return sorted;
}

static uint64_t value_of(const void *roots, size_t index)
{
    return ((const struct gt_root *const *)roots)[index]->value;
}

static const struct gt_root *global_of(const struct gt_heap_analysis *analysis, uint64_t channel)
{
    const struct gt_vec *sorted = sorted_globals(analysis);
    const struct gt_root *const *roots = sorted->data;
    size_t first = gt_lower_bound(roots, 0, sorted->len, channel, value_of);

    return first < sorted->len && roots[first]->value == channel ? roots[first] : NULL;
}

static const char *global_name(const struct gt_heap_analysis *analysis, uint64_t channel)
{
    const struct gt_root *root = global_of(analysis, channel);
    char field[MAX_FIELD];
    gt_type_id type;

    if (!root) return NULL;
    const char *name = gt_root_name(analysis, root, false, field, sizeof field, &type);
    return gt_arena_format(analysis->storage, "%s%s", name, field);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static void add_object(struct search *search, uint64_t addr, uint32_t depth)
{
    const struct gt_heap *graph = &search->analysis->heap->graph;
    uint32_t object = gt_heap_object(graph, addr);

    if (object == GT_NO_OBJECT || object >= graph->scan_objects || search->count == MAX_OBJECTS ||
        gt_heap_size(graph, object) > MAX_SIZE)
        return;
    for (size_t i = 0; i < search->count; i++)
        if (search->objects[i] == object) return;
    search->objects[search->count] = object;
    search->depth[search->count++] = depth;
}

static void look(void *ctx, const struct gt_word *word)
{
    struct search *search = ctx;
    uint32_t depth = search->depth[search->at];

    if (word->value == search->channel && !search->found) {
        search->found = true;
        search->offset = word->offset;
    }
    if (depth < MAX_DEPTH) add_object(search, word->value, depth + 1);
}

/* The field by which the object at `at` holds the channel; NULL when the object is the
 * runtime's. */
static const char *field_name(const struct search *search)
{
    const struct gt_heap_analysis *analysis = search->analysis;
    struct gt_referrer owner = {.object = search->objects[search->at], .offset = search->offset};
    const char *name = gt_referrer_field(analysis, &owner);

    if (begins_with(gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, owner.object)),
                    "context."))
        return any_context;
    return name && (gt_is_runtimes(name) || gt_is_in_package(name, "sync/atomic")) ? NULL : name;
}

static const char *name_in_fields(struct search *search)
{
    const struct gt_heap_analysis *analysis = search->analysis;
    uint32_t channel = gt_heap_object(&analysis->heap->graph, search->channel);

    for (; search->at < search->count; search->at++) {
        search->found = false;
        if (search->objects[search->at] == channel) continue;
        gt_typing_words(analysis->typing, search->objects[search->at], look, search);
        const char *name = search->found ? field_name(search) : NULL;
        if (name) return name;
    }
    return NULL;
}

/* ---- frames ---------------------------------------------------------------------------------- */

static bool is_runtimes(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];

    if (root->frame >= g->frame_count) return true;
    uint64_t pc = gt_g_frame(analysis->goroutines, g, root->frame)->pc;
    return gt_is_in_package(gt_process_function(analysis->process, pc), "runtime");
}

/* The name of a variable, if a person gave it: names that the compiler makes begin with a dot or a
 * tilde. */
static const char *variable_name(const struct gt_heap_analysis *analysis,
                                 const struct gt_root *root)
{
    gt_type_id type;
    uint64_t offset;

    if (!analysis->process->dwarf || root->kind != GT_ROOT_FRAME) return NULL;
    const char *name = gt_typing_variable(analysis->typing, root, &type, &offset);
    if (!name || !type || gt_types_get(analysis->process->types, type)->kind != GT_T_CHAN)
        return NULL;
    return isalpha((unsigned char)*name) ? gt_arena_format(analysis->storage, "variable %s", name)
                                         : NULL;
}

const char *gt_channel_name(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                            uint64_t channel)
{
    struct search search = {.analysis = analysis, .channel = channel};
    const struct gt_baseline *baseline = analysis->baseline;
    const char *name = global_name(analysis, channel), *variable = NULL;

    if (name) return name;
    for (uint32_t i = 0; i < baseline->root_count[goroutine] && i < MAX_ROOTS; i++) {
        const struct gt_root *root =
            gt_root_at(analysis->roots, baseline->first_root[goroutine] + i);
        if (is_runtimes(analysis, root)) continue;
        if (root->value == channel && !variable) variable = variable_name(analysis, root);
        add_object(&search, root->value, 1);
    }
    name = name_in_fields(&search);
    return name ? name : variable;
}
