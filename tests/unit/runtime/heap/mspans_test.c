/* A list of mspans in memory that lacks some: each entry becomes a span, the same with any number
 * of threads. */
#include "inspector/runtime/heap/mspans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    LIST = 0x10000,
    MANY = 1 << 13,
    MSPANS = 0x500000,
    EACH = 128, /* bytes of an mspan */
    BITS = 0x900000,
    HEAP = 0xc0000000,
    PAGE = 8192,
    CUT = MSPANS + 64, /* the memory of mspan 0 goes on elsewhere in the host */
};

/* Where fields are, as a number of words, and of how many bytes. */
static const struct {
    enum gt_field_id id;
    uint32_t word;
    uint8_t size;
} fields[] = {
    {GT_F_mspan_startAddr, 0, 8},  {GT_F_mspan_npages, 1, 8},
    {GT_F_mspan_freeindex, 2, 2},  {GT_F_mspan_nelems, 3, 2},
    {GT_F_mspan_allocBits, 4, 8},  {GT_F_mspan_gcmarkBits, 5, 8},
    {GT_F_mspan_sweepgen, 6, 4},   {GT_F_mspan_spanclass, 7, 1},
    {GT_F_mspan_state, 8, 1},      {GT_F_mspan_elemsize, 9, 8},
    {GT_F_mspan_specials, 10, 8},  {GT_F_mspan_freeIndexForScan, 11, 2},
    {GT_F_mspan_largeType, 12, 8},
};

struct target {
    struct gt_process process;
    struct gt_memory mem;
    struct gt_slice all;
    uint64_t list[MANY], mspans[MANY][EACH / 8], apart[EACH / 8];
    unsigned char bits[16];
};

static const unsigned char *part(const void *bytes, uint64_t size, uint64_t at, uint64_t *avail)
{
    if (at >= size) return NULL;
    *avail = size - at;
    return (const unsigned char *)bytes + at;
}

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct target *target = ctx;

    if (addr < MSPANS) return part(target->list, sizeof target->list, addr - LIST, avail);
    if (addr < CUT) return part(target->mspans, CUT - MSPANS, addr - MSPANS, avail);
    if (addr < MSPANS + EACH) return part(target->apart, MSPANS + EACH - CUT, addr - CUT, avail);
    if (addr >= BITS) return part(target->bits, sizeof target->bits, addr - BITS, avail);
    return part(target->mspans, sizeof target->mspans, addr - MSPANS, avail);
}

/* Of ten entries one is dead, one has the runtime's memory, one is not in the core. */
static void fill(uint64_t *mspan, uint64_t number)
{
    mspan[0] = HEAP + number * PAGE;
    mspan[1] = 1;
    mspan[2] = 7 + number % 50;
    mspan[3] = 170;
    mspan[4] = BITS;
    mspan[5] = number % 3 ? BITS : 0;
    mspan[6] = 12;
    mspan[7] = number % 7 ? 10 : 0;
    mspan[8] = number % 10 == 8 ? 0 : number % 10 == 9 ? 2 : 1;
    mspan[9] = 48;
    mspan[10] = 0x1234;
    mspan[11] = number % 2 ? 5 : 1000;
    mspan[12] = 0x5678;
}

static struct target *make_target(void)
{
    struct target *target = calloc(1, sizeof *target);

    assert_non_null(target);
    for (uint64_t i = 0; i < MANY; i++) {
        target->list[i] = i % 10 == 3 ? 8 : MSPANS + i * EACH;
        fill(target->mspans[i], i);
    }
    memcpy(target->apart, (unsigned char *)target->mspans + (CUT - MSPANS), EACH - (CUT - MSPANS));
    memset((unsigned char *)target->mspans + (CUT - MSPANS), 0xee, EACH - (CUT - MSPANS));
    target->mem = (struct gt_memory){.ctx = target, .map = map};
    target->process.mem = &target->mem;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        target->process.layout.field[fields[i].id].offset = fields[i].word * 8;
        target->process.layout.field[fields[i].id].size = fields[i].size;
        target->process.layout.field[fields[i].id].present = true;
    }
    target->all = (struct gt_slice){LIST, MANY, MANY};
    return target;
}

static struct gt_span *read_all(struct target *target, unsigned threads)
{
    struct gt_span *spans = calloc(MANY, sizeof *spans);

    assert_non_null(spans);
    gt_mspans_read(&target->process, threads, &target->all, 0, MANY, spans);
    return spans;
}

static enum gt_span_state state_of(uint64_t number)
{
    if (number % 10 == 3) return GT_SPAN_ABSENT;
    return number % 10 == 8 ? GT_SPAN_DEAD : number % 10 == 9 ? GT_SPAN_MANUAL : GT_SPAN_IN_USE;
}

/* The core has 16 of the 22 bytes of its bits. */
static void expect_span(const struct gt_span *span, uint64_t number)
{
    assert_int_equal(span->state, state_of(number));
    if (span->state == GT_SPAN_ABSENT) return;
    assert_int_equal(span->address, MSPANS + number * EACH);
    assert_int_equal(span->base, HEAP + number * PAGE);
    assert_int_equal(span->npages, 1);
    assert_int_equal(span->elem_size, 48);
    assert_int_equal(span->nelems, 170);
    assert_int_equal(span->end_index, 7 + number % 50);
    assert_int_equal(span->free_index, number % 2 ? 5 : 7 + number % 50);
    assert_int_equal(span->sweep_gen, 12);
    assert_int_equal(span->span_class, number % 7 ? 10 : 0);
    assert_int_equal(span->specials, 0x1234);
    assert_int_equal(span->large_type, number % 7 ? 0 : 0x5678);
    assert_null(span->alloc_bits);
    assert_null(span->mark_bits);
}

static void each_entry_is_a_span(void **state)
{
    struct target *target = make_target();

    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct gt_span *spans = read_all(target, threads);
        for (uint64_t i = 0; i < MANY; i++)
            expect_span(&spans[i], i);
        free(spans);
    }
    free(target);
}

static void bits_are_where_the_host_has_them(void **state)
{
    struct target *target = make_target();
    struct gt_span some[8];

    (void)state;
    for (uint64_t i = 0; i < MANY; i++)
        target->mspans[i][3] = 128; /* slots */
    gt_mspans_read(&target->process, 1, &target->all, 10, 8, some);
    for (uint64_t i = 0; i < 8; i++) {
        if (some[i].state != GT_SPAN_IN_USE) continue;
        assert_int_equal(some[i].address, MSPANS + (10 + i) * EACH);
        assert_ptr_equal(some[i].alloc_bits, target->bits);
        assert_ptr_equal(some[i].mark_bits, (10 + i) % 3 ? target->bits : NULL);
    }
    free(target);
}

/* Up to 1.19 there is no freeIndexForScan, and up to 1.21 no largeType. */
static void a_field_that_is_not_needed_may_lack(void **state)
{
    struct target *target = make_target();
    struct gt_span span;

    (void)state;
    target->process.layout.field[GT_F_mspan_freeIndexForScan].present = false;
    target->process.layout.field[GT_F_mspan_largeType].present = false;
    gt_mspans_read(&target->process, 1, &target->all, 7, 1, &span);
    assert_int_equal(span.state, GT_SPAN_IN_USE);
    assert_int_equal(span.free_index, 7 + 7);
    assert_int_equal(span.large_type, 0);
    target->process.layout.field[GT_F_mspan_elemsize].present = false;
    gt_mspans_read(&target->process, 1, &target->all, 7, 1, &span);
    assert_int_equal(span.state, GT_SPAN_ABSENT);
    free(target);
}

static void a_part_of_the_list_may_be_missing(void **state)
{
    struct target *target = make_target();
    struct gt_span spans[2];

    (void)state;
    target->all.len = MANY + 1;
    gt_mspans_read(&target->process, 1, &target->all, MANY - 1, 2, spans);
    assert_int_equal(spans[0].state, GT_SPAN_IN_USE);
    assert_int_equal(spans[1].state, GT_SPAN_DEAD);
    free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_entry_is_a_span),
        cmocka_unit_test(bits_are_where_the_host_has_them),
        cmocka_unit_test(a_field_that_is_not_needed_may_lack),
        cmocka_unit_test(a_part_of_the_list_may_be_missing),
    };

    return cmocka_run_group_tests_name("mspans", tests, NULL, NULL);
}
