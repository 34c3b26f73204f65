/* Versions as Go writes them, and the build information around them, whole and cut. */
#include "gotypes/layouts/version.h"
#include "tests/unit/gotypes/target.h"

static struct gt_go_version parsed(const char *text)
{
    struct gt_go_version version;
    assert_true(gt_version_parse(text, strlen(text), &version));
    return version;
}

static void releases_have_minor_and_patch(void **state)
{
    (void)state;
    struct gt_go_version version = parsed("go1.26.8");
    assert_int_equal(version.minor, 26);
    assert_int_equal(version.patch, 8);
    assert_string_equal(version.text, "go1.26.8");
    assert_int_equal(gt_version_number(&version), 26008);
    assert_int_equal(parsed("go1.22").patch, 0);
    assert_int_equal(parsed("go1.27rc1").minor, 27);
}

static void development_versions_are_read(void **state)
{
    (void)state;
    assert_int_equal(parsed("devel go1.27-abcdef Tue Jan 6").minor, 27);
}

static void experiments_follow_in_both_spellings(void **state)
{
    (void)state;
    struct gt_go_version version = parsed("go1.25.12 X:greenteagc");
    assert_int_equal(version.experiment_count, 1);
    assert_string_equal(version.experiments[0], "greenteagc");
    assert_string_equal(version.text, "go1.25.12");
    version = parsed("go1.26.10-X:nogreenteagc,arenas");
    assert_int_equal(version.experiment_count, 2);
    assert_string_equal(version.experiments[1], "arenas");
    assert_int_equal(version.patch, 10);
    assert_string_equal(version.text, "go1.26.10");
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    struct gt_go_version version;
    const char *texts[] = {"", "go1", "go1.", "go1.x", "rust 1.2", "xgo1.26"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(gt_version_parse(texts[i], strlen(texts[i]), &version));
}

static size_t blob(unsigned char *out, const char *version, const char *modinfo)
{
    size_t at = 32;
    memset(out, 0, 512);
    memcpy(out, "\xff Go buildinf:", 14);
    out[14] = 8;
    out[15] = 2;
    out[at++] = (unsigned char)strlen(version);
    memcpy(out + at, version, strlen(version));
    at += strlen(version);
    out[at++] = (unsigned char)strlen(modinfo);
    memcpy(out + at, modinfo, strlen(modinfo));
    return at + strlen(modinfo);
}

static void build_information_is_read_without_its_frame(void **state)
{
    (void)state;
    unsigned char bytes[512];
    struct gt_go_version version;
    const char *modinfo;
    size_t length, size = blob(bytes, "go1.22.12", "0123456789abcdefpath\tmain\n0123456789abcdef");
    assert_true(gt_buildinfo_read(bytes, size, &version, &modinfo, &length));
    assert_int_equal(version.minor, 22);
    assert_int_equal(length, 10);
    assert_memory_equal(modinfo, "path\tmain\n", 10);
}

static void cut_build_information_is_refused(void **state)
{
    (void)state;
    unsigned char bytes[512];
    struct gt_go_version version;
    const char *modinfo;
    size_t length, size = blob(bytes, "go1.22.12", "");
    for (size_t cut = 0; cut < size - 1; cut++)
        assert_false(gt_buildinfo_read(bytes, cut, &version, &modinfo, &length));
    bytes[32] = 200; /* a version longer than the blob */
    assert_false(gt_buildinfo_read(bytes, size, &version, &modinfo, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(releases_have_minor_and_patch),
        cmocka_unit_test(development_versions_are_read),
        cmocka_unit_test(experiments_follow_in_both_spellings),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(build_information_is_read_without_its_frame),
        cmocka_unit_test(cut_build_information_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
