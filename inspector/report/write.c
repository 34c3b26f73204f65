/* Which sink writes what: one row per format. */
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/report/sinks.h"

#include <errno.h>
#include <string.h>

static const struct format {
    const char *name;
    gt_report_sink *report, *goroutines, *threads;
    gt_check_sink *check;
    gt_wait_graph_sink *wait_graph;
    gt_object_sink *object;
    gt_heap_sink *heap;
    gt_paths_sink *paths;
    gt_view_sink *view;
    gt_goroutine_sink *goroutine;
    gt_diff_sink *diff;
    gt_report_sink *memory;
} formats[] = {
    [GT_FORMAT_TEXT] = {.name = "text",
                        .report = gt_text_report,
                        .goroutines = gt_text_goroutines,
                        .threads = gt_text_threads,
                        .check = gt_text_check,
                        .wait_graph = gt_text_wait_graph,
                        .object = gt_text_object,
                        .heap = gt_text_heap,
                        .paths = gt_text_paths,
                        .view = gt_text_view,
                        .goroutine = gt_text_goroutine,
                        .diff = gt_text_diff,
                        .memory = gt_text_memory},
    [GT_FORMAT_JSON] = {.name = "json",
                        .report = gt_json_report,
                        .goroutines = gt_json_goroutines,
                        .threads = gt_json_threads,
                        .check = gt_json_check,
                        .wait_graph = gt_json_wait_graph,
                        .object = gt_json_object,
                        .heap = gt_json_heap,
                        .paths = gt_json_paths,
                        .view = gt_json_view,
                        .goroutine = gt_json_goroutine,
                        .diff = gt_json_diff,
                        .memory = gt_json_memory},
    [GT_FORMAT_MARKDOWN] = {.name = "markdown",
                            .report = gt_markdown_report,
                            .diff = gt_markdown_diff},
    [GT_FORMAT_TRACEBACK] = {.name = "traceback", .goroutines = gt_traceback},
    [GT_FORMAT_DOT] = {.name = "dot", .wait_graph = gt_dot_wait_graph},
    [GT_FORMAT_PPROF] = {.name = "pprof", .goroutines = gt_pprof},
    [GT_FORMAT_CSV] = {.name = "csv", .heap = gt_csv_heap},
};

_Static_assert(sizeof formats / sizeof formats[0] == GT_FORMATS, "each format has a row");

const char *gt_format_name(enum gt_format format)
{
    return (unsigned)format < GT_FORMATS ? formats[format].name : NULL;
}

bool gt_format_has(enum gt_format format, enum gt_document document)
{
    if ((unsigned)format >= GT_FORMATS || (unsigned)document >= GT_DOCUMENTS) return false;
    const struct format *row = &formats[format];
    const bool has[] = {[GT_DOCUMENT_REPORT] = row->report,
                        [GT_DOCUMENT_CHECK] = row->check,
                        [GT_DOCUMENT_GOROUTINES] = row->goroutines,
                        [GT_DOCUMENT_WAITS] = row->wait_graph,
                        [GT_DOCUMENT_THREADS] = row->threads,
                        [GT_DOCUMENT_OBJECT] = row->object,
                        [GT_DOCUMENT_HEAP] = row->heap,
                        [GT_DOCUMENT_PATHS] = row->paths,
                        [GT_DOCUMENT_SHOW] = row->view,
                        [GT_DOCUMENT_GOROUTINE] = row->goroutine,
                        [GT_DOCUMENT_DIFF] = row->diff,
                        [GT_DOCUMENT_MEMORY] = row->memory};
    return has[document];
}

static const struct format *find_format(enum gt_format format)
{
    static const struct format none = {.name = "such"};

    return (unsigned)format < sizeof formats / sizeof formats[0] ? &formats[format] : &none;
}

static struct gt_error *no_sink(const struct format *format, const char *document)
{
    return gt_error_create(GT_ERR_USAGE, "there is no %s form of %s", format->name, document);
}

/* What became of a document that a sink has written to `to`. */
static struct gt_error *outcome(bool written, FILE *to, const char *document)
{
    if (!written) return gt_error_create(GT_ERR_MEMORY, "out of memory writing %s", document);
    if (fflush(to) == 0 && !ferror(to)) return NULL;
    int number = errno;
    struct gt_error *error =
        gt_error_create(GT_ERR_IO, "cannot write %s: %s", document, strerror(number));
    return gt_error_number(error, number);
}

/* ---- calls --------------------------------------------------------------------------------- */

struct writing {
    const struct format *format;
    const void *document;
    struct gt_style style;
    FILE *to;
};

static struct gt_error *run(gt_body *body, const void *document, enum gt_format format,
                            const struct gt_style *style, FILE *to)
{
    struct writing writing = {find_format(format), document, .to = to};
    struct gt_error *error = gt_options_take(&writing.style, sizeof writing.style, style);

    if (!error && (!document || !to))
        error = gt_error_plain(GT_ERR_USAGE, "NULL is not allowed here");
    return error ? error : gt_call_alone(body, &writing);
}

static struct gt_error *write_report(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->report) return no_sink(writing->format, "the report");
    return outcome(writing->format->report(writing->document, &writing->style, writing->to),
                   writing->to, "the report");
}

struct gt_error *gt_report_write(const struct gt_report *report, enum gt_format format,
                                 const struct gt_style *style, FILE *to)
{
    return run(write_report, report, format, style, to);
}

static struct gt_error *write_goroutines(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->goroutines) return no_sink(writing->format, "the goroutines");
    return outcome(writing->format->goroutines(writing->document, &writing->style, writing->to),
                   writing->to, "the goroutines");
}

struct gt_error *gt_goroutines_write(const struct gt_report *report, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return run(write_goroutines, report, format, style, to);
}

static struct gt_error *write_threads(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->threads) return no_sink(writing->format, "the threads");
    return outcome(writing->format->threads(writing->document, &writing->style, writing->to),
                   writing->to, "the threads");
}

struct gt_error *gt_threads_write(const struct gt_report *report, enum gt_format format,
                                  const struct gt_style *style, FILE *to)
{
    return run(write_threads, report, format, style, to);
}

static struct gt_error *write_memory(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->memory) return no_sink(writing->format, "the memory");
    return outcome(writing->format->memory(writing->document, &writing->style, writing->to),
                   writing->to, "the memory");
}

struct gt_error *gt_memory_write(const struct gt_report *report, enum gt_format format,
                                 const struct gt_style *style, FILE *to)
{
    return run(write_memory, report, format, style, to);
}

static struct gt_error *write_wait_graph(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->wait_graph) return no_sink(writing->format, "the waits");
    return outcome(writing->format->wait_graph(writing->document, &writing->style, writing->to),
                   writing->to, "the waits");
}

struct gt_error *gt_wait_graph_write(const struct gt_wait_graph *wait_graph, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return run(write_wait_graph, wait_graph, format, style, to);
}

static struct gt_error *write_check(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->check) return no_sink(writing->format, "the check");
    return outcome(writing->format->check(writing->document, &writing->style, writing->to),
                   writing->to, "the check");
}

struct gt_error *gt_check_write(const struct gt_check *check, enum gt_format format,
                                const struct gt_style *style, FILE *to)
{
    return run(write_check, check, format, style, to);
}

static struct gt_error *write_object(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->object) return no_sink(writing->format, "the object");
    return outcome(writing->format->object(writing->document, &writing->style, writing->to),
                   writing->to, "the object");
}

struct gt_error *gt_object_write(const struct gt_object *object, enum gt_format format,
                                 const struct gt_style *style, FILE *to)
{
    return run(write_object, object, format, style, to);
}

static struct gt_error *write_heap(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->heap) return no_sink(writing->format, "the heap");
    return outcome(writing->format->heap(writing->document, &writing->style, writing->to),
                   writing->to, "the heap");
}

struct gt_error *gt_heap_table_write(const struct gt_heap_table *table, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return run(write_heap, table, format, style, to);
}

static struct gt_error *write_diff(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->diff) return no_sink(writing->format, "the diff");
    return outcome(writing->format->diff(writing->document, &writing->style, writing->to),
                   writing->to, "the diff");
}

struct gt_error *gt_diff_write(const struct gt_diff *diff, enum gt_format format,
                               const struct gt_style *style, FILE *to)
{
    return run(write_diff, diff, format, style, to);
}

static struct gt_error *write_error(void *args)
{
    const struct writing *writing = args;

    return outcome(gt_json_error(writing->document, writing->to), writing->to, "the error");
}

struct gt_error *gt_error_write(const struct gt_error *error, FILE *to)
{
    return run(write_error, error, GT_FORMAT_JSON, NULL, to);
}

static struct gt_error *write_paths(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->paths) return no_sink(writing->format, "the paths");
    return outcome(writing->format->paths(writing->document, &writing->style, writing->to),
                   writing->to, "the paths");
}

struct gt_error *gt_paths_write(const struct gt_paths *paths, enum gt_format format,
                                const struct gt_style *style, FILE *to)
{
    return run(write_paths, paths, format, style, to);
}

static struct gt_error *write_view(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->view) return no_sink(writing->format, "a value");
    return outcome(writing->format->view(writing->document, &writing->style, writing->to),
                   writing->to, "a value");
}

struct gt_error *gt_view_write(const struct gt_view *view, enum gt_format format,
                               const struct gt_style *style, FILE *to)
{
    return run(write_view, view, format, style, to);
}

static struct gt_error *write_goroutine(void *args)
{
    const struct writing *writing = args;

    if (!writing->format->goroutine) return no_sink(writing->format, "a goroutine");
    return outcome(writing->format->goroutine(writing->document, &writing->style, writing->to),
                   writing->to, "the goroutine");
}

struct gt_error *gt_goroutine_write(const struct gt_goroutine_view *view, enum gt_format format,
                                    const struct gt_style *style, FILE *to)
{
    return run(write_goroutine, view, format, style, to);
}
