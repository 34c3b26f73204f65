/* Which sink writes what: one row per format. */
#include "inspector/base/error.h"
#include "inspector/report/sinks.h"

#include <errno.h>
#include <string.h>

static const struct format {
    const char *name;
    gt_report_sink *report, *goroutines, *threads;
    gt_check_sink *check;
    gt_wait_graph_sink *wait_graph;
} formats[] = {
    [GT_FORMAT_TEXT] = {"text", gt_text_report, gt_text_goroutines, gt_text_threads, gt_text_check,
                        gt_text_wait_graph},
    [GT_FORMAT_JSON] = {"json", gt_json_report, gt_json_goroutines, gt_json_threads, gt_json_check,
                        gt_json_wait_graph},
    [GT_FORMAT_MARKDOWN] = {.name = "markdown", .report = gt_markdown_report},
    [GT_FORMAT_TRACEBACK] = {.name = "traceback",
                             .report = gt_traceback,
                             .goroutines = gt_traceback},
    [GT_FORMAT_DOT] = {.name = "dot", .wait_graph = gt_dot_wait_graph},
    [GT_FORMAT_PPROF] = {.name = "pprof", .goroutines = gt_pprof},
};

static const struct format *find_format(enum gt_format format)
{
    static const struct format none = {.name = "such"};

    return (unsigned)format < sizeof formats / sizeof formats[0] ? &formats[format] : &none;
}

static struct gt_error *no_sink(const struct format *format, const char *document)
{
    return gt_error_new(GT_ERR_USAGE, "there is no %s form of %s", format->name, document);
}

/* What became of a document that a sink has written to `to`. */
static struct gt_error *outcome(bool written, FILE *to, const char *document)
{
    if (!written) return gt_error_new(GT_ERR_IO, "out of memory writing %s", document);
    if (fflush(to) == 0 && !ferror(to)) return NULL;
    return gt_error_new(GT_ERR_IO, "cannot write %s: %s", document, strerror(errno));
}

struct gt_error *gt_report_write(const struct gt_report *report, enum gt_format format,
                                 const struct gt_style *style, FILE *to)
{
    const struct format *row = find_format(format);

    if (!row->report) return no_sink(row, "the report");
    return outcome(row->report(report, style, to), to, "the report");
}

struct gt_error *gt_goroutines_write(const struct gt_report *report, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    const struct format *row = find_format(format);

    if (!row->goroutines) return no_sink(row, "the goroutines");
    return outcome(row->goroutines(report, style, to), to, "the goroutines");
}

struct gt_error *gt_threads_write(const struct gt_report *report, enum gt_format format,
                                  const struct gt_style *style, FILE *to)
{
    const struct format *row = find_format(format);

    if (!row->threads) return no_sink(row, "the threads");
    return outcome(row->threads(report, style, to), to, "the threads");
}

struct gt_error *gt_wait_graph_write(const struct gt_wait_graph *graph, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    const struct format *row = find_format(format);

    if (!row->wait_graph) return no_sink(row, "the waits");
    return outcome(row->wait_graph(graph, style, to), to, "the waits");
}

struct gt_error *gt_check_write(const struct gt_check *check, enum gt_format format,
                                const struct gt_style *style, FILE *to)
{
    const struct format *row = find_format(format);

    if (!row->check) return no_sink(row, "the check");
    return outcome(row->check(check, style, to), to, "the check");
}
