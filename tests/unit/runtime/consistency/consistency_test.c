/*
 * Contradictions: a whole process has none, and each record that is damaged gives the one of its
 * kind, which takes proof back.
 */
#include "inspector/runtime/process/contradictions.h"
#include "tests/unit/synth/synth_impl.h"

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

/* What the damage is done to: goroutine 2, and an object's span. */
static uint64_t victim, object;

/* A goroutine that hangs on a channel, and an object of a global. */
static struct synth *make_process(void **state, const char *version)
{
    struct synth *synth = synth_begin(state, version);
    struct synth_g *g = synth_go(synth, "main.work");

    synth_wait_channel(g, SYNTH_SEND, synth_channel(synth, 0));
    victim = synth_g_address(g);
    object = synth_object(synth, 64, "p");
    synth_global(synth, "main.kept", object);
    return synth;
}

static void a_whole_process_has_none(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const struct gt_report *report = synth_report(make_process(state, versions[i]));
        if (report->coverage.contradiction_count)
            fail_msg("%s: %s", versions[i], report->coverage.contradictions[0].what);
        assert_int_equal(synth_finding(report, GT_HUNG_GOROUTINE)->confidence, GT_PROVEN);
    }
}

/* ---- damage -------------------------------------------------------------------------------- */

static void add_to(struct synth *synth, uint64_t at, enum gt_field_id field, uint64_t number)
{
    synth_set(synth, at, field, synth_field(synth, at, field) + number);
}

static uint64_t span_of(struct synth *synth)
{
    return synth_span_of(synth, object)->mspan;
}

static void spoil_count_of_a_span(struct synth *synth)
{
    add_to(synth, span_of(synth), GT_F_mspan_allocCount, 1);
}

static void spoil_shape_of_a_span(struct synth *synth)
{
    add_to(synth, span_of(synth), GT_F_mspan_nelems, 1);
}

static void spoil_bits_of_a_span(struct synth *synth)
{
    synth_set(synth, span_of(synth), GT_F_mspan_allocBits, 0);
}

static void spoil_sweep_of_a_span(struct synth *synth)
{
    add_to(synth, span_of(synth), GT_F_mspan_sweepgen, 77);
}

static void spoil_status(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_atomicstatus, 77);
}

static void spoil_creator(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_startpc, 0x1234);
}

static void spoil_stack(struct synth *synth)
{
    struct synth_g *const *main = gt_vec_at(&synth->goroutines, 0);

    synth_set(synth, victim, GT_F_g_stack_lo, (*main)->stack);
}

static void spoil_list(struct synth *synth)
{
    uint64_t all = synth_get(synth, synth_symbol_at(synth, "runtime.allgs"));

    synth_put(synth, all, victim); /* in the place of another one, so it is in the list twice */
}

static bool has(const struct gt_report *report, enum gt_contradiction kind)
{
    for (size_t i = 0; i < report->coverage.contradiction_count; i++)
        if (strcmp(report->coverage.contradictions[i].what, gt_contradiction_text(kind)) == 0)
            return report->coverage.contradictions[i].count > 0;
    return false;
}

static void each_damage_is_a_contradiction_of_its_kind(void **state)
{
    static const struct {
        void (*spoil)(struct synth *synth);
        enum gt_contradiction kind;
    } rows[] = {
        {spoil_count_of_a_span, GT_CONTRADICTION_SPAN_COUNT},
        {spoil_shape_of_a_span, GT_CONTRADICTION_SPAN_SHAPE},
        {spoil_bits_of_a_span, GT_CONTRADICTION_SPAN_BITS},
        {spoil_sweep_of_a_span, GT_CONTRADICTION_SPAN_SWEEP},
        {spoil_status, GT_CONTRADICTION_STATUS},
        {spoil_creator, GT_CONTRADICTION_CODE},
        {spoil_stack, GT_CONTRADICTION_STACKS},
        {spoil_list, GT_CONTRADICTION_TWICE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct synth *synth = make_process(state, GO);
        synth_spoil(synth, rows[i].spoil);
        const struct gt_report *report = synth_report(synth);
        if (!has(report, rows[i].kind))
            fail_msg("not seen: %s", gt_contradiction_text(rows[i].kind));
        for (size_t j = 0; j < report->finding_count; j++)
            assert_int_not_equal(report->findings[j].confidence, GT_PROVEN);
    }
}

static void counts_of_one_kind_are_summed(void **state)
{
    struct gt_contradictions all = {0};

    (void)state;
    gt_contradict(&all, GT_CONTRADICTION_CODE, 2, 0);
    gt_contradict(&all, GT_CONTRADICTION_CODE, 3, 0x10);
    gt_contradict(&all, GT_CONTRADICTION_CODE, 1, 0x20);
    gt_contradict(&all, GT_CONTRADICTION_STACKS, 0, 0x30);
    assert_int_equal(all.kinds, 1);
    assert_int_equal(all.of[GT_CONTRADICTION_CODE].count, 6);
    assert_int_equal(all.of[GT_CONTRADICTION_CODE].example, 0x10);
    gt_contradict(&all, GT_CONTRADICTION_CODE, UINT64_MAX, 0);
    assert_int_equal(all.of[GT_CONTRADICTION_CODE].count, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_whole_process_has_none, synth_end),
        cmocka_unit_test_teardown(each_damage_is_a_contradiction_of_its_kind, synth_end),
        cmocka_unit_test(counts_of_one_kind_are_summed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
