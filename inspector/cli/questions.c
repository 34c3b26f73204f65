#include "inspector/cli/questions.h"

#include "inspector/base/error.h"
#include "inspector/cli/output.h"
#include "inspector/cli/values/address.h"

#include <stdlib.h>

/* ---- operands ------------------------------------------------------------------------------ */

/* `global` takes a name, `show` an address, both of the same options. */
static struct gt_error *read_show(struct gt_options *options)
{
    options->show.most = options->most;
    options->show.show_data = options->report.show_data;
    options->show.name = options->operand;
    if (options->command->analyse == gt_question_global) return NULL;
    return gt_address_parse_typed(options->operand, &options->arena, &options->show.address,
                                  &options->show.type);
}

static struct gt_error *read_goroutine(struct gt_options *options)
{
    char *end;

    options->goroutine.goroutine = strtoull(options->operand, &end, 10);
    options->goroutine.most = options->most;
    options->goroutine.depth = options->show.depth;
    options->goroutine.show_data = options->report.show_data;
    if (*options->operand >= '0' && *options->operand <= '9' && !*end) return NULL;
    return gt_error_create(GT_ERR_USAGE, "expected a goroutine's number, not '%s'",
                           options->operand);
}

struct gt_error *gt_question_read(struct gt_options *options)
{
    const char *operand = options->operand;

    switch (options->command->document) {
    case GT_DOCUMENT_OBJECT:
        options->object.most = options->most;
        return gt_address_parse(operand, &options->object.address);
    case GT_DOCUMENT_PATHS:
        options->paths.most = options->most;
        return gt_address_parse(operand, &options->paths.address);
    case GT_DOCUMENT_GOROUTINE:
        return read_goroutine(options);
    case GT_DOCUMENT_SHOW:
        return read_show(options);
    default:
        return NULL;
    }
}

/* ---- commands ------------------------------------------------------------------------------ */

struct gt_error *gt_question_object(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_object *object = NULL;
    struct gt_output output;
    struct gt_error *error = gt_object_create(analysis, &run->options->object, &object);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_object_write(object, run->options->format, &output.style, output.file));
    gt_object_destroy(object);
    return error;
}

struct gt_error *gt_question_paths(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_paths *paths = NULL;
    struct gt_output output;
    struct gt_error *error = gt_paths_create(analysis, &run->options->paths, &paths);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_paths_write(paths, run->options->format, &output.style, output.file));
    gt_paths_destroy(paths);
    return error;
}

/* Takes over both the view and the error that there was in making it. */
static struct gt_error *write_view(struct gt_run *run, struct gt_error *error, struct gt_view *view)
{
    struct gt_output output;

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_view_write(view, run->options->format, &output.style, output.file));
    gt_view_destroy(view);
    return error;
}

struct gt_error *gt_question_show(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_view *view = NULL;
    struct gt_error *error = gt_show_create(analysis, &run->options->show, &view);

    return write_view(run, error, view);
}

struct gt_error *gt_question_global(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_view *view = NULL;
    struct gt_error *error = gt_global_create(analysis, &run->options->show, &view);

    return write_view(run, error, view);
}

struct gt_error *gt_question_goroutine(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_goroutine_view *view = NULL;
    struct gt_output output;
    struct gt_error *error = gt_goroutine_create(analysis, &run->options->goroutine, &view);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_goroutine_write(view, run->options->format, &output.style, output.file));
    gt_goroutine_destroy(view);
    return error;
}
