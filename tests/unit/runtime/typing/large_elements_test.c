/* Types with more pointers than a round reads at once: elements of a large array, and a damaged
 * type whose fields overlap. */
#include "tests/unit/runtime/typing/object_type.h"
#include "tests/unit/synth/synth_impl.h"

enum { WORDS = 64, PARTS = 11, PART = WORDS * 8, ELEMENT = PARTS * PART, ELEMENTS = 8 };

/* 704 pointers, each to a pair, which the collector describes in a way that fits two types. */
static uint64_t element_type(struct synth *synth, uint64_t pointer)
{
    struct synth_type_field fields[WORDS];

    for (unsigned i = 0; i < WORDS; i++)
        fields[i] = (struct synth_type_field){"p", pointer, (uint64_t)i * 8};
    uint64_t part = synth_type_struct(synth, "main.part", PART, fields, WORDS);
    for (unsigned i = 0; i < PARTS; i++)
        fields[i] = (struct synth_type_field){"p", part, (uint64_t)i * PART};
    return synth_type_struct(synth, "main.element", ELEMENT, fields, PARTS);
}

static void elements_with_very_many_pointers_are_read(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    const struct synth_type_field field = {"p", synth_type_unsafe_pointer(synth), 0};
    uint64_t pair = synth_type_struct(synth, "main.pair", 16, &field, 1);
    synth_type_struct(synth, "main.other", 16, &field, 1);
    uint64_t type = element_type(synth, synth_type_pointer(synth, "*main.pair", pair));
    uint64_t array = synth_tiled(synth, (uint64_t)ELEMENTS * ELEMENT, type);
    uint64_t last = synth_object(synth, 16, "p");

    synth_put(synth, array + (uint64_t)ELEMENTS * ELEMENT - 8, last);
    synth_global(synth, "main.array", array);
    expect_type(synth, last, "main.pair");
}

/* One word with very many pointers. */
static uint64_t overlapping_type(struct synth *synth)
{
    enum { FIELDS = 600 };
    static struct synth_type_field fields[FIELDS];
    const struct synth_type_field key = {"p", synth_type_unsafe_pointer(synth), 8};
    uint64_t pair = synth_type_struct(synth, "main.pair", 16, &key, 1);
    uint64_t pointer = synth_type_pointer(synth, "*main.pair", pair);

    for (unsigned i = 0; i < FIELDS; i++)
        fields[i] = (struct synth_type_field){"p", pointer, 0};
    return synth_type_struct(synth, "main.odd", 16, fields, FIELDS);
}

static uint64_t new_odd(struct synth *synth, uint64_t target)
{
    uint64_t odd = synth_object(synth, 16, "p");

    synth_put(synth, odd, target);
    return odd;
}

/* So many that they are read in rounds. The words of the type are listed before, for the one that a
 * small array leads to. */
static void fields_that_overlap_do_no_harm(void **state)
{
    enum { OBJECTS = 8 << 10 };
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t pointer = synth_type_pointer(synth, "*main.odd", overlapping_type(synth));
    uint64_t small = synth_tiled(synth, 8, pointer), target = synth_object(synth, 16, ".p"),
             last = 0;
    uint64_t array = synth_tiled(synth, (uint64_t)OBJECTS * 8, pointer);

    synth_put(synth, small, new_odd(synth, target));
    for (uint64_t i = 0; i < OBJECTS; i++) {
        last = new_odd(synth, target);
        synth_put(synth, array + i * 8, last);
    }
    synth_global(synth, "main.small", small);
    synth_global(synth, "main.array", array);
    expect_type(synth, last, "main.odd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(elements_with_very_many_pointers_are_read, synth_end),
        cmocka_unit_test_teardown(fields_that_overlap_do_no_harm, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
