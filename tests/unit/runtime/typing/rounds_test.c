/* Types that spread in rounds, and marks that are made meanwhile: they are the same with any number
 * of threads, and as known by hand. `make tsan` runs this under ThreadSanitizer. */
#include "tests/unit/runtime/typing/many_nodes.h"
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

static const struct many_nodes *nodes_of(const struct trial *trial)
{
    return trial->all;
}

/* ---- types ----------------------------------------------------------------------------------- */

/* Two nodes far from each other claim it: whose fact is read first is not said, but always the
 * same. */
static void expect_contested(const struct trial *trial, unsigned number)
{
    static char first[NODES];
    const char *name = trial_type(trial, nodes_of(trial)->node[number].twins);

    assert_true(strcmp(name, "main.left") == 0 || strcmp(name, "main.right") == 0);
    if (trial->first) first[number] = name[5];
    assert_int_equal(name[5], first[number]);
}

static void expect_node(const struct trial *trial, unsigned number)
{
    const struct node *node = &nodes_of(trial)->node[number];

    trial_expect_type(trial, node->node, "main.node", 1);
    trial_expect_type(trial, node->items, "main.item", ITEMS);
    trial_expect_type(trial, node->pair, "main.pair", 1);
    trial_expect_type(trial, node->big, "main.big", 1);
    trial_expect_type(trial, node->wrong, "", 0);
    trial_expect_type(trial, node->maps, "map[*uint8]*uint8", 2);
    trial_expect_type(trial, node->crate, "main.big", 1);
    if (number % 3 == 2) trial_expect_type(trial, node->twins, "main.left", 1);
    if (number % 3 == 1) expect_contested(trial, number);
}

static void expect_types(const struct trial *trial)
{
    trial_expect_type(trial, nodes_of(trial)->top, "main.top", 1);
    trial_expect_type(trial, nodes_of(trial)->list, "*main.node", NODES);
    trial_expect_type(trial, nodes_of(trial)->map, "map[*uint8]*uint8", 1);
    for (unsigned i = 0; i < NODES; i++)
        expect_node(trial, i);
}

/* A slice or an interface leads to the others. */
static void expect_pointed(const struct trial *trial)
{
    for (unsigned i = 0; i < NODES; i++) {
        const struct node *node = &nodes_of(trial)->node[i];
        assert_true(trial_is_pointed(trial, node->node));
        assert_true(trial_is_pointed(trial, node->items));
        assert_true(trial_is_pointed(trial, node->wrong));
        assert_true(trial_is_pointed(trial, node->twins ? node->twins : node->big));
        if (node->pair) assert_false(trial_is_pointed(trial, node->pair));
        if (node->maps) assert_false(trial_is_pointed(trial, node->maps));
    }
}

static void types_do_not_depend_on_threads(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    trial_run((struct trial){.all = all, .analysis = synth_open(synth), .expect = expect_types});
    free(all);
}

static void what_plain_pointers_lead_to_is_noted(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    trial_run((struct trial){.all = all, .analysis = synth_open(synth), .expect = expect_pointed});
    free(all);
}

/* ---- marks ----------------------------------------------------------------------------------- */

static void expect_marks_of(const struct trial *trial, const struct node *node)
{
    assert_true(gt_bit(&trial->plain, trial_object(trial, node->name)));
    assert_int_equal(trial_is_scanned(trial, node->node), !trial_is_away(trial, node->node));
    assert_false(trial_is_scanned(trial, node->wrong));
    if (!trial_is_away(trial, node->node))
        assert_int_equal(trial_is_scanned(trial, node->items), !trial_is_away(trial, node->items));
    if (node->pair && trial_is_away(trial, node->pair))
        assert_false(trial_is_scanned(trial, node->pair));
}

/* A node that is away is not read for the mark. The next one leads to the same crate. */
static void expect_marks_of_crates(const struct trial *trial)
{
    for (unsigned i = 1; i + 1 < NODES; i += 3) {
        const struct node *node = &nodes_of(trial)->node[i];
        if (trial_is_away(trial, node->node) && trial_is_away(trial, node[1].node)) continue;
        assert_int_equal(trial_is_scanned(trial, node->crate), !trial_is_away(trial, node->crate));
    }
}

static void expect_marks(const struct trial *trial)
{
    expect_types(trial);
    trial_expect_same_marks(trial);
    assert_false(trial->reach.dangles);
    for (unsigned i = 0; i < NODES; i++)
        expect_marks_of(trial, &nodes_of(trial)->node[i]);
    expect_marks_of_crates(trial);
}

static void marks_that_are_made_meanwhile_are_those_of_a_mark(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    trial_run((struct trial){
        .all = all, .analysis = synth_open(synth), .marks = true, .expect = expect_marks});
    free(all);
}

/* Only a node that is away leads to some nodes' objects; the list, to nodes. */
static void objects_that_are_away_are_left_to_the_mark(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    trial_run((struct trial){.all = all,
                             .analysis = synth_open(synth),
                             .away_every = 7,
                             .marks = true,
                             .expect = expect_marks});
    free(all);
}

/* ---- pointers to free slots ------------------------------------------------------------------ */

static void expect_dangling(const struct trial *trial)
{
    trial_expect_same_marks(trial);
    assert_true(trial->reach.dangles);
}

static void expect_node_dangles(void **state, uint64_t (*choose)(const struct many_nodes *all))
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);

    synth_free_object(synth, choose(all));
    trial_run((struct trial){
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
