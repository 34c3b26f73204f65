/*
 * How each function of gotopsy.h handles NULL where it is not allowed, and an option struct without
 * its size: GT_ERR_USAGE, or the result in its comment. The functions are read from the header: a
 * function without a row fails the test.
 */
#include "tests/unit/synth/synth_impl.h"

#include <stdlib.h>

/* ---- rows: the entry points of one shape --------------------------------------------------- */

typedef struct gt_error *create_fn(struct gt_analysis *analysis, const void *options, void *out);
typedef struct gt_error *write_fn(const void *document, enum gt_format format,
                                  const struct gt_style *style, FILE *to);
typedef void destroy_fn(void *what);

static struct gt_error *report(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_report_create(analysis, options, out);
}

static struct gt_error *goroutines(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_report_create_goroutines(analysis, options, out);
}

static struct gt_error *threads(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_report_create_threads(analysis, options, out);
}

static struct gt_error *waits(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_wait_graph_create(analysis, options, out);
}

static struct gt_error *check(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_check_create(analysis, options, out);
}

static struct gt_error *heap_table(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_heap_table_create(analysis, options, out);
}

static struct gt_error *object(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_object_create(analysis, options, out);
}

static struct gt_error *paths(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_paths_create(analysis, options, out);
}

static struct gt_error *find(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_find_create(analysis, options, out);
}

static struct gt_error *names(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_names_create(analysis, options, out);
}

static struct gt_error *show(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_show_create(analysis, options, out);
}

static struct gt_error *global(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_global_create(analysis, options, out);
}

static struct gt_error *goroutine(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_goroutine_create(analysis, options, out);
}

/* The same core twice. */
static struct gt_error *diff(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_diff_create(analysis, analysis, options, out);
}

static struct gt_error *memory(struct gt_analysis *analysis, const void *options, void *out)
{
    return gt_report_create_memory(analysis, options, out);
}

static const struct {
    const char *name;
    create_fn *create;
    bool must_have_options;
} creates[] = {
    {"gt_report_create", report, false},
    {"gt_report_create_goroutines", goroutines, false},
    {"gt_report_create_threads", threads, false},
    {"gt_wait_graph_create", waits, false},
    {"gt_check_create", check, false},
    {"gt_heap_table_create", heap_table, false},
    {"gt_object_create", object, true},
    {"gt_report_create_memory", memory, false},
    {"gt_diff_create", diff, false},
    {"gt_paths_create", paths, true},
    {"gt_find_create", find, true},
    {"gt_names_create", names, false},
    {"gt_show_create", show, true},
    {"gt_global_create", global, true},
    {"gt_goroutine_create", goroutine, true},
};

static struct gt_error *write_report(const void *document, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return gt_report_write(document, format, style, to);
}

static struct gt_error *write_goroutines(const void *document, enum gt_format format,
                                         const struct gt_style *style, FILE *to)
{
    return gt_goroutines_write(document, format, style, to);
}

static struct gt_error *write_threads(const void *document, enum gt_format format,
                                      const struct gt_style *style, FILE *to)
{
    return gt_threads_write(document, format, style, to);
}

static struct gt_error *write_waits(const void *document, enum gt_format format,
                                    const struct gt_style *style, FILE *to)
{
    return gt_wait_graph_write(document, format, style, to);
}

static struct gt_error *write_check(const void *document, enum gt_format format,
                                    const struct gt_style *style, FILE *to)
{
    return gt_check_write(document, format, style, to);
}

static struct gt_error *write_heap_table(const void *document, enum gt_format format,
                                         const struct gt_style *style, FILE *to)
{
    return gt_heap_table_write(document, format, style, to);
}

static struct gt_error *write_object(const void *document, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return gt_object_write(document, format, style, to);
}

static struct gt_error *write_paths(const void *document, enum gt_format format,
                                    const struct gt_style *style, FILE *to)
{
    return gt_paths_write(document, format, style, to);
}

static struct gt_error *write_find(const void *document, enum gt_format format,
                                   const struct gt_style *style, FILE *to)
{
    return gt_find_write(document, format, style, to);
}

static struct gt_error *write_view(const void *document, enum gt_format format,
                                   const struct gt_style *style, FILE *to)
{
    return gt_view_write(document, format, style, to);
}

static struct gt_error *write_goroutine(const void *document, enum gt_format format,
                                        const struct gt_style *style, FILE *to)
{
    return gt_goroutine_write(document, format, style, to);
}

static struct gt_error *write_diff(const void *document, enum gt_format format,
                                   const struct gt_style *style, FILE *to)
{
    return gt_diff_write(document, format, style, to);
}

static struct gt_error *write_memory(const void *document, enum gt_format format,
                                     const struct gt_style *style, FILE *to)
{
    return gt_memory_write(document, format, style, to);
}

static const struct {
    const char *name;
    write_fn *write;
} writes[] = {
    {"gt_memory_write", write_memory},
    {"gt_diff_write", write_diff},
    {"gt_paths_write", write_paths},
    {"gt_view_write", write_view},
    {"gt_goroutine_write", write_goroutine},
    {"gt_report_write", write_report},
    {"gt_goroutines_write", write_goroutines},
    {"gt_threads_write", write_threads},
    {"gt_wait_graph_write", write_waits},
    {"gt_check_write", write_check},
    {"gt_heap_table_write", write_heap_table},
    {"gt_object_write", write_object},
    {"gt_find_write", write_find},
};

/* Functions that other tests call. */
static const char *const others[] = {
    "gt_paths_destroy",
    "gt_find_destroy",
    "gt_names_destroy",
    "gt_find_next",
    "gt_find_next_inside",
    "gt_diff_destroy",
    "gt_growth_name",
    "gt_view_destroy",
    "gt_goroutine_destroy",
    "gt_open",
    "gt_close",
    "gt_report_destroy",
    "gt_wait_graph_destroy",
    "gt_check_destroy",
    "gt_object_destroy",
    "gt_heap_table_destroy",
    "gt_error_destroy",
    "gt_error_message",
    "gt_error_code",
    "gt_error_path",
    "gt_error_errno",
    "gt_error_address",
    "gt_error_write",
    "gt_kind_name",
    "gt_kind_summary",
    "gt_kind_is_of_parts",
    "gt_confidence_name",
    "gt_format_name",
    "gt_format_has",
    "gt_heap_by_name",
    "gt_address_kind_name",
    "gt_typed_kind_name",
    "gt_special_kind_name",
    "gt_gc_mark_name",
    "gt_gc_phase_name",
    "gt_core_origin_name",
    "gt_verified_by_name",
    "gt_memory_kind_name",
    "gt_path_kind_name",
    "gt_row_kind_name",
    "gt_signal_name",
    "gt_goroutine_status_name",
    "gt_undecided_reason_name",
    "gt_step_kind_name",
    "gt_check_reason_name",
};

/* ---- tests --------------------------------------------------------------------------------- */

static void assert_usage(const char *name, struct gt_error *error)
{
    if (gt_error_code(error) != GT_ERR_USAGE) fail_msg("%s: %s", name, gt_error_message(error));
    gt_error_destroy(error);
}

static void creating_of_nothing_is_refused(void **state)
{
    struct gt_analysis *analysis = synth_open(synth_begin(state, "go1.26.8"));

    for (size_t i = 0; i < sizeof creates / sizeof *creates; i++) {
        const size_t sizes[] = {0, sizeof(size_t) - 1, 1};
        void *out = NULL;
        assert_usage(creates[i].name, creates[i].create(NULL, NULL, &out));
        assert_usage(creates[i].name, creates[i].create(analysis, NULL, NULL));
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            assert_usage(creates[i].name, creates[i].create(analysis, &sizes[j], &out));
        if (creates[i].must_have_options)
            assert_usage(creates[i].name, creates[i].create(analysis, NULL, &out));
        assert_null(out);
    }
}

static void options_that_are_set_beyond_what_is_known_are_refused(void **state)
{
    enum { MORE = 512 };
    struct gt_analysis *analysis = synth_open(synth_begin(state, "go1.26.8"));
    union {
        size_t size;
        unsigned char bytes[MORE];
    } options = {.size = MORE};

    options.bytes[MORE - 1] = 1;
    for (size_t i = 0; i < sizeof creates / sizeof *creates; i++) {
        void *out = NULL;
        assert_usage(creates[i].name, creates[i].create(analysis, &options, &out));
        assert_null(out);
    }
}

static void writing_of_nothing_is_refused(void **state)
{
    static const int formats[] = {-1, GT_FORMATS};
    static const struct gt_style style = {.size = 1};
    struct gt_report *report = NULL;

    assert_null(gt_report_create(synth_open(synth_begin(state, "go1.26.8")), NULL, &report));
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        assert_usage(writes[i].name, writes[i].write(NULL, GT_FORMAT_TEXT, NULL, stdout));
        assert_usage(writes[i].name, writes[i].write(report, GT_FORMAT_TEXT, NULL, NULL));
        assert_usage(writes[i].name, writes[i].write(report, GT_FORMAT_TEXT, &style, stdout));
        for (size_t j = 0; j < sizeof formats / sizeof *formats; j++)
            assert_usage(writes[i].name,
                         writes[i].write(report, (enum gt_format)formats[j], NULL, stdout));
    }
    gt_report_destroy(report);
}

static void opening_of_nothing_is_refused(void **state)
{
    struct gt_core_options options = {.size = sizeof options};
    struct gt_analysis *analysis = NULL;

    (void)state;
    assert_usage("gt_open", gt_open(NULL, &analysis));
    assert_usage("gt_open", gt_open(&options, &analysis));
    assert_usage("gt_open", gt_open(&options, NULL));
    options.size = 0;
    options.core_path = "corefiles/demo/demo.core.zst";
    assert_usage("gt_open", gt_open(&options, &analysis));
    options.size = sizeof options;
    assert_usage("gt_open", gt_open(&options, NULL));
    assert_null(analysis);
}

static void what_ends_takes_nothing(void **state)
{
    (void)state;
    gt_close(NULL);
    gt_report_destroy(NULL);
    gt_wait_graph_destroy(NULL);
    gt_check_destroy(NULL);
    gt_object_destroy(NULL);
    gt_paths_destroy(NULL);
    gt_find_destroy(NULL);
    gt_names_destroy(NULL);
    assert_false(gt_find_next(NULL, &(uint64_t){0}, &(struct gt_found_object){0}));
    assert_false(gt_find_next_inside(NULL, &(uint64_t){0}, &(struct gt_found_value){0}));
    gt_diff_destroy(NULL);
    gt_view_destroy(NULL);
    gt_goroutine_destroy(NULL);
    gt_heap_table_destroy(NULL);
    gt_error_destroy(NULL);
}

/* ---- no function is left out --------------------------------------------------------------- */

static bool has_row(const char *name)
{
    for (size_t i = 0; i < sizeof creates / sizeof *creates; i++)
        if (strcmp(creates[i].name, name) == 0) return true;
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        if (strcmp(writes[i].name, name) == 0) return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i], name) == 0) return true;
    return false;
}

/* The name before the first parenthesis of a declaration. */
static void check_declaration(const char *declaration)
{
    const char *end = strchr(declaration, '('), *start = end;

    assert_non_null(end);
    while (start[-1] != ' ' && start[-1] != '*' && start[-1] != '\n')
        start--;
    char *name = gt_strndup(start, (size_t)(end - start));
    if (!has_row(name)) fail_msg("%s has no row", name);
    gt_free(name);
}

static void every_function_has_a_row(void **state)
{
    static const char mark[] = "\nGT_API ";
    static char header[1 << 18];
    FILE *file = fopen("include/gotopsy.h", "r");
    size_t count = 0;

    (void)state;
    assert_non_null(file);
    header[fread(header, 1, sizeof header - 1, file)] = '\0';
    fclose(file);
    for (const char *at = header; (at = strstr(at, mark)); count++)
        check_declaration(at += sizeof mark - 1);
    assert_true(count > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(creating_of_nothing_is_refused, synth_end),
        cmocka_unit_test_teardown(options_that_are_set_beyond_what_is_known_are_refused, synth_end),
        cmocka_unit_test_teardown(writing_of_nothing_is_refused, synth_end),
        cmocka_unit_test(opening_of_nothing_is_refused),
        cmocka_unit_test(what_ends_takes_nothing),
        cmocka_unit_test(every_function_has_a_row),
    };

    return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
