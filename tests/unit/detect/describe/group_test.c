/* Groups of members by text keys, and how light ones join. */
#include "inspector/detect/describe/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    char keys[8][8];
    size_t counts[8];
    uint32_t heaviest[8];
    size_t len;
};

static void note(void *ctx, const struct gt_member *members, size_t count)
{
    struct seen *seen = ctx;

    assert_true(seen->len < 8);
    strcpy(seen->keys[seen->len], members[0].key);
    seen->heaviest[seen->len] = members[0].item;
    seen->counts[seen->len++] = count;
}

static void add(struct gt_groups *groups, const char *key, const char *wider, uint64_t weight,
                uint32_t item)
{
    struct gt_member member = {.key = key, .wider = wider, .weight = weight, .item = item};

    gt_groups_add_member(groups, &member);
}

/* Two variables with little and one with much, all of one field; and one without a wider key. */
static void fill(struct gt_groups *groups)
{
    gt_groups_init(groups);
    add(groups, "a", "field", 3, 0);
    add(groups, "b", "field", 5, 1);
    add(groups, "c", "field", 6, 2);
    add(groups, "c", "field", 7, 3);
    add(groups, "d", NULL, 1, 4);
}

/* What is visited of them when groups below `floor` have joined. */
static struct seen seen_with(uint64_t floor)
{
    struct gt_groups groups;
    struct seen seen = {.len = 0};

    fill(&groups);
    gt_groups_join_light(&groups, floor);
    gt_groups_visit(&groups, note, &seen);
    gt_groups_deinit(&groups);
    return seen;
}

static void members_of_one_key_are_visited_together(void **state)
{
    struct seen seen = seen_with(0);

    (void)state;
    assert_int_equal(seen.len, 4);
    assert_string_equal(seen.keys[2], "c");
    assert_int_equal(seen.counts[2], 2);
    assert_int_equal(seen.heaviest[2], 3);
}

static void light_groups_join_by_the_wider_key(void **state)
{
    struct seen seen = seen_with(10);

    (void)state;
    assert_int_equal(seen.len, 3);
    assert_string_equal(seen.keys[0], "c");
    assert_string_equal(seen.keys[1], "d");
    assert_string_equal(seen.keys[2], "field");
    assert_int_equal(seen.counts[2], 2);
    assert_int_equal(seen.heaviest[2], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_one_key_are_visited_together),
        cmocka_unit_test(light_groups_join_by_the_wider_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
