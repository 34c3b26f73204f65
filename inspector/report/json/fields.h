/*
 * A table of fields as JSON, and the JSON Schema of that.
 */
#ifndef GT_JSON_FIELDS_H
#define GT_JSON_FIELDS_H

#include "inspector/report/shape.h"

#include <jansson.h>

/* `owner` is the struct that has these fields. */
json_t *gt_json_fields(const struct gt_fields *fields, const void *owner);

/* The schema of the JSON that gt_json_fields() makes. */
json_t *gt_json_fields_schema(const struct gt_fields *fields);

#endif
