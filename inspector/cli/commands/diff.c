/* `diff`: what grew between two cores, and --fail-on for growth. */
#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/cli/output.h"

/* --fail-on=growth is for two cores, other kinds are for one. */
static struct gt_error *read_rules(struct gt_options *options)
{
    for (size_t i = 0; i < options->fail_on.len; i++) {
        const struct gt_fail_on *rule = gt_vec_at(&options->fail_on, i);
        if (rule->kind != GT_FAIL_ON_GROWTH)
            return gt_error_plain(GT_ERR_USAGE, "diff takes --fail-on growth[:SIZE]");
    }
    return NULL;
}

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

static struct gt_error *diff(struct gt_analysis *analysis, struct gt_run *run)
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

const struct gt_command gt_command_diff = {
    .name = "diff",
    .argument = "OLD NEW",
    .summary = "show what grew between two cores",
    .description =
        "Compares two cores of one process, or of two runs of a program. Rows match by name, so\n"
        "addresses need not be the same. The rows are findings, the largest holders, goroutines\n"
        "with one stack, types and roots, each list with the largest growth first. Two cores of\n"
        "one process also give rates.\n"
        "--fail-on growth[:SIZE] exits with 1 if the live heap grew by SIZE or more.\n",
    .examples =
        "  gotopsy diff core.monday core.tuesday --exe bin/server\n"
        "  gotopsy diff core.1 core.2 --fail-on growth:50MiB --format=markdown -o growth.md\n",
    .document = GT_DOCUMENT_DIFF,
    .options = {GT_OPTION_TOP, GT_OPTION_MIN_BYTES, GT_OPTION_FAIL_ON},
    .read = read_rules,
    .analyse = diff,
};
