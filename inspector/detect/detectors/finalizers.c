/*
 * Finalizers in reference cycles: an object that its own finalizer keeps alive is never finalized.
 *
 * A finalizer keeps its object's contents and its closure alive; a cleanup (1.24+) its function and
 * argument. A mark without all of them leaves a residue that only they keep. In the residue, an
 * object whose contents lead back to it is in a component of two or more objects. The special is an
 * edge from the object to its closure. Pointers of an object into itself do not count: the
 * collector ignores them. Dropping the specials of the whole component frees it.
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/graph/scc.h"

enum { MAX_CYCLE = 32, CAPTURED = 3 /* words of a closure: its cleanup is among the first */ };

#define ITS "its " /* how the edge by a special begins */

struct cycle_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_bitmap residue;
    struct gt_scc scc;
    struct gt_map specials; /* component -> its first special + 1; each component is reported once
                             */
    struct gt_groups groups;
};

/* The objects that only finalizers and cleanups keep alive. */
static void find_residue(struct cycle_finder *cycle_finder)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    struct gt_bitmap marked;

    gt_bitmap_init(&marked, analysis->heap->graph.objects);
    gt_baseline_mark_without(analysis, GT_SPECIALS, &marked);
    gt_bitmap_add_rest(&cycle_finder->residue, &analysis->live, &marked);
    gt_bitmap_deinit(&marked);
}

static void find_components(struct cycle_finder *cycle_finder)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    struct gt_vec edges = GT_VEC_OF(struct gt_extra_edge);

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        if (special->kind != GT_SPECIAL_FINALIZER && special->kind != GT_SPECIAL_CLEANUP) continue;
        for (unsigned w = 0; w < special->word_count; w++) {
            uint32_t to = gt_heap_object(&analysis->heap->graph, special->words[w]);
            struct gt_extra_edge edge = {special->object, to};
            if (to != GT_NO_OBJECT) gt_vec_add(&edges, &edge);
        }
    }
    gt_scc_find(&cycle_finder->scc, &analysis->heap->graph, &cycle_finder->residue, edges.data,
                edges.len);
    gt_vec_deinit(&edges);
}

/* A cleanup leaks only if its function or argument is in its object's own component: unlike a
 * finalizer it does not keep its object's contents. */
static bool keeps_itself(const struct cycle_finder *cycle_finder, const struct gt_special *special)
{
    uint32_t component = gt_scc_component(&cycle_finder->scc, special->object);

    if (component == GT_NO_COMPONENT || gt_scc_size(&cycle_finder->scc, component) < 2)
        return false;
    if (special->kind == GT_SPECIAL_FINALIZER) return true;
    for (unsigned w = 0; w < special->word_count; w++) {
        uint32_t to = gt_heap_object(&cycle_finder->analysis->heap->graph, special->words[w]);
        if (to != GT_NO_OBJECT && gt_scc_component(&cycle_finder->scc, to) == component)
            return true;
    }
    return false;
}

static bool is_named(const char *function)
{
    return strcmp(function, "?") != 0;
}

/* Up to Go 1.25 a closure of AddCleanup itself calls the cleanup. It captured the cleanup (1.24),
 * or the variable that has it (1.25). */
static const char *captured_function(const struct gt_process *process, uint64_t closure)
{
    const char *function = "?";
    uint64_t word, inside;

    for (unsigned i = 1; i <= CAPTURED && !is_named(function); i++) {
        if (!gt_mem_u64(process->mem, closure + i * sizeof word, &word)) break;
        function = gt_process_closure(process, word);
        if (!is_named(function) && gt_mem_u64(process->mem, word, &inside))
            function = gt_process_closure(process, inside);
    }
    return function;
}

static const char *function_of(const struct cycle_finder *cycle_finder,
                               const struct gt_special *special)
{
    static const char wrapper[] = "runtime.AddCleanup[";
    const struct gt_process *process = cycle_finder->analysis->process;
    uint64_t closure = special->words[special->word_count == 3 ? 1 : 0];
    const char *function = gt_process_closure(process, closure);

    if (strncmp(function, wrapper, sizeof wrapper - 1) != 0) return function;
    const char *captured = captured_function(process, closure);
    return is_named(captured) ? captured : function;
}

static enum gt_mechanism mechanism_of(const struct gt_special *special)
{
    return special->kind == GT_SPECIAL_FINALIZER ? GT_MECHANISM_FINALIZER : GT_MECHANISM_CLEANUP;
}

/* For titles and advice. */
static const char *word_of(enum gt_mechanism mechanism)
{
    return mechanism == GT_MECHANISM_FINALIZER ? "finalizer" : "cleanup";
}

/* One member a component: the first of its specials that keeps itself alive. */
static void consider(struct cycle_finder *cycle_finder, uint32_t number)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    const struct gt_special *special = gt_special_at(analysis->specials, number);

    if (special->kind != GT_SPECIAL_FINALIZER && special->kind != GT_SPECIAL_CLEANUP) return;
    if (!keeps_itself(cycle_finder, special)) return;
    uint32_t component = gt_scc_component(&cycle_finder->scc, special->object);
    uint64_t *first = gt_map_put(&cycle_finder->specials, component, NULL);
    if (*first) return;
    *first = number + 1;
    const char *type =
        gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, special->object));
    gt_groups_add(&cycle_finder->groups,
                  gt_arena_format(analysis->storage, "%s %s", type ? type : "?",
                                  function_of(cycle_finder, special)),
                  gt_scc_size(&cycle_finder->scc, component), number);
}

/* ---- the report's words ------------------------------------------------------------------- */

struct field_search {
    const struct cycle_finder *cycle_finder;
    uint32_t target;
    bool found;
    uint64_t offset;
    gt_type_id type; /* of the target, by the word; an object without pointers has no other */
};

static void look_for_target(void *ctx, const struct gt_word *word)
{
    struct field_search *search = ctx;

    if (search->found ||
        gt_heap_object(&search->cycle_finder->analysis->heap->graph, word->value) != search->target)
        return;
    search->found = true;
    search->offset = word->offset;
    if (word->kind == GT_P_POINTER) search->type = word->type;
}

/* The edge from one object of a cycle to the next, with its field or special. *target becomes the
 * type of the next, if the word that leads to it has one. */
static struct gt_edge edge_of(const struct cycle_finder *cycle_finder, uint32_t from, uint32_t to,
                              const char *by_special, gt_type_id *target)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    struct field_search search = {.cycle_finder = cycle_finder, .target = to};
    gt_type_id type = gt_typing_type(analysis->typing, from);
    struct gt_edge edge = {
        .address = gt_heap_address(&analysis->heap->graph, from),
        .type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, type))};
    char field[160];

    gt_typing_words(analysis->typing, from, look_for_target, &search);
    *target = search.type;
    if (!search.found) {
        edge.field = by_special;
    } else if (type) {
        gt_types_field_path(analysis->process->types, type, search.offset, field, sizeof field);
        edge.field = gt_arena_strndup(analysis->storage, field, strlen(field));
    }
    return edge;
}

static void describe_instance(const struct cycle_finder *cycle_finder, uint32_t number,
                              struct gt_instance *instance)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    const struct gt_special *special = gt_special_at(analysis->specials, number);
    uint32_t cycle[MAX_CYCLE];
    size_t length = gt_scc_cycle(&cycle_finder->scc, special->object, cycle, MAX_CYCLE);
    struct gt_edge *edges = gt_arena_alloc(analysis->storage, length * sizeof *edges);
    const char *by_special =
        gt_arena_format(analysis->storage, ITS "%s", word_of(mechanism_of(special)));

    gt_type_id to_first = GT_NO_TYPE;

    for (size_t i = 0; i < length; i++)
        edges[i] = edge_of(cycle_finder, cycle[i], cycle[(i + 1) % length], by_special, &to_first);
    if (length && !edges[0].type)
        edges[0].type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, to_first));
    instance->cycle.object = gt_block_of(analysis, special->object);
    if (length && !instance->cycle.object.type) instance->cycle.object.type = edges[0].type;
    instance->cycle.mechanism = mechanism_of(special);
    instance->cycle.function = gt_heap_analysis_keep(analysis, function_of(cycle_finder, special));
    instance->cycle.cycle = edges;
    instance->cycle.cycle_len = length;
}

/* Takes the roots of every special in the group's components, since fixing the cycle drops them
 * all. */
static void take_specials(const struct cycle_finder *cycle_finder, const struct gt_map *components,
                          struct gt_cause *cause)
{
    const struct gt_heap_analysis *analysis = cycle_finder->analysis;
    const struct gt_u32s *roots = &analysis->baseline->edges[GT_SPECIALS].roots;

    for (size_t i = 0; i < roots->len; i++) {
        uint32_t number = roots->at[i];
        const struct gt_root *root = gt_root_at(analysis->roots, number);
        const struct gt_special *special = gt_special_at(analysis->specials, root->owner);
        uint32_t component = gt_scc_component(&cycle_finder->scc, special->object);
        if (component != GT_NO_COMPONENT && gt_map_find(components, component))
            gt_u32s_add(&cause->edges.roots, number);
    }
}

/* Is the object's finalizer a closure that leads straight back to it? */
static bool is_captured(const struct gt_instance *instance)
{
    const struct gt_edge *first = instance->cycle.cycle;

    return instance->cycle.mechanism == GT_MECHANISM_FINALIZER && instance->cycle.cycle_len == 2 &&
           first->field && strcmp(first->field, ITS "finalizer") == 0;
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct cycle_finder *cycle_finder = ctx;
    struct gt_heap_analysis *analysis = cycle_finder->analysis;
    struct gt_cause *cause = gt_causes_add(cycle_finder->causes, GT_FINALIZER_CYCLE, GT_PROVEN);
    struct gt_map components = {0};

    gt_cause_count(cause, analysis, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, members[i].item);
        if (i < cause->instance_count)
            describe_instance(cycle_finder, members[i].item, &cause->instances[i]);
        gt_map_put(&components, gt_scc_component(&cycle_finder->scc, special->object), NULL);
    }
    take_specials(cycle_finder, &components, cause);
    gt_map_deinit(&components);
    const char *type = cause->instances[0].cycle.object.type;
    const char *mechanism = word_of(cause->instances[0].cycle.mechanism);
    cause->title =
        gt_arena_format(analysis->storage, "%s cycle%s through %s with a %s that never runs",
                        gt_heap_analysis_count(analysis, count), count == 1 ? "" : "s",
                        type ? type : "objects", mechanism);
    struct gt_advice_facts facts = {
        .kind = GT_FINALIZER_CYCLE,
        .reason = is_captured(&cause->instances[0]) ? "finalizer captures" : mechanism,
        .name = type};
    cause->advice = gt_advice_text(analysis, &facts);
}

void gt_detect_finalizers(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct cycle_finder cycle_finder = {.analysis = analysis, .causes = causes};

    gt_bitmap_init(&cycle_finder.residue, analysis->heap->graph.objects);
    gt_groups_init(&cycle_finder.groups);
    find_residue(&cycle_finder);
    find_components(&cycle_finder);
    for (uint32_t i = 0; i < analysis->specials->list.len; i++)
        consider(&cycle_finder, i);
    gt_groups_visit(&cycle_finder.groups, make_cause, &cycle_finder);
    gt_scc_deinit(&cycle_finder.scc);
    gt_map_deinit(&cycle_finder.specials);
    gt_groups_deinit(&cycle_finder.groups);
    gt_bitmap_deinit(&cycle_finder.residue);
}
