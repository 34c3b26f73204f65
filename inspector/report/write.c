/* Writes a document, by the row of its format and the row of the document. */
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/report/sinks.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    const struct gt_format_row *sinks;
} formats[] = {
#define FORMAT(format, name) [format] = {#name, &gt_format_##name},
#include "inspector/report/formats.def"
#undef FORMAT
};

enum {
#define FORMAT(format, name) ROW_OF_##format,
#include "inspector/report/formats.def"
#undef FORMAT
    FORMAT_ROWS
};
enum {
#define DOCUMENT(document, ...) ROW_OF_##document,
#include "inspector/report/documents.def"
#undef DOCUMENT
    DOCUMENT_ROWS
};
_Static_assert(FORMAT_ROWS == (int)GT_FORMATS, "each format has a row in formats.def");
_Static_assert(DOCUMENT_ROWS == (int)GT_DOCUMENTS, "each document has a row in documents.def");

const char *gt_format_name(enum gt_format format)
{
    return (unsigned)format < GT_FORMATS ? formats[format].name : NULL;
}

bool gt_format_has(enum gt_format format, enum gt_document document)
{
    if ((unsigned)format >= GT_FORMATS) return false;
    switch (document) {
#define DOCUMENT(document, member, ...)                                                            \
    case document:                                                                                 \
        return formats[format].sinks->member;
#include "inspector/report/documents.def"
#undef DOCUMENT
    default:
        return false;
    }
}

struct writer {
    enum gt_format format;
    const void *it;
    struct gt_style style;
    FILE *to;
};

/* ---- one document -------------------------------------------------------------------------- */

static struct gt_error *no_sink(enum gt_format format, const char *what)
{
    const char *name = gt_format_name(format);

    return gt_error_create(GT_ERR_USAGE, "there is no %s form of %s", name ? name : "such", what);
}

/* The error after a sink has written to `to`, or NULL. */
static struct gt_error *outcome(bool written, FILE *to, const char *what)
{
    if (!written) return gt_error_create(GT_ERR_MEMORY, "out of memory writing %s", what);
    if (fflush(to) == 0 && !ferror(to)) return NULL;
    int number = errno;
    struct gt_error *error =
        gt_error_create(GT_ERR_IO, "cannot write %s: %s", what, strerror(number));
    return gt_error_number(error, number);
}

static struct gt_error *run(gt_body *body, const void *it, enum gt_format format,
                            const struct gt_style *style, FILE *to)
{
    struct writer writer = {format, it, .to = to};
    struct gt_error *error = gt_options_take(&writer.style, sizeof writer.style, style);

    if (!error && (!it || !to)) error = gt_error_plain(GT_ERR_USAGE, "NULL is not allowed here");
    return error ? error : gt_call_alone(body, &writer);
}

static struct gt_error *write_error(void *args)
{
    const struct writer *writer = args;

    return outcome(gt_json_error(writer->it, writer->to), writer->to, "the error");
}

struct gt_error *gt_error_write(const struct gt_error *error, FILE *to)
{
    return run(write_error, error, GT_FORMAT_JSON, NULL, to);
}

/* ---- a function for each document ---------------------------------------------------------- */

/* The function and its sinks both take the row's type. */
#define DOCUMENT(document, member, type, write, words)                                             \
    static struct gt_error *write_##member(void *args)                                             \
    {                                                                                              \
        const struct writer *writer = args;                                                        \
        const type *it = writer->it;                                                               \
                                                                                                   \
        if (!gt_format_has(writer->format, document)) return no_sink(writer->format, words);       \
        gt_##member##_sink *sink = formats[writer->format].sinks->member;                          \
        return outcome(sink(it, &writer->style, writer->to), writer->to, words);                   \
    }                                                                                              \
                                                                                                   \
    struct gt_error *write(const type *it, enum gt_format format, const struct gt_style *style,    \
                           FILE *to)                                                               \
    {                                                                                              \
        return run(write_##member, it, format, style, to);                                         \
    }
#include "inspector/report/documents.def"
#undef DOCUMENT
