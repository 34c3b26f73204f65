/* `check` as JSON. */
#include "inspector/report/json/values.h"
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"

static const char *const verdicts[] = {
    [GT_EXACT] = "exact",         [GT_EXPLAINED] = "explained",
    [GT_DIFFERS] = "differs",     [GT_NOT_COMPARABLE] = "not-comparable",
    [GT_UNCERTAIN] = "uncertain",
};

static json_t *set_of(uint64_t objects, uint64_t bytes)
{
    return json_pack("{s:o, s:o}", "objects", gt_json_size(objects), "bytes", gt_json_size(bytes));
}

static json_t *evidence_of(const struct gt_check_example *example)
{
    if (!example->evidence) return json_null();
    return json_pack("{s:o, s:o}", "address", gt_json_address(example->evidence), "object",
                     example->holder ? gt_json_address(example->holder) : json_null());
}

static json_t *example_of(const struct gt_check_example *example)
{
    return json_pack("{s:o, s:o, s:s?, s:o}", "address", gt_json_address(example->address), "bytes",
                     gt_json_size(example->bytes), "type", example->type, "evidence",
                     evidence_of(example));
}

static json_t *label_of(const struct gt_check_label *label)
{
    json_t *examples = json_array();

    for (size_t i = 0; i < label->example_count; i++)
        json_array_append_new(examples, example_of(&label->examples[i]));
    return json_pack("{s:s, s:b, s:b, s:o, s:o, s:o}", "label", gt_check_reason_name(label->reason),
                     "explains", label->explains, "uncertain", label->uncertain, "objects",
                     gt_json_size(label->objects), "bytes", gt_json_size(label->bytes), "examples",
                     examples);
}

static json_t *explained_of(const struct gt_difference *difference)
{
    json_t *object = json_object();

    for (size_t i = 0; i < difference->explained_count; i++)
        object = gt_json_set(object, gt_check_reason_name(difference->explained[i].reason),
                             gt_json_size(difference->explained[i].objects));
    return object;
}

static json_t *difference_of(const struct gt_difference *difference)
{
    json_t *labels = json_array();

    for (size_t i = 0; i < difference->label_count; i++)
        json_array_append_new(labels, label_of(&difference->labels[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "objects", gt_json_size(difference->objects), "bytes",
                     gt_json_size(difference->bytes), "explained", explained_of(difference),
                     "labels", labels);
}

static json_t *addresses_of(const uint64_t *addresses, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, gt_json_address(addresses[i]));
    return list;
}

static json_t *collector_of(const struct gt_check *check)
{
    return json_pack("{s:o, s:o, s:o, s:s}", "objects", gt_json_size(check->gc_objects), "bytes",
                     gt_json_size(check->gc_bytes), "cycles", gt_json_size(check->cycles), "phase",
                     gt_gc_phase_name(check->phase));
}

bool gt_json_check(const struct gt_check *check, const struct gt_style *style, FILE *to)
{
    char text[GT_CHECK_WHY];

    (void)style;
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:s, s:s?}",
                  "schema", "gotopsy-check/1", "tool", gt_json_tool(), "gc", collector_of(check),
                  "gotopsy", set_of(check->own_objects, check->own_bytes), "only_gc",
                  difference_of(&check->only_gc), "only_gotopsy", difference_of(&check->only_own),
                  "unjudged_objects", gt_json_size(check->unjudged_objects), "uncertain_objects",
                  gt_json_size(check->uncertain_objects), "examples",
                  addresses_of(check->examples, check->example_count), "ran_since",
                  gt_json_size(check->ran_since), "missing_bytes",
                  gt_json_size(check->missing_bytes), "missing", check->lacks, "verdict",
                  verdicts[check->verdict], "reason", gt_check_why(text, check)),
        to);
}
