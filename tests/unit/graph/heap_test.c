/* The heap: regions and their seal, and the object that an address is in. */
#include "inspector/base/error.h"
#include "tests/unit/graph/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_refused(const struct gt_region *regions, size_t count)
{
    struct gt_heap heap;
    struct gt_error *error = seal(&heap, regions, count);

    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_FORMAT);
    gt_error_destroy(error);
    gt_heap_deinit(&heap);
}

/* ---- the seal ------------------------------------------------------------------------------- */

static void an_empty_heap_has_no_objects(void **state)
{
    struct gt_heap heap;

    (void)state;
    assert_null(seal(&heap, NULL, 0));
    assert_int_equal(heap.objects, 0);
    assert_int_equal(gt_heap_object(&heap, 0), GT_NO_OBJECT);
    assert_int_equal(gt_heap_object(&heap, UINT64_MAX), GT_NO_OBJECT);
    assert_int_equal(gt_heap_bytes_of(&heap, &heap.allocated), 0);
    gt_heap_deinit(&heap);
}

static void regions_with_pointers_come_first_and_by_address(void **state)
{
    struct gt_heap heap;
    struct gt_region regions[] = {region(BASE, 16, 3), region(BASE + 3 * PAGE, 32, 5),
                                  region(BASE + PAGE, 64, 2)};

    (void)state;
    regions[1].scan = regions[2].scan = GT_SCAN_BITMAP;
    assert_null(seal(&heap, regions, 3));
    assert_int_equal(heap.objects, 10);
    assert_int_equal(heap.scan_objects, 7);
    assert_int_equal(heap.regions[0].base, BASE + PAGE);
    assert_int_equal(heap.regions[1].base, BASE + 3 * PAGE);
    assert_int_equal(heap.regions[1].first, 2);
    assert_int_equal(heap.regions[2].first, 7);
    gt_heap_deinit(&heap);
}

/* Every third region has pointers. More are added than there was room for. */
static void seal_many(struct gt_heap *heap, uint32_t room, uint32_t count, bool by_address)
{
    gt_heap_init(heap, (struct gt_heap_source){0});
    gt_heap_reserve(heap, room);
    for (uint32_t i = 0; i < count; i++) {
        struct gt_region next = region(BASE + (by_address ? i : count - 1 - i) * PAGE, 16, 1);
        if (next.base / PAGE % 3 == 0) next.scan = GT_SCAN_BITMAP;
        gt_heap_add(heap, &next);
    }
    assert_null(gt_heap_seal(heap));
}

static void room_and_order_of_regions_do_not_matter(void **state)
{
    enum { COUNT = 1000 };
    static const uint32_t rooms[] = {0, 1, 500, COUNT, 2 * COUNT};

    (void)state;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        for (unsigned by_address = 0; by_address < 2; by_address++) {
            struct gt_heap heap;
            seal_many(&heap, rooms[i], COUNT, by_address);
            assert_int_equal(heap.region_count, COUNT);
            assert_int_equal((uintptr_t)heap.regions % sizeof *heap.regions, 0);
            for (uint32_t j = 1; j < COUNT; j++) {
                bool first = j == heap.scan_objects;
                assert_true(first || heap.regions[j].base > heap.regions[j - 1].base);
                assert_int_equal(heap.regions[j].scan == GT_SCAN_NONE, j >= heap.scan_objects);
            }
            gt_heap_deinit(&heap);
        }
}

static void damaged_regions_are_refused(void **state)
{
    const struct gt_region damaged[] = {
        region(BASE + 8, 16, 1),                    /* not on a page */
        region(BASE, 0, 1),                         /* no slot size */
        region(BASE, 12, 1),                        /* not of words */
        region(BASE, 16, 0),                        /* no slots */
        region(BASE, UINT64_C(1) << 60, 1000),      /* the size overflows */
        region(UINT64_MAX - PAGE + 1, PAGE * 2, 1), /* the end overflows */
        region(BASE, 8, UINT32_C(1) << 31),         /* too many objects */
        region(BASE, UINT64_C(1) << 43, 1),         /* too many bytes */
        {.base = BASE, .slot_size = 8, .count = 1, .scan = 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        expect_refused(&damaged[i], 1);
}

static void a_fault_is_reported_before_the_seal(void **state)
{
    struct gt_region good = region(BASE, 16, 2), bad = region(BASE + 16, 16, 2);

    (void)state;
    assert_null(gt_region_fault(&good));
    assert_string_equal(gt_region_fault(&bad), "does not begin on a page");
}

static void objects_of_all_regions_are_counted_together(void **state)
{
    const struct gt_region halves[] = {region(BASE, 8, UINT32_C(1) << 30),
                                       region(BASE + (UINT64_C(1) << 40), 8, UINT32_C(1) << 30)};

    (void)state;
    expect_refused(halves, 2);
}

static void overlapping_regions_are_refused(void **state)
{
    const struct gt_region same_page[] = {region(BASE, 16, 2), region(BASE, 32, 2)};
    const struct gt_region inside[] = {region(BASE, 8, 4096), region(BASE + PAGE, 16, 4)};

    (void)state;
    expect_refused(same_page, 2);
    expect_refused(inside, 2);
}

static void regions_too_far_apart_are_refused(void **state)
{
    const struct gt_region apart[] = {region(0, 16, 2), region(UINT64_C(1) << 48, 16, 2)};

    (void)state;
    expect_refused(apart, 2);
}

static void regions_far_apart_cost_only_their_own_pages(void **state)
{
    struct gt_heap heap;
    const struct gt_region apart[] = {region(0, 16, 2), region((UINT64_C(1) << 47) - PAGE, 16, 2)};
    struct gt_error *error = seal(&heap, apart, 2);

    (void)state;
    if (!error) { /* an address space limit may refuse the table; then the seal is an error */
        allocate_all(&heap);
        assert_int_equal(gt_heap_object(&heap, (UINT64_C(1) << 47) - PAGE + 17), 3);
        assert_int_equal(gt_heap_object(&heap, UINT64_C(1) << 46), GT_NO_OBJECT);
    }
    gt_error_destroy(error);
    gt_heap_deinit(&heap);
}

static void tiled_regions_need_a_tile_function(void **state)
{
    struct gt_heap heap;
    struct gt_region tiled = region(BASE, 16, 1);

    (void)state;
    tiled.scan = GT_SCAN_TILED;
    struct gt_error *error = seal(&heap, &tiled, 1);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_USAGE);
    gt_error_destroy(error);
    gt_heap_deinit(&heap);
}

/* ---- look-ups ------------------------------------------------------------------------------- */

static void every_byte_of_a_slot_is_its_object(void **state)
{
    struct little little;

    (void)state;
    assert_null(little_init(&little));
    for (unsigned i = 0; i < LITTLE_NODES; i++)
        for (unsigned byte = 0; byte < LITTLE_SIZE; byte++)
            assert_int_equal(object_at(&little, node(i) + byte), i);
    assert_int_equal(object_at(&little, leaf(0)), LITTLE_NODES);
    little_deinit(&little);
}

static void what_is_no_slot_is_no_object(void **state)
{
    struct little little;

    (void)state;
    assert_null(little_init(&little));
    assert_int_equal(object_at(&little, 0), GT_NO_OBJECT);
    assert_int_equal(object_at(&little, node(LITTLE_NODES)), GT_NO_OBJECT);
    assert_int_equal(object_at(&little, leaf(LITTLE_LEAVES_COUNT)), GT_NO_OBJECT);
    assert_int_equal(object_at(&little, LITTLE_BASE + PAGE - 1), GT_NO_OBJECT);
    assert_int_equal(object_at(&little, LITTLE_BASE + PAGE), GT_NO_OBJECT);
    assert_int_equal(object_at(&little, LITTLE_LEAVES - 1), GT_NO_OBJECT);
    gt_bit_clear(&little.heap.allocated, 2);
    assert_int_equal(object_at(&little, node(2)), GT_NO_OBJECT);
    little_deinit(&little);
}

static void a_single_slot_ends_where_it_ends(void **state)
{
    struct gt_heap heap;
    const struct gt_region large = region(BASE, 3 * PAGE + 8, 1);

    (void)state;
    assert_null(seal(&heap, &large, 1));
    allocate_all(&heap);
    assert_int_equal(gt_heap_object(&heap, BASE + 3 * PAGE + 7), 0);
    assert_int_equal(gt_heap_object(&heap, BASE + 3 * PAGE + 8), GT_NO_OBJECT);
    gt_heap_deinit(&heap);
}

/* Checks every slot's first and last byte, whether the seal multiplies or divides. */
static void expect_exact_slots(uint64_t slot_size, uint32_t count)
{
    struct gt_heap heap;
    const struct gt_region one = region(BASE, slot_size, count);

    assert_null(seal(&heap, &one, 1));
    for (uint32_t slot = 0; slot < count; slot++) {
        uint64_t at = BASE + slot * slot_size;
        assert_int_equal(gt_region_slot(&heap.regions[0], at), slot);
        assert_int_equal(gt_region_slot(&heap.regions[0], at + slot_size - 1), slot);
    }
    assert_true(gt_region_slot(&heap.regions[0], BASE + slot_size * count) >= count);
    gt_heap_deinit(&heap);
}

static void slots_are_exact_for_every_small_size(void **state)
{
    (void)state;
    for (uint64_t size = 8; size <= 32768; size += 8)
        expect_exact_slots(size, (uint32_t)(10 * PAGE / size));
}

static void slots_are_exact_where_the_magic_number_is_not(void **state)
{
    struct gt_heap heap;
    const struct gt_region wide = region(BASE, 24, UINT32_C(1) << 27);

    (void)state;
    assert_null(seal(&heap, &wide, 1));
    assert_int_equal(heap.regions[0].magic, 0);
    for (uint32_t slot = 0; slot < wide.count; slot += 12345)
        assert_int_equal(gt_region_slot(&heap.regions[0], BASE + slot * UINT64_C(24) + 23), slot);
    gt_heap_deinit(&heap);
    expect_exact_slots((UINT64_C(1) << 33) + 8, 3);
    expect_exact_slots(1000 * 8, 60000);
}

static void regions_are_found_by_object(void **state)
{
    struct gt_heap heap;
    enum { REGIONS = 700 };

    (void)state;
    gt_heap_init(&heap, (struct gt_heap_source){0});
    for (uint32_t i = 0; i < REGIONS; i++) { /* regions of one slot and of many, alternating */
        struct gt_region one = region(BASE + i * PAGE, 8, i % 7 == 3 ? 1000 : 1);
        gt_heap_add(&heap, &one);
    }
    assert_null(gt_heap_seal(&heap));
    for (uint32_t i = 0; i < REGIONS; i++) {
        const struct gt_region *one = &heap.regions[i];
        assert_ptr_equal(gt_heap_region_of(&heap, one->first), one);
        assert_ptr_equal(gt_heap_region_of(&heap, one->first + one->count - 1), one);
    }
    gt_heap_deinit(&heap);
}

static void objects_know_their_address_size_and_bytes(void **state)
{
    struct little little;

    (void)state;
    assert_null(little_init(&little));
    assert_int_equal(gt_heap_address(&little.heap, 3), node(3));
    assert_int_equal(gt_heap_size(&little.heap, 3), LITTLE_SIZE);
    assert_ptr_equal(gt_heap_bytes(&little.heap, 3), little.bytes + 3 * LITTLE_SIZE);
    assert_null(gt_heap_bytes(&little.heap, object_at(&little, leaf(1))));
    assert_int_equal(gt_heap_address(&little.heap, object_at(&little, leaf(1))), leaf(1));
    little_deinit(&little);
}

static void sums_are_by_slot_size(void **state)
{
    struct little little;
    struct gt_bitmap set;

    (void)state;
    assert_null(little_init(&little));
    gt_bitmap_init(&set, little.heap.objects);
    assert_int_equal(gt_heap_bytes_of(&little.heap, &set), 0);
    gt_bit_set(&set, 0);
    gt_bit_set(&set, 7);
    gt_bit_set(&set, 8); /* the first leaf */
    gt_bit_set(&set, 11);
    assert_int_equal(gt_heap_bytes_of(&little.heap, &set), 2 * LITTLE_SIZE + 2 * LITTLE_LEAF);
    assert_int_equal(gt_heap_scan_bytes_of(&little.heap, &set), 2 * LITTLE_SIZE);
    gt_bitmap_deinit(&set);
    little_deinit(&little);
}

static void sums_cross_the_words_of_a_set(void **state)
{
    struct gt_heap heap;
    const struct gt_region regions[] = {region(BASE, 8, 60), region(BASE + PAGE, 16, 200),
                                        region(BASE + 2 * PAGE, 32, 4)};

    (void)state;
    assert_null(seal(&heap, regions, 3));
    allocate_all(&heap);
    assert_int_equal(gt_heap_bytes_of(&heap, &heap.allocated), 60 * 8 + 200 * 16 + 4 * 32);
    gt_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_objects),
        cmocka_unit_test(regions_with_pointers_come_first_and_by_address),
        cmocka_unit_test(room_and_order_of_regions_do_not_matter),
        cmocka_unit_test(damaged_regions_are_refused),
        cmocka_unit_test(a_fault_is_reported_before_the_seal),
        cmocka_unit_test(objects_of_all_regions_are_counted_together),
        cmocka_unit_test(overlapping_regions_are_refused),
        cmocka_unit_test(regions_too_far_apart_are_refused),
        cmocka_unit_test(regions_far_apart_cost_only_their_own_pages),
        cmocka_unit_test(tiled_regions_need_a_tile_function),
        cmocka_unit_test(every_byte_of_a_slot_is_its_object),
        cmocka_unit_test(what_is_no_slot_is_no_object),
        cmocka_unit_test(a_single_slot_ends_where_it_ends),
        cmocka_unit_test(slots_are_exact_for_every_small_size),
        cmocka_unit_test(slots_are_exact_where_the_magic_number_is_not),
        cmocka_unit_test(regions_are_found_by_object),
        cmocka_unit_test(objects_know_their_address_size_and_bytes),
        cmocka_unit_test(sums_are_by_slot_size),
        cmocka_unit_test(sums_cross_the_words_of_a_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
