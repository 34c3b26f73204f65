/* Trees of branches, whose words are all plain pointers, mostly to neighbours: rounds read these
 * where they meet them. Their types and marks are known by hand, and the same with any number of
 * threads. `make tsan` runs this under ThreadSanitizer. */
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

enum {
    TREES = 128,
    BRANCHES = 255, /* of a tree: 8 levels */
    BRANCH = 32,    /* bytes, as the other objects: they are in the same spans */
    AT_LEFT = 0,
    AT_RIGHT = 8,
    AT_ODD = 16,
    AT_HELD = 24,
    LEAF_SIZE = 16,
    AT_ELEM = 48,
};

/* What a branch's third word leads to, by its number. */
enum odd { NOTHING, LEAF, SAME_LEAF, WRONG, MIDDLE, SMALLER, ODDS };

struct tree {
    uint64_t branch[BRANCHES]; /* the children of i are 2 * i + 1 and 2 * i + 2 */
    uint64_t leaf[BRANCHES];   /* 0: its branch has none of its own */
    uint64_t held;             /* only a global leads to it. One branch says what the global is */
    uint64_t global;
    uint64_t disputed;   /* two branches say what it is, and its pointers contradict both */
    uint64_t kept;       /* a leaf points to it */
    uint64_t middle;     /* in its second half is a leaf */
    uint64_t bare, lost; /* the last branch leads to one as if it were a branch. Its first word
                          * is no pointer, but the other one's address */
};

struct forest {
    uint64_t top, list, wrong;
    const char *leaf; /* the name of the leaves' type */
    struct tree tree[TREES];
};

static enum odd odd_of(unsigned number)
{
    return number % ODDS;
}

/* ---- the process ----------------------------------------------------------------------------- */

struct types {
    uint64_t branch, branch_pointer, leaf_pointer;
};

/* A leaf is one pointer, and a number. `fields`: its type has a field for the pointer, and a name.
 */
static uint64_t make_leaf_type(struct synth *synth, bool fields)
{
    static const unsigned char first[8] = {1};
    struct synth_type_field word = {"p", synth_type_unsafe_pointer(synth), 0};

    if (!fields) return synth_struct_type(synth, LEAF_SIZE, first, 8);
    return synth_type_struct(synth, "main.leaf", LEAF_SIZE, &word, 1);
}

static void make_types(struct synth *synth, struct types *types, bool leaf_fields)
{
    uint64_t leaf = make_leaf_type(synth, leaf_fields);
    struct synth_type_field fields[] = {
        {"left", 0, AT_LEFT}, {"right", 0, AT_RIGHT}, {"odd", 0, AT_ODD}, {"held", 0, AT_HELD}};

    types->leaf_pointer = synth_type_pointer(synth, "*main.leaf", leaf);
    types->branch_pointer = synth_type_pointer(synth, "*main.branch", leaf);
    fields[0].type = fields[1].type = types->branch_pointer;
    fields[2].type = types->leaf_pointer;
    struct synth_type_field branch = {"branch", types->branch_pointer, 0};
    fields[3].type = synth_type_pointer(synth, "*main.holder",
                                        synth_type_struct(synth, "main.holder", 8, &branch, 1));
    types->branch = synth_type_struct(synth, "main.branch", BRANCH, fields, 4);
    synth_put(synth, types->branch_pointer + AT_ELEM, types->branch);
}

/* Depth first, as most programs make trees: so neighbours are near. */
static void make_branches(struct synth *synth, struct tree *tree, unsigned number)
{
    if (number >= BRANCHES) return;
    make_branches(synth, tree, 2 * number + 1);
    tree->branch[number] = synth_object(synth, BRANCH, "pppp");
    if (odd_of(number) == LEAF) tree->leaf[number] = synth_object(synth, BRANCH, "p");
    make_branches(synth, tree, 2 * number + 2);
}

static uint64_t odd_target(const struct forest *forest, const struct tree *tree, unsigned number)
{
    switch (odd_of(number)) {
    case LEAF:
        return tree->leaf[number];
    case SAME_LEAF:
        return tree->leaf[LEAF];
    case WRONG:
        return forest->wrong;
    case MIDDLE:
        return number == MIDDLE ? tree->middle + LEAF_SIZE : tree->branch[number / 2] + 8;
    case SMALLER:
        return tree->branch[number / 3];
    default:
        return 0;
    }
}

static void link_branches(struct synth *synth, const struct forest *forest, const struct tree *tree)
{
    for (unsigned i = 0; i < BRANCHES; i++) {
        if (2 * i + 2 < BRANCHES) {
            synth_put(synth, tree->branch[i] + AT_LEFT, tree->branch[2 * i + 1]);
            synth_put(synth, tree->branch[i] + AT_RIGHT, tree->branch[2 * i + 2]);
        }
        synth_put(synth, tree->branch[i] + AT_ODD, odd_target(forest, tree, i));
    }
    synth_put(synth, tree->branch[BRANCHES / 2] + AT_HELD, tree->global);
}

static void make_top(struct synth *synth, struct forest *forest, const struct types *types)
{
    const struct synth_type_field fields[] = {
        {"list", synth_type_slice(synth, "[]*main.branch", types->branch_pointer), 0},
        {"first", types->branch_pointer, 24},
    };
    uint64_t type = synth_type_struct(synth, "main.top", 32, fields, 2);
    uint64_t pointer = synth_type_pointer(synth, "*main.top", type);

    forest->top = synth_object(synth, 32, "p..p");
    forest->list = synth_tiled(synth, (uint64_t)TREES * 8, types->branch_pointer);
    synth_put(synth, forest->top, forest->list);
    synth_put(synth, forest->top + 8, TREES);
    synth_put(synth, forest->top + 16, TREES);
    synth_put(synth, forest->top + 24, synth_object(synth, BRANCH, "pppp"));
    uint64_t run = synth_func(synth, "main.finalize");
    synth_type_finalizer(synth, synth_queue_finalizer(synth, forest->top, run), pointer);
}

static void make_others(struct synth *synth, struct tree *tree, unsigned number)
{
    char name[32];

    snprintf(name, sizeof name, "main.global%u", number);
    tree->held = synth_object(synth, BRANCH, "pppp");
    tree->global = synth_global(synth, name, tree->held);
    tree->middle = synth_object(synth, BRANCH, "..p");
    tree->bare = synth_object(synth, BRANCH, ".p.p");
    tree->lost = synth_object(synth, BRANCH, "p");
    synth_put(synth, tree->bare, tree->lost);
    synth_put(synth, tree->branch[BRANCHES - 1] + AT_LEFT, tree->bare);
    tree->disputed = synth_object(synth, BRANCH, ".p.p");
    tree->kept = synth_object(synth, BRANCH, "p");
    synth_put(synth, tree->leaf[LEAF], tree->kept);
}

/* A word of another tree comes later, as a fact. */
static void dispute(struct synth *synth, const struct forest *forest, unsigned number)
{
    const struct tree *tree = &forest->tree[number], *other = &forest->tree[(number + 64) % TREES];

    synth_put(synth, tree->branch[BRANCHES - 2] + AT_LEFT, other->disputed);
    synth_put(synth, tree->branch[BRANCHES - 3] + AT_ODD, other->disputed);
}

static struct forest *make_forest(struct synth *synth, bool leaf_fields)
{
    struct forest *forest = calloc(1, sizeof *forest);
    struct types types;

    make_types(synth, &types, leaf_fields);
    forest->leaf = leaf_fields ? "main.leaf" : "struct {}";
    make_top(synth, forest, &types);
    forest->wrong = synth_object(synth, BRANCH, ".p.p");
    for (unsigned i = 0; i < TREES; i++) {
        make_branches(synth, &forest->tree[i], 0);
        make_others(synth, &forest->tree[i], i);
    }
    for (unsigned i = 0; i < TREES; i++) {
        link_branches(synth, forest, &forest->tree[i]);
        dispute(synth, forest, i);
        synth_put(synth, forest->list + (uint64_t)i * 8, forest->tree[i].branch[0]);
    }
    return forest;
}

/* ---- expectations ---------------------------------------------------------------------------- */

static const struct forest *forest_of(const struct trial *trial)
{
    return trial->all;
}

/* The claim of the larger type stays. If some branches are away, others may be reached by these
 * alone, and are not scanned. */
static void expect_branch(const struct trial *trial, const struct tree *tree, unsigned number)
{
    uint64_t branch = tree->branch[number], leaf = tree->leaf[number];

    trial_expect_type(trial, branch, "main.branch", 1);
    trial_expect_type(trial, leaf, forest_of(trial)->leaf, 1);
    if (number) assert_true(trial_is_pointed(trial, branch));
    if (leaf) assert_true(trial_is_pointed(trial, leaf));
    if (!trial->marks) return;
    if (!trial->away_every || trial_is_away(trial, branch))
        assert_int_equal(trial_is_scanned(trial, branch), !trial->away_every);
    if (leaf && !trial->away_every) assert_true(trial_is_scanned(trial, leaf));
}

static void expect_tree(const struct trial *trial, const struct tree *tree)
{
    for (unsigned i = 0; i < BRANCHES; i++)
        expect_branch(trial, tree, i);
    trial_expect_type(trial, tree->held, "main.branch", 1);
    trial_expect_type(trial, tree->middle, forest_of(trial)->leaf, 1);
    trial_expect_type(trial, tree->bare, "", 0);
    trial_expect_type(trial, tree->lost, "", 0);
    trial_expect_type(trial, tree->disputed, "", 0);
    assert_true(trial_is_pointed(trial, tree->bare));
    if (trial->marks) assert_false(gt_bit(&trial->marked, trial_object(trial, tree->lost)));
}

static void expect_forest(const struct trial *trial)
{
    for (unsigned i = 0; i < TREES; i++)
        expect_tree(trial, &forest_of(trial)->tree[i]);
    trial_expect_type(trial, forest_of(trial)->wrong, "", 0);
    assert_true(trial_is_pointed(trial, forest_of(trial)->wrong));
}

static void expect_marks(const struct trial *trial)
{
    expect_forest(trial);
    trial_expect_same_marks(trial);
    assert_false(trial->reach.dangles);
    assert_false(trial_is_scanned(trial, forest_of(trial)->wrong));
}

static void expect_dangling(const struct trial *trial)
{
    trial_expect_same_marks(trial);
    assert_true(trial->reach.dangles);
}

static void try_forest(void **state, struct trial like, bool leaf_fields)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct forest *forest = make_forest(synth, leaf_fields);

    like.all = forest;
    like.analysis = synth_open(synth);
    trial_run(like);
    free(forest);
}

static void trees_have_types(void **state)
{
    try_forest(state, (struct trial){.expect = expect_forest}, true);
}

static void trees_are_marked_meanwhile(void **state)
{
    try_forest(state, (struct trial){.marks = true, .expect = expect_marks}, true);
}

static void pointers_without_fields_are_marked(void **state)
{
    try_forest(state, (struct trial){.marks = true, .expect = expect_marks}, false);
}

/* Only others lead to most branches. */
static void branches_that_are_away_are_left_to_the_mark(void **state)
{
    try_forest(state, (struct trial){.marks = true, .away_every = 5, .expect = expect_marks}, true);
}

static void a_branch_to_a_free_slot_dangles(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct forest *forest = make_forest(synth, true);

    synth_free_object(synth, forest->tree[TREES / 2].leaf[ODDS + LEAF]);
    trial_run((struct trial){
        .all = forest, .analysis = synth_open(synth), .marks = true, .expect = expect_dangling});
    free(forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(trees_have_types, synth_end),
        cmocka_unit_test_teardown(trees_are_marked_meanwhile, synth_end),
        cmocka_unit_test_teardown(pointers_without_fields_are_marked, synth_end),
        cmocka_unit_test_teardown(branches_that_are_away_are_left_to_the_mark, synth_end),
        cmocka_unit_test_teardown(a_branch_to_a_free_slot_dangles, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
