/*
 * Finalizers in reference cycles: an object that its own finalizer keeps alive is never finalized.
 *
 * What a finalizer keeps: its object's contents and its closure; a cleanup (1.24+) its function and
 * argument. So mark without all of them; what is left over, the residue, only they keep. There an
 * object whose contents lead back to it lies in a component of two objects or more (pointers of an
 * object into itself do not count, the collector drops them), the special being an edge from the
 * object to its closure. Dropping the specials of the whole component frees it.
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/graph/scc.h"

enum { MAX_CYCLE = 32, CAPTURED = 3 /* words of a closure: its cleanup is among the first */ };

struct looping {
    struct gt_study *study;
    struct gt_causes *causes;
    struct gt_bitmap residue;
    struct gt_scc scc;
    struct gt_map specials; /* component -> first special + 1, told once */
    struct gt_groups groups;
};

/* What only finalizers and cleanups keep alive. */
static void find_residue(struct looping *looping)
{
    const struct gt_study *study = looping->study;
    struct gt_bitmap marked;

    gt_bitmap_init(&marked, study->heap->graph.objects);
    gt_contest_mark_without(study, GT_SPECIALS, &marked);
    gt_bitmap_copy(&looping->residue, &study->live);
    for (size_t i = 0; i < (marked.bits + 63) / 64; i++)
        looping->residue.words[i] &= ~marked.words[i];
    gt_bitmap_free(&marked);
}

static void find_components(struct looping *looping)
{
    const struct gt_study *study = looping->study;
    struct gt_vec edges = GT_VEC_OF(struct gt_extra_edge);

    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        if (special->kind != GT_SPECIAL_FINALIZER && special->kind != GT_SPECIAL_CLEANUP) continue;
        for (unsigned w = 0; w < special->word_count; w++) {
            uint32_t to = gt_heap_object(&study->heap->graph, special->words[w]);
            struct gt_extra_edge edge = {special->object, to};
            if (to != GT_NO_OBJECT) gt_vec_add(&edges, &edge);
        }
    }
    gt_scc_find(&looping->scc, &study->heap->graph, &looping->residue, edges.data, edges.len);
    gt_vec_free(&edges);
}

/* A cleanup leaks only if its function or argument lies in its object's own component: unlike a
 * finalizer it does not keep its object's contents. */
static bool keeps_itself(const struct looping *looping, const struct gt_special *special)
{
    uint32_t component = gt_scc_component(&looping->scc, special->object);

    if (component == GT_NO_COMPONENT || gt_scc_size(&looping->scc, component) < 2) return false;
    if (special->kind == GT_SPECIAL_FINALIZER) return true;
    for (unsigned w = 0; w < special->word_count; w++) {
        uint32_t to = gt_heap_object(&looping->study->heap->graph, special->words[w]);
        if (to != GT_NO_OBJECT && gt_scc_component(&looping->scc, to) == component) return true;
    }
    return false;
}

static bool is_named(const char *function)
{
    return strcmp(function, "?") != 0;
}

/* Up to Go 1.25 a closure of AddCleanup's own calls the cleanup, which it has captured (1.24), or
 * the variable that has it (1.25). */
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

static const char *function_of(const struct looping *looping, const struct gt_special *special)
{
    static const char wrapper[] = "runtime.AddCleanup[";
    const struct gt_process *process = looping->study->process;
    uint64_t closure = special->words[special->word_count == 3 ? 1 : 0];
    const char *function = gt_process_closure(process, closure);

    if (strncmp(function, wrapper, sizeof wrapper - 1) != 0) return function;
    const char *captured = captured_function(process, closure);
    return is_named(captured) ? captured : function;
}

static const char *mechanism_of(const struct gt_special *special)
{
    return special->kind == GT_SPECIAL_FINALIZER ? "finalizer" : "cleanup";
}

/* One member a component: the first of its specials that keeps itself. */
static void consider(struct looping *looping, uint32_t number)
{
    const struct gt_study *study = looping->study;
    const struct gt_special *special = gt_special_at(study->specials, number);

    if (special->kind != GT_SPECIAL_FINALIZER && special->kind != GT_SPECIAL_CLEANUP) return;
    if (!keeps_itself(looping, special)) return;
    uint32_t component = gt_scc_component(&looping->scc, special->object);
    uint64_t *first = gt_map_put(&looping->specials, component, NULL);
    if (*first) return;
    *first = number + 1;
    const char *type = gt_type_name(study, gt_typing_type(study->typing, special->object));
    gt_groups_add(
        &looping->groups,
        gt_arena_format(study->storage, "%s %s", type ? type : "?", function_of(looping, special)),
        gt_scc_size(&looping->scc, component), number);
}

/* ---- telling ------------------------------------------------------------------------------- */

struct field_search {
    const struct looping *looping;
    uint32_t target;
    bool found;
    uint64_t offset;
};

static void look_for_target(void *ctx, const struct gt_word *word)
{
    struct field_search *search = ctx;

    if (search->found ||
        gt_heap_object(&search->looping->study->heap->graph, word->value) != search->target)
        return;
    search->found = true;
    search->offset = word->offset;
}

/* The edge from one object of a cycle to the next, by the field or the special that makes it. */
static struct gt_edge edge_of(const struct looping *looping, uint32_t from, uint32_t to,
                              const char *by_special)
{
    const struct gt_study *study = looping->study;
    struct field_search search = {.looping = looping, .target = to};
    gt_type_id type = gt_typing_type(study->typing, from);
    struct gt_edge edge = {.address = gt_heap_address(&study->heap->graph, from),
                           .type = gt_study_keep(study, gt_type_name(study, type))};
    char field[160];

    gt_typing_words(study->typing, from, look_for_target, &search);
    if (!search.found) {
        edge.field = by_special;
    } else if (type) {
        gt_types_field_path(study->process->types, type, search.offset, field, sizeof field);
        edge.field = gt_arena_strndup(study->storage, field, strlen(field));
    }
    return edge;
}

static void tell(const struct looping *looping, uint32_t number, struct gt_instance *instance)
{
    const struct gt_study *study = looping->study;
    const struct gt_special *special = gt_special_at(study->specials, number);
    uint32_t cycle[MAX_CYCLE];
    size_t length = gt_scc_cycle(&looping->scc, special->object, cycle, MAX_CYCLE);
    struct gt_edge *edges = gt_arena_alloc(study->storage, length * sizeof *edges);
    const char *by_special = gt_arena_format(study->storage, "its %s", mechanism_of(special));

    for (size_t i = 0; i < length; i++)
        edges[i] = edge_of(looping, cycle[i], cycle[(i + 1) % length], by_special);
    instance->cycle.object = gt_block_of(study, special->object);
    instance->cycle.mechanism = mechanism_of(special);
    instance->cycle.function = gt_study_keep(study, function_of(looping, special));
    instance->cycle.cycle = edges;
    instance->cycle.cycle_len = length;
}

/* The roots of every special in the components of the group: fixing the cycle drops them all. */
static void take_specials(const struct looping *looping, const struct gt_map *components,
                          struct gt_cause *cause)
{
    const struct gt_study *study = looping->study;
    const struct gt_vec *roots = &study->contest->edges[GT_SPECIALS].roots;

    for (size_t i = 0; i < roots->len; i++) {
        uint32_t number = gt_vec_u32(roots, i);
        const struct gt_root *root = gt_root_at(study->roots, number);
        const struct gt_special *special = gt_special_at(study->specials, root->owner);
        uint32_t component = gt_scc_component(&looping->scc, special->object);
        if (component != GT_NO_COMPONENT && gt_map_find(components, component))
            gt_vec_add(&cause->edges.roots, &number);
    }
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct looping *looping = ctx;
    struct gt_study *study = looping->study;
    struct gt_cause *cause = gt_causes_add(looping->causes, GT_FINALIZER_CYCLE, GT_PROVEN);
    struct gt_map components = {0};

    gt_cause_count(cause, study, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_special *special = gt_special_at(study->specials, members[i].item);
        if (i < cause->instance_count) tell(looping, members[i].item, &cause->instances[i]);
        gt_map_put(&components, gt_scc_component(&looping->scc, special->object), NULL);
    }
    take_specials(looping, &components, cause);
    gt_map_free(&components);
    const char *type = cause->instances[0].cycle.object.type;
    const char *mechanism = cause->instances[0].cycle.mechanism;
    cause->title = gt_arena_format(
        study->storage, "%s cycle%s through %s with a %s that never runs",
        gt_study_count(study, count), count == 1 ? "" : "s", type ? type : "objects", mechanism);
    struct gt_advice_facts facts = {.kind = GT_FINALIZER_CYCLE, .reason = mechanism, .name = type};
    cause->advice = gt_advice_text(study, &facts);
}

void gt_detect_finalizers(struct gt_study *study, struct gt_causes *causes)
{
    struct looping looping = {.study = study, .causes = causes};

    gt_bitmap_init(&looping.residue, study->heap->graph.objects);
    gt_groups_init(&looping.groups);
    find_residue(&looping);
    find_components(&looping);
    for (uint32_t i = 0; i < study->specials->list.len; i++)
        consider(&looping, i);
    gt_groups_visit(&looping.groups, make_cause, &looping);
    gt_scc_deinit(&looping.scc);
    gt_map_free(&looping.specials);
    gt_groups_deinit(&looping.groups);
    gt_bitmap_free(&looping.residue);
}
