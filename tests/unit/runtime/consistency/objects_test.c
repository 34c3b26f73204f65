/* Contradictions of objects and of the marks beside them: whatever leads to the object, and counted
 * once, however often a handle is asked. */
#include "tests/unit/runtime/consistency/damages.h"

/* A span of small objects, the bytes of its bitmap and of its marks, and its largest slots with
 * marks. */
enum { PAGE = 8192, BITS = 128, MARKS = 128, MOST_MARKED = 512 };

/* What the damage is done to. */
static uint64_t object, victim;

static struct synth *make_object(void **state, const char *version)
{
    struct synth *synth = synth_begin(state, version);

    object = synth_object(synth, 64, "p");
    synth_global(synth, "main.kept", object);
    return synth;
}

/* A goroutine that hangs on a channel. */
static struct synth *make_goroutine(void **state, const char *version)
{
    struct synth *synth = make_object(state, version);
    struct synth_g *g = synth_go(synth, "main.work");

    synth_wait_channel(g, SYNTH_SEND, synth_channel(synth, 0));
    victim = synth_g_address(g);
    return synth;
}

/* The bits that say which words of an object are pointers. */
static void clear_pointers(struct synth *synth, uint64_t addr)
{
    const struct synth_span *span = synth_span_of(synth, addr);
    uint64_t words = span->slot / 8, first = (addr - span->base) / 8;

    for (uint64_t bit = first; bit < first + words; bit++) {
        uint64_t at = span->base + PAGE - BITS + bit / 64 * 8;
        synth_put(synth, at, synth_get(synth, at) & ~((uint64_t)1 << bit % 64));
    }
}

static void clear_pointers_of_the_g(struct synth *synth)
{
    clear_pointers(synth, victim);
}

static void clear_pointers_of_the_object(struct synth *synth)
{
    clear_pointers(synth, object);
}

/* Green tea has 128 bytes of marks at the end of a span of small objects, after their bitmap. Its
 * last byte is the span's class. */
static void give_marks(struct synth *synth, const struct synth_span *span)
{
    uint64_t end = span->base + PAGE, room = PAGE - MARKS - (span->noscan ? 0 : BITS);

    for (uint64_t i = 0; i < BITS && !span->noscan; i += 8) {
        synth_put(synth, end - MARKS - BITS + i, synth_get(synth, end - BITS + i));
        synth_put(synth, end - BITS + i, 0);
    }
    assert_true(span->used <= room / span->slot);
    synth_set(synth, span->mspan, GT_F_mspan_nelems, room / span->slot);
    synth_put(synth, end - 8, synth_field(synth, span->mspan, GT_F_mspan_spanclass) << 56);
}

/* The same process, whose collector is green tea. */
static struct synth *make_green_tea(void **state, const char *version)
{
    struct synth *synth = make_object(state, version);

    synth_func(synth, "runtime.(*spanInlineMarkBits).init");
    return synth;
}

static void give_all_marks(struct synth *synth)
{
    for (size_t i = 0; i < synth->spans.len; i++) {
        const struct synth_span *span = gt_vec_at(&synth->spans, i);
        if (span->slot <= MOST_MARKED && !span->type) give_marks(synth, span);
    }
}

static void spoil_class_of_marks(struct synth *synth)
{
    uint64_t at = synth_span_of(synth, object)->base + PAGE - 8;

    give_all_marks(synth);
    synth_put(synth, at, synth_get(synth, at) ^ (uint64_t)1 << 56);
}

static const struct damage damages[] = {
    {make_goroutine, clear_pointers_of_the_g, GT_CONTRADICTION_OBJECT_TYPES},
    {make_object, clear_pointers_of_the_object, GT_CONTRADICTION_OBJECT_TYPES},
    {make_green_tea, spoil_class_of_marks, GT_CONTRADICTION_SPAN_MARKS},
};

static void each_damage_is_a_contradiction_of_its_kind(void **state)
{
    assert_none(synth_report(make_goroutine(state, GO)), GO);
    synth_spoil(make_green_tea(state, GO), give_all_marks);
    assert_none(synth_report(*state), GO);
    assert_contradicted(state, damages, sizeof damages / sizeof *damages);
}

static uint64_t count_of(const struct gt_report *report, enum gt_contradiction kind)
{
    for (size_t i = 0; i < report->coverage.contradiction_count; i++)
        if (strcmp(report->coverage.contradictions[i].what, gt_contradiction_text(kind)) == 0)
            return report->coverage.contradictions[i].count;
    return 0;
}

static void check(struct synth *synth)
{
    struct gt_check *made = NULL;

    assert_null(gt_check_create(synth_open(synth), NULL, &made));
    gt_check_destroy(made);
}

/* Of a report after so many checks, and of the next report. */
static uint64_t count_after(void **state, const struct damage *damage, unsigned checks)
{
    struct synth *synth = damage->make(state, GO);

    synth_spoil(synth, damage->spoil);
    for (unsigned i = 0; i < checks; i++)
        check(synth);
    uint64_t count = count_of(synth_report(synth), damage->kind);
    assert_int_equal(count_of(synth_report(synth), damage->kind), count);
    return count;
}

static void a_damage_is_counted_once(void **state)
{
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        for (unsigned checks = 0; checks <= 2; checks++)
            assert_int_equal(count_after(state, &damages[i], checks), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_damage_is_a_contradiction_of_its_kind, synth_end),
        cmocka_unit_test_teardown(a_damage_is_counted_once, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
