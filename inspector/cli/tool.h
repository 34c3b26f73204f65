/*
 * The whole tool as a function: gotopsy's main, and that of tests that run it in their own process.
 *
 * It sets up the process, once: how it ends when a file becomes shorter, and how it allocates.
 */
#ifndef GT_CLI_TOOL_H
#define GT_CLI_TOOL_H

/* The exit status. */
int gt_tool_run(int argc, const char **argv);

#endif
