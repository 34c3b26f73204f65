#include "inspector/cli/questions.h"

#include "inspector/cli/address.h"
#include "inspector/cli/output.h"

/* ---- operands ------------------------------------------------------------------------------ */

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
