#include "inspector/cli/growth.h"

#include "inspector/cli/output.h"

static bool met(const struct gt_diff *diff, const struct gt_vec *rules)
{
    uint64_t from = diff->older->live.bytes, to = diff->newer->live.bytes;

    for (size_t i = 0; i < rules->len; i++) {
        const struct gt_fail_on *rule = gt_vec_at(rules, i);
        if (to > from && to - from >= rule->bytes) return true;
    }
    return false;
}

static struct gt_error *write(struct gt_run *run, const struct gt_diff *diff)
{
    struct gt_output output;
    struct gt_error *error = gt_run_output(run, NULL, &output);

    if (!error)
        error = gt_output_close(
            &output, gt_diff_write(diff, run->options->format, &output.style, output.file));
    if (!error && met(diff, &run->options->fail_on)) run->status = GT_MET;
    return error;
}

struct gt_error *gt_growth_command(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_core_options core = run->options->core;
    struct gt_analysis *newer = NULL;
    struct gt_diff *diff = NULL;

    core.core_path = run->options->operand;
    core.progress = gt_progress_wanted(run->progress) ? gt_progress_step : NULL;
    core.progress_ctx = run->progress;
    struct gt_error *error = gt_open(&core, &newer);
    if (!error) error = gt_diff_create(analysis, newer, &run->options->diff, &diff);
    if (!error) error = write(run, diff);
    gt_diff_destroy(diff);
    gt_close(newer);
    return error;
}
