/* The format text: every document has it. */
#include "inspector/report/sinks.h"

const struct gt_format_row gt_format_text = {
#define DOCUMENT(document, member, ...) .member = gt_text_##member,
#include "inspector/report/documents.def"
#undef DOCUMENT
};
