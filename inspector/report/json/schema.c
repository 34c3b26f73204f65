/* The definitions in the report's schema that are made from the rows of kinds. */
#include "inspector/report/schema.h"

#include "inspector/base/str.h"
#include "inspector/report/json/fields.h"
#include "inspector/report/json/values.h"

static json_t *names(void)
{
    json_t *list = json_array();

    for (unsigned kind = 0; kind < GT_KINDS; kind++)
        list = gt_json_append(list, json_string(gt_kind_name(kind)));
    return list;
}

/* The rule that a finding of this kind has instances of its shape. */
static json_t *rule_of(enum gt_kind kind, const char *shape)
{
    return json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:{s:s, s:{s:s+}}}}}", "if", "properties",
                     "kind", "const", gt_kind_name(kind), "required", "kind", "then", "properties",
                     "instances", "type", "array", "items", "$ref", "#/definitions/", shape);
}

static json_t *add_kind(json_t *definitions, json_t *rules, enum gt_kind kind)
{
    struct gt_str name = {0};

    gt_str_format(&name, "instance-%s", gt_kind_name(kind));
    int failed = json_object_set_new(definitions, gt_str_text(&name),
                                     gt_json_fields_schema(&gt_shape_of(kind)->fields));
    rules = gt_json_append(rules, failed ? NULL : rule_of(kind, gt_str_text(&name)));
    gt_str_deinit(&name);
    return rules;
}

bool gt_json_kinds_schema(FILE *to)
{
    json_t *definitions = json_pack("{s:{s:o}, s:{s:s, s:o}}", "kind", "enum", names(), "by_kind",
                                    "type", "object", "required", names());
    json_t *rules = json_array();

    for (unsigned kind = 0; kind < GT_KINDS; kind++)
        rules = add_kind(definitions, rules, kind);
    if (json_object_set_new(definitions, "instances_by_kind", json_pack("{s:o}", "allOf", rules)) !=
        0) {
        json_decref(definitions);
        definitions = NULL;
    }
    return gt_json_dump(definitions, to);
}
