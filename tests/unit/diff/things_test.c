/* Holders of two cores are matched, although each core's report has one of their many paths. */
#include "inspector/diff/things.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 4 };

static const struct gt_step frame[] = {{.what = "main.serve variable c"}};
static const struct gt_step global[] = {{.what = "global main.cache"}};

static struct gt_heap_holder holder(uint64_t address, const struct gt_step *path, uint64_t bytes)
{
    return (struct gt_heap_holder){.name = "main.cache.byKey",
                                   .type = "map[string]*main.price",
                                   .address = address,
                                   .bytes = bytes,
                                   .objects = 1,
                                   .path = {path, 1}};
}

struct compared {
    struct gt_arena storage;
    struct gt_growth_section section;
};

static void compare(struct compared *compared, struct gt_heap_holder *older, size_t old_count,
                    struct gt_heap_holder *newer, size_t new_count, bool one_process)
{
    struct gt_report before = {.holders = older, .holder_count = old_count};
    struct gt_report after = {.holders = newer, .holder_count = new_count};
    const struct gt_diff_options options = {.size = sizeof options, .top = MOST};
    struct gt_pairs pairs;

    memset(compared, 0, sizeof *compared);
    gt_pairs_init(&pairs, &compared->storage);
    gt_things_holders(&pairs, &before, &after, one_process);
    gt_pairs_fill(&pairs, &options, &compared->section);
    gt_pairs_deinit(&pairs);
}

static void the_only_one_of_its_name_matches_by_whatever_path(void **state)
{
    struct gt_heap_holder older[] = {holder(0x1000, frame, 10)};
    struct gt_heap_holder newer[] = {holder(0x2000, global, 15)};
    struct compared compared;

    (void)state;
    compare(&compared, older, 1, newer, 1, false);
    assert_int_equal(compared.section.count, 1);
    assert_int_equal(compared.section.rows[0].old_bytes, 10);
    assert_int_equal(compared.section.rows[0].new_bytes, 15);
    gt_arena_deinit(&compared.storage);
}

static void several_of_one_name_match_by_address_in_one_process(void **state)
{
    struct gt_heap_holder older[] = {holder(0x1000, frame, 10), holder(0x2000, global, 20)};
    struct gt_heap_holder newer[] = {holder(0x1000, frame, 11),
                                     {.name = older[1].name,
                                      .type = older[1].type,
                                      .address = 0x2000,
                                      .bytes = 50,
                                      .objects = 1}};
    struct compared compared;

    (void)state;
    compare(&compared, older, 2, newer, 2, true);
    assert_int_equal(compared.section.count, 2);
    assert_int_equal(compared.section.rows[0].new_bytes - compared.section.rows[0].old_bytes, 30);
    gt_arena_deinit(&compared.storage);
    compare(&compared, older, 2, newer, 2, false);
    assert_int_equal(compared.section.count, 3);
    gt_arena_deinit(&compared.storage);
}

static void holders_of_other_names_never_match(void **state)
{
    struct gt_heap_holder older[] = {holder(0x1000, frame, 10)};
    struct gt_heap_holder newer[] = {holder(0x1000, frame, 10)};
    struct compared compared;

    (void)state;
    newer[0].type = "map[int]int";
    compare(&compared, older, 1, newer, 1, true);
    assert_int_equal(compared.section.count, 2);
    gt_arena_deinit(&compared.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_one_of_its_name_matches_by_whatever_path),
        cmocka_unit_test(several_of_one_name_match_by_address_in_one_process),
        cmocka_unit_test(holders_of_other_names_never_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
