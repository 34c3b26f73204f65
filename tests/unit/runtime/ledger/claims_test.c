/* Claims on memory: each mapped byte belongs to one part, whatever the claims are. */
#include "tests/unit/core/elf_maker.h"

#include "inspector/runtime/ledger/claims.h"

struct sums {
    uint64_t of[GT_PARTS], reserved, total, end;
};

static void add_piece(void *ctx, const struct gt_piece *piece)
{
    struct sums *sums = ctx;
    uint64_t size = piece->end - piece->start;

    assert_true(piece->start >= sums->end); /* they are disjoint, and in order */
    sums->end = piece->end;
    sums->of[piece->part] += size;
    sums->total += size;
    if (piece->reserved) sums->reserved += size;
}

/* A core with memory at 0x10000 and 0x20000, two pages each, and a reserved page at 0x30000. */
static struct gt_core *make_core(void **state)
{
    struct maker maker;

    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, 2 * PAGE, 1);
    maker_fill(&maker, 0x20000, 2 * PAGE, 2);
    maker_load(&maker, 0x30000, PAGE, NULL, 0)->p_flags = 0;
    return open_made(state, &maker);
}

static struct sums settle(struct gt_claims *claims, const struct gt_core *core)
{
    struct sums sums = {0};

    gt_claims_settle(claims, core, add_piece, &sums);
    gt_claims_deinit(claims);
    assert_int_equal(sums.total, 5 * PAGE);
    return sums;
}

static void what_nobody_claims_is_anonymous_or_reserved(void **state)
{
    struct gt_core *core = make_core(state);
    struct gt_claims claims;

    gt_claims_init(&claims);
    struct sums sums = settle(&claims, core);
    assert_int_equal(sums.of[GT_PART_ANONYMOUS], 4 * PAGE);
    assert_int_equal(sums.of[GT_PART_RESERVED], PAGE);
    assert_int_equal(sums.reserved, PAGE);
    gt_core_close(core);
}

static void the_part_that_is_known_best_has_the_byte(void **state)
{
    struct gt_core *core = make_core(state);
    struct gt_claims claims;

    gt_claims_init(&claims);
    gt_claims_add(&claims, 0x10000, 2 * PAGE, GT_PART_PERSISTENT);
    gt_claims_add(&claims, 0x10100, 160, GT_PART_SPAN_DESCRIPTORS);
    gt_claims_add(&claims, 0x10180, 160, GT_PART_SPANS); /* 32 bytes are in both claims */
    gt_claims_add(&claims, 0x10180, 160, GT_PART_SPANS); /* claimed twice */
    struct sums sums = settle(&claims, core);
    assert_int_equal(sums.of[GT_PART_SPANS], 160);
    assert_int_equal(sums.of[GT_PART_SPAN_DESCRIPTORS], 128);
    assert_int_equal(sums.of[GT_PART_PERSISTENT], 2 * PAGE - 288);
    gt_core_close(core);
}

static void only_what_is_mapped_counts(void **state)
{
    struct gt_core *core = make_core(state);
    struct gt_claims claims;

    gt_claims_init(&claims);
    gt_claims_add(&claims, 0, UINT64_MAX, GT_PART_ARENAS);
    gt_claims_add(&claims, UINT64_MAX - 8, 16, GT_PART_SPANS); /* wraps around */
    gt_claims_add(&claims, 0x10000, 0, GT_PART_SPANS);
    struct sums sums = settle(&claims, core);
    assert_int_equal(sums.of[GT_PART_ARENAS], 5 * PAGE);
    assert_int_equal(sums.of[GT_PART_SPANS], 0);
    assert_int_equal(sums.reserved, PAGE);
    gt_core_close(core);
}

/* gdb gives memory that is read-only and memory that cannot be accessed the same rights. */
static void what_gdb_calls_readable_is_reserved_unless_a_file_backs_it(void **state)
{
    struct maker maker;
    struct gt_claims claims;
    struct sums sums = {0};

    maker_init(&maker, ET_CORE);
    maker.header.e_shoff = 1 << 30;
    maker_fill(&maker, 0x10000, PAGE, 1)->p_flags = PF_R | PF_W;
    maker_load(&maker, 0x20000, 2 * PAGE, NULL, 0)->p_flags = PF_R;
    struct gt_core *core = open_made(state, &maker);
    assert_true(gt_core_from_gcore(core));
    gt_claims_init(&claims);
    gt_claims_add(&claims, 0x20000, PAGE, GT_PART_LIBRARIES);
    gt_claims_settle(&claims, core, add_piece, &sums);
    assert_int_equal(sums.of[GT_PART_LIBRARIES], PAGE);
    assert_int_equal(sums.of[GT_PART_RESERVED], PAGE);
    assert_int_equal(sums.reserved, PAGE);
    gt_claims_deinit(&claims);
    gt_core_close(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_nobody_claims_is_anonymous_or_reserved, scratch_make,
                                        scratch_free),
        cmocka_unit_test_setup_teardown(the_part_that_is_known_best_has_the_byte, scratch_make,
                                        scratch_free),
        cmocka_unit_test_setup_teardown(only_what_is_mapped_counts, scratch_make, scratch_free),
        cmocka_unit_test_setup_teardown(what_gdb_calls_readable_is_reserved_unless_a_file_backs_it,
                                        scratch_make, scratch_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
