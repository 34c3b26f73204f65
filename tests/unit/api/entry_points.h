/*
 * Each entry point that makes a document, with the functions that write it, and an output that
 * allocates no memory. Included by one file of a program.
 */
#ifndef GT_TEST_ENTRY_POINTS_H
#define GT_TEST_ENTRY_POINTS_H

#include "gotopsy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h> /* last: it needs the types of the others */

enum { OUTPUT = 1 << 20 };

/* ---- an output that allocates no memory ---------------------------------------------------- */

struct output {
    FILE *file;
    size_t size;
    char bytes[OUTPUT], buffer[BUFSIZ];
};

static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    struct output *output = cookie;

    assert_true(output->size + size <= OUTPUT);
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return (ssize_t)size;
}

static void open_output(struct output *output)
{
    const cookie_io_functions_t functions = {.write = take};

    output->size = 0;
    output->file = fopencookie(output, "w", functions);
    assert_non_null(output->file);
    setvbuf(output->file, output->buffer, _IOFBF, sizeof output->buffer);
}

/* ---- entry points ------------------------------------------------------------------------- */

enum { MOST_FORMATS = 4 };

struct entry_point {
    const char *name;
    struct gt_error *(*make)(struct gt_analysis *analysis, void **made);
    struct gt_error *(*write)(const void *made, enum gt_format format, FILE *to);
    void (*destroy)(void *made); /* NULL is allowed */
    enum gt_format formats[MOST_FORMATS];
    size_t format_count;
};

/* The makers store what they made in *made; it is NULL when they fail. */
static struct gt_error *make_report(struct gt_analysis *analysis, void **made)
{
    const struct gt_report_options options = {
        .size = sizeof options, .min_bytes = 1, .show_data = true};

    return gt_report_create(analysis, &options, (struct gt_report **)made);
}

static struct gt_error *make_goroutines(struct gt_analysis *analysis, void **made)
{
    const struct gt_report_options options = {
        .size = sizeof options, .retained = true, .arguments = true, .by_labels = true};

    return gt_report_create_goroutines(analysis, &options, (struct gt_report **)made);
}

static struct gt_error *make_threads(struct gt_analysis *analysis, void **made)
{
    return gt_report_create_threads(analysis, NULL, (struct gt_report **)made);
}

static struct gt_error *make_waits(struct gt_analysis *analysis, void **made)
{
    return gt_wait_graph_create(analysis, NULL, (struct gt_wait_graph **)made);
}

static struct gt_error *make_check(struct gt_analysis *analysis, void **made)
{
    return gt_check_create(analysis, NULL, (struct gt_check **)made);
}

static struct gt_error *make_object(struct gt_analysis *analysis, void **made)
{
    const struct gt_object_options options = {.size = sizeof options, .address = 0xc000008000};

    return gt_object_create(analysis, &options, (struct gt_object **)made);
}

static struct gt_error *make_heap_table(struct gt_analysis *analysis, void **made)
{
    return gt_heap_table_create(analysis, NULL, (struct gt_heap_table **)made);
}

static struct gt_error *make_find(struct gt_analysis *analysis, void **made)
{
    const struct gt_find_options options = {.size = sizeof options,
                                            .type = "all",
                                            .where = "len(nodes) > 0 && name != \"\" && any != nil",
                                            .show_data = true};

    return gt_find_create(analysis, &options, (struct gt_find **)made);
}

static struct gt_error *write_report(const void *made, enum gt_format format, FILE *to)
{
    return gt_report_write(made, format, NULL, to);
}

static struct gt_error *write_goroutines(const void *made, enum gt_format format, FILE *to)
{
    return gt_goroutines_write(made, format, NULL, to);
}

static struct gt_error *write_threads(const void *made, enum gt_format format, FILE *to)
{
    return gt_threads_write(made, format, NULL, to);
}

static struct gt_error *write_waits(const void *made, enum gt_format format, FILE *to)
{
    return gt_wait_graph_write(made, format, NULL, to);
}

static struct gt_error *write_check(const void *made, enum gt_format format, FILE *to)
{
    return gt_check_write(made, format, NULL, to);
}

static struct gt_error *write_object(const void *made, enum gt_format format, FILE *to)
{
    return gt_object_write(made, format, NULL, to);
}

static struct gt_error *write_heap_table(const void *made, enum gt_format format, FILE *to)
{
    return gt_heap_table_write(made, format, NULL, to);
}

static struct gt_error *write_find(const void *made, enum gt_format format, FILE *to)
{
    return gt_find_write(made, format, NULL, to);
}

static void destroy_report(void *made)
{
    gt_report_destroy(made);
}

static void destroy_waits(void *made)
{
    gt_wait_graph_destroy(made);
}

static void destroy_check(void *made)
{
    gt_check_destroy(made);
}

static void destroy_object(void *made)
{
    gt_object_destroy(made);
}

static void destroy_heap_table(void *made)
{
    gt_heap_table_destroy(made);
}

static void destroy_find(void *made)
{
    gt_find_destroy(made);
}

enum { A_REPORT, GOROUTINES, THREADS, WAITS, AN_OBJECT, HEAP, FOUND, A_CHECK };

static struct entry_point entry_points[] = {
    {"report",
     make_report,
     write_report,
     destroy_report,
     {GT_FORMAT_JSON, GT_FORMAT_TEXT, GT_FORMAT_MARKDOWN},
     3},
    {"goroutines",
     make_goroutines,
     write_goroutines,
     destroy_report,
     {GT_FORMAT_JSON, GT_FORMAT_TEXT, GT_FORMAT_TRACEBACK, GT_FORMAT_PPROF},
     4},
    {"threads", make_threads, write_threads, destroy_report, {GT_FORMAT_JSON, GT_FORMAT_TEXT}, 2},
    {"waits",
     make_waits,
     write_waits,
     destroy_waits,
     {GT_FORMAT_JSON, GT_FORMAT_TEXT, GT_FORMAT_DOT},
     3},
    {"object", make_object, write_object, destroy_object, {GT_FORMAT_JSON, GT_FORMAT_TEXT}, 2},
    {"heap",
     make_heap_table,
     write_heap_table,
     destroy_heap_table,
     {GT_FORMAT_JSON, GT_FORMAT_TEXT, GT_FORMAT_CSV},
     3},
    {"find",
     make_find,
     write_find,
     destroy_find,
     {GT_FORMAT_JSON, GT_FORMAT_TEXT, GT_FORMAT_CSV},
     3},
    {"check", make_check, write_check, destroy_check, {GT_FORMAT_JSON, GT_FORMAT_TEXT}, 2},
};

#endif
