/*
 * `shell`: one core, and one command after the other.
 *
 * Invariants: the core is opened once. A line that fails leaves the shell as it was. If lines do
 * not come from a terminal, each line with a command writes its document or its error, in the order
 * of the lines, and the exit status is the largest of theirs.
 */
#include "inspector/cli/commands.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/cli/command_line.h"
#include "inspector/cli/complaint.h"
#include "inspector/cli/lines.h"
#include "inspector/cli/shown.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct shell {
    struct gt_analysis *analysis;
    struct gt_run *run;
    struct gt_lines *lines;
    bool interactive;
    const char *pager;
    struct gt_history *history;
    struct gt_shown shown;
    struct gt_names *names[GT_NAMES_OF_KINDS]; /* NULL until the first completion of one of them */
};

/* If the user leaves the pager early, the shell continues. */
static void keep_on_writing(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGPIPE, &ignore, NULL);
}

static const char *pager_of(const struct shell *shell)
{
    const char *named = getenv("PAGER");

    if (!shell->interactive) return NULL;
    if (!named) return "less -FRX";
    return *named ? named : NULL;
}

/* ---- what lines are completed by ------------------------------------------------------------ */

/* If the core has no names, nothing is completed. The command gives the reason. */
static const struct gt_names *names_of(struct shell *shell, enum gt_names_of what)
{
    const struct gt_name_options options = {.size = sizeof options, .what = what};

    if (!shell->names[what])
        gt_error_destroy(gt_names_create(shell->analysis, &options, &shell->names[what]));
    return shell->names[what];
}

static void each_address(const struct shell *shell, gt_completion_fn *visit, void *ctx)
{
    for (size_t i = shell->shown.count; i-- > 0;)
        visit(ctx, shell->shown.addresses[i]);
}

static void each_name(void *ctx, enum gt_completed kind, gt_completion_fn *visit, void *visit_ctx)
{
    struct shell *shell = ctx;

    if (kind == GT_COMPLETES_ADDRESSES) {
        each_address(shell, visit, visit_ctx);
        return;
    }
    const struct gt_names *names =
        names_of(shell, kind == GT_COMPLETES_TYPES ? GT_NAMES_OF_TYPES : GT_NAMES_OF_GLOBALS);
    for (size_t i = 0; names && i < names->count; i++)
        visit(visit_ctx, names->names[i]);
}

/* ---- one line ------------------------------------------------------------------------------ */

static bool is_quit(const char *line)
{
    size_t length = strcspn(line, " \t");

    if (line[length + strspn(line + length, " \t")]) return false;
    return length == 4 && (memcmp(line, "quit", 4) == 0 || memcmp(line, "exit", 4) == 0);
}

static void raise_status(struct shell *shell, enum gt_status status)
{
    if (!shell->interactive && status > shell->run->status) shell->run->status = status;
}

/* Returns the error that ends the shell: its own output cannot be written. */
static struct gt_error *print_error(struct shell *shell, struct gt_error *error)
{
    bool usage = gt_error_code(error) == GT_ERR_USAGE;
    struct gt_error *failed = NULL;

    raise_status(shell, usage ? GT_WRONG : GT_UNABLE);
    if (shell->run->options->format == GT_FORMAT_JSON && !shell->interactive)
        failed = gt_error_write(error, stdout);
    else
        gt_complain(gt_error_message(error), "");
    gt_error_destroy(error);
    return failed;
}

static struct gt_error *answer(struct shell *shell, const char *line)
{
    struct gt_options options;
    enum gt_status status = GT_DONE;
    struct gt_error *error = gt_options_parse_line(shell->run->options, line, &options);

    options.pager = shell->pager;
    options.shown = shell->interactive ? &shell->shown : NULL;
    if (!error) {
        gt_progress_init(shell->run->progress, &options);
        error = gt_command_answer(&options, shell->analysis, shell->run->progress, &status);
        gt_progress_deinit(shell->run->progress);
    }
    gt_options_deinit(&options);
    raise_status(shell, status);
    return error;
}

/* *end: whether the line ends the shell. */
static struct gt_error *run_line(struct shell *shell, const char *line, bool *end)
{
    line += strspn(line, " \t");
    *end = is_quit(line);
    if (*end || !*line || *line == '#') return NULL;
    struct gt_error *error = answer(shell, line);
    return error ? print_error(shell, error) : NULL;
}

/* ---- all lines ---------------------------------------------------------------------------- */

static struct gt_error *run_lines(struct shell *shell)
{
    struct gt_error *error = NULL;
    const char *line;
    bool end = false;

    while (!error && !end && (line = gt_lines_next(shell->lines, &error))) {
        error = run_line(shell, line, &end);
        if (fflush(stdout) != 0 && !shell->interactive && !error)
            error = gt_error_plain(GT_ERR_IO, "cannot write to standard output");
        clearerr(stdout);
    }
    return error;
}

/* Opens the history before the lines, which read the earlier lines from it. */
static struct gt_history *history_of(const struct gt_run *run)
{
    bool keep = !run->options->no_history && !run->options->report.show_data;

    return keep && gt_lines_may_be_edited() ? gt_history_open() : NULL;
}

static void end_shell(struct shell *shell)
{
    gt_lines_close(shell->lines);
    gt_history_close(shell->history);
    for (unsigned what = 0; what < GT_NAMES_OF_KINDS; what++)
        gt_names_destroy(shell->names[what]);
}

static struct gt_error *run_shell(struct gt_analysis *analysis, struct gt_run *run)
{
    struct shell shell = {.analysis = analysis, .run = run, .history = history_of(run)};
    const struct gt_lines_use use = {{each_name, &shell}, shell.history};

    shell.lines = gt_lines_open(&use);
    shell.interactive = gt_lines_have_editor(shell.lines);
    shell.pager = pager_of(&shell);
    gt_progress_deinit(run->progress);
    if (shell.interactive) {
        keep_on_writing();
        puts("help lists the commands; quit ends.");
    }
    struct gt_error *error = run_lines(&shell);
    end_shell(&shell);
    return error;
}

static struct gt_error *read_core(struct gt_options *options)
{
    if (strcmp(options->core.core_path, "-") != 0) return NULL;
    return gt_error_plain(GT_ERR_USAGE,
                          "standard input has the commands of the shell, so it cannot be the "
                          "core as well");
}

const struct gt_command gt_command_shell = {
    .name = "shell",
    .argument = "CORE",
    .summary = "open the core once, and run one command after the other",
    .description =
        "Reads commands from the terminal, or from standard input, one a line, without the\n"
        "core: \"heap --by root\". The core is opened once, and the heap is marked once. The\n"
        "tab key completes commands, options, types, globals and the addresses that were shown\n"
        "last; help lists the commands; quit, or the end of the input, ends the shell. Lines are\n"
        "kept for the next shell, except those with --show-data. Long output goes to PAGER\n"
        "(less), or to a file with -o. A command that fails leaves the shell open. If commands do\n"
        "not come from a terminal, the exit status is the largest of theirs, and with\n"
        "--format=json each command writes one document: its result, or its error (the schema\n"
        "gotopsy-error/1).\n",
    .examples = "  gotopsy shell core.4211 --exe bin/server\n"
                "  gotopsy shell core --format=json <questions.txt\n",
    .document = GT_DOCUMENTS,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_NO_HISTORY},
    .reads_lines = true,
    .read = read_core,
    .analyse = run_shell,
};
