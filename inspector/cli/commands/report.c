/* `report`: the findings, and --fail-on for them. */
#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/base/str.h"
#include "inspector/cli/output.h"

/* ---- --fail-on --------------------------------------------------------------------------------
 */

static bool meets(const struct gt_finding *finding, const struct gt_fail_on *rule)
{
    bool kind = rule->kind == GT_KINDS || rule->kind == (unsigned)finding->kind;

    return kind && finding->bytes_freed >= rule->bytes;
}

/* A rule without a size counts small findings too, except those that only a person can judge. "any"
 * does not include parts of blocks, which every program has. */
static bool met_by_small(const struct gt_report *report, const struct gt_fail_on *rule)
{
    for (unsigned kind = 0; kind < GT_KINDS && rule->bytes == 0; kind++) {
        const struct gt_smaller *smaller = &report->smaller[kind];
        bool named = rule->kind == kind || (rule->kind == GT_KINDS && !gt_kind_is_of_parts(kind));
        if (named && smaller->findings > smaller->suspects) return true;
    }
    return false;
}

static bool met(const struct gt_report *report, const struct gt_fail_on *rule)
{
    for (size_t i = 0; i < report->finding_count; i++)
        if (meets(&report->findings[i], rule)) return true;
    return met_by_small(report, rule);
}

/* The kinds of a rule that could not be looked for. */
static size_t unseen(const struct gt_report *report, const struct gt_fail_on *rule,
                     struct gt_str *names)
{
    size_t count = 0;

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        if (report->looked_for[kind] || (rule->kind != GT_KINDS && rule->kind != kind)) continue;
        gt_str_format(names, "%s%s", count++ ? ", " : "", gt_kind_name(kind));
    }
    return count;
}

/*
 * "Could not look for" must not be taken for "not found". It is an error if none of the rule's
 * kinds could be looked for, a warning if some could not.
 */
static struct gt_error *blind(const struct gt_report *report, const struct gt_fail_on *rule,
                              bool quiet)
{
    struct gt_str names = {0};
    struct gt_error *error = NULL;
    size_t count = unseen(report, rule, &names);

    if (count && (rule->kind != GT_KINDS || count == GT_KINDS))
        error = gt_error_create(GT_ERR_MISSING,
                                "--fail-on names %s, which could not be looked for; "
                                "--coverage says why",
                                gt_str_text(&names));
    else if (count && !quiet)
        fprintf(stderr, "gotopsy: warning: could not look for %s\n", gt_str_text(&names));
    gt_str_deinit(&names);
    return error;
}

static struct gt_error *judge(const struct gt_report *report, struct gt_run *run)
{
    const struct gt_vec *rules = &run->options->fail_on;
    struct gt_error *error = NULL;

    for (size_t i = 0; i < rules->len; i++)
        if (met(report, gt_vec_at(rules, i))) run->status = GT_MET;
    for (size_t i = 0; i < rules->len && run->status == GT_DONE && !error; i++)
        error = blind(report, gt_vec_at(rules, i), run->options->quiet);
    return error;
}

/* ---- the command ---------------------------------------------------------------------------- */

enum { USUAL_MIN_BYTES = 65536 };

/* Findings as small as those that --fail-on names must be found, so the threshold is lowered to
 * them. */
static void lower_min_bytes(struct gt_options *options, const struct gt_fail_on *rule)
{
    uint64_t wanted = rule->bytes < USUAL_MIN_BYTES ? rule->bytes : USUAL_MIN_BYTES;

    if (options->min_bytes_given || !rule->bytes) return;
    if (!options->report.min_bytes || wanted < options->report.min_bytes)
        options->report.min_bytes = wanted;
}

static struct gt_error *read_rules(struct gt_options *options)
{
    for (size_t i = 0; i < options->fail_on.len; i++) {
        const struct gt_fail_on *rule = gt_vec_at(&options->fail_on, i);
        if (rule->kind == GT_FAIL_ON_GROWTH)
            return gt_error_plain(GT_ERR_USAGE, "--fail-on growth is for gotopsy diff OLD NEW");
        lower_min_bytes(options, rule);
    }
    return NULL;
}

static struct gt_error *report(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_output output;
    struct gt_error *error = gt_report_create(analysis, &run->options->report, &report);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_report_write(report, run->options->format, &output.style, output.file));
    if (!error) error = judge(report, run);
    gt_report_destroy(report);
    return error;
}

const struct gt_command gt_command_report = {
    .name = "report",
    .argument = "CORE",
    .summary = "find memory leaks: bytes, holders, how to fix them (the default)",
    .description = "Finds memory that the program keeps and does not need, of these kinds:\n",
    .examples = "  gotopsy core.4211                          the binary is found by its build ID\n"
                "  gotopsy core.zst --exe bin/server          the binary is given\n"
                "  gotopsy core --format=markdown -o leak.md  write a report for a ticket\n"
                "  gotopsy core --fail-on hung-goroutine --fail-on any:10MiB\n"
                "                                             exit with status 1 if it finds one "
                "of these\n",
    .document = GT_DOCUMENT_REPORT,
    .options = {GT_OPTION_MIN_BYTES, GT_OPTION_FAIL_ON, GT_OPTION_INSTANCES, GT_OPTION_NO_HOLDERS,
                GT_OPTION_SHOW_DATA, GT_OPTION_COVERAGE},
    .finds = true,
    .read = read_rules,
    .analyse = report,
};
