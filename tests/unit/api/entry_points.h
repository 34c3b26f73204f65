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

/* What it takes for gt_diff_create(); NULL: the same as the first. */
static struct gt_analysis *second_analysis;

struct entry_point {
    const char *name;
    struct gt_error *(*make)(struct gt_analysis *analysis, void **made);
    struct gt_error *(*write)(const void *made, enum gt_format format, FILE *to);
    void (*destroy)(void *made); /* NULL is allowed */
    enum gt_document document;   /* in whose formats it is written */
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

enum { A_GOROUTINE = 2 };

static struct gt_error *make_memory(struct gt_analysis *analysis, void **made)
{
    return gt_report_create_memory(analysis, NULL, (struct gt_report **)made);
}

static struct gt_error *make_paths(struct gt_analysis *analysis, void **made)
{
    const struct gt_path_options options = {.size = sizeof options, .address = 0xc000008000};

    return gt_paths_create(analysis, &options, (struct gt_paths **)made);
}

static struct gt_error *make_show(struct gt_analysis *analysis, void **made)
{
    const struct gt_show_options options = {
        .size = sizeof options, .address = 0xc000008000, .depth = 3, .show_data = true};

    return gt_show_create(analysis, &options, (struct gt_view **)made);
}

static struct gt_error *make_global(struct gt_analysis *analysis, void **made)
{
    const struct gt_show_options options = {
        .size = sizeof options, .name = "main.sessions", .depth = 3, .show_data = true};

    return gt_global_create(analysis, &options, (struct gt_view **)made);
}

static struct gt_error *make_goroutine(struct gt_analysis *analysis, void **made)
{
    const struct gt_goroutine_options options = {
        .size = sizeof options, .goroutine = A_GOROUTINE, .depth = 2, .show_data = true};

    return gt_goroutine_create(analysis, &options, (struct gt_goroutine_view **)made);
}

static struct gt_error *make_diff(struct gt_analysis *analysis, void **made)
{
    const struct gt_diff_options options = {.size = sizeof options, .min_bytes = 1};

    return gt_diff_create(analysis, second_analysis ? second_analysis : analysis, &options,
                          (struct gt_diff **)made);
}

static struct gt_error *make_table(struct gt_analysis *analysis, enum gt_heap_by by, void **made)
{
    const struct gt_heap_options options = {.size = sizeof options, .by = by, .show_data = true};

    return gt_heap_table_create(analysis, &options, (struct gt_heap_table **)made);
}

static struct gt_error *make_types(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_TYPE, made);
}

static struct gt_error *make_packages(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_PACKAGE, made);
}

static struct gt_error *make_roots(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_ROOT, made);
}

static struct gt_error *make_dominators(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_DOMINATOR, made);
}

static struct gt_error *make_sites(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_SITE, made);
}

static struct gt_error *make_containers(struct gt_analysis *analysis, void **made)
{
    return make_table(analysis, GT_HEAP_BY_CONTAINER, made);
}

static struct gt_error *make_names(struct gt_analysis *analysis, void **made)
{
    return gt_names_create(analysis, NULL, (struct gt_names **)made);
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

/* Names have no document: what is written is the list. */
static struct gt_error *write_names(const void *made, enum gt_format format, FILE *to)
{
    const struct gt_names *names = made;

    (void)format;
    for (size_t i = 0; i < names->count; i++)
        fprintf(to, "%s\n", names->names[i]);
    fflush(to);
    return NULL;
}

static struct gt_error *write_paths(const void *made, enum gt_format format, FILE *to)
{
    return gt_paths_write(made, format, NULL, to);
}

static struct gt_error *write_view(const void *made, enum gt_format format, FILE *to)
{
    return gt_view_write(made, format, NULL, to);
}

static struct gt_error *write_goroutine(const void *made, enum gt_format format, FILE *to)
{
    return gt_goroutine_write(made, format, NULL, to);
}

static struct gt_error *write_diff(const void *made, enum gt_format format, FILE *to)
{
    return gt_diff_write(made, format, NULL, to);
}

static struct gt_error *write_memory(const void *made, enum gt_format format, FILE *to)
{
    return gt_memory_write(made, format, NULL, to);
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

static void destroy_paths(void *made)
{
    gt_paths_destroy(made);
}

static void destroy_view(void *made)
{
    gt_view_destroy(made);
}

static void destroy_goroutine(void *made)
{
    gt_goroutine_destroy(made);
}

static void destroy_diff(void *made)
{
    gt_diff_destroy(made);
}

static void destroy_heap_table(void *made)
{
    gt_heap_table_destroy(made);
}

static void destroy_find(void *made)
{
    gt_find_destroy(made);
}

enum { A_REPORT, GOROUTINES, THREADS, WAITS, AN_OBJECT, HEAP, A_CHECK, GLOBAL };

static void destroy_names(void *made)
{
    gt_names_destroy(made);
}

static struct entry_point entry_points[] = {
    {"report", make_report, write_report, destroy_report, GT_DOCUMENT_REPORT},
    {"goroutines", make_goroutines, write_goroutines, destroy_report, GT_DOCUMENT_GOROUTINES},
    {"threads", make_threads, write_threads, destroy_report, GT_DOCUMENT_THREADS},
    {"waits", make_waits, write_waits, destroy_waits, GT_DOCUMENT_WAITS},
    {"object", make_object, write_object, destroy_object, GT_DOCUMENT_OBJECT},
    {"heap", make_types, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
    {"check", make_check, write_check, destroy_check, GT_DOCUMENT_CHECK},
    {"global", make_global, write_view, destroy_view, GT_DOCUMENT_SHOW},
    {"find", make_find, write_find, destroy_find, GT_DOCUMENT_FIND},
    {"names", make_names, write_names, destroy_names, GT_DOCUMENTS}, /* takes no memory */
    {"memory", make_memory, write_memory, destroy_report, GT_DOCUMENT_MEMORY},
    {"paths", make_paths, write_paths, destroy_paths, GT_DOCUMENT_PATHS},
    {"show", make_show, write_view, destroy_view, GT_DOCUMENT_SHOW},
    {"goroutine", make_goroutine, write_goroutine, destroy_goroutine, GT_DOCUMENT_GOROUTINE},
    {"diff", make_diff, write_diff, destroy_diff, GT_DOCUMENT_DIFF},
    {"heap by package", make_packages, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
    {"heap by root", make_roots, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
    {"heap by dominator", make_dominators, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
    {"heap by site", make_sites, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
    {"heap by container", make_containers, write_heap_table, destroy_heap_table, GT_DOCUMENT_HEAP},
};

enum { ENTRY_POINTS = sizeof entry_points / sizeof *entry_points };

#endif
