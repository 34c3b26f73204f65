/* Findings in JSON: the fields of all kinds, and instances by the shape of their kind. */
#include "inspector/report/json/fields.h"
#include "inspector/report/json/values.h"

static json_t *instances(const struct gt_finding *finding)
{
    const struct gt_fields *fields = &gt_shape_of(finding->kind)->fields;
    json_t *list = json_array();

    for (size_t i = 0; i < finding->instance_count; i++)
        list = gt_json_append(list, gt_json_fields(fields, &finding->instances[i]));
    return list;
}

static json_t *finding_of(const struct gt_finding *finding)
{
    return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                     (int)finding->id, "kind", gt_kind_name(finding->kind), "confidence",
                     gt_confidence_name(finding->confidence), "title", gt_json_text(finding->title),
                     "bytes_freed", gt_json_size(finding->bytes_freed), "bytes_shared",
                     gt_json_size(finding->bytes_shared), "stack_bytes",
                     gt_json_size(finding->stack_bytes), "descriptor_bytes",
                     gt_json_size(finding->descriptor_bytes), "objects_freed",
                     gt_json_size(finding->objects_freed), "count", gt_json_size(finding->count),
                     "doubt", gt_json_text(finding->doubt), "advice", gt_json_text(finding->advice),
                     "path", gt_json_path(&finding->path), "instances", instances(finding));
}

json_t *gt_json_findings(const struct gt_finding *findings, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, finding_of(&findings[i]));
    return list;
}
