/*
 * Contradictions of spans, goroutines and the scheduler: a whole process has none, and each record
 * that is damaged gives the one of its kind.
 */
#include "tests/unit/runtime/consistency/damages.h"

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};

/* What the damage is done to: goroutine 2, and an object's span. */
static uint64_t victim, object;

/* And in the second process: a method table. */
static uint64_t table;

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

/* With the runtime's list of method tables, which has one: {places, used, tables}, and of the table
 * {interface, type, hash, methods}. */
static struct synth *make_tables(void **state, const char *version)
{
    struct synth *synth = make_process(state, version);
    uint64_t type = synth_type_string(synth);
    uint64_t list = synth_alloc(synth, SYNTH_RODATA, 32, 8);

    table = synth_alloc(synth, SYNTH_RODATA, 32, 8);
    synth_put(synth, list, 2);
    synth_put(synth, list + 8, 1);
    synth_put(synth, list + 24, table);
    synth_put(synth, table + 8, type);
    synth_put(synth, table + 16, synth_get(synth, type + 16) & UINT32_MAX);
    synth_put(synth, table + 24, synth_get(synth, synth_func(synth, "main.String")));
    synth_global(synth, "runtime.itabTable", list);
    return synth;
}

static void a_whole_process_has_none(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const struct gt_report *report = synth_report(make_process(state, versions[i]));
        assert_none(report, versions[i]);
        assert_int_equal(synth_finding(report, GT_HUNG_GOROUTINE)->confidence, GT_PROVEN);
    }
    assert_none(synth_report(make_tables(state, GO)), GO);
}

/* ---- damage -------------------------------------------------------------------------------- */

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

static void spoil_pages_of_the_heap(struct synth *synth)
{
    add_to(synth, synth->mheap, GT_F_mheap_pagesInUse, 1000);
}

/* The bits that say which words of the span's objects are pointers, at its end. */
static void clear_pointers_of_objects(struct synth *synth)
{
    uint64_t end = synth_span_of(synth, object)->base + 8192;

    for (uint64_t at = end - 128; at < end; at += 8)
        synth_put(synth, at, 0);
}

static void spoil_count_of_collections(struct synth *synth)
{
    uint64_t stats = synth_symbol_at(synth, "runtime.memstats");

    add_to(synth, stats, GT_F_mstats_numgc, 1);
}

static void empty_list_of_arenas(struct synth *synth)
{
    uint64_t at = synth->mheap + gt_off(&synth->layout, GT_F_mheap_arena_numbers);

    synth_put(synth, at + 8, 0);
}

static uint64_t sudog_of(struct synth *synth)
{
    return synth_field(synth, victim, GT_F_g_waiting);
}

static void move_buffer(struct synth *synth)
{
    add_to(synth, synth_field(synth, sudog_of(synth), GT_F_sudog_c), GT_F_hchan_buf, 8);
}

static void move_value_out_of_memory(struct synth *synth)
{
    synth_set(synth, sudog_of(synth), GT_F_sudog_elem, UINT64_C(0xdead) << 32);
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

/* Its length is one less, and its room is not. */
static void cut_list(struct synth *synth)
{
    uint64_t all = synth_symbol_at(synth, "runtime.allgs");

    synth_put(synth, all + 8, synth_get(synth, all + 8) - 1);
}

static void run_without_a_thread(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_atomicstatus, 2); /* running */
}

static void spoil_thread(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_lockedm, 0x1234);
}

static void spoil_id(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_goid, 0);
}

static void spoil_time(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_waitsince, SYNTH_NOW + 1);
}

static void spoil_reason(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_waitreason, SYNTH_SLEEP + 2);
}

static void spoil_resume_point(struct synth *synth)
{
    add_to(synth, victim, GT_F_g_sched_pc, 1);
}

static void spoil_status_in_queue(struct synth *synth)
{
    synth_set(synth, victim, GT_F_g_atomicstatus, 1); /* runnable */
}

static void spoil_processor(struct synth *synth)
{
    synth_set(synth, synth->p, GT_F_p_id, 7);
}

static void spoil_processors(struct synth *synth)
{
    uint64_t all = synth_symbol_at(synth, "runtime.allp");

    synth_put(synth, all + 8, 0);
}

static void spoil_scan_index_of_a_span(struct synth *synth)
{
    add_to(synth, span_of(synth), GT_F_mspan_freeIndexForScan, 1);
}

/* Slots 2 to 4, which it does not cover, are neither marked nor in allocBits. Slot 5 is marked. */
static void hide_slots_from_the_scan(struct synth *synth)
{
    uint64_t span = span_of(synth);

    add_to(synth, span, GT_F_mspan_freeindex, 5);
    add_to(synth, span, GT_F_mspan_allocCount, 5);
    add_to(synth, span, GT_F_mspan_freeIndexForScan, 1);
    synth_put(synth, synth_field(synth, span, GT_F_mspan_gcmarkBits), 1 << 5);
}

static void spoil_count_of_a_channel(struct synth *synth)
{
    uint64_t sudog = synth_field(synth, victim, GT_F_g_waiting);

    add_to(synth, synth_field(synth, sudog, GT_F_sudog_c), GT_F_hchan_qcount, 1);
}

static void spoil_mask(struct synth *synth)
{
    uint64_t module = synth_symbol_at(synth, "runtime.firstmoduledata");
    uint64_t mask =
        synth_get(synth, module + gt_off(&synth->layout, GT_F_moduledata_gcdatamask) + 8);

    synth_put(synth, mask, synth_get(synth, mask) ^ 1);
}

static void spoil_hash(struct synth *synth)
{
    synth_put(synth, table + 16, synth_get(synth, table + 16) ^ 1);
}

static void spoil_method(struct synth *synth)
{
    synth_put(synth, table + 24, synth_get(synth, table + 24) + 1);
}

static const struct damage damages[] = {
    {make_process, spoil_count_of_a_span, GT_CONTRADICTION_SPAN_COUNT},
    {make_process, spoil_shape_of_a_span, GT_CONTRADICTION_SPAN_SHAPE},
    {make_process, spoil_bits_of_a_span, GT_CONTRADICTION_SPAN_BITS},
    {make_process, spoil_sweep_of_a_span, GT_CONTRADICTION_SPAN_SWEEP},
    {make_process, spoil_scan_index_of_a_span, GT_CONTRADICTION_SPAN_INDEX},
    {make_process, hide_slots_from_the_scan, GT_CONTRADICTION_SPAN_INDEX},
    {make_process, spoil_count_of_a_channel, GT_CONTRADICTION_CHANNELS},
    {make_process, spoil_mask, GT_CONTRADICTION_MASKS},
    {make_tables, spoil_hash, GT_CONTRADICTION_METHOD_TABLES},
    {make_tables, spoil_method, GT_CONTRADICTION_METHOD_TABLES},
    {make_process, spoil_count_of_collections, GT_CONTRADICTION_COLLECTIONS},
    {make_process, empty_list_of_arenas, GT_CONTRADICTION_ARENAS},
    {make_process, move_buffer, GT_CONTRADICTION_CHANNELS},
    {make_process, move_value_out_of_memory, GT_CONTRADICTION_CHANNELS},
    {make_process, spoil_status, GT_CONTRADICTION_STATUS},
    {make_process, spoil_creator, GT_CONTRADICTION_CODE},
    {make_process, spoil_stack, GT_CONTRADICTION_STACKS},
    {make_process, spoil_list, GT_CONTRADICTION_TWICE},
    {make_process, cut_list, GT_CONTRADICTION_GOROUTINES},
    {make_process, spoil_pages_of_the_heap, GT_CONTRADICTION_SPAN_PAGES},
    {make_process, clear_pointers_of_objects, GT_CONTRADICTION_OBJECT_TYPES},
    {make_process, run_without_a_thread, GT_CONTRADICTION_RUNNING},
    {make_process, spoil_thread, GT_CONTRADICTION_OWNERS},
    {make_process, spoil_id, GT_CONTRADICTION_ID},
    {make_process, spoil_time, GT_CONTRADICTION_TIMES},
    {make_process, spoil_reason, GT_CONTRADICTION_WAITS},
    {make_process, spoil_resume_point, GT_CONTRADICTION_CALLS},
    {make_process, spoil_status_in_queue, GT_CONTRADICTION_QUEUES},
    {make_process, spoil_processor, GT_CONTRADICTION_ALLP},
    {make_process, spoil_processors, GT_CONTRADICTION_ALLP},
};

static void each_damage_is_a_contradiction_of_its_kind(void **state)
{
    assert_contradicted(state, damages, sizeof damages / sizeof *damages);
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
