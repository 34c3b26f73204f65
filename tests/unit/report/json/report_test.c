/* The sample as JSON: what is unknown is null, and hostile text stays text. */
#include "tests/unit/report/sample.h"
#include "tests/unit/report/writing.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *parsed(char *text)
{
    json_error_t error;

    assert_non_null(text);
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!document) fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return document;
}

static json_t *report_of(const struct gt_report *report)
{
    return parsed(gt_written_report(report, GT_FORMAT_JSON, NULL));
}

/* The value at a path such as "findings.0.instances.0.block.type". */
static json_t *at(json_t *value, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, ".");
        char key[64];
        assert_true(length < sizeof key);
        memcpy(key, path, length);
        key[length] = '\0';
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10))
                                     : json_object_get(value, key);
        if (!value) fail_msg("nothing at %s", path);
        path += length + (path[length] == '.');
    }
    return value;
}

static void unknown_is_null(void **state)
{
    static const char *const full[] = {
        "goroutines.groups.0.retained_bytes",
        "goroutines.groups.0.retained_objects",
        "goroutines.groups.0.retained_exact",
        "goroutines.groups.0.kept",
        "goroutines.groups.1.kept.1.goroutine",
        "goroutines.groups.1.wait_reason",
        "goroutines.groups.1.wait_ns_max",
        "goroutines.groups.1.created_by",
        "goroutines.groups.0.stack.4.file",
        "goroutines.groups.0.stack.4.line",
        "findings.0.path.3.address",
        "findings.0.instances.1.wait_reason",
        "findings.0.instances.1.wait_ns",
        "findings.0.instances.1.created_by",
        "findings.1.instances.0.block.type",
        "findings.1.instances.1.allocated_at",
        "findings.1.instances.0.windows.1.holder",
        "findings.2.instances.1.function",
        "findings.3.instances.1.period_ns",
        "findings.3.instances.1.due_in_ns",
        "findings.3.instances.1.callback",
    };
    static const char *const empty[] = {"core.pid", "core.command", "core.signal",
                                        "binary.build_id"};
    json_t *report = report_of(&gt_sample_report), *none = report_of(&gt_sample_empty);

    (void)state;
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
        if (!json_is_null(at(report, full[i]))) fail_msg("%s is not null", full[i]);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
        if (!json_is_null(at(none, empty[i]))) fail_msg("%s is not null", empty[i]);
    json_decref(report);
    json_decref(none);
}

static void numbers_and_addresses(void **state)
{
    json_t *report = report_of(&gt_sample_report);

    (void)state;
    assert_string_equal(json_string_value(at(report, "schema")), "gotopsy-report/1");
    assert_int_equal(json_integer_value(at(report, "findings.0.bytes_freed")), 224395264);
    assert_int_equal(json_integer_value(at(report, "findings.0.stack_bytes")), 101646336);
    assert_int_equal(json_integer_value(at(report, "findings.3.instances.0.due_in_ns")), -3000000);
    assert_string_equal(json_string_value(at(report, "findings.0.path.0.address")), "0x55d000");
    assert_true(json_integer_value(at(report, "memory.mapped_bytes")) == INT64_MAX);
    json_decref(report);
}

static void a_kind_and_its_confidence_have_names(void **state)
{
    json_t *report = report_of(&gt_sample_report);

    (void)state;
    assert_string_equal(json_string_value(at(report, "findings.0.kind")), "hung-goroutine");
    assert_string_equal(json_string_value(at(report, "findings.2.confidence")), "likely");
    for (unsigned kind = 0; kind < GT_KINDS; kind++)
        assert_true(json_is_true(json_object_get(at(report, "looked_for"), gt_kind_name(kind))));
    json_decref(report);
}

static void could_not_look_is_reported(void **state)
{
    json_t *report = report_of(&gt_sample_empty);

    (void)state;
    assert_true(json_is_false(at(report, "looked_for.ticker")));
    assert_true(json_is_true(at(report, "looked_for.substring")));
    assert_int_equal(json_array_size(at(report, "findings")), 0);
    json_decref(report);
}

static void hostile_text_survives_as_text(void **state)
{
    json_t *report = report_of(&gt_sample_report);
    const char *tenant = json_string_value(at(report, "goroutines.groups.0.labels.tenant"));

    (void)state;
    assert_string_equal(tenant, "\033[31mred\nnew \xef\xbf\xbd\xc2\x9b\xe2\x80\xae`|<b>");
    json_decref(report);
}

static void the_other_documents(void **state)
{
    json_t *goroutines = parsed(gt_written_goroutines(&gt_sample_report, GT_FORMAT_JSON, NULL));
    json_t *check = parsed(gt_written_check(&gt_sample_check, GT_FORMAT_JSON, NULL));

    (void)state;
    assert_int_equal(json_integer_value(at(goroutines, "goroutines.groups.0.count")), 12408);
    assert_string_equal(json_string_value(at(check, "verdict")), "differs");
    assert_int_equal(json_integer_value(at(check, "gotopsy.objects")), 6812335);
    assert_int_equal(
        json_integer_value(json_object_get(at(check, "only_gc.explained"),
                                           "dropped since the last collection: "
                                           "the runtime's own, and out of use by what it holds")),
        1);
    json_decref(goroutines);
    json_decref(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_is_null),
        cmocka_unit_test(numbers_and_addresses),
        cmocka_unit_test(a_kind_and_its_confidence_have_names),
        cmocka_unit_test(could_not_look_is_reported),
        cmocka_unit_test(hostile_text_survives_as_text),
        cmocka_unit_test(the_other_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
