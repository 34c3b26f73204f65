/* A long list, of which one object at a time is known while types spread. Its types and marks are
 * known by hand. */
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

enum {
    LINKS = 4096,
    LINK = 32, /* bytes, as the other objects */
    AT_NEXT = 0,
    AT_ODD = 8,
    AT_HELD = 16,
    AT_ELEM = 48,
    EVERY = 64, /* so many links, one has an odd second word */
};

/* What an odd second word leads to, by the link's number / EVERY. */
enum odd { LEAF, WRONG, MIDDLE, SMALLER, GONE, ODDS };

struct list {
    uint64_t top;
    uint64_t link[LINKS];
    uint64_t leaf[LINKS]; /* 0: the link has none */
    uint64_t wrong, gone;
    uint64_t held,
        global;          /* only the global leads to the first. One link says what the global is */
    uint64_t bare, lost; /* the last link leads to one as if it were a link. Its first word is no
                          * pointer, but the other one's address */
};

static bool is_odd(unsigned number, enum odd odd)
{
    return number % EVERY == EVERY / 2 && number / EVERY % ODDS == odd;
}

/* ---- the process ----------------------------------------------------------------------------- */

/* Returns the pointer type of the links. A leaf has the same pointers as a link, but is smaller. */
static uint64_t make_types(struct synth *synth)
{
    uint64_t word = synth_type_unsafe_pointer(synth);
    const struct synth_type_field words[] = {{"a", word, 0}, {"b", word, 8}, {"c", word, 16}};
    uint64_t leaf = synth_type_struct(synth, "main.leaf", 24, words, 3);
    uint64_t pointer = synth_type_pointer(synth, "*main.link", leaf);
    struct synth_type_field next = {"next", pointer, 0};
    uint64_t holder = synth_type_struct(synth, "main.holder", 8, &next, 1);
    const struct synth_type_field fields[] = {
        {"next", pointer, AT_NEXT},
        {"odd", synth_type_pointer(synth, "*main.leaf", leaf), AT_ODD},
        {"held", synth_type_pointer(synth, "*main.holder", holder), AT_HELD}};

    synth_put(synth, pointer + AT_ELEM, synth_type_struct(synth, "main.link", LINK, fields, 3));
    return pointer;
}

static uint64_t odd_target(const struct list *list, unsigned number)
{
    if (is_odd(number, WRONG)) return list->wrong;
    if (is_odd(number, MIDDLE)) return list->link[number / 2] + 8;
    if (is_odd(number, SMALLER)) return list->link[number + 3]; /* which becomes a link later */
    if (is_odd(number, GONE)) return list->gone;
    return list->leaf[number];
}

static void make_links(struct synth *synth, struct list *list)
{
    for (unsigned i = 0; i < LINKS; i++) {
        list->link[i] = synth_object(synth, LINK, "ppp");
        if (is_odd(i, LEAF)) list->leaf[i] = synth_object(synth, LINK, "ppp");
    }
    for (unsigned i = 0; i < LINKS; i++) {
        synth_put(synth, list->link[i] + AT_NEXT, i + 1 < LINKS ? list->link[i + 1] : list->bare);
        synth_put(synth, list->link[i] + AT_ODD, odd_target(list, i));
    }
    synth_put(synth, list->link[LINKS / 3] + AT_HELD, list->global);
}

static void make_others(struct synth *synth, struct list *list)
{
    list->wrong = synth_object(synth, LINK, ".p.p");
    list->held = synth_object(synth, LINK, "ppp");
    list->global = synth_global(synth, "main.global", list->held);
    list->bare = synth_object(synth, LINK, ".p.p");
    list->lost = synth_object(synth, LINK, "p");
    synth_put(synth, list->bare, list->lost);
}

static void make_top(struct synth *synth, struct list *list, uint64_t pointer)
{
    struct synth_type_field first = {"first", pointer, 0};
    uint64_t type = synth_type_struct(synth, "main.top", 16, &first, 1);
    uint64_t run = synth_func(synth, "main.finalize");

    list->top = synth_object(synth, 16, "p");
    synth_put(synth, list->top, list->link[0]);
    synth_type_finalizer(synth, synth_queue_finalizer(synth, list->top, run),
                         synth_type_pointer(synth, "*main.top", type));
}

static struct list *make_list(struct synth *synth, bool dangles)
{
    struct list *list = calloc(1, sizeof *list);
    uint64_t pointer = make_types(synth);

    make_others(synth, list);
    if (dangles) synth_free_object(synth, list->gone = synth_object(synth, LINK, "p"));
    make_links(synth, list);
    make_top(synth, list, pointer);
    return list;
}

/* ---- expectations ---------------------------------------------------------------------------- */

static void expect_link(const struct trial *trial, const struct list *list, unsigned number)
{
    uint64_t link = list->link[number], leaf = list->leaf[number];

    trial_expect_type(trial, link, "main.link", 1);
    assert_true(trial_is_pointed(trial, link));
    trial_expect_type(trial, leaf, "main.leaf", 1);
    if (leaf) assert_true(trial_is_pointed(trial, leaf));
    if (!trial->marks) return;
    if (!trial->away_every || trial_is_away(trial, link))
        assert_int_equal(trial_is_scanned(trial, link), !trial->away_every);
    if (leaf && !trial->away_every) assert_true(trial_is_scanned(trial, leaf));
}

static void expect_list(const struct trial *trial)
{
    const struct list *list = trial->all;

    for (unsigned i = 0; i < LINKS; i++)
        expect_link(trial, list, i);
    trial_expect_type(trial, list->held, "main.link", 1);
    trial_expect_type(trial, list->wrong, "", 0);
    trial_expect_type(trial, list->bare, "", 0);
    trial_expect_type(trial, list->lost, "", 0);
    assert_true(trial_is_pointed(trial, list->bare));
}

static void expect_marks(const struct trial *trial)
{
    const struct list *list = trial->all;

    expect_list(trial);
    trial_expect_same_marks(trial);
    assert_false(gt_bit(&trial->marked, trial_object(trial, list->lost)));
    assert_int_equal(trial->reach.dangles, list->gone != 0);
}

static void try_list(void **state, struct trial like, bool dangles)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct list *list = make_list(synth, dangles);

    like.all = list;
    like.analysis = synth_open(synth);
    trial_run(like);
    free(list);
}

static void a_list_has_types(void **state)
{
    try_list(state, (struct trial){.expect = expect_list}, false);
}

static void a_list_is_marked_meanwhile(void **state)
{
    try_list(state, (struct trial){.marks = true, .expect = expect_marks}, false);
}

static void links_that_are_away_are_left_to_the_mark(void **state)
{
    try_list(state, (struct trial){.marks = true, .away_every = 5, .expect = expect_marks}, false);
}

static void a_link_to_a_free_slot_dangles(void **state)
{
    try_list(state, (struct trial){.marks = true, .expect = expect_marks}, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_list_has_types, synth_end),
        cmocka_unit_test_teardown(a_list_is_marked_meanwhile, synth_end),
        cmocka_unit_test_teardown(links_that_are_away_are_left_to_the_mark, synth_end),
        cmocka_unit_test_teardown(a_link_to_a_free_slot_dangles, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
