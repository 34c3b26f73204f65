/*
 * The options: one row each, shared by parsing, --help, the manual page and completions.
 */
#ifndef GT_CLI_OPTIONS_H
#define GT_CLI_OPTIONS_H

#include "gotopsy.h"
#include "inspector/base/arena.h"
#include "inspector/base/vec.h"

enum { /* commands, as bits: which of them an option is for. A command writes one document. */
       GT_FOR_REPORT = 1 << GT_DOCUMENT_REPORT,
       GT_FOR_CHECK = 1 << GT_DOCUMENT_CHECK,
       GT_FOR_GOROUTINES = 1 << GT_DOCUMENT_GOROUTINES,
       GT_FOR_WAITS = 1 << GT_DOCUMENT_WAITS,
       GT_FOR_THREADS = 1 << GT_DOCUMENT_THREADS,
       GT_FOR_OBJECT = 1 << GT_DOCUMENT_OBJECT,
       GT_FOR_HEAP = 1 << GT_DOCUMENT_HEAP,
       GT_FOR_PATHS = 1 << GT_DOCUMENT_PATHS,
       GT_FOR_SHOW = 1 << GT_DOCUMENT_SHOW,
       GT_FOR_GOROUTINE = 1 << GT_DOCUMENT_GOROUTINE,
       GT_FOR_DIFF = 1 << GT_DOCUMENT_DIFF,
       GT_FOR_MEMORY = 1 << GT_DOCUMENT_MEMORY,
       GT_FOR_ANALYSES = (1 << GT_DOCUMENTS) - 1,
       GT_FOR_OTHERS = 1 << GT_DOCUMENTS,
       GT_FOR_SHELL = GT_FOR_OTHERS << 1,
       GT_FOR_CORES = GT_FOR_ANALYSES | GT_FOR_SHELL, /* those that open one */
       GT_FOR_ALL = GT_FOR_CORES | GT_FOR_OTHERS,
       GT_TO_OPEN = GT_FOR_ALL + 1, /* beside these: of no use when the core is open */
};

enum gt_when { GT_AUTO, GT_ALWAYS, GT_NEVER };

enum { GT_FAIL_ON_GROWTH = GT_KINDS + 1 };

struct gt_fail_on {
    unsigned kind; /* GT_KINDS: any; GT_FAIL_ON_GROWTH: of the live heap */
    uint64_t bytes;
};

struct gt_options {
    const struct gt_command *command;
    struct gt_core_options core;
    struct gt_report_options report;
    struct gt_wait_options waits;
    struct gt_check_options check;
    struct gt_object_options object;
    struct gt_heap_options heap;
    struct gt_path_options paths;
    struct gt_show_options show;
    struct gt_goroutine_options goroutine;
    size_t most; /* --max; 0: not given */
    struct gt_diff_options diff;
    enum gt_format format;
    bool format_given;
    const char *output; /* NULL: standard output */
    const char *pager;  /* a program that shows what goes to standard output; NULL: none */
    struct gt_vec fail_on, exe_paths;
    enum gt_when colour, progress;
    unsigned width; /* 0: the terminal's */
    bool all, quiet, help;
    bool min_bytes_given;
    const char *operand; /* what stands behind the core; NULL: nothing */
    const char *topic;   /* of the help command; NULL without one */
    struct gt_arena arena;
};

struct gt_option_row {
    const char *name;
    char letter;
    const char *argument; /* NULL when it takes none */
    const char *help;     /* NULL: another spelling, not shown */
    unsigned commands;
    struct gt_error *(*apply)(struct gt_options *options, const char *value);
};

extern const struct gt_option_row gt_option_rows[]; /* ended by a NULL name */

#endif
