/*
 * A table of fields as JSON, and as the JSON Schema of that.
 */
#ifndef GT_JSON_FIELDS_H
#define GT_JSON_FIELDS_H

#include "inspector/report/shape.h"

#include <jansson.h>

/* The struct that has these fields. */
json_t *gt_json_fields(const struct gt_fields *fields, const void *owner);

/* What a document must follow that gt_json_fields() has made. */
json_t *gt_json_fields_schema(const struct gt_fields *fields);

#endif
