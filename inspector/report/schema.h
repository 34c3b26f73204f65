/*
 * What of the JSON Schemas is made of rows.
 */
#ifndef GT_REPORT_SCHEMA_H
#define GT_REPORT_SCHEMA_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the definitions of gotopsy-report-1 that speak of kinds, an object by name: `kind`, all
 * names; `by_kind`, an object that has them all; `instance-<kind>` for each; and
 * `instances_by_kind`, which of these a finding has. False: memory ran out. */
bool gt_json_kinds_schema(FILE *to);

#endif
