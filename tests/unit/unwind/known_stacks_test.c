/* Stacks of amd64, made by hand: frames of 3, 2 and 4 words, each of which ends with its return
 * address. */
#include "inspector/unwind/known_stacks.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BASE = 0x7000, WORDS = 12, AT = 1, LEAF = 0x401000, MIDDLE = 0x402000, TOP = 0x403000 };

struct fixture {
    uint64_t words[WORDS];
    struct gt_memory mem;
    struct gt_text code;
    struct gt_known_stacks *stacks;
};

static const struct gt_frame frames[] = {{LEAF, 24},
                                         {MIDDLE, 40},
                                         {TOP, 72}, /* the first stack */
                                         {LEAF, 24},
                                         {TOP, 56}}; /* another */

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct fixture *fixture = ctx;

    if (addr < BASE || addr >= BASE + sizeof fixture->words) return NULL;
    *avail = BASE + sizeof fixture->words - addr;
    return (const unsigned char *)fixture->words + (addr - BASE);
}

static void open_fixture(struct fixture *fixture)
{
    *fixture = (struct fixture){.mem = {.ctx = fixture, .map = map}};
    fixture->code = (struct gt_text){.mem = &fixture->mem, .rules = &gt_frames_amd64};
    fixture->stacks = gt_known_stacks_create();
    fixture->words[AT + 2] = MIDDLE;
    fixture->words[AT + 4] = TOP;
}

static void add(struct fixture *fixture, uint32_t first, uint32_t count)
{
    const struct gt_position at = {.pc = LEAF, .sp = BASE + AT * 8};
    const struct gt_known_stack stack = {first, count};

    gt_known_stacks_add(fixture->stacks, &fixture->code, &at, frames + first, &stack);
}

/* How many frames are found of a stack that ends after `words`; 0: it is not known. */
static uint32_t found(struct fixture *fixture, uint64_t pc, uint64_t words)
{
    const struct gt_position at = {.pc = pc, .sp = BASE + AT * 8};
    const struct gt_known_stack *stack =
        gt_known_stacks_find(fixture->stacks, &fixture->code, frames, &at, BASE, BASE + words * 8);

    return stack ? stack->count : 0;
}

static void a_stack_is_known_once_it_was_added(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture);
    assert_int_equal(found(&fixture, LEAF, WORDS), 0);
    add(&fixture, 0, 3);
    assert_int_equal(found(&fixture, LEAF, WORDS), 3);
    assert_int_equal(found(&fixture, MIDDLE, WORDS), 0);
    assert_int_equal(found(&fixture, 0, WORDS), 0);
    gt_known_stacks_destroy(fixture.stacks);
}

static void stacks_that_differ_are_kept_apart(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture);
    add(&fixture, 0, 3);
    add(&fixture, 3, 2);
    assert_int_equal(found(&fixture, LEAF, WORDS), 3);
    fixture.words[AT + 2] = TOP;
    assert_int_equal(found(&fixture, LEAF, WORDS), 2);
    fixture.words[AT + 2] = MIDDLE;
    assert_int_equal(found(&fixture, LEAF, WORDS), 3);
    fixture.words[AT + 4] = LEAF; /* a pc that is known, in another order */
    assert_int_equal(found(&fixture, LEAF, WORDS), 0);
    fixture.words[AT + 4] = 0;
    assert_int_equal(found(&fixture, LEAF, WORDS), 0);
    gt_known_stacks_destroy(fixture.stacks);
}

/* The top frame ends where the stack may end; the others end below it. */
static void a_stack_that_is_too_small_is_not_known(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture);
    add(&fixture, 0, 3);
    assert_int_equal(found(&fixture, LEAF, AT + 9), 3);
    for (uint64_t words = AT + 1; words < AT + 9; words++)
        assert_int_equal(found(&fixture, LEAF, words), 0);
    gt_known_stacks_destroy(fixture.stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_is_known_once_it_was_added),
        cmocka_unit_test(stacks_that_differ_are_kept_apart),
        cmocka_unit_test(a_stack_that_is_too_small_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
