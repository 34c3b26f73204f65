/* Objects that nothing gave a type. Each is visited, also one that has only the type of a shape,
 * and the bytes of those with and without a type are those of each object, one by one. */
#include "inspector/runtime/roots/live.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "tests/unit/runtime/typing/many_nodes.h"
#include "tests/unit/runtime/typing/object_type.h"
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

enum { LINKS = 1000, LINK = 80 /* bytes: no type has its pointers */ };

struct sums {
    struct gt_analysis *analysis;
    uint64_t typed, untyped;         /* as the typing says */
    uint64_t with, without, visited; /* one by one */
};

static void build_chain(struct synth *synth)
{
    uint64_t next = 0;

    for (int i = 0; i < LINKS; i++) {
        uint64_t link = synth_object(synth, LINK, "p.p.p");
        synth_put(synth, link, next);
        next = link;
    }
    synth_global(synth, "main.chain", next);
}

static void add_object(struct sums *sums, const struct gt_typing *typing, uint32_t object)
{
    uint64_t bytes = gt_heap_size(&typing->heap->graph, object);

    if (gt_packed_at(&typing->type, object))
        sums->with += bytes;
    else
        sums->without += bytes;
}

static void visit(void *ctx, uint32_t object)
{
    struct sums *sums = ctx;

    sums->visited += gt_heap_size(&sums->analysis->heap->graph, object);
}

/* Types the object behind the one that is visited. */
static void visit_and_type(void *ctx, uint32_t object)
{
    struct gt_typing *typing = ctx;

    if (gt_packed_at(&typing->type, object)) fail_msg("object %u has a type", object);
    if (object + 1 < typing->heap->graph.scan_objects)
        gt_packed_offer(&typing->type, &typing->type.free, object + 1, 1);
}

static void add_all(struct sums *sums, struct gt_typing *typing, const struct gt_bitmap *live)
{
    sums->typed = typing->typed_bytes;
    sums->untyped = typing->untyped_bytes;
    for (uint32_t i = 0; i < typing->heap->graph.scan_objects; i++)
        if (gt_bit(live, i)) add_object(sums, typing, i);
    gt_untyped_find(typing, live);
    gt_each_untyped(typing, live, visit, sums);
    gt_each_untyped(typing, live, visit_and_type, typing);
    gt_bitmap_deinit(&typing->untyped);
}

static struct gt_error *ask(void *args)
{
    struct sums *sums = args;
    struct gt_analysis *analysis = sums->analysis;
    struct gt_error *error = gt_analysis_heap(analysis);
    struct gt_bitmap live;

    if (error) return error;
    gt_bitmap_init(&live, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, NULL, &live);
    struct gt_typing *typing = gt_typing_create(
        gt_typing_start(analysis->heap, analysis->goroutines, analysis->roots, NULL), &live);
    add_all(sums, typing, &live);
    gt_typing_destroy(typing);
    gt_bitmap_deinit(&live);
    return NULL;
}

/* And an object that a visit types is not visited later. */
static void sums_are_those_of_each_object(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");

    build_chain(synth);
    free(many_nodes_build(synth));
    struct sums sums = {.analysis = synth_open(synth)};
    assert_null(gt_analysis_run(sums.analysis, &sums, ask, &sums));
    assert_true(sums.without >= LINKS * LINK);
    assert_true(sums.with >= NODES * NODE);
    assert_int_equal(sums.typed, sums.with);
    assert_int_equal(sums.untyped, sums.without);
    assert_int_equal(sums.visited, sums.without);
}

enum {
    BOX = 40,
    LIST = 8192,
    BOXES = 128 /* the last one is live, and no other object of its word */
};

/* A struct whose last word is a pointer. */
static uint64_t box_type(struct synth *synth, const char *name)
{
    const struct synth_type_field last[] = {{"p", synth_type_unsafe_pointer(synth), BOX - 8}};

    return synth_type_struct(synth, name, BOX, last, 1);
}

/* Then all objects of its word have types, and it is asked for the one that fits all the same. */
static void an_object_of_a_shape_gets_the_type_that_fits(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t shape = box_type(synth, "main.box[go.shape.int]");
    const struct synth_type_field fields[] = {
        {"box", synth_type_pointer(synth, "*main.box[go.shape.int]", shape), 0}};
    uint64_t box = 0;
    uint64_t list =
        synth_tiled(synth, LIST, synth_type_struct(synth, "main.list", LIST, fields, 1));

    for (int i = 0; i < BOXES; i++)
        box = synth_object(synth, BOX, "....p");
    box_type(synth, "main.box[int]");
    synth_put(synth, box + BOX - 8, synth_object(synth, 64, NULL));
    synth_put(synth, list, box);
    synth_global(synth, "main.all", list);
    expect_type(synth, box, "main.box[int]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_object_of_a_shape_gets_the_type_that_fits, synth_end),
        cmocka_unit_test_teardown(sums_are_those_of_each_object, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
