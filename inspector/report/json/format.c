/* The format JSON: every document has it. */
#include "inspector/report/sinks.h"

const struct gt_format_row gt_format_json = {
#define DOCUMENT(document, member, ...) .member = gt_json_##member,
#include "inspector/report/documents.def"
#undef DOCUMENT
};
