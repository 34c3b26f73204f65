/* Words of untyped memory, and what they may or may not count as. */
#include "inspector/runtime/typing/shapes.h"
#include "tests/unit/gotypes/target.h"

enum { WORD = 8, CELL = 64, BLOCK = 4096 };
static const uint64_t CELLS = 0x500000 + 0x40000, BLOCKS = 0x500000 + 0x80000;

/* A heap of one span of small objects with pointers and one of large blocks without, in a target's
 * memory. */
struct world {
    struct target *target;
    struct gt_process process;
    struct gt_goheap heap;
    struct gt_shapes *shapes;
    unsigned char mask[BLOCK / WORD / 8];
    struct gt_word word; /* the last word read */
};

static void add_span(struct world *world, uint64_t base, uint64_t slot, uint8_t scan)
{
    struct gt_span span = {.base = base, .elem_size = slot, .nelems = 8192 / (uint32_t)slot};

    gt_vec_add(&world->heap.spans, &span);
    gt_heap_add(&world->heap.graph,
                &(struct gt_region){.base = base,
                                    .slot_size = slot,
                                    .bytes = world->target->bytes + (base - TARGET_BASE),
                                    .mask = scan == GT_SCAN_BITMAP ? world->mask : NULL,
                                    .count = span.nelems,
                                    .tag = (uint32_t)world->heap.spans.len - 1,
                                    .scan = scan});
}

static struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);

    world->target = target_new(26);
    world->target->module.etypes = TARGET_BASE + 0x20000;
    world->process.mem = &world->target->mem;
    world->process.modules = &world->target->module;
    world->process.module_count = 1;
    world->heap.process = &world->process;
    world->heap.spans = GT_VEC_OF(struct gt_span);
    memset(world->mask, 0xff, sizeof world->mask);
    gt_heap_init(&world->heap.graph, (struct gt_heap_source){0});
    add_span(world, CELLS, CELL, GT_SCAN_BITMAP);
    add_span(world, BLOCKS, BLOCK, GT_SCAN_NONE);
    assert_null(gt_heap_seal(&world->heap.graph));
    for (uint32_t i = 0; i < world->heap.graph.objects; i++)
        gt_bit_set(&world->heap.graph.allocated, i);
    return world;
}

/* Called after the program's types are written. */
static void world_open(struct world *world)
{
    world->process.types = open_types(world->target);
    world->shapes = gt_shapes_create(&world->heap);
}

static void world_free(struct world *world)
{
    gt_shapes_destroy(world->shapes);
    gt_types_destroy(world->process.types);
    gt_heap_deinit(&world->heap.graph);
    gt_vec_deinit(&world->heap.spans);
    target_free(world->target);
    free(world);
}

static void fill(struct world *world, uint64_t addr, char byte, size_t count)
{
    memset(world->target->bytes + (addr - TARGET_BASE), byte, count);
}

static int kind_of(struct world *world, struct gt_surrounding around)
{
    world->word = (struct gt_word){.value = around.value};
    gt_shape_word(world->shapes, &around, &world->word);
    return world->word.kind;
}

static int alone(struct world *world, uint64_t value)
{
    return kind_of(world, (struct gt_surrounding){.value = value});
}

static int with_length(struct world *world, uint64_t value, uint64_t len)
{
    return kind_of(world, (struct gt_surrounding){.value = value, .after = 1, .next = {len}});
}

static int with_both(struct world *world, uint64_t value, uint64_t len, uint64_t cap)
{
    return kind_of(world, (struct gt_surrounding){.value = value, .after = 2, .next = {len, cap}});
}

static void the_type_before_a_pointer_makes_an_interface(void **state)
{
    (void)state;
    struct world *world = world_new();
    uint64_t number = put_int(world->target);
    uint64_t pointer = put_pointer(world->target, "*int", number);
    put(world->target, pointer + 23, 1, GT_T_POINTER | 32); /* its values are interface words */
    world_open(world);
    struct gt_surrounding boxed = {.value = CELLS, .has_before = true, .before = number};
    struct gt_surrounding direct = {.value = CELLS, .has_before = true, .before = pointer};
    struct gt_surrounding other = {.value = CELLS, .has_before = true, .before = number + 8};
    struct gt_surrounding pointers = {.value = CELLS, .has_before = false, .before = number};

    assert_int_equal(kind_of(world, boxed), GT_P_POINTER);
    assert_int_equal(world->word.type, gt_types_at(world->process.types, number));
    assert_false(world->word.inferred);
    assert_int_equal(kind_of(world, direct), GT_P_POINTER);
    assert_int_equal(world->word.type, gt_types_at(world->process.types, number));
    assert_int_equal(kind_of(world, other), GT_W_REFERENCE);
    assert_int_equal(kind_of(world, pointers), GT_W_REFERENCE);
    world_free(world);
}

/* It looks like an itab, but its method is no function. */
static void an_itab_is_checked(void **state)
{
    (void)state;
    struct world *world = world_new();
    uint64_t number = put_int(world->target);
    uint64_t interface =
        put_rtype(world->target, (struct rtype){GT_T_INTERFACE, "main.I", 16, 16, 0, 0});
    uint64_t itab = target_alloc(world->target, 32);
    put64(world->target, itab, interface);
    put64(world->target, itab + 8, number);
    put(world->target, itab + 16, 4, 0x1234);
    put64(world->target, itab + 24, 0x401000);
    world_open(world);
    struct gt_surrounding around = {.value = CELLS, .has_before = true, .before = itab};

    assert_int_equal(kind_of(world, around), GT_W_REFERENCE);
    world_free(world);
}

static void text_with_its_length_is_a_string(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);
    fill(world, BLOCKS, 'x', BLOCK);

    assert_int_equal(with_length(world, BLOCKS, 50), GT_P_STRING);
    assert_int_equal(world->word.len, 50);
    assert_true(world->word.inferred);
    assert_int_equal(with_length(world, BLOCKS + 3, 2), GT_P_STRING);
    assert_int_equal(with_both(world, BLOCKS, 50, 7), GT_P_STRING); /* a number follows */
    world_free(world);
}

static void what_is_no_text_is_no_string(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);
    fill(world, BLOCKS, 'x', 40);

    assert_int_equal(with_length(world, BLOCKS, 41), GT_W_UNKNOWN); /* a zero byte */
    assert_int_equal(with_length(world, BLOCKS, 0), GT_W_UNKNOWN);
    assert_int_equal(with_length(world, CELLS, 50), GT_W_REFERENCE); /* pointers are no text */
    world_free(world);
}

static bool is_weak(struct world *world, uint64_t value, uint64_t len)
{
    assert_int_equal(with_length(world, value, len), GT_P_STRING);
    return world->word.weak;
}

static void a_few_letters_are_a_weak_string(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);
    fill(world, BLOCKS, 'x', 40);

    assert_true(is_weak(world, BLOCKS, 7));
    assert_false(is_weak(world, BLOCKS, 8));
    assert_false(is_weak(world, BLOCKS + 12, 4));
    world_free(world);
}

/* var at struct{ buffer *[4000]byte; used int }, and the text that was read into the buffer. */
static void a_type_as_large_as_the_block_weakens_a_string(void **state)
{
    (void)state;
    struct world *world = world_new();
    uint64_t byte = put_rtype(world->target, (struct rtype){GT_T_UINT8, "uint8", 1, 0, 0, 0});
    put_array(world->target, (struct rtype){0, "[4000]uint8", 4000, 0, 0, 0}, byte, 4000);
    world_open(world);
    fill(world, BLOCKS, 'x', BLOCK);

    assert_true(is_weak(world, BLOCKS, 50));
    assert_true(is_weak(world, BLOCKS + 64, 50));
    assert_true(is_weak(world, BLOCKS + 3, 2));
    assert_false(is_weak(world, BLOCKS + 3, 50)); /* no type begins there */
    world_free(world);
}

/* A value of the struct does not consist of text. */
static void long_text_is_no_struct_of_numbers(void **state)
{
    (void)state;
    struct world *world = world_new();
    const struct field fields[] = {{"first", put_int(world->target), 0}};
    put_struct(world->target, (struct rtype){0, "main.counters", 4000, 0, 0, 0}, fields, 1);
    world_open(world);
    fill(world, BLOCKS, 'x', BLOCK - 24);

    assert_false(is_weak(world, BLOCKS, 50));
    assert_true(is_weak(world, BLOCKS, BLOCK / 2)); /* most of it is used */
    world_free(world);
}

static void a_number_that_is_no_length_makes_a_reference(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);
    fill(world, BLOCKS, 'x', BLOCK);

    assert_int_equal(alone(world, BLOCKS), GT_W_REFERENCE);
    assert_int_equal(with_length(world, BLOCKS, BLOCK + 1), GT_W_REFERENCE);
    assert_int_equal(with_length(world, BLOCKS + 1, BLOCK), GT_W_REFERENCE);
    assert_int_equal(with_both(world, BLOCKS, BLOCK + 1, BLOCK + 1), GT_W_REFERENCE);
    world_free(world);
}

static uint64_t size_at(struct world *world, uint64_t base, uint64_t offset, uint64_t most)
{
    return gt_shape_element(world->shapes, gt_heap_object(&world->heap.graph, base), offset, most);
}

/* The last 30 of 512 words are elements of one word each; a slice from the start may use all of
 * it. */
static void elements_are_as_wide_as_can_be(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);
    uint64_t tail = BLOCK - 30 * WORD;

    assert_int_equal(with_both(world, BLOCKS + tail, 30, 30), GT_P_SLICE);
    assert_int_equal(size_at(world, BLOCKS, tail, (BLOCK - tail) / 30), WORD);
    assert_true(size_at(world, BLOCKS, 0, BLOCK / 100) * 100 * 2 > BLOCK);
    assert_int_equal(size_at(world, BLOCKS, 24, 9), 8);     /* of 1, 2, 3, 4, 6 and 8 */
    assert_int_equal(size_at(world, BLOCKS, 2001, 199), 1); /* and not 3 times 29 */
    world_free(world);
}

static bool has_capacity(struct world *world, uint64_t value, uint64_t len, uint64_t cap)
{
    const struct gt_surrounding around = {.value = value, .after = 2, .next = {len, cap}};

    return gt_shape_has_capacity(world->shapes, &around);
}

/* An argument's slot that was never written has what the stack had before. */
static void a_capacity_is_between_the_length_and_the_end_of_the_block(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);

    assert_true(has_capacity(world, BLOCKS, 50, 50));
    assert_true(has_capacity(world, BLOCKS, 50, BLOCK));
    assert_true(has_capacity(world, BLOCKS + 96, 50, BLOCK - 96));
    assert_false(has_capacity(world, BLOCKS, 50, 49));
    assert_false(has_capacity(world, BLOCKS, 50, 0));
    assert_false(has_capacity(world, BLOCKS + 96, 50, BLOCK - 95));
    assert_false(has_capacity(world, BLOCKS, 50, UINT64_C(0x3434343434343434)));
    assert_true(has_capacity(world, TARGET_BASE, 50, UINT64_MAX)); /* of static data */
    world_free(world);
}

/* struct{ at *T; from, to int }: whatever its type, the memory after `at` counts as used. */
static void a_pointer_and_two_numbers_use_what_follows(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);

    assert_int_equal(with_both(world, BLOCKS, 1, 2), GT_P_SLICE);
    uint64_t size = size_at(world, BLOCKS, 0, BLOCK / 2);
    assert_int_equal(2 * size, BLOCK);
    assert_int_equal(world->word.len, 2); /* and no capacity is spare */
    world_free(world);
}

/* struct{ head [64]byte; body [3936]byte }, held by a struct{ at *[3936]byte; from, to int }. */
static void a_pointer_into_a_value_uses_all_that_follows(void **state)
{
    (void)state;
    struct world *world = world_new();
    put_struct(world->target, (struct rtype){0, "main.page", 4000, 0, 0, 0}, NULL, 0);
    world_open(world);

    assert_int_equal(with_both(world, BLOCKS + 64, 0, 1), GT_P_SLICE);
    assert_int_equal(size_at(world, BLOCKS, 64, BLOCK - 64), BLOCK - 64);
    world_free(world);
}

static void elements_have_their_pointers_at_the_same_places(void **state)
{
    (void)state;
    struct world *world = world_new();
    world_open(world);

    assert_int_equal(size_at(world, CELLS, 3 * WORD, 2 * WORD), WORD);
    assert_int_equal(size_at(world, CELLS, 4 * WORD, 2 * WORD), 2 * WORD);
    world->mask[0] = 0x49; /* pointers in words 0, 3 and 6: a slice header, or more, each */
    assert_int_equal(size_at(world, CELLS, 3 * WORD, 5 * WORD), 3 * WORD);
    assert_int_equal(size_at(world, CELLS, 4 * WORD, 2 * WORD), 0);
    assert_int_equal(with_both(world, CELLS + 4 * WORD, 2, 2), GT_W_UNKNOWN);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_before_a_pointer_makes_an_interface),
        cmocka_unit_test(an_itab_is_checked),
        cmocka_unit_test(text_with_its_length_is_a_string),
        cmocka_unit_test(what_is_no_text_is_no_string),
        cmocka_unit_test(a_few_letters_are_a_weak_string),
        cmocka_unit_test(a_type_as_large_as_the_block_weakens_a_string),
        cmocka_unit_test(long_text_is_no_struct_of_numbers),
        cmocka_unit_test(a_number_that_is_no_length_makes_a_reference),
        cmocka_unit_test(elements_are_as_wide_as_can_be),
        cmocka_unit_test(a_capacity_is_between_the_length_and_the_end_of_the_block),
        cmocka_unit_test(a_pointer_and_two_numbers_use_what_follows),
        cmocka_unit_test(a_pointer_into_a_value_uses_all_that_follows),
        cmocka_unit_test(elements_have_their_pointers_at_the_same_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
