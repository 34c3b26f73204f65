/* The hash tables: growth, key 0, the empty name, and keys that were chosen to collide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/hash.h"

#include <stdio.h>
#include <string.h>

static void an_empty_map_finds_nothing(void **state)
{
    struct gt_map map = {0};
    struct gt_strmap names = {0};

    (void)state;
    assert_null(gt_map_find(&map, 0));
    assert_null(gt_strmap_find(&names, ""));
    gt_map_deinit(&map);
    gt_strmap_deinit(&names);
}

static void values_survive_growth(void **state)
{
    struct gt_map map = {0};
    bool added;

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) { /* addresses, since keys often are */
        *gt_map_put(&map, 0xc000000000 + i * 8192, &added) = i;
        assert_true(added);
    }
    assert_int_equal(map.len, 20000);
    for (uint64_t i = 0; i < 20000; i++)
        assert_int_equal(*gt_map_find(&map, 0xc000000000 + i * 8192), i);
    assert_null(gt_map_find(&map, 0xc000000001));
    gt_map_deinit(&map);
}

static void reserved_room_is_not_outgrown(void **state)
{
    struct gt_map map = {0};

    (void)state;
    *gt_map_put(&map, 0, NULL) = 1;
    *gt_map_put(&map, 8, NULL) = 2;
    gt_map_reserve(&map, 3000);
    size_t cap = map.cap;
    for (uint64_t i = 2; i < 3000; i++)
        *gt_map_put(&map, 8 * i, NULL) = i;
    assert_int_equal(map.cap, cap);
    assert_int_equal(map.len, 3000);
    assert_int_equal(*gt_map_find(&map, 0), 1);
    assert_int_equal(*gt_map_find(&map, 8), 2);
    gt_map_reserve(&map, 10); /* it has as much */
    assert_int_equal(map.cap, cap);
    gt_map_deinit(&map);
}

static void a_key_has_one_place(void **state)
{
    struct gt_map map = {0};
    bool added;

    (void)state;
    assert_int_equal(*gt_map_put(&map, 5, &added), 0);
    assert_true(added);
    ++*gt_map_put(&map, 5, NULL);
    assert_int_equal(*gt_map_put(&map, 5, &added), 1);
    assert_false(added);
    assert_int_equal(map.len, 1);
    gt_map_deinit(&map);
}

static void the_extreme_keys_are_keys(void **state)
{
    struct gt_map map = {0};

    (void)state;
    *gt_map_put(&map, 0, NULL) = 1;
    assert_null(gt_map_find(&map, UINT64_MAX));
    *gt_map_put(&map, UINT64_MAX, NULL) = 2;
    assert_int_equal(*gt_map_find(&map, 0), 1);
    assert_int_equal(*gt_map_find(&map, UINT64_MAX), 2);
    gt_map_deinit(&map);
}

static void key_0_stays_when_the_table_grows(void **state)
{
    struct gt_map map = {0}, copy;
    bool added;

    (void)state;
    gt_map_put(&map, 1, NULL);
    assert_null(gt_map_find(&map, 0));
    *gt_map_put(&map, 0, &added) = 7;
    assert_true(added);
    for (uint64_t i = 1; i < 100; i++)
        gt_map_put(&map, i, NULL);
    assert_int_equal(map.len, 100);
    assert_int_equal(*gt_map_put(&map, 0, &added), 7);
    assert_false(added);
    gt_map_copy(&copy, &map);
    gt_map_deinit(&map);
    assert_int_equal(*gt_map_find(&copy, 0), 7);
    gt_map_deinit(&copy);
}

static void names_are_copied(void **state)
{
    struct gt_strmap names = {0};
    char name[32];
    bool added;

    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "main.f%d", (int)i);
        *gt_strmap_put(&names, name, &added) = i;
        assert_true(added);
    }
    strcpy(name, "gone");
    assert_int_equal(*gt_strmap_find(&names, "main.f4999"), 4999);
    assert_int_equal(*gt_strmap_find(&names, "main.f0"), 0);
    assert_null(gt_strmap_find(&names, "main.f5000"));
    assert_null(gt_strmap_find(&names, ""));
    gt_strmap_put(&names, "main.f7", &added);
    assert_false(added);
    assert_int_equal(names.len, 5000);
    gt_strmap_deinit(&names);
}

static void the_empty_name_is_a_name(void **state)
{
    struct gt_strmap names = {0};

    (void)state;
    *gt_strmap_put(&names, "", NULL) = 3;
    assert_int_equal(*gt_strmap_find(&names, ""), 3);
    gt_strmap_deinit(&names);
}

static size_t longest_run(const struct gt_map *map)
{
    size_t longest = 0, run = 0;

    for (size_t i = 0; i < map->cap; i++) {
        run = map->slots[i].key ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

/* The low bits of the product are what a hash without a seed would take. */
static void keys_that_were_chosen_do_not_collide(void **state)
{
    const uint64_t factor = 0x9e3779b97f4a7c15u;
    uint64_t inverse = factor; /* modulo 2^64, by Newton */
    struct gt_map map = {0};

    (void)state;
    for (int i = 0; i < 5; i++)
        inverse *= 2 - factor * inverse;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t key = (i << 49) * inverse;
        gt_map_put(&map, key ^ key >> 32, NULL);
    }
    assert_true(map.len > 10000);
    assert_true(longest_run(&map) < 1000);
    gt_map_deinit(&map);
}

static void texts_of_any_length_have_their_own_hashes(void **state)
{
    static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    struct gt_hash_seed seed = gt_hash_seed(), other = {seed.key + 1, seed.factor};

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        uint64_t hash = gt_hash_bytes(seed, text, i);
        assert_int_equal(hash, gt_hash_bytes(seed, text, i));
        assert_int_not_equal(hash, gt_hash_bytes(other, text, i));
        assert_int_not_equal(hash, gt_hash_bytes(seed, text, i + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_were_chosen_do_not_collide),
        cmocka_unit_test(texts_of_any_length_have_their_own_hashes),
        cmocka_unit_test(an_empty_map_finds_nothing),
        cmocka_unit_test(values_survive_growth),
        cmocka_unit_test(reserved_room_is_not_outgrown),
        cmocka_unit_test(a_key_has_one_place),
        cmocka_unit_test(the_extreme_keys_are_keys),
        cmocka_unit_test(key_0_stays_when_the_table_grows),
        cmocka_unit_test(names_are_copied),
        cmocka_unit_test(the_empty_name_is_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
