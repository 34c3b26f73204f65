/* Named types by the whole path of their package, which is in an rtype's uncommon part. */
#include "gotypes/types/named_types.h"
#include "tests/unit/gotypes/target.h"

enum { UNCOMMON = 1, EXTRA_STAR = 2, NAMED = 4, STRUCT_SIZE = 80 };

static uint64_t put_named(struct target *target, const char *path, const char *name)
{
    uint64_t addr = put_struct(
        target, (struct rtype){0, name, 16, 0, 0, UNCOMMON | EXTRA_STAR | NAMED}, NULL, 0);

    put(target, addr + STRUCT_SIZE, 4, put_name(target, path) - TARGET_BASE);
    return addr;
}

struct named {
    struct target *target;
    struct gt_types *types;
    struct gt_named_types *names;
};

static struct named named_open(struct target *target)
{
    struct gt_types_sources sources = {&target->mem,     &target->layout, &target->facts,
                                       &target->version, &target->module, 1};
    struct gt_types *types = gt_types_create(&sources);

    return (struct named){target, types, gt_named_types_create(types, &sources)};
}

static void named_close(struct named *named)
{
    gt_named_types_destroy(named->names);
    gt_types_destroy(named->types);
    target_free(named->target);
}

/* The rtype of that name; 0 when there is none. */
static uint64_t named(const struct named *named, const char *name)
{
    const struct gt_facts *facts = gt_named_types_facts(named->names);
    struct gt_type_ref ref;

    return facts->type_named(facts->ctx, name, &ref) ? ref.rtype : 0;
}

static void types_are_found_by_the_path_of_their_package(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t conn = put_named(target, "net/http", "*http.conn");
    uint64_t node = put_named(target, "internal/sync", "*sync.node[a/b.K,int]");
    put_int(target); /* has no package */
    struct named all = named_open(target);

    assert_int_equal(named(&all, "net/http.conn"), conn);
    assert_int_equal(named(&all, "internal/sync.node[a/b.K,int]"), node);
    assert_int_equal(named(&all, "http.conn"), 0);
    assert_int_equal(named(&all, "int"), 0);
    named_close(&all);
}

/* Each function may declare a type of the same name. */
static void a_name_of_two_types_is_that_of_none(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    put_named(target, "main", "*main.local");
    put_named(target, "main", "*main.local");
    struct named all = named_open(target);

    assert_int_equal(named(&all, "main.local"), 0);
    named_close(&all);
}

static void a_path_out_of_bounds_names_nothing(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t addr = put_named(target, "main", "*main.T");
    put(target, addr + STRUCT_SIZE, 4, 0x7fffffff);
    struct named all = named_open(target);

    assert_int_equal(named(&all, "main.T"), 0);
    named_close(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_found_by_the_path_of_their_package),
        cmocka_unit_test(a_name_of_two_types_is_that_of_none),
        cmocka_unit_test(a_path_out_of_bounds_names_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
