/*
 * The sinks: each writes one document in one format, and knows only the report model.
 *
 * A sink reports no write error: write.c checks the stream afterwards and makes the error. A JSON
 * sink returns false when memory ran out.
 */
#ifndef GT_REPORT_SINKS_H
#define GT_REPORT_SINKS_H

#include "gotopsy.h"

/* The type of a sink for each document, such as gt_report_sink, and the text and JSON sinks, which
 * every document has. */
#define DOCUMENT(document, member, type, ...)                                                      \
    typedef bool gt_##member##_sink(const type *it, const struct gt_style *style, FILE *to);       \
    gt_##member##_sink gt_text_##member, gt_json_##member;
#include "inspector/report/documents.def"
#undef DOCUMENT

struct gt_format_row { /* a sink for each document that the format can write, else NULL */
#define DOCUMENT(document, member, ...) gt_##member##_sink *member;
#include "inspector/report/documents.def"
#undef DOCUMENT
};

#define FORMAT(format, name) extern const struct gt_format_row gt_format_##name;
#include "inspector/report/formats.def"
#undef FORMAT

bool gt_json_error(const struct gt_error *error, FILE *to);

#endif
