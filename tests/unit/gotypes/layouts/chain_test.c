/* A chain of providers: which of them are asked, and which one answers. */
#include "gotypes/layouts/chain.h"
#include "tests/unit/gotypes/target.h"

/* A provider that knows one name, and answers all queries about it with its number. */
struct oracle {
    const char *name;
    unsigned number, asked;
    bool lacks_field;
    struct gt_facts facts;
};

static bool knows(void *ctx, const char *name)
{
    struct oracle *oracle = ctx;
    oracle->asked++;
    return strcmp(oracle->name, name) == 0;
}

static bool field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    struct oracle *oracle = ctx;
    if (!knows(ctx, type) || oracle->lacks_field || strcmp(path, "lock.key") != 0) return false;
    *offset = oracle->number;
    *size = 8;
    return true;
}

static bool type_size(void *ctx, const char *type, uint64_t *size)
{
    if (!knows(ctx, type)) return false;
    *size = ((struct oracle *)ctx)->number;
    return true;
}

static bool type_named(void *ctx, const char *type, struct gt_type_ref *out)
{
    if (!knows(ctx, type)) return false;
    out->rtype = ((struct oracle *)ctx)->number;
    return true;
}

static bool constant(void *ctx, const char *name, int64_t *value)
{
    if (!knows(ctx, name)) return false;
    *value = ((struct oracle *)ctx)->number;
    return true;
}

static bool global(void *ctx, const char *name, struct gt_debug_global *out)
{
    if (!knows(ctx, name)) return false;
    out->addr = ((struct oracle *)ctx)->number;
    return true;
}

static bool describe(void *ctx, uint64_t debug, struct gt_debug_type *out)
{
    struct oracle *oracle = ctx;
    oracle->asked++;
    if (debug != oracle->number) return false;
    out->name = oracle->name;
    return true;
}

static void oracle_init(struct oracle *oracle, const char *name, unsigned number)
{
    *oracle = (struct oracle){
        .name = name,
        .number = number,
        .facts = {oracle, field, type_size, type_named, constant, global, describe}};
}

/* What a provider answers to each query about a name; 0 if it knows nothing. */
struct answers {
    uint64_t field, size, named, constant, global;
};

static struct answers answers(const struct gt_facts *facts, const char *name)
{
    struct answers all = {0};
    struct gt_type_ref ref;
    struct gt_debug_global variable;
    uint64_t size;
    int64_t value;

    if (!facts->field(facts->ctx, name, "lock.key", &all.field, &size)) all.field = 0;
    if (!facts->type_size(facts->ctx, name, &all.size)) all.size = 0;
    if (facts->type_named(facts->ctx, name, &ref)) all.named = ref.rtype;
    if (facts->constant(facts->ctx, name, &value)) all.constant = (uint64_t)value;
    if (facts->global(facts->ctx, name, &variable)) all.global = variable.addr;
    return all;
}

static void assert_all(const struct gt_facts *facts, const char *name, uint64_t number)
{
    struct answers all = answers(facts, name);
    assert_int_equal(all.field, number);
    assert_int_equal(all.size, number);
    assert_int_equal(all.named, number);
    assert_int_equal(all.constant, number);
    assert_int_equal(all.global, number);
}

static void the_first_that_knows_answers(void **state)
{
    (void)state;
    struct oracle first, second, third;
    struct gt_facts_chain chain;
    oracle_init(&first, "runtime.g", 1);
    oracle_init(&second, "runtime.m", 2);
    oracle_init(&third, "runtime.g", 3);
    gt_facts_chain_init(&chain);
    gt_facts_chain_add(&chain, &first.facts);
    gt_facts_chain_add(&chain, &second.facts);
    gt_facts_chain_add(&chain, &third.facts);
    assert_all(&chain.facts, "runtime.g", 1);
    assert_int_equal(second.asked + third.asked, 0); /* no other provider is asked once one has
                                                      * answered */
    assert_all(&chain.facts, "runtime.m", 2);
    assert_int_equal(third.asked, 0);
    assert_all(&chain.facts, "runtime.p", 0);
    assert_int_equal(third.asked, 6); /* a field, and whether it knows the struct at all */
}

static void an_answer_may_be_in_parts(void **state)
{
    (void)state;
    struct oracle sizes, rest;
    struct gt_facts_chain chain;
    oracle_init(&sizes, "runtime.g", 1);
    oracle_init(&rest, "runtime.g", 2);
    /* It knows no fields, and so rules none out. */
    sizes.facts = (struct gt_facts){.ctx = &sizes, .type_size = type_size};
    gt_facts_chain_init(&chain);
    gt_facts_chain_add(&chain, &sizes.facts);
    gt_facts_chain_add(&chain, &rest.facts);
    struct answers all = answers(&chain.facts, "runtime.g");
    assert_int_equal(all.size, 1);
    assert_int_equal(all.field, 2);
    assert_int_equal(all.named, 2);
    assert_int_equal(all.constant, 2);
    assert_int_equal(all.global, 2);
}

/* The built-in table's runtime.g is not used for a field that the program's own lacks. */
static void who_knows_a_struct_has_the_last_word_on_its_fields(void **state)
{
    (void)state;
    struct oracle own, table;
    struct gt_facts_chain chain;
    uint64_t offset, size;
    oracle_init(&own, "runtime.g", 1);
    oracle_init(&table, "runtime.g", 2);
    own.lacks_field = true;
    gt_facts_chain_init(&chain);
    gt_facts_chain_add(&chain, &own.facts);
    gt_facts_chain_add(&chain, &table.facts);
    assert_false(chain.facts.field(chain.facts.ctx, "runtime.g", "lock.key", &offset, &size));
    own.name = "runtime.m";
    assert_true(chain.facts.field(chain.facts.ctx, "runtime.g", "lock.key", &offset, &size));
    assert_int_equal(offset, 2);
}

static void references_are_described_by_whose_they_are(void **state)
{
    (void)state;
    struct oracle silent, own;
    struct gt_debug_type type;
    struct gt_facts_chain chain;
    oracle_init(&silent, "main.other", 7);
    oracle_init(&own, "main.node", 7);
    silent.facts.describe = NULL;
    gt_facts_chain_init(&chain);
    gt_facts_chain_add(&chain, &silent.facts);
    gt_facts_chain_add(&chain, &own.facts);
    assert_true(chain.facts.describe(chain.facts.ctx, 7, &type));
    assert_string_equal(type.name, "main.node");
    assert_false(chain.facts.describe(chain.facts.ctx, 8, &type));
}

static void an_empty_chain_knows_nothing(void **state)
{
    (void)state;
    struct gt_facts_chain chain;
    gt_facts_chain_init(&chain);
    gt_facts_chain_add(&chain, NULL);
    assert_int_equal(chain.count, 0);
    assert_all(&chain.facts, "runtime.g", 0);
}

static void a_chain_is_no_longer_than_it_may_be(void **state)
{
    (void)state;
    struct oracle many[GT_MAX_PROVIDERS + 1];
    struct gt_facts_chain chain;
    gt_facts_chain_init(&chain);
    for (unsigned i = 0; i <= GT_MAX_PROVIDERS; i++) {
        oracle_init(&many[i], i < GT_MAX_PROVIDERS ? "runtime.m" : "runtime.g", i + 1);
        gt_facts_chain_add(&chain, &many[i].facts);
    }
    assert_int_equal(chain.count, GT_MAX_PROVIDERS);
    assert_all(&chain.facts, "runtime.m", 1);
    assert_all(&chain.facts, "runtime.g", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_knows_answers),
        cmocka_unit_test(an_answer_may_be_in_parts),
        cmocka_unit_test(who_knows_a_struct_has_the_last_word_on_its_fields),
        cmocka_unit_test(references_are_described_by_whose_they_are),
        cmocka_unit_test(an_empty_chain_knows_nothing),
        cmocka_unit_test(a_chain_is_no_longer_than_it_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
