/* gotopsy: the command line over libgotopsy. */
#include "inspector/base/call.h"
#include "inspector/cli/command_line.h"
#include "inspector/cli/commands.h"
#include "inspector/cli/complaint.h"

#include <errno.h>
#include <string.h>

static int fail(struct gt_error *error)
{
    bool usage = gt_error_code(error) == GT_ERR_USAGE;

    gt_complain(gt_error_message(error), usage ? "; see gotopsy --help" : "");
    gt_error_destroy(error);
    return usage ? GT_WRONG : GT_UNABLE;
}

struct running {
    int argc;
    const char **argv;
    enum gt_status status;
};

static struct gt_error *run(void *args)
{
    struct running *running = args;
    struct gt_options options;
    struct gt_error *error = gt_options_parse(running->argc, running->argv, &options);

    if (!error) error = gt_command_run(&options, &running->status);
    gt_options_deinit(&options);
    return error;
}

/* What the command line itself allocates hangs on a call, too. */
int main(int argc, char **argv)
{
    struct running running = {argc, (const char **)argv, GT_DONE};
    struct gt_error *error = gt_call_alone(run, &running);
    int result = error ? fail(error) : (int)running.status;

    if (fflush(stdout) == 0 || result != GT_DONE) return result;
    gt_complain("cannot write to standard output: ", strerror(errno));
    return GT_UNABLE;
}
