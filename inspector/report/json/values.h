/*
 * The values that JSON documents are made of.
 *
 * Invariants: unknown is null, never 0 or ""; addresses are strings; a size that is too large for a
 * JSON integer becomes the largest one. Each function returns a new reference, NULL only when
 * memory has run out; json_pack() passes that NULL up to gt_json_dump().
 */
#ifndef GT_JSON_VALUES_H
#define GT_JSON_VALUES_H

#include "inspector/names/words.h"

#include <jansson.h>

json_t *gt_json_text(const char *text); /* NULL: null */
json_t *gt_json_bytes(const char *text,
                      uint64_t length); /* the same for texts that may contain NULs */
json_t *gt_json_word(const struct gt_words *words, unsigned value); /* null for a value without a
                                                                     * word */
json_t *gt_json_size(uint64_t size);
json_t *gt_json_signed(int64_t number);                              /* GT_UNKNOWN: null */
json_t *gt_json_address(uint64_t address);                           /* 0: null */
json_t *gt_json_labels(const struct gt_label *labels, size_t count); /* {key: value} */
json_t *gt_json_values(const struct gt_values *values);
json_t *gt_json_pointer(const struct gt_pointer *pointer);
json_t *gt_json_block(const struct gt_block *block);
json_t *gt_json_location(const struct gt_source_location *place); /* without a function: null */
json_t *gt_json_stack(const struct gt_stack *stack);
json_t *gt_json_path(const struct gt_path *path);
json_t *gt_json_ids(const uint64_t *ids, size_t count); /* of goroutines */
json_t *gt_json_tool(void);                             /* the program that made the document */

/* Appends an element and takes over both; NULL when either is NULL or memory has run out. */
json_t *gt_json_append(json_t *list, json_t *value);
/* Sets a member and takes over both; NULL in the same cases. */
json_t *gt_json_set(json_t *object, const char *name, json_t *value);

/* Writes a document and takes it over; false when memory has run out, or when it is NULL. */
bool gt_json_dump(json_t *document, FILE *to);

/* Parts of a report that several documents have. */
json_t *gt_json_core(const struct gt_report *report);
json_t *gt_json_binary(const struct gt_report *report);
json_t *gt_json_notes(const struct gt_report *report);
json_t *gt_json_memory_parts(const struct gt_report *report);

/* What was not analysed, as in the report's document. */
json_t *gt_json_undecided(const struct gt_report *report);
json_t *gt_json_set_aside(const struct gt_report *report);
/* null when they were not computed. */
json_t *gt_json_holders(const struct gt_report *report);

/* Findings, as in the report's document. */
json_t *gt_json_findings(const struct gt_finding *findings, size_t count);

/* Goroutines that wait for something outside, as in the document of waits. */
json_t *gt_json_outside(const struct gt_outside_group *group);

#endif
