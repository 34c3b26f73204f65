/* Descriptors of goroutines and the records of their waits, to which two roots lead, as a holder.
 */
#include "inspector/detect/holders/descriptor_points.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/process/process.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "tests/unit/gotypes/target.h"

enum { LISTS = 2, MANY = 40, LIST = 16 * 64, DESCRIPTOR = 256, RECORD = 96, OTHER = 64 };
enum { FIRST_DESCRIPTOR = LISTS, FIRST_RECORD = FIRST_DESCRIPTOR + MANY };
enum { FIRST_OTHER = FIRST_RECORD + MANY, THRESHOLD = MANY * DESCRIPTOR / 2 };
#define BASE UINT64_C(0xc000000000)
#define APART UINT64_C(0x1000000)

struct fixture {
    struct gt_goheap heap;
    struct gt_typing typing;
    struct gt_heap_analysis analysis;
    struct gt_process process;
    struct target *target;
    struct gt_bitmap live;
    struct gt_dominators tree;
    struct gt_vec points, small, joined;
    uint64_t lists[LISTS][LIST / 8]; /* each has all other objects, so that neither keeps any */
    unsigned char descriptors[MANY][DESCRIPTOR], records[MANY][RECORD], others[MANY][OTHER];
    unsigned char mask[512], none[2048];
};

static void add_region(struct fixture *fixture, void *bytes, const unsigned char *mask,
                       uint64_t slot_size, uint32_t count)
{
    gt_heap_add(&fixture->heap.graph,
                &(struct gt_region){.base = BASE + fixture->heap.graph.region_count * APART,
                                    .slot_size = slot_size,
                                    .bytes = bytes,
                                    .mask = mask,
                                    .count = count,
                                    .scan = GT_SCAN_BITMAP});
}

static void add_regions(struct fixture *fixture)
{
    memset(fixture->mask, 0xff, sizeof fixture->mask);
    gt_heap_init(&fixture->heap.graph, (struct gt_heap_source){0});
    add_region(fixture, fixture->lists, fixture->mask, LIST, LISTS);
    add_region(fixture, fixture->descriptors, fixture->none, DESCRIPTOR, MANY);
    add_region(fixture, fixture->records, fixture->none, RECORD, MANY);
    add_region(fixture, fixture->others, fixture->none, OTHER, MANY);
    assert_null(gt_heap_seal(&fixture->heap.graph));
    for (uint32_t i = 0; i < fixture->heap.graph.objects; i++)
        gt_bit_set(&fixture->heap.graph.allocated, i);
}

/* The type of MANY objects. */
static void set_type(struct fixture *fixture, uint32_t first, uint64_t rtype)
{
    gt_type_id id = gt_types_at(fixture->process.types, rtype);

    for (uint32_t i = 0; i < MANY; i++)
        gt_packed_set(&fixture->typing.type, first + i,
                      gt_typed(id, (struct gt_extent){0, 1, true}));
}

static void add_types(struct fixture *fixture)
{
    struct target *target = fixture->target = target_new(26);
    uint64_t g = put_struct(target, (struct rtype){0, "runtime.g", DESCRIPTOR, 0, 0, 0}, NULL, 0);
    uint64_t sudog =
        put_struct(target, (struct rtype){0, "runtime.sudog", RECORD, 0, 0, 0}, NULL, 0);
    uint64_t other = put_struct(target, (struct rtype){0, "main.other", OTHER, 0, 0, 0}, NULL, 0);

    fixture->process.types = open_types(target);
    gt_packed_init(&fixture->typing.type, fixture->heap.graph.scan_objects);
    set_type(fixture, FIRST_DESCRIPTOR, g);
    set_type(fixture, FIRST_RECORD, sudog);
    set_type(fixture, FIRST_OTHER, other);
}

static struct fixture *fixture_create(void)
{
    struct fixture *fixture = gt_calloc(1, sizeof *fixture);

    add_regions(fixture);
    add_types(fixture);
    fixture->typing.heap = fixture->analysis.heap = &fixture->heap;
    fixture->typing.types = fixture->process.types;
    fixture->analysis.typing = &fixture->typing;
    fixture->analysis.process = &fixture->process;
    fixture->small = GT_VEC_OF(struct gt_accumulation);
    fixture->joined = GT_VEC_OF(struct gt_joined_point);
    return fixture;
}

static void fixture_destroy(struct fixture *fixture)
{
    gt_vec_deinit(&fixture->points);
    gt_vec_deinit(&fixture->small);
    gt_vec_deinit(&fixture->joined);
    gt_dominators_deinit(&fixture->tree);
    gt_bitmap_deinit(&fixture->live);
    gt_packed_deinit(&fixture->typing.type);
    gt_types_destroy(fixture->process.types);
    target_free(fixture->target);
    gt_heap_deinit(&fixture->heap.graph);
    gt_free(fixture);
}

/* Both lists lead to so many objects. */
static void hold(struct fixture *fixture, uint32_t first, uint32_t count, unsigned at)
{
    for (unsigned list = 0; list < LISTS; list++)
        for (uint32_t i = 0; i < count; i++)
            fixture->lists[list][at + i] = gt_heap_address(&fixture->heap.graph, first + i);
}

static void find(struct fixture *fixture)
{
    struct gt_heap *graph = &fixture->heap.graph;
    struct gt_dominator_root roots[LISTS];

    gt_bitmap_init(&fixture->live, graph->objects);
    for (uint32_t i = 0; i < graph->objects; i++)
        gt_bit_set(&fixture->live, i);
    for (uint32_t i = 0; i < LISTS; i++)
        roots[i] = (struct gt_dominator_root){.value = gt_heap_address(graph, i), .group = i};
    gt_dominators_init(&fixture->tree, graph, &fixture->live, roots, LISTS, LISTS);
    fixture->points =
        gt_accumulations(&fixture->analysis, &fixture->tree, THRESHOLD, 10, &fixture->small);
    gt_descriptor_points_join(&fixture->analysis, &fixture->tree, &fixture->small, &fixture->points,
                              &fixture->joined);
}

static void records_of_waits_go_to_their_descriptors(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    hold(fixture, FIRST_DESCRIPTOR, MANY, 0);
    hold(fixture, FIRST_RECORD, MANY, MANY);
    hold(fixture, FIRST_OTHER, MANY, 2 * MANY);
    find(fixture);
    assert_int_equal(fixture->points.len, 1);
    const struct gt_accumulation *point = gt_vec_at(&fixture->points, 0);
    assert_int_equal(point->bytes, MANY * (DESCRIPTOR + RECORD));
    assert_int_equal(fixture->joined.len, 1);
    fixture_destroy(fixture);
}

static void few_descriptors_are_no_holder(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    hold(fixture, FIRST_DESCRIPTOR, MANY / 4, 0);
    hold(fixture, FIRST_RECORD, MANY, MANY);
    find(fixture);
    assert_int_equal(fixture->points.len, 0);
    assert_int_equal(fixture->joined.len, 0);
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_waits_go_to_their_descriptors),
        cmocka_unit_test(few_descriptors_are_no_holder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
