/* Maps of Go 1.22 that nothing typed leads to: the buckets are typed by their contents, as many as
 * the header says. Overflow buckets belong to them. */
#include "tests/unit/runtime/typing/object_type.h"
#include "tests/unit/synth/synth_impl.h"

#define MAP "map[uint8]*main.leaf"
#define BUCKET "map.bucket[uint8]*main.leaf"

/* Of a bucket: 8 hashes, 8 keys, 8 pointers, the overflow pointer. A leaf is 40 bytes, which no
 * other type of these tests has. */
enum { SLOTS = 8, ELEMS = 16, OVERFLOW = 80, SIZE = 88, LEAF = 40, HEADER = 48 };

/* A bucket type, whose elements point to `elem`. */
static uint64_t bucket_type(struct synth *synth, const char *name, uint64_t elem)
{
    struct synth_type_field fields[SLOTS + 1];
    uint64_t pointer = synth_type_pointer(synth, "*main.leaf", elem);

    for (unsigned i = 0; i < SLOTS; i++)
        fields[i] = (struct synth_type_field){"elem", pointer, ELEMS + i * 8};
    fields[SLOTS] =
        (struct synth_type_field){"overflow", synth_type_unsafe_pointer(synth), OVERFLOW};
    return synth_type_struct(synth, name, SIZE, fields, SLOTS + 1);
}

/* A struct whose last word is a pointer. */
static uint64_t leaf_type(struct synth *synth, const char *name, uint64_t size)
{
    const struct synth_type_field last[] = {{"p", synth_type_unsafe_pointer(synth), size - 8}};

    return synth_type_struct(synth, name, size, last, 1);
}

static void add_map_type(struct synth *synth)
{
    uint64_t leaf = leaf_type(synth, "main.leaf", LEAF);
    uint64_t pointer = synth_type_pointer(synth, "*main.leaf", leaf);

    synth_type_buckets(synth, MAP, synth_type_byte(synth), pointer,
                       bucket_type(synth, BUCKET, leaf));
}

static uint64_t new_leaf(struct synth *synth)
{
    uint64_t leaf = synth_object(synth, LEAF, "....p");

    synth_put(synth, leaf + LEAF - 8, synth_object(synth, 64, NULL));
    return leaf;
}

/* The first `count` slots of the bucket. */
static void fill(struct synth *synth, uint64_t bucket, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        synth_put_sized(synth, bucket + i, 1, 100 + i);
        synth_put(synth, bucket + ELEMS + i * 8, new_leaf(synth));
    }
}

struct map {
    uint64_t header, buckets, overflow;
};

/* Two buckets, of which the first is full and continues in an overflow bucket. The header says how
 * many there are, as a base 2 logarithm. */
static struct map new_map(struct synth *synth, unsigned shift)
{
    struct map map = {synth_object(synth, HEADER, "..pp.p"),
                      synth_object(synth, 2 * SIZE, "..ppppppppp..ppppppppp"),
                      synth_object(synth, SIZE, "..ppppppppp")};

    fill(synth, map.buckets, SLOTS);
    fill(synth, map.buckets + SIZE, 1);
    fill(synth, map.overflow, 2);
    synth_put(synth, map.buckets + OVERFLOW, map.overflow);
    synth_put(synth, map.header, SLOTS + 1 + 2);
    synth_set(synth, map.header, GT_F_hmap_B, shift);
    synth_set(synth, map.header, GT_F_hmap_buckets, map.buckets);
    synth_global(synth, "main.kept", map.header);
    return map;
}

static void a_map_with_an_overflow_bucket_is_typed(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    add_map_type(synth);
    struct map map = new_map(synth, 1);
    expect_type(synth, map.header, MAP);
    expect_type(synth, map.buckets, BUCKET);
    expect_type(synth, map.overflow, BUCKET);
}

static void buckets_are_as_many_as_the_header_says(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    add_map_type(synth);
    struct map map = new_map(synth, 0);
    expect_type(synth, map.header, "");
    expect_type(synth, map.buckets, "");
}

static void buckets_that_two_types_fit_have_none(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    add_map_type(synth);
    bucket_type(synth, "map.bucket[uint8]*main.other", leaf_type(synth, "main.other", LEAF));
    struct map map = new_map(synth, 1);
    expect_type(synth, map.header, "");
    expect_type(synth, map.buckets, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_map_with_an_overflow_bucket_is_typed, synth_end),
        cmocka_unit_test_teardown(buckets_are_as_many_as_the_header_says, synth_end),
        cmocka_unit_test_teardown(buckets_that_two_types_fit_have_none, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
