/*
 * The options: one row each, in options.def, shared by parsing, --help, the manual page and
 * completions.
 */
#ifndef GT_CLI_OPTIONS_H
#define GT_CLI_OPTIONS_H

#include "gotopsy.h"
#include "inspector/base/arena.h"
#include "inspector/base/vec.h"

enum gt_option {
    GT_NO_OPTION,
#define OPTION(option, ...) GT_OPTION_##option,
#include "inspector/cli/options.def"
#undef OPTION
    GT_OPTIONS
};

enum gt_scope { /* which commands have an option */
                GT_FOR_ALL,
                GT_FOR_CORES,     /* those that open a core */
                GT_TO_OPEN,       /* the same; but the option has no effect on an open core */
                GT_FOR_DOCUMENTS, /* those that write a document */
                GT_WHERE_NAMED,   /* the commands that name it: struct gt_command */
};

enum gt_when { GT_AUTO, GT_ALWAYS, GT_NEVER };

enum { GT_FAIL_ON_GROWTH = GT_KINDS + 1 };

struct gt_fail_on {
    unsigned kind; /* GT_KINDS: any; GT_FAIL_ON_GROWTH: of the live heap */
    uint64_t bytes;
};

/* The options of the library's calls, a row for each: struct gt_<type> <member>. */
#define GT_CALL_OPTIONS(ROW)                                                                       \
    ROW(core_options, core)                                                                        \
    ROW(report_options, report)                                                                    \
    ROW(wait_options, waits)                                                                       \
    ROW(check_options, check)                                                                      \
    ROW(object_options, object)                                                                    \
    ROW(heap_options, heap)                                                                        \
    ROW(find_options, find)                                                                        \
    ROW(path_options, paths)                                                                       \
    ROW(show_options, show)                                                                        \
    ROW(goroutine_options, goroutine)                                                              \
    ROW(diff_options, diff)

#define GT_MEMBER(type, member) struct gt_##type member;

struct gt_options {
    const struct gt_command *command;
    GT_CALL_OPTIONS(GT_MEMBER)
    size_t most; /* --max; 0: not given */
    enum gt_format format;
    bool format_given;
    const char *output;     /* NULL: standard output */
    const char *pager;      /* a program that shows the standard output; NULL: none */
    struct gt_shown *shown; /* records the addresses in the standard output; or NULL */
    bool no_history, no_cache;
    struct gt_vec fail_on, exe_paths;
    enum gt_when colour, progress;
    unsigned width; /* 0: the terminal's */
    bool all, quiet, timings, help;
    bool min_bytes_given;
    const char *operand; /* the argument after the core; NULL: none */
    const char *topic;   /* of the help command; NULL without one */
    struct gt_arena arena;
};

struct gt_option_row {
    enum gt_option option;
    const char *name;
    char letter;
    const char *argument; /* NULL when it takes none */
    const char *help;     /* NULL: another spelling, not shown */
    enum gt_scope scope;
    struct gt_error *(*apply)(struct gt_options *options, const char *value);
};

extern const struct gt_option_row gt_option_rows[]; /* ended by a NULL name */

#endif
