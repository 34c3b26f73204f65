/* Compares the built-in tables with what the runtime's source says of each version. */
#include "gotypes/layouts/known.h"
#include "gotypes/layouts/layout.h"
#include "inspector/base/error.h"
#include "tests/unit/gotypes/target.h"

#define RELEASE(number) number,
#define KNOWN(name, arches, since, until, experiment, value, text)
static const unsigned releases[] = {
#include "gotypes/layouts/known.def"
};
#undef RELEASE
#undef KNOWN

/* The versions in which each experiment has rows of its own. */
static const struct {
    const char *experiment;
    unsigned since, until;
} settings[] = {
#define RELEASE(number)
#define KNOWN(name, arches, since, until, experiment, value, text) {experiment, since, until},
#include "gotypes/layouts/known.def"
#undef RELEASE
#undef KNOWN
};

enum { SETTINGS = sizeof settings / sizeof *settings };
enum { RELEASES = sizeof releases / sizeof *releases };
static const enum gt_arch arches[] = {GT_ARCH_AMD64, GT_ARCH_ARM64};

static struct gt_go_version parsed(const char *text)
{
    struct gt_go_version version;
    assert_true(gt_version_parse(text, strlen(text), &version));
    return version;
}

static struct gt_go_version numbered(unsigned number)
{
    return (struct gt_go_version){.minor = number / 1000, .patch = number % 1000};
}

static uint64_t size_of(const struct gt_known *known, const char *type)
{
    struct gt_facts facts = gt_known_facts(known);
    uint64_t size;
    return facts.type_size(facts.ctx, type, &size) ? size : 0;
}

/* The offset of a field of 8 bytes; UINT64_MAX when it is not known. */
static uint64_t offset_of(const struct gt_known *known, const char *type, const char *path)
{
    struct gt_facts facts = gt_known_facts(known);
    uint64_t offset, size;
    if (!facts.field(facts.ctx, type, path, &offset, &size)) return UINT64_MAX;
    assert_int_equal(size, 8);
    assert_true(offset + size <= size_of(known, type));
    return offset;
}

static int64_t constant_of(const struct gt_known *known, const char *name)
{
    struct gt_facts facts = gt_known_facts(known);
    int64_t value;
    return facts.constant(facts.ctx, name, &value) ? value : -1;
}

static void assert_answers(const struct gt_known *known)
{
    static const char *const always[] = {"runtime.g",     "runtime.m",     "runtime.p",
                                         "runtime.mheap", "runtime.mspan", "runtime.moduledata",
                                         "runtime.sudog", "runtime.hchan", "runtime._defer"};
    unsigned minor = known->version->minor;

    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        assert_true(size_of(known, always[i]) > 0);
    assert_int_equal(offset_of(known, "runtime.mspan", "startAddr"), 24);
    assert_true(offset_of(known, "runtime.g", "goid") != UINT64_MAX);
    /* Special records got a kind in front of the finalizers' in 1.25, and weak handles in 1.23. */
    assert_int_equal(constant_of(known, "runtime._KindSpecialFinalizer"), minor < 25 ? 1 : 2);
    assert_int_equal(constant_of(known, "runtime._KindSpecialWeakHandle"), minor < 23   ? -1
                                                                           : minor < 25 ? 2
                                                                                        : 3);
    assert_int_equal(size_of(known, "runtime.heapArena") > 0, true);
}

static void each_release_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < RELEASES; i++)
        for (size_t j = 0; j < sizeof arches / sizeof *arches; j++) {
            struct gt_go_version version = numbered(releases[i]);
            struct gt_known known;
            assert_true(gt_known_find(&version, arches[j], &known));
            assert_true(known.exact);
            assert_int_equal(known.nearest, releases[i]);
            assert_answers(&known);
        }
}

static void fail_of(void *ctx, const char *type, const char *path, enum gt_need need)
{
    const struct gt_known *known = ctx;
    const struct gt_go_version *version = known->version;
    fail_msg("1.%u.%u %s on %s: no %s.%s (%d)", version->minor, version->patch,
             version->experiment_count ? version->experiments[0] : "",
             known->arch == GT_ARCH_ARM64 ? "arm64" : "amd64", type, path ? path : "size", need);
}

/* The table alone has everything that this version requires. */
static void assert_resolves(const struct gt_go_version *version)
{
    for (size_t i = 0; i < sizeof arches / sizeof *arches; i++) {
        struct gt_known known;
        struct gt_layout layout;
        assert_true(gt_known_find(version, arches[i], &known));
        struct gt_facts facts = gt_known_facts(&known);
        struct gt_error *error = gt_layout_resolve(&facts, version, &layout);
        gt_layout_lacks(&layout, version, fail_of, &known);
        assert_null(error);
    }
}

static void each_release_has_all_that_is_asked_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < RELEASES; i++) {
        struct gt_go_version version = numbered(releases[i]);
        assert_resolves(&version);
    }
}

static void so_has_each_experiment(void **state)
{
    (void)state;
    size_t resolved = 0;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (!*settings[i].experiment) continue;
        struct gt_go_version ends[] = {numbered(settings[i].since), numbered(settings[i].until)};
        for (size_t j = 0; j < 2; j++) {
            ends[j].experiment_count = 1;
            strcpy(ends[j].experiments[0], settings[i].experiment);
            assert_resolves(&ends[j]);
            resolved++;
        }
    }
    assert_true(resolved > 0);
}

static void releases_come_in_order(void **state)
{
    (void)state;
    unsigned first, last;
    gt_known_range(&first, &last);
    assert_int_equal(first, 19000);
    assert_int_equal(last, releases[RELEASES - 1]);
    for (size_t i = 1; i < RELEASES; i++)
        assert_true(releases[i - 1] < releases[i]);
}

/* m.alllink moved by three words within 1.23. Which release moved it is not known. */
static void between_two_releases_the_later_speaks(void **state)
{
    (void)state;
    struct gt_go_version version = parsed("go1.23.5"), old = parsed("go1.23.0");
    struct gt_known known, first;
    assert_true(gt_known_find(&version, GT_ARCH_AMD64, &known));
    assert_true(known.exact);
    assert_int_equal(known.nearest, 23012);
    assert_int_equal(offset_of(&known, "runtime.m", "alllink"), 352);
    assert_true(gt_known_find(&old, GT_ARCH_AMD64, &first));
    assert_int_equal(offset_of(&first, "runtime.m", "alllink"), 328);
}

static void assert_as_newest(const struct gt_known *known, bool exact)
{
    struct gt_go_version last = numbered(releases[RELEASES - 1]);
    struct gt_known newest;
    assert_true(gt_known_find(&last, GT_ARCH_AMD64, &newest));
    assert_int_equal(known->exact, exact);
    assert_int_equal(known->nearest, releases[RELEASES - 1]);
    assert_int_equal(size_of(known, "runtime.g"), size_of(&newest, "runtime.g"));
    assert_int_equal(offset_of(known, "runtime.m", "alllink"),
                     offset_of(&newest, "runtime.m", "alllink"));
}

static void a_newer_go_has_the_newest_table(void **state)
{
    (void)state;
    const char *texts[] = {"go1.28.3", "go1.99.0", "devel go1.28-0123abc Mon Jan 5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gt_go_version version = parsed(texts[i]);
        struct gt_known known;
        assert_true(gt_known_find(&version, GT_ARCH_AMD64, &known));
        assert_as_newest(&known, false);
    }
}

static void a_later_patch_is_no_news(void **state)
{
    (void)state;
    struct gt_go_version version = numbered(releases[RELEASES - 1] + 5);
    struct gt_known known;
    assert_true(gt_known_find(&version, GT_ARCH_AMD64, &known));
    assert_as_newest(&known, true);
}

static void an_older_go_is_not_known(void **state)
{
    (void)state;
    const char *texts[] = {"go1.18.10", "go1.17", "go1.9.7"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gt_go_version version = parsed(texts[i]);
        struct gt_known known;
        assert_false(gt_known_find(&version, GT_ARCH_AMD64, &known));
    }
}

static void experiments_have_rows_of_their_own(void **state)
{
    (void)state;
    struct gt_go_version swiss = parsed("go1.25.12"), noswiss = parsed("go1.25.12 X:noswissmap");
    struct gt_known with, without;
    assert_true(gt_known_find(&swiss, GT_ARCH_AMD64, &with));
    assert_true(gt_known_find(&noswiss, GT_ARCH_AMD64, &without));
    assert_int_equal(size_of(&with, "internal/runtime/maps.Map"), 48);
    assert_int_equal(size_of(&without, "internal/runtime/maps.Map"), 0);
    assert_true(size_of(&without, "runtime.hmap") > 0);
    assert_int_equal(size_of(&without, "runtime.g"), size_of(&with, "runtime.g"));
}

/* The table of semaphores is padded to cache lines, which are longer on arm64 since 1.20. */
static void each_machine_has_its_own_tables(void **state)
{
    (void)state;
    struct gt_go_version version = parsed("go1.26.0");
    struct gt_known amd64, arm64;
    assert_true(gt_known_find(&version, GT_ARCH_AMD64, &amd64));
    assert_true(gt_known_find(&version, GT_ARCH_ARM64, &arm64));
    assert_int_equal(gt_known_global_size(&amd64, "runtime.semtable"), 251 * 64);
    assert_int_equal(gt_known_global_size(&arm64, "runtime.semtable"), 251 * 128);
    assert_int_equal(gt_known_global_size(&amd64, "runtime.waitReasonStrings") % 16, 0);
    assert_int_equal(gt_known_global_size(&amd64, "main.cache"), 0);
}

static void what_is_not_in_the_table_is_not_answered(void **state)
{
    (void)state;
    struct gt_go_version version = parsed("go1.26.0");
    struct gt_known known;
    assert_true(gt_known_find(&version, GT_ARCH_AMD64, &known));
    assert_int_equal(size_of(&known, "main.node"), 0);
    assert_true(offset_of(&known, "runtime.g", "go") == UINT64_MAX); /* the start of "goid" */
    assert_true(offset_of(&known, "runtime.g", "oid") == UINT64_MAX);
    assert_true(offset_of(&known, "runtime.g", "") == UINT64_MAX);
    assert_int_equal(constant_of(&known, "runtime._KindSpecialNone"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_release_is_known),
        cmocka_unit_test(each_release_has_all_that_is_asked_of_it),
        cmocka_unit_test(so_has_each_experiment),
        cmocka_unit_test(releases_come_in_order),
        cmocka_unit_test(between_two_releases_the_later_speaks),
        cmocka_unit_test(a_newer_go_has_the_newest_table),
        cmocka_unit_test(a_later_patch_is_no_news),
        cmocka_unit_test(an_older_go_is_not_known),
        cmocka_unit_test(experiments_have_rows_of_their_own),
        cmocka_unit_test(each_machine_has_its_own_tables),
        cmocka_unit_test(what_is_not_in_the_table_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
