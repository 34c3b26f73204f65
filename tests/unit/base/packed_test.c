/* The packed table against a plain array after random writes, and the memory of its pages. `make
 * tsan` runs this under ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "inspector/base/packed.h"

#include <pthread.h>
#include <stdbool.h>

enum { COUNT = 5 * GT_PACKED_PAGE + 7 };

static size_t pages_with_memory(const struct gt_packed *table)
{
    size_t count = 0;

    for (size_t i = 0; i * GT_PACKED_PAGE < table->count; i++)
        count += table->pages[i] != NULL;
    return count;
}

static void entries_are_zero_until_they_are_set(void **state)
{
    struct gt_packed table;

    (void)state;
    gt_packed_init(&table, COUNT);
    gt_packed_set(&table, 3, 0);
    assert_int_equal(pages_with_memory(&table), 0);
    gt_packed_set(&table, COUNT - 1, 7);
    for (size_t i = 0; i < COUNT - 1; i++)
        assert_int_equal(gt_packed_at(&table, i), 0);
    assert_int_equal(gt_packed_at(&table, COUNT - 1), 7);
    assert_int_equal(pages_with_memory(&table), 1);
    gt_packed_deinit(&table);
}

static void assert_words(const struct gt_packed *table, const uint32_t *plain)
{
    for (size_t i = 0; i < COUNT / 64 * 64; i++)
        assert_int_equal(gt_packed_nonzero(table, i / 64 * 64) >> i % 64 & 1, plain[i] != 0);
}

static void assert_near(const struct gt_packed *table, size_t index, uint32_t value)
{
    size_t count;
    const uint32_t *values = gt_packed_near(table, index, &count);

    for (size_t i = 0; i < count; i++)
        if (values[i] == value) return;
    fail();
}

/* Each page passes through every width: a page has up to 256 values. */
static void it_is_as_a_plain_table(void **state)
{
    static uint32_t plain[COUNT];
    struct gt_packed table, copy;

    (void)state;
    srand(1);
    gt_packed_init(&table, COUNT);
    assert_words(&table, plain);
    for (size_t values = 2; values <= 1024; values *= 2) {
        for (size_t i = 0; i < COUNT; i++) {
            size_t at = (size_t)rand() % COUNT;
            uint32_t value = (uint32_t)((size_t)rand() % values) * 0x01000193;
            gt_packed_set(&table, at, value);
            plain[at] = value;
            assert_int_equal(gt_packed_at(&table, at), value);
            if (value) assert_near(&table, at, value);
        }
        assert_words(&table, plain);
    }
    gt_packed_copy(&copy, &table);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(gt_packed_at(&table, i), plain[i]);
        assert_int_equal(gt_packed_at(&copy, i), plain[i]);
    }
    gt_packed_set(&copy, 0, plain[0] + 1);
    assert_int_equal(gt_packed_at(&table, 0), plain[0]);
    gt_packed_deinit(&copy);
    gt_packed_deinit(&table);
}

/* On pages of every width, and on those that have no memory yet. */
static void only_an_entry_that_is_zero_takes_an_offer(void **state)
{
    static uint32_t plain[COUNT];
    struct gt_packed table;

    (void)state;
    srand(2);
    gt_packed_init(&table, COUNT);
    for (size_t values = 1; values <= 1024; values *= 2)
        for (size_t i = 0; i < COUNT; i++) {
            size_t at = (size_t)rand() % COUNT;
            uint32_t value = (uint32_t)((size_t)rand() % (values + 1));
            if (i % 4 == 0) gt_packed_set(&table, at, plain[at] = 0);
            assert_int_equal(gt_packed_offer(&table, &table.free, at, value), plain[at]);
            if (!plain[at]) plain[at] = value;
            assert_int_equal(gt_packed_at(&table, at), plain[at]);
        }
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(gt_packed_at(&table, i), plain[i]);
    gt_packed_deinit(&table);
}

static void a_page_is_as_wide_as_its_values_need(void **state)
{
    static const size_t values[] = {1, 3, 15, 63, 64};
    struct gt_packed table;

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        gt_packed_init(&table, GT_PACKED_PAGE);
        for (size_t at = 0; at < GT_PACKED_PAGE; at++)
            gt_packed_set(&table, at, (uint32_t)(at % values[i]) + 1);
        assert_int_equal(table.pages[0]->width, i);
        gt_packed_deinit(&table);
    }
}

/* A page that grows leaves its memory to the next one that needs as much. */
static void memory_of_narrow_pages_is_used_again(void **state)
{
    struct gt_packed table;

    (void)state;
    gt_packed_init(&table, COUNT);
    gt_packed_set(&table, 0, 1);
    const struct gt_packed_page *narrow = table.pages[0];
    gt_packed_set(&table, 1, 2);
    assert_ptr_not_equal(table.pages[0], narrow);
    gt_packed_set(&table, GT_PACKED_PAGE, 3);
    assert_ptr_equal(table.pages[1], narrow);
    assert_int_equal(gt_packed_at(&table, GT_PACKED_PAGE), 3);
    assert_int_equal(gt_packed_at(&table, GT_PACKED_PAGE + 1), 0);
    gt_packed_deinit(&table);
}

/* ---- two threads ---------------------------------------------------------------------------- */

enum { WRITERS = 2, SHARED = 256 * GT_PACKED_PAGE };

struct writer { /* of every second page */
    struct gt_packed *table;
    uint32_t *plain;
    struct gt_packed_free free;
    pthread_barrier_t *start;
    unsigned number;
    uint64_t random;
    bool differs; /* an offer returned what the entry was not */
};

static uint64_t roll(struct writer *writer, uint64_t below)
{
    writer->random = writer->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (writer->random >> 33) % below;
}

/* No assertion here: cmocka's belong to the thread of the test. */
static void write_once(struct writer *writer, uint64_t values)
{
    size_t page = roll(writer, SHARED / GT_PACKED_PAGE / WRITERS) * WRITERS + writer->number;
    size_t at = page * GT_PACKED_PAGE + roll(writer, GT_PACKED_PAGE);
    uint32_t value = (uint32_t)roll(writer, values + 1) * 0x01000193, before = writer->plain[at];

    if (roll(writer, 2)) {
        gt_packed_put(writer->table, &writer->free, at, writer->plain[at] = value);
        return;
    }
    writer->differs |= gt_packed_offer(writer->table, &writer->free, at, value) != before;
    if (!before) writer->plain[at] = value;
}

static void *write_pages(void *arg)
{
    struct writer *writer = arg;

    pthread_barrier_wait(writer->start);
    for (uint64_t values = 1; values <= 1024; values *= 2)
        for (size_t i = 0; i < SHARED / WRITERS; i++)
            write_once(writer, values);
    return NULL;
}

static void write_together(struct writer *writers)
{
    pthread_t threads[WRITERS];
    pthread_barrier_t start;

    pthread_barrier_init(&start, NULL, WRITERS);
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, write_pages, &writers[i]), 0);
    }
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
}

static void threads_write_pages_of_their_own_together(void **state)
{
    static uint32_t plain[SHARED];
    struct writer writers[WRITERS];
    struct gt_packed table;

    (void)state;
    gt_packed_init(&table, SHARED);
    for (unsigned i = 0; i < WRITERS; i++)
        writers[i] = (struct writer){.table = &table, .plain = plain, .number = i, .random = i};
    write_together(writers);
    for (unsigned i = 0; i < WRITERS; i++) {
        assert_false(writers[i].differs);
        assert_non_null(writers[i].free.page[0]);
        assert_non_null(writers[i].free.page[GT_PACKED_WIDTHS - 2]);
    }
    for (size_t i = 0; i < SHARED; i++)
        assert_int_equal(gt_packed_at(&table, i), plain[i]);
    gt_packed_deinit(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_zero_until_they_are_set),
        cmocka_unit_test(it_is_as_a_plain_table),
        cmocka_unit_test(only_an_entry_that_is_zero_takes_an_offer),
        cmocka_unit_test(a_page_is_as_wide_as_its_values_need),
        cmocka_unit_test(memory_of_narrow_pages_is_used_again),
        cmocka_unit_test(threads_write_pages_of_their_own_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
