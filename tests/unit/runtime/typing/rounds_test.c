/* Types that spread in rounds, and marks that are made meanwhile: they are the same with any number
 * of threads, and as known by hand. `make tsan` runs this under ThreadSanitizer. */
#include "inspector/api/analysis.h"
#include "inspector/runtime/roots/live.h"
#include "inspector/runtime/typing/typing.h"
#include "tests/unit/runtime/typing/many_nodes.h"
#include "tests/unit/synth/synth_impl.h"

#include <stdlib.h>

static const unsigned thread_counts[] = {1, 2, 4};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

struct trial { /* one spread of types */
    const struct many_nodes *all;
    struct gt_analysis *analysis;
    unsigned threads;
    uint32_t away_every; /* so many objects, one is not read for the mark; 0: all are */
    bool marks;
    void (*expect)(const struct trial *trial);
    /* what it gave: */
    struct gt_typing *typing;
    struct gt_typed_mark reach;
    struct gt_bitmap marked, away;
    uint32_t scanned_unmarked; /* objects that were read for the mark and not marked */
    struct gt_bitmap plain;    /* marked without types */
};

/* ---- trials ---------------------------------------------------------------------------------- */

static uint32_t object_at(const struct trial *trial, uint64_t addr)
{
    uint32_t object = gt_heap_object(&trial->analysis->heap->graph, addr);

    assert_int_not_equal(object, GT_NO_OBJECT);
    return object;
}

static void choose_away(struct trial *trial)
{
    uint32_t objects = trial->analysis->heap->graph.objects;

    gt_bitmap_init(&trial->away, objects);
    for (uint32_t i = 0; trial->away_every && i < objects; i += trial->away_every)
        gt_bit_set(&trial->away, i);
    trial->reach.away = trial->away_every ? &trial->away : NULL;
}

static void spread(struct trial *trial)
{
    const struct gt_analysis *analysis = trial->analysis;

    trial->typing = gt_typing_start(analysis->heap, analysis->goroutines, analysis->roots,
                                    trial->marks ? &trial->reach : NULL);
}

static uint32_t count_unmarked(const struct trial *trial)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < trial->reach.scanned.bits; i++)
        count += gt_bit(&trial->reach.scanned, i) && !gt_bit(&trial->marked, i);
    return count;
}

/* The mark goes on where types did not lead. */
static void spread_and_mark(struct trial *trial)
{
    const struct gt_analysis *analysis = trial->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;

    gt_bitmap_init(&trial->marked, graph->objects);
    gt_bitmap_init(&trial->reach.scanned, graph->scan_objects);
    trial->reach.marked = &trial->marked;
    choose_away(trial);
    struct gt_marker *marker =
        gt_live_marker(analysis->heap, analysis->roots, NULL, NULL, &trial->marked);
    spread(trial);
    trial->scanned_unmarked = count_unmarked(trial);
    gt_mark_resume(marker, &trial->reach.scanned, trial->reach.dangles);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static struct gt_error *begin(void *args)
{
    struct trial *trial = args;
    struct gt_analysis *analysis = trial->analysis;
    struct gt_error *error = gt_analysis_heap(analysis);

    if (error) return error;
    analysis->heap->graph.threads = trial->threads;
    gt_bitmap_init(&trial->plain, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, NULL, &trial->plain);
    if (trial->marks)
        spread_and_mark(trial);
    else
        spread(trial);
    return NULL;
}

static struct gt_error *end(void *args)
{
    struct trial *trial = args;

    gt_typing_destroy(gt_typing_create(trial->typing, &trial->plain));
    gt_bitmap_deinit(&trial->plain);
    gt_bitmap_deinit(&trial->marked);
    gt_bitmap_deinit(&trial->away);
    gt_bitmap_deinit(&trial->reach.scanned);
    return NULL;
}

/* No call may be left by an assertion, so they are outside. */
static void try_once(struct trial trial)
{
    struct gt_error *error = gt_analysis_run(trial.analysis, &trial, begin, &trial);

    if (error) fail_msg("%s", gt_error_message(error));
    trial.expect(&trial);
    assert_null(gt_analysis_run(trial.analysis, &trial, end, &trial));
}

static void try_all(struct trial like)
{
    for (unsigned i = 0; i < THREAD_COUNTS; i++) {
        like.threads = thread_counts[i];
        try_once(like);
    }
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *name_of(const struct trial *trial, uint64_t addr)
{
    gt_type_id type = gt_typing_type(trial->typing, object_at(trial, addr));

    return type ? gt_types_name(trial->analysis->process->types, type) : "";
}

static void expect_type(const struct trial *trial, uint64_t addr, const char *name,
                        uint64_t elements)
{
    if (!addr) return;
    assert_string_equal(name_of(trial, addr), name);
    assert_int_equal(gt_typing_elements(trial->typing, object_at(trial, addr)), elements);
}

/* Two nodes far from each other claim it: whose fact is read first is not said, but always the
 * same. */
static void expect_contested(const struct trial *trial, unsigned number)
{
    static char first[NODES];
    const char *name = name_of(trial, trial->all->node[number].twins);

    assert_true(strcmp(name, "main.left") == 0 || strcmp(name, "main.right") == 0);
    if (trial->threads == thread_counts[0]) first[number] = name[5];
    assert_int_equal(name[5], first[number]);
}

static void expect_node(const struct trial *trial, unsigned number)
{
    const struct node *node = &trial->all->node[number];

    expect_type(trial, node->node, "main.node", 1);
    expect_type(trial, node->items, "main.item", ITEMS);
    expect_type(trial, node->pair, "main.pair", 1);
    expect_type(trial, node->big, "main.big", 1);
    expect_type(trial, node->wrong, "", 0);
    expect_type(trial, node->maps, "map[*uint8]*uint8", 2);
    if (number % 3 == 2) expect_type(trial, node->twins, "main.left", 1);
    if (number % 3 == 1) expect_contested(trial, number);
}

static void expect_types(const struct trial *trial)
{
    expect_type(trial, trial->all->top, "main.top", 1);
    expect_type(trial, trial->all->list, "*main.node", NODES);
    expect_type(trial, trial->all->map, "map[*uint8]*uint8", 1);
    for (unsigned i = 0; i < NODES; i++)
        expect_node(trial, i);
}

static bool is_pointed(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->typing->pointed, object_at(trial, addr));
}

/* A slice or an interface leads to the others. */
static void expect_pointed(const struct trial *trial)
{
    for (unsigned i = 0; i < NODES; i++) {
        const struct node *node = &trial->all->node[i];
        assert_true(is_pointed(trial, node->node));
        assert_true(is_pointed(trial, node->items));
        assert_true(is_pointed(trial, node->wrong));
        assert_true(is_pointed(trial, node->twins ? node->twins : node->big));
        if (node->pair) assert_false(is_pointed(trial, node->pair));
        if (node->maps) assert_false(is_pointed(trial, node->maps));
    }
}

static void types_do_not_depend_on_threads(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    try_all((struct trial){.all = all, .analysis = synth_open(synth), .expect = expect_types});
    free(all);
}

static void what_plain_pointers_lead_to_is_noted(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    try_all((struct trial){.all = all, .analysis = synth_open(synth), .expect = expect_pointed});
    free(all);
}

/* ---- marks ----------------------------------------------------------------------------------- */

static void expect_same_marks(const struct trial *trial)
{
    const struct gt_heap *graph = &trial->analysis->heap->graph;

    assert_int_equal(trial->scanned_unmarked, 0);
    for (uint32_t i = 0; i < graph->objects; i++)
        assert_int_equal(gt_bit(&trial->marked, i), gt_bit(&trial->plain, i));
}

/* Was the object read for the mark? All its pointers are in words of its type. */
static bool is_scanned(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->reach.scanned, object_at(trial, addr));
}

static bool is_away(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->away, object_at(trial, addr));
}

static void expect_marks_of(const struct trial *trial, const struct node *node)
{
    assert_true(gt_bit(&trial->plain, object_at(trial, node->name)));
    assert_int_equal(is_scanned(trial, node->node), !is_away(trial, node->node));
    assert_false(is_scanned(trial, node->wrong));
    if (!is_away(trial, node->node))
        assert_int_equal(is_scanned(trial, node->items), !is_away(trial, node->items));
    if (node->pair && is_away(trial, node->pair)) assert_false(is_scanned(trial, node->pair));
}

static void expect_marks(const struct trial *trial)
{
    expect_types(trial);
    expect_same_marks(trial);
    assert_false(trial->reach.dangles);
    for (unsigned i = 0; i < NODES; i++)
        expect_marks_of(trial, &trial->all->node[i]);
}

static void marks_that_are_made_meanwhile_are_those_of_a_mark(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    try_all((struct trial){
        .all = all, .analysis = synth_open(synth), .marks = true, .expect = expect_marks});
    free(all);
}

/* Only a node that is away leads to some nodes' objects; the list, to nodes. */
static void objects_that_are_away_are_left_to_the_mark(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    try_all((struct trial){.all = all,
                           .analysis = synth_open(synth),
                           .away_every = 7,
                           .marks = true,
                           .expect = expect_marks});
    free(all);
}

/* ---- pointers to free slots ------------------------------------------------------------------ */

static void expect_dangling(const struct trial *trial)
{
    expect_same_marks(trial);
    assert_true(trial->reach.dangles);
}

static void expect_node_dangles(void **state, uint64_t (*choose)(const struct many_nodes *all))
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    synth_free_object(synth, choose(all));
    try_all((struct trial){
        .all = all, .analysis = synth_open(synth), .marks = true, .expect = expect_dangling});
    free(all);
}

static uint64_t a_plain_target(const struct many_nodes *all)
{
    return all->node[NODES / 2].wrong;
}

static uint64_t an_array(const struct many_nodes *all)
{
    return all->node[NODES / 2].items;
}

static uint64_t a_text(const struct many_nodes *all)
{
    return all->node[NODES / 2].name;
}

static void a_plain_pointer_to_a_free_slot_dangles(void **state)
{
    expect_node_dangles(state, a_plain_target);
}

static void a_slice_of_a_free_slot_dangles(void **state)
{
    expect_node_dangles(state, an_array);
}

static void a_string_in_a_free_slot_dangles(void **state)
{
    expect_node_dangles(state, a_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(types_do_not_depend_on_threads, synth_end),
        cmocka_unit_test_teardown(what_plain_pointers_lead_to_is_noted, synth_end),
        cmocka_unit_test_teardown(marks_that_are_made_meanwhile_are_those_of_a_mark, synth_end),
        cmocka_unit_test_teardown(objects_that_are_away_are_left_to_the_mark, synth_end),
        cmocka_unit_test_teardown(a_plain_pointer_to_a_free_slot_dangles, synth_end),
        cmocka_unit_test_teardown(a_slice_of_a_free_slot_dangles, synth_end),
        cmocka_unit_test_teardown(a_string_in_a_free_slot_dangles, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
