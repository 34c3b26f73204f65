/* Arrays to which slices of many owners lead: of two types, of other lengths than the slices say,
 * and with pointers that the type does not have. What they are is known by hand, and the same with
 * any number of threads. */
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

enum {
    OWNERS = 8192, /* whole pages of pointers to them */
    OWNER = 48,
    TOP = 32,
    ELEMENT = 16,
    ARRAY = 48, /* 3 elements */
    AT_ELEM = 48,
};

/* What an owner's slices say, and what the arrays are. The bitmap decides. */
static const struct shape {
    uint64_t count;
    const char *bitmap;
    uint64_t elements;
} shapes[] = {
    {3, "p.p.p", 3}, {2, "p.p.p", 2}, {1, "p.p.p", 1},  {3, "p.p", 2},
    {3, "p", 1},     {3, ".p", 0},    {3, "p.pp.p", 1}, {3, "p.p.p", 3},
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

struct owners {
    uint64_t list;
    struct owner {
        uint64_t owner, coins, notes;
    } at[OWNERS];
    struct owner first; /* it is not in the list, and read before it: what is needed of the types is
                         * made where one thread reads */
};

/* Of some neighbours all are alike, of others none. */
static const struct shape *shape_of(unsigned number)
{
    return &shapes[number / 64 % 2 ? number % SHAPES : number / 128 % SHAPES];
}

static bool has_notes(unsigned number)
{
    return number / 32 % 2;
}

/* ---- the process ----------------------------------------------------------------------------- */

static uint64_t make_element(struct synth *synth, const char *name)
{
    struct synth_type_field field = {"p", synth_type_unsafe_pointer(synth), 0};

    return synth_type_struct(synth, name, ELEMENT, &field, 1);
}

static uint64_t make_owner(struct synth *synth)
{
    const struct synth_type_field fields[] = {
        {"coins", synth_type_slice(synth, "[]main.coin", make_element(synth, "main.coin")), 0},
        {"notes", synth_type_slice(synth, "[]main.note", make_element(synth, "main.note")), 24},
    };

    return synth_type_struct(synth, "main.owner", OWNER, fields, 2);
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t value, uint64_t count)
{
    synth_put(synth, at, value);
    synth_put(synth, at + 8, count);
    synth_put(synth, at + 16, count);
}

/* A queued finalizer types the list. */
static void make_list(struct synth *synth, struct owners *owners)
{
    uint64_t pointer = synth_type_pointer(synth, "*main.owner", make_owner(synth));
    const struct synth_type_field fields[] = {
        {"list", synth_type_slice(synth, "[]*main.owner", pointer), 0}, {"first", pointer, 24}};
    uint64_t type = synth_type_struct(synth, "main.top", TOP, fields, 2);
    uint64_t top = synth_object(synth, TOP, "p..p"), run = synth_func(synth, "main.finalize");

    owners->list = synth_tiled(synth, (uint64_t)OWNERS * 8, pointer);
    put_slice(synth, top, owners->list, OWNERS);
    synth_put(synth, top + 24, owners->first.owner);
    synth_type_finalizer(synth, synth_queue_finalizer(synth, top, run),
                         synth_type_pointer(synth, "*main.top", type));
}

static void make_one(struct synth *synth, struct owner *one, unsigned number)
{
    const struct shape *coins = shape_of(number), *notes = shape_of(number + 1);

    one->owner = synth_object(synth, OWNER, "p..p");
    one->coins = synth_object(synth, ARRAY, coins->bitmap);
    put_slice(synth, one->owner, one->coins, coins->count);
    if (!has_notes(number)) return;
    one->notes = synth_object(synth, ARRAY, notes->bitmap);
    put_slice(synth, one->owner + 24, one->notes, notes->count);
}

static struct owners *build(struct synth *synth)
{
    struct owners *owners = calloc(1, sizeof *owners);

    assert_non_null(owners);
    make_one(synth, &owners->first, 32);
    make_list(synth, owners);
    for (unsigned i = 0; i < OWNERS; i++) {
        make_one(synth, &owners->at[i], i);
        synth_put(synth, owners->list + (uint64_t)i * 8, owners->at[i].owner);
    }
    return owners;
}

/* ---- what is expected ------------------------------------------------------------------------ */

static void expect_array(const struct trial *trial, uint64_t array, const char *name,
                         const struct shape *shape)
{
    trial_expect_type(trial, array, shape->elements ? name : "", shape->elements);
}

static void expect_arrays(const struct trial *trial)
{
    const struct owners *owners = trial->all;

    for (unsigned i = 0; i < OWNERS; i++) {
        trial_expect_type(trial, owners->at[i].owner, "main.owner", 1);
        expect_array(trial, owners->at[i].coins, "main.coin", shape_of(i));
        expect_array(trial, owners->at[i].notes, "main.note", shape_of(i + 1));
    }
}

static void arrays_have_the_elements_that_fit(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct owners *owners = build(synth);

    trial_run(
        (struct trial){.all = owners, .analysis = synth_open(synth), .expect = expect_arrays});
    free(owners);
}

static void so_they_have_while_marks_are_made(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct owners *owners = build(synth);

    trial_run((struct trial){
        .all = owners, .analysis = synth_open(synth), .marks = true, .expect = expect_arrays});
    free(owners);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(arrays_have_the_elements_that_fit, synth_end),
        cmocka_unit_test_teardown(so_they_have_while_marks_are_made, synth_end),
    };

    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
