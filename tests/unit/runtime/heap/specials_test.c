/* Specials of a span, by the numbers of their kinds, which a program may lack. */
#include "inspector/runtime/heap/specials.h"
#include "tests/unit/gotypes/target.h"

enum { SLOT = 64, NEXT = 0, OFFSET = 8, KIND = 16, WORD_AT = 24, SPECIAL = 48 };
static const uint64_t SPAN = 0x500000 + 0x40000;

static const char *const names[GT_SPECIAL_KINDS] = {
    [GT_SPECIAL_FINALIZER] = "runtime._KindSpecialFinalizer",
    [GT_SPECIAL_CLEANUP] = "runtime._KindSpecialCleanup",
    [GT_SPECIAL_WEAK_HANDLE] = "runtime._KindSpecialWeakHandle",
    [GT_SPECIAL_PROFILE] = "runtime._KindSpecialProfile",
};

/* A heap of one span with one special of each kind, each for its own object. */
struct world {
    struct target *target;
    struct gt_facts facts;
    int unknown; /* the kind that the program has no constant for */
    struct gt_process process;
    struct gt_goheap heap;
    struct gt_specials *specials;
};

static bool constant(void *ctx, const char *name, int64_t *value)
{
    const struct world *world = ctx;

    for (int i = 0; i < GT_SPECIAL_KINDS; i++) {
        if (strcmp(names[i], name) != 0 || i == world->unknown) continue;
        *value = i + 2;
        return true;
    }
    return false;
}

static void lay_out(struct world *world, enum gt_field_id field, uint32_t offset)
{
    world->process.layout.field[field].offset = offset;
    world->process.layout.field[field].size = 8;
    world->process.layout.field[field].present = true;
}

static uint64_t put_specials(struct target *target)
{
    uint64_t first = 0;

    for (int i = GT_SPECIAL_KINDS - 1; i >= 0; i--) {
        uint64_t special = target_alloc(target, SPECIAL);
        put64(target, special + NEXT, first);
        put64(target, special + OFFSET, (uint64_t)i * SLOT);
        put64(target, special + KIND, (uint64_t)i + 2);
        put64(target, special + WORD_AT, SPAN);
        first = special;
    }
    return first;
}

static void add_span(struct world *world)
{
    struct gt_span span = {
        .base = SPAN, .elem_size = SLOT, .nelems = 16, .specials = put_specials(world->target)};

    world->heap.spans = GT_VEC_OF(struct gt_span);
    gt_vec_add(&world->heap.spans, &span);
    gt_heap_init(&world->heap.graph, (struct gt_heap_source){0});
    gt_heap_add(&world->heap.graph,
                &(struct gt_region){.base = SPAN,
                                    .slot_size = SLOT,
                                    .bytes = world->target->bytes + (SPAN - TARGET_BASE),
                                    .count = span.nelems,
                                    .scan = GT_SCAN_NONE});
    assert_null(gt_heap_seal(&world->heap.graph));
    for (uint32_t i = 0; i < span.nelems; i++)
        gt_bit_set(&world->heap.graph.allocated, i);
}

static struct world *world_of(int unknown)
{
    struct world *world = calloc(1, sizeof *world);

    world->target = target_new(26);
    world->unknown = unknown;
    world->facts = (struct gt_facts){.ctx = world, .constant = constant};
    world->process.mem = &world->target->mem;
    world->process.facts = &world->facts;
    world->process.losses = GT_VEC_OF(const char *);
    world->heap.process = &world->process;
    lay_out(world, GT_F_special_next, NEXT);
    lay_out(world, GT_F_special_offset, OFFSET);
    lay_out(world, GT_F_special_kind, KIND);
    lay_out(world, GT_F_specialfinalizer_fn, WORD_AT);
    lay_out(world, GT_F_specialCleanup_fn, WORD_AT);
    lay_out(world, GT_F_specialWeakHandle_handle, WORD_AT);
    lay_out(world, GT_F_specialprofile_b, WORD_AT);
    add_span(world);
    assert_null(gt_specials_open(&world->heap, &world->specials));
    return world;
}

static void world_free(struct world *world)
{
    gt_specials_close(world->specials);
    gt_heap_deinit(&world->heap.graph);
    gt_vec_deinit(&world->heap.spans);
    gt_vec_deinit(&world->process.losses);
    gt_arena_deinit(&world->process.names);
    target_free(world->target);
    free(world);
}

static void all_kinds_are_read(void **state)
{
    (void)state;
    struct world *world = world_of(-1);

    assert_int_equal(world->specials->list.len, GT_SPECIAL_KINDS);
    for (uint32_t i = 0; i < GT_SPECIAL_KINDS; i++) {
        const struct gt_special *special = gt_special_at(world->specials, i);
        assert_int_equal(special->kind, i);
        assert_int_equal(special->object, i);
        assert_int_equal(special->words[0], SPAN);
    }
    assert_int_equal(world->process.losses.len, 0);
    assert_true(gt_process_is_whole(&world->process));
    world_free(world);
}

/* Otherwise a goroutine that a finalizer could wake would be proven to hang. */
static void nothing_is_proven_without_a_kind(void **state)
{
    (void)state;
    for (int unknown = 0; unknown < GT_SPECIAL_KINDS; unknown++) {
        struct world *world = world_of(unknown);

        assert_int_equal(world->specials->list.len, GT_SPECIAL_KINDS - 1);
        for (size_t i = 0; i < world->specials->list.len; i++)
            assert_int_not_equal(gt_special_at(world->specials, i)->kind, unknown);
        assert_int_equal(world->process.losses.len, 1);
        const char *reported = *(const char **)gt_vec_at(&world->process.losses, 0);
        assert_non_null(strstr(reported, names[unknown]));
        bool names_only = unknown == GT_SPECIAL_PROFILE;
        assert_int_equal(gt_process_is_whole(&world->process), names_only);
        const char *lacks = gt_process_lacks(&world->process, &world->process.names);
        if (names_only)
            assert_null(lacks);
        else
            assert_string_equal(lacks, "some finalizers or cleanups");
        world_free(world);
    }
}

/* As in versions before the kind existed. */
static void a_kind_without_a_layout_is_not_missed(void **state)
{
    (void)state;
    struct world *world = world_of(GT_SPECIAL_CLEANUP);

    gt_specials_close(world->specials);
    gt_vec_deinit(&world->process.losses);
    world->process.losses = GT_VEC_OF(const char *);
    memset(world->process.lost, 0, sizeof world->process.lost);
    world->process.layout.field[GT_F_specialCleanup_fn].present = false;
    assert_null(gt_specials_open(&world->heap, &world->specials));
    assert_int_equal(world->specials->list.len, GT_SPECIAL_KINDS - 1);
    assert_int_equal(world->process.losses.len, 0);
    assert_true(gt_process_is_whole(&world->process));
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_are_read),
        cmocka_unit_test(nothing_is_proven_without_a_kind),
        cmocka_unit_test(a_kind_without_a_layout_is_not_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
