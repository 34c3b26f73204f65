/*
 * The definitions of the JSON Schemas that are made from rows.
 */
#ifndef GT_REPORT_SCHEMA_H
#define GT_REPORT_SCHEMA_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the definitions of gotopsy-report-1 that depend on kinds, an object by name: `kind`, all
 * names; `by_kind`, an object that has them all; `instance-<kind>` for each; and
 * `instances_by_kind`, which of these a finding has. False: memory ran out. */
bool gt_json_kinds_schema(FILE *to);

#endif
