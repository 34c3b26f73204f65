/* Types that spread: a claim that an object's bitmap contradicts leaves the object to its own, and
 * an object's words are claimed whatever its neighbours have. */
#include "tests/unit/runtime/typing/object_type.h"
#include "tests/unit/synth/synth_impl.h"

enum { CLAIMERS = 40, CELL = 16, PAIR = 32, BLOCK = 4096 };

/* A struct with unsafe pointers at these offsets. */
static uint64_t type_of(struct synth *synth, const char *name, uint64_t size,
                        const uint64_t *offsets, size_t count)
{
    struct synth_type_field fields[2];

    for (size_t i = 0; i < count; i++)
        fields[i] = (struct synth_type_field){"p", synth_type_unsafe_pointer(synth), offsets[i]};
    return synth_type_struct(synth, name, size, fields, count);
}

/* Pairs of pointers, of which two types have the bitmap, so that only an interface tells. */
static uint64_t pair_type(struct synth *synth)
{
    static const uint64_t offsets[] = {8, 24};

    type_of(synth, "main.other", PAIR, offsets, 2);
    return type_of(synth, "main.pair", PAIR, offsets, 2);
}

static uint64_t new_pair(struct synth *synth)
{
    uint64_t pair = synth_object(synth, PAIR, ".p.p");

    synth_put(synth, pair + 8, synth_object(synth, BLOCK, NULL));
    synth_put(synth, pair + 24, synth_object(synth, BLOCK, NULL));
    return pair;
}

static uint64_t new_interface(struct synth *synth)
{
    return synth_object(synth, CELL, ".p");
}

static void set_interface(struct synth *synth, uint64_t at, uint64_t type, uint64_t value)
{
    synth_put(synth, at, type);
    synth_put(synth, at + 8, value);
}

/* Untyped interfaces that variables lead to. */
static void add_claimers(struct synth *synth, uint64_t *claimers)
{
    static char names[CLAIMERS][16];

    for (unsigned i = 0; i < CLAIMERS; i++) {
        claimers[i] = new_interface(synth);
        snprintf(names[i], sizeof names[i], "main.claimer%u", i);
        synth_global(synth, names[i], claimers[i]);
    }
}

/* The claimers' value is an interface itself, and asked for its claims after them, so it lies
 * behind them. They say that its first word is a pointer, or nothing. */
static void expect_pair_typed(void **state, bool claimed)
{
    static const uint64_t first[] = {0};
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t wrong = type_of(synth, "main.wrong", CELL, first, 1), type = pair_type(synth);
    uint64_t claimers[CLAIMERS];

    add_claimers(synth, claimers);
    uint64_t middle = new_interface(synth), pair = new_pair(synth);
    set_interface(synth, middle, type, pair);
    for (unsigned i = 0; i < CLAIMERS; i++)
        set_interface(synth, claimers[i], claimed ? wrong : 0, middle);
    expect_type(synth, pair, "main.pair");
    expect_type(synth, middle, "");
}

static void an_interface_gives_its_value_a_type(void **state)
{
    expect_pair_typed(state, false);
}

static void wrong_claims_do_not_silence_the_object(void **state)
{
    expect_pair_typed(state, true);
}

/* Neighbours of one type, each with an interface, which is nil but in the third and the last. */
static void neighbours_with_nil_do_not_silence_the_others(void **state)
{
    enum { RECORDS = 8 };
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct synth_type_field value = {"value", synth_type_any(synth), 0};
    uint64_t record = synth_type_struct(synth, "main.record", CELL, &value, 1);
    uint64_t type = pair_type(synth), third = 0, last = 0, claimers[CLAIMERS], records[RECORDS];

    add_claimers(synth, claimers);
    for (unsigned i = 0; i < RECORDS; i++) {
        records[i] = synth_object(synth, CELL, "pp");
        set_interface(synth, claimers[i], record, records[i]);
    }
    set_interface(synth, records[2], type, third = new_pair(synth));
    set_interface(synth, records[RECORDS - 1], type, last = new_pair(synth));
    expect_type(synth, records[1], "main.record");
    expect_type(synth, third, "main.pair");
    expect_type(synth, last, "main.pair");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_interface_gives_its_value_a_type, synth_end),
        cmocka_unit_test_teardown(wrong_claims_do_not_silence_the_object, synth_end),
        cmocka_unit_test_teardown(neighbours_with_nil_do_not_silence_the_others, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
