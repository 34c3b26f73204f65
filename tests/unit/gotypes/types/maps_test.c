/* Maps of both designs, written into memory by hand: small, large, growing, damaged. */
#include "gotypes/types/maps.h"
#include "tests/unit/gotypes/target.h"

/* What a walk visited: the sums identify the entries, in any order. */
struct met {
    struct target *target;
    unsigned entries, directories, tables, groups;
    uint64_t keys, elems, stop_after;
};

static bool entry(void *ctx, uint64_t key, uint64_t elem)
{
    struct met *met = ctx;
    uint64_t word = 0;
    met->entries++;
    gt_mem_u64(&met->target->mem, key, &word);
    met->keys += word;
    gt_mem_u64(&met->target->mem, elem, &word);
    met->elems += word;
    return met->entries != met->stop_after;
}

static void part(void *ctx, enum gt_map_part what, uint64_t addr, uint64_t count)
{
    struct met *met = ctx;
    (void)addr;
    if (what == GT_MAP_DIRECTORY)
        met->directories++;
    else if (what == GT_MAP_TABLE)
        met->tables++;
    else
        met->groups += (unsigned)count;
}

/* ---- Swiss maps of int to int: groups of 8 control bytes and 8 slots of 16 bytes ---- */

enum { SLOT = 16, GROUP = 8 + 8 * SLOT };

static uint64_t put_swiss_type(struct target *target)
{
    set_field(target, GT_F_map_dirPtr, 16, 8);
    set_field(target, GT_F_map_dirLen, 24, 8);
    set_field(target, GT_F_table_index, 8, 8);
    set_field(target, GT_F_table_groups_data, 16, 8);
    set_field(target, GT_F_table_groups_lengthMask, 24, 8);
    uint64_t number = put_int(target);
    uint64_t at = put_rtype(target, (struct rtype){GT_T_MAP, "map[int]int", 8, 8, 0, 0});
    put64(target, at + 48, number);
    put64(target, at + 56, number);
    put64(target, at + 80, GROUP);
    put64(target, at + 88, SLOT);
    put64(target, at + 96, 8); /* ElemOff */
    return at;
}

static void clear_groups(struct target *target, uint64_t addr, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        put64(target, addr + i * GROUP, 0x8080808080808080);
}

static void put_entry(struct target *target, uint64_t group, unsigned slot, uint64_t key,
                      uint64_t elem)
{
    put(target, group + slot, 1, 0x11);
    put64(target, group + 8 + slot * SLOT, key);
    put64(target, group + 8 + slot * SLOT + 8, elem);
}

static uint64_t put_swiss(struct target *target, uint64_t directory, uint64_t length)
{
    uint64_t map = target_alloc(target, 48);
    put64(target, map + 16, directory);
    put64(target, map + 24, length);
    return map;
}

static uint64_t put_table(struct target *target, uint64_t index, unsigned groups)
{
    uint64_t table = target_alloc(target, 32), data = target_alloc(target, groups * GROUP);
    clear_groups(target, data, groups);
    put64(target, table + 8, index);
    put64(target, table + 16, data);
    put64(target, table + 24, groups - 1);
    put_entry(target, data + (groups - 1) * GROUP, 7, 100 + index, 1);
    return table;
}

static bool walk(struct target *target, struct gt_types *types, uint64_t type, uint64_t map,
                 struct met *met)
{
    gt_type_id id = gt_types_at(types, type);
    size_t before = met->entries, stop_after = met->stop_after;
    uint64_t counted;

    met->target = target;
    bool whole = gt_map_walk(types, id, map, entry, met);
    assert_int_equal(gt_map_count(types, id, map, &counted), whole);
    if (whole && !stop_after) assert_int_equal(counted, met->entries - before);
    return whole;
}

static void a_small_map_is_one_group(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), group = target_alloc(target, GROUP);
    clear_groups(target, group, 1);
    put_entry(target, group, 0, 3, 30);
    put_entry(target, group, 5, 4, 40);
    put(target, group + 6, 1, 0xfe); /* deleted */
    uint64_t map = put_swiss(target, group, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0}, parts = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.entries, 2);
    assert_int_equal(met.keys, 7);
    assert_int_equal(met.elems, 70);
    assert_true(gt_map_parts(types, gt_types_at(types, type), map, part, &parts));
    assert_int_equal(parts.groups, 1);
    assert_int_equal(parts.directories, 0);
    gt_types_destroy(types);
    target_free(target);
}

static void empty_and_nil_maps_have_nothing(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), map = put_swiss(target, 0, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_true(walk(target, types, type, 0, &met));
    assert_int_equal(met.entries, 0);
    assert_false(walk(target, types, type, 0x10, &met));
    gt_types_destroy(types);
    target_free(target);
}

/* A directory of four entries, of which two hold the first table. */
static uint64_t put_aliased(struct target *target)
{
    uint64_t directory = target_alloc(target, 32), first = put_table(target, 0, 2);
    put64(target, directory, first);
    put64(target, directory + 8, first);
    put64(target, directory + 16, put_table(target, 2, 1));
    put64(target, directory + 24, put_table(target, 3, 4));
    return directory;
}

static void aliased_tables_are_visited_once(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), map = put_swiss(target, put_aliased(target), 4);
    struct gt_types *types = open_types(target);
    struct met met = {0}, parts = {0}, stopped = {.stop_after = 1};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.entries, 3);
    assert_int_equal(met.keys, 305);
    assert_true(gt_map_parts(types, gt_types_at(types, type), map, part, &parts));
    assert_int_equal(parts.directories, 1);
    assert_int_equal(parts.tables, 3);
    assert_int_equal(parts.groups, 7);
    assert_true(walk(target, types, type, map, &stopped));
    assert_int_equal(stopped.entries, 1);
    gt_types_destroy(types);
    target_free(target);
}

static void damaged_swiss_maps_are_refused(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), directory = put_aliased(target), table;
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_false(walk(target, types, type, put_swiss(target, directory, 3), &met));
    assert_false(walk(target, types, type, put_swiss(target, directory, 1ull << 60), &met));
    assert_false(walk(target, types, type, put_swiss(target, directory, 1ull << 62), &met));
    assert_false(walk(target, types, type, put_swiss(target, 0x10, 1), &met));
    assert_true(gt_mem_u64(&target->mem, directory, &table));
    put64(target, table + 24, (1ull << 40) - 1);
    assert_false(walk(target, types, type, put_swiss(target, directory, 4), &met));
    put64(target, table + 24, 4);
    assert_false(walk(target, types, type, put_swiss(target, directory, 4), &met));
    gt_types_destroy(types);
    target_free(target);
}

static void big_keys_and_elements_lie_apart(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), group = target_alloc(target, GROUP);
    put(target, type + 104, 4, 4 | 8);
    clear_groups(target, group, 1);
    put_entry(target, group, 7, put_mask(target, 5), put_mask(target, 6));
    uint64_t map = put_swiss(target, group, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.keys, 5);
    assert_int_equal(met.elems, 6);
    gt_types_destroy(types);
    target_free(target);
}

/* A damaged type: the group ends within the word of its last slot. */
static void a_slot_without_its_word_is_no_entry(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target), group = target_alloc(target, GROUP);
    put(target, type + 104, 4, 8);
    put64(target, type + 80, GROUP - 4);
    clear_groups(target, group, 1);
    put_entry(target, group, 0, 3, put_mask(target, 5));
    put_entry(target, group, 7, 4, put_mask(target, 6));
    uint64_t map = put_swiss(target, group, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.entries, 1);
    gt_types_destroy(types);
    target_free(target);
}

/* As 1.27 has them. */
static void set_strides(struct target *target)
{
    set_field(target, GT_F_mapType_KeysOff, 88, 8);
    set_field(target, GT_F_mapType_KeyStride, 96, 8);
    set_field(target, GT_F_mapType_ElemsOff, 104, 8);
    set_field(target, GT_F_mapType_ElemStride, 112, 8);
    set_field(target, GT_F_mapType_Flags, 128, 4);
}

static void keys_and_elements_may_have_strides_of_their_own(void **state)
{
    (void)state;
    struct target *target = target_new(27);
    uint64_t type = put_swiss_type(target), group = target_alloc(target, GROUP);
    set_strides(target);
    const uint64_t words[] = {GROUP, 8, 8, 72, 8, 72, 0};
    put_bytes(target, type + 80, words, sizeof words);
    clear_groups(target, group, 1);
    put(target, group + 2, 1, 1);
    put64(target, group + 8 + 16, 9);
    put64(target, group + 72 + 16, 90);
    uint64_t map = put_swiss(target, group, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.keys, 9);
    assert_int_equal(met.elems, 90);
    gt_types_destroy(types);
    target_free(target);
}

static void slots_outside_their_group_are_no_map_type(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t type = put_swiss_type(target);
    put64(target, type + 88, 1000);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_int_equal(gt_types_at(types, type), GT_NO_TYPE);
    assert_false(walk(target, types, type, 0, &met));
    gt_types_destroy(types);
    target_free(target);
}

static void slots_over_the_control_bytes_are_no_map_type(void **state)
{
    static const uint64_t shapes[][5] = {
        {3, 0, 0, 0, 0}, {GROUP, 0, 8, 72, 8}, {GROUP, 8, 8, 4, 8}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct target *target = target_new(27);
        uint64_t type = put_swiss_type(target);
        set_strides(target);
        put_bytes(target, type + 80, shapes[i], sizeof shapes[i]);
        struct gt_types *types = open_types(target);
        assert_int_equal(gt_types_at(types, type), GT_NO_TYPE);
        gt_types_destroy(types);
        target_free(target);
    }
}

/* ---- bucket maps of int to int: 8 hashes, 8 keys, 8 elements, the overflow pointer ---- */

enum { BUCKET = 8 + 64 + 64 + 8 };

static uint64_t put_bucket_type(struct target *target)
{
    set_field(target, GT_F_hmap_flags, 8, 1);
    set_field(target, GT_F_hmap_B, 9, 1);
    set_field(target, GT_F_hmap_buckets, 16, 8);
    set_field(target, GT_F_hmap_oldbuckets, 24, 8);
    uint64_t number = put_int(target);
    uint64_t at = put_rtype(target, (struct rtype){GT_T_MAP, "map[int]int", 8, 8, 0, 0});
    put64(target, at + 48, number);
    put64(target, at + 56, number);
    put(target, at + 80, 1, 8);
    put(target, at + 81, 1, 8);
    put(target, at + 82, 2, BUCKET);
    return at;
}

static void fill_slot(struct target *target, uint64_t bucket, unsigned slot, uint64_t key)
{
    put(target, bucket + slot, 1, 5 + key % 200);
    put64(target, bucket + 8 + slot * 8, key);
    put64(target, bucket + 72 + slot * 8, key * 10);
}

static uint64_t put_hmap(struct target *target, unsigned log2, uint64_t buckets, uint64_t old)
{
    uint64_t map = target_alloc(target, 48);
    put(target, map + 9, 1, log2);
    put64(target, map + 16, buckets);
    put64(target, map + 24, old);
    return map;
}

static void overflow_buckets_are_followed(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t type = put_bucket_type(target), buckets = target_alloc(target, 2 * BUCKET);
    uint64_t overflow = target_alloc(target, BUCKET);
    fill_slot(target, buckets, 0, 1);
    fill_slot(target, buckets + BUCKET, 7, 2);
    fill_slot(target, overflow, 3, 3);
    put64(target, buckets + BUCKET + BUCKET - 8, overflow);
    uint64_t map = put_hmap(target, 1, buckets, 0);
    struct gt_types *types = open_types(target);
    struct met met = {0}, parts = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.entries, 3);
    assert_int_equal(met.keys, 6);
    assert_int_equal(met.elems, 60);
    assert_true(gt_map_parts(types, gt_types_at(types, type), map, part, &parts));
    assert_int_equal(parts.groups, 3);
    gt_types_destroy(types);
    target_free(target);
}

/* Four new buckets. Of the two old ones, the first was moved and the second was not. */
static void a_growing_map_is_read_from_both_halves(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t type = put_bucket_type(target);
    uint64_t buckets = target_alloc(target, 4 * BUCKET), old = target_alloc(target, 2 * BUCKET);
    fill_slot(target, buckets, 0, 1);
    fill_slot(target, old, 0, 1);
    fill_slot(target, old, 1, 7);
    put(target, old, 1, 2); /* evacuatedX */
    fill_slot(target, old + BUCKET, 0, 3);
    uint64_t map = put_hmap(target, 2, buckets, old);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.entries, 2);
    assert_int_equal(met.keys, 4);
    gt_types_destroy(types);
    target_free(target);
}

static void a_map_growing_to_its_own_size_has_as_many_old_buckets(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t type = put_bucket_type(target);
    uint64_t buckets = target_alloc(target, BUCKET), old = target_alloc(target, BUCKET);
    fill_slot(target, old, 0, 3);
    uint64_t map = put_hmap(target, 0, buckets, old);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_false(walk(target, types, type, map, &met));
    put(target, map + 8, 1, 8); /* sameSizeGrow */
    assert_true(walk(target, types, type, map, &met));
    assert_int_equal(met.keys, 3);
    gt_types_destroy(types);
    target_free(target);
}

static void damaged_bucket_maps_are_refused(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t type = put_bucket_type(target), bucket = target_alloc(target, BUCKET);
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_false(walk(target, types, type, put_hmap(target, 200, bucket, 0), &met));
    assert_false(walk(target, types, type, put_hmap(target, 30, bucket, 0), &met));
    put64(target, bucket + BUCKET - 8, bucket); /* a chain in a circle */
    assert_false(walk(target, types, type, put_hmap(target, 0, bucket, 0), &met));
    put64(target, bucket + BUCKET - 8, 0x10);
    assert_false(walk(target, types, type, put_hmap(target, 0, bucket, 0), &met));
    gt_types_destroy(types);
    target_free(target);
}

static void only_maps_of_a_known_design_are_walked(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t type = put_bucket_type(target), number = put_int(target);
    target->layout.field[GT_F_hmap_buckets].present = false;
    struct gt_types *types = open_types(target);
    struct met met = {0};
    assert_false(walk(target, types, type, put_hmap(target, 0, 0, 0), &met));
    assert_false(walk(target, types, number, put_hmap(target, 0, 0, 0), &met));
    gt_types_destroy(types);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_map_is_one_group),
        cmocka_unit_test(empty_and_nil_maps_have_nothing),
        cmocka_unit_test(aliased_tables_are_visited_once),
        cmocka_unit_test(damaged_swiss_maps_are_refused),
        cmocka_unit_test(big_keys_and_elements_lie_apart),
        cmocka_unit_test(a_slot_without_its_word_is_no_entry),
        cmocka_unit_test(keys_and_elements_may_have_strides_of_their_own),
        cmocka_unit_test(slots_outside_their_group_are_no_map_type),
        cmocka_unit_test(slots_over_the_control_bytes_are_no_map_type),
        cmocka_unit_test(overflow_buckets_are_followed),
        cmocka_unit_test(a_growing_map_is_read_from_both_halves),
        cmocka_unit_test(a_map_growing_to_its_own_size_has_as_many_old_buckets),
        cmocka_unit_test(damaged_bucket_maps_are_refused),
        cmocka_unit_test(only_maps_of_a_known_design_are_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
