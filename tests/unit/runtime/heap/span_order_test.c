/* Spans in the order of their bases, against a sort in the simplest way. */
#include "inspector/runtime/heap/span_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 3000, PAGE = 8192 };
#define HEAP UINT64_C(0xc000000000)

struct list {
    size_t count;
    struct gt_span given[MANY], expected[MANY];
};

/* Mspans have rising addresses, so that of spans with one base the first is first. */
static void add(struct list *list, uint64_t base)
{
    list->given[list->count] = (struct gt_span){.address = list->count + 1, .base = base};
    list->count++;
}

static void sort_simply(struct list *list)
{
    memcpy(list->expected, list->given, sizeof list->given);
    for (size_t i = 1; i < list->count; i++) {
        struct gt_span span = list->expected[i];
        size_t at = i;
        for (; at > 0 && list->expected[at - 1].base > span.base; at--)
            list->expected[at] = list->expected[at - 1];
        list->expected[at] = span;
    }
}

static void check(struct list *list)
{
    sort_simply(list);
    gt_spans_order(list->given, list->count);
    for (size_t i = 0; i < list->count; i++) {
        assert_int_equal(list->given[i].base, list->expected[i].base);
        assert_int_equal(list->given[i].address, list->expected[i].address);
    }
}

/* `spread`: pages of the heap for each span. All bases differ. */
static void add_many(struct list *list, uint64_t spread)
{
    for (uint64_t i = 0; i < MANY; i++)
        add(list, HEAP + i * 1097 % MANY * spread * PAGE);
}

static void dense_spans_are_ordered(void **state)
{
    static struct list list, apart;

    (void)state;
    add_many(&list, 1);
    check(&list);
    add_many(&apart, 7);
    check(&apart);
}

static void ordered_spans_stay(void **state)
{
    static struct list up, down;

    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        add(&up, HEAP + i * PAGE);
        add(&down, HEAP - i * PAGE);
    }
    check(&up);
    check(&down);
}

/* Damaged spans may lie anywhere. */
static void spans_far_apart_are_sorted(void **state)
{
    static struct list list, wild;

    (void)state;
    add_many(&list, 1000);
    check(&list);
    add(&wild, UINT64_MAX);
    add(&wild, HEAP);
    add(&wild, 0);
    add(&wild, UINT64_MAX - PAGE);
    check(&wild);
}

static void spans_of_one_page_are_sorted(void **state)
{
    static struct list list;

    (void)state;
    add_many(&list, 1);
    list.given[10].base = list.given[2000].base;
    list.given[2500].base = list.given[2000].base;
    list.given[7].base = list.given[8].base + 16;
    check(&list);
}

static void few_spans_are_ordered(void **state)
{
    static struct list none, one, two;

    (void)state;
    check(&none);
    add(&one, HEAP);
    check(&one);
    add(&two, HEAP + PAGE);
    add(&two, HEAP);
    check(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_spans_are_ordered),
        cmocka_unit_test(ordered_spans_stay),
        cmocka_unit_test(spans_far_apart_are_sorted),
        cmocka_unit_test(spans_of_one_page_are_sorted),
        cmocka_unit_test(few_spans_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
