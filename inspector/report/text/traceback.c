/*
 * The goroutines as Go prints them when a program crashes, for tools that read that, below what it
 * says of the crash:
 *
 *     panic: runtime error: invalid memory address or nil pointer dereference
 *     [signal SIGSEGV: segmentation violation addr=0x8 pc=0x48b5e7]
 *
 *     goroutine 12 [chan send, 3 minutes, locked to thread]:
 *     main.fetch(0xc000012120, {0xc00001a0a0, 0x5})
 *             /src/fetch.go:88 +0x25
 *     created by main.serve in goroutine 1
 *             /src/serve.go:31 +0x9c
 *
 * Labels and ancestors are left out, since programs that read tracebacks stop there. Go prints them
 * only on request. Arguments that are not known are "...", as for inlined calls.
 */
#include "inspector/base/str.h"
#include "inspector/base/vec.h"
#include "inspector/report/escape.h"
#include "inspector/report/folds.h"
#include "inspector/report/names.h"
#include "inspector/report/signals.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/panics.h"
#include "inspector/report/text/pieces.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { GAP_DOTS = 3 }; /* before the number in "... 72 frames ..." */

static void put(FILE *to, const char *before, const char *text, const char *after)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    fprintf(to, "%s%s%s", before, gt_str_text(&safe), after);
    gt_str_deinit(&safe);
}

/* The function's name without type arguments: "main.Map[...]". */
static void put_function(FILE *to, const char *before, const char *function)
{
    const char *open = strchr(function, '['), *close = strrchr(function, ']');
    struct gt_str name = {0};

    if (strcmp(function, "runtime.gopanic") == 0) {
        gt_str_add(&name, "panic");
    } else if (open && close && open < close) {
        gt_str_addn(&name, function, (size_t)(open - function));
        gt_str_format(&name, "[...]%s", close + 1);
    } else {
        gt_str_add(&name, function);
    }
    put(to, before, gt_str_text(&name), "");
    gt_str_deinit(&name);
}

static void put_site(FILE *to, const struct gt_source_location *place)
{
    put(to, "\t", place->file ? place->file : "??", "");
    fprintf(to, ":%u", place->line);
    if (place->offset) fprintf(to, " +0x%x", place->offset);
    putc('\n', to);
}

/* ---- the crash ----------------------------------------------------------------------------- */

/* The texts are escaped. If the process ended by a fatal error, Go prints no panics. */
static void put_panics(FILE *to, const struct gt_report *report)
{
    struct gt_str lines = {0};

    if (!report->crash.fatal_error) gt_print_panics(&lines, report);
    fputs(gt_str_text(&lines), to);
    gt_str_deinit(&lines);
}

/* If the handler itself ended the process: "SIGQUIT: quit", and where the thread was. */
static void put_caught(FILE *to, const struct gt_report *report)
{
    int32_t signal = report->crash.signal;
    const char *meaning = gt_signal_meaning(signal);
    bool with_address = signal == SIGSEGV || signal == SIGBUS;

    put(to, "", gt_signal_text(signal).text, "");
    fprintf(to, "%s%s\nPC=0x%" PRIx64 " m=%" PRIu64 " sigcode=%" PRIu64, meaning ? ": " : "",
            meaning ? meaning : "", report->crash.pc, report->crash.m,
            (uint64_t)report->crash.code);
    if (with_address) fprintf(to, " addr=0x%" PRIx64, report->crash.raw_address);
    putc('\n', to);
}

static void put_signal(FILE *to, const struct gt_report *report)
{
    const char *meaning = gt_signal_meaning(report->crash.signal);

    put(to, "[signal ", gt_signal_text(report->crash.signal).text, "");
    fprintf(to, ": %s", meaning ? meaning : "unknown");
    if (report->crash.has_code) fprintf(to, " code=0x%x", (unsigned)report->crash.code);
    fprintf(to, " addr=0x%" PRIx64 " pc=0x%" PRIx64 "]\n", report->crash.raw_address,
            report->crash.pc);
}

static void put_crash(FILE *to, const struct gt_report *report)
{
    size_t count = report->crash.panic_count;

    put_panics(to, report);
    if (report->crash.fatal_error) put(to, "fatal error: ", report->crash.fatal_error, "\n");
    if (report->crash.signal && report->crash.caught)
        put_caught(to, report);
    else if (report->crash.signal)
        put_signal(to, report);
    if (count || report->crash.fatal_error || report->crash.signal) putc('\n', to);
}

/* ---- arguments ----------------------------------------------------------------------------- */

/* NULL when they are not known. */
static const char *pattern_of(const struct gt_goroutine_group *group,
                              const struct gt_source_location *place)
{
    return place->inlined || !group->words ? NULL : place->arguments;
}

static size_t count_words(const char *pattern)
{
    size_t count = 0;

    for (; pattern && *pattern; pattern++)
        count += *pattern == '#';
    return count;
}

static void put_arguments(FILE *to, const char *pattern, const uint64_t *words)
{
    if (!pattern) fputs("...", to);
    for (; pattern && *pattern; pattern++) {
        if (*pattern == '#')
            fprintf(to, "0x%" PRIx64, *words++);
        else
            putc(*pattern, to);
    }
}

/* ---- goroutines ---------------------------------------------------------------------------- */

static void put_header(FILE *to, const struct gt_goroutine_group *group, size_t index)
{
    int64_t wait_ns = gt_wait_of(group, index);
    int64_t minutes = wait_ns == GT_UNKNOWN ? 0 : (wait_ns / 60000000000);

    fprintf(to, "goroutine %" PRIu64 " [", group->ids[index]);
    put(to, "", gt_state_name(group->go_wait_reason, group->status), "");
    if (group->wait_reason && group->status == GT_STATUS_LEAKED) fputs(" (leaked)", to);
    if (minutes >= 1) fprintf(to, ", %" PRId64 " minutes", minutes);
    if (group->locked) fputs(", locked to thread", to);
    if (group->bubble) fprintf(to, ", synctest bubble %" PRIu64, group->bubble);
    fputs("]:\n", to);
}

static void put_place(FILE *to, const struct gt_source_location *place, const char *pattern,
                      const uint64_t *words)
{
    if (gt_is_gap(place)) {
        fprintf(to, "...%lu frames elided...\n", strtoul(place->function + GAP_DOTS, NULL, 10));
        return;
    }
    put_function(to, "", place->function);
    putc('(', to);
    put_arguments(to, pattern, words);
    fputs(")\n", to);
    put_site(to, place);
}

static void put_stack(FILE *to, const struct gt_goroutine_group *group, size_t index, bool all)
{
    const uint64_t *words = group->words ? group->words + index * group->word_count : NULL;
    bool whole = all || gt_is_internal(&group->stack);

    for (size_t i = 0; i < group->stack.count; i++) {
        const struct gt_source_location *place = &group->stack.locations[i];
        const char *pattern = pattern_of(group, place);
        if (whole || !place->internal) put_place(to, place, pattern, words);
        words += count_words(pattern);
    }
    if (!group->stack.count) fputs("\tgoroutine running on other thread; stack unavailable\n", to);
}

static void put_goroutine(FILE *to, const struct gt_goroutine_group *group, size_t index, bool all)
{
    const struct gt_source_location *from = &group->created_by;
    uint64_t parent = group->parents ? group->parents[index] : 0;

    put_header(to, group, index);
    put_stack(to, group, index, all);
    if (!from->function || (from->internal && !all)) return;
    put_function(to, "created by ", group->created_in ? group->created_in : from->function);
    if (parent) fprintf(to, " in goroutine %" PRIu64, parent);
    putc('\n', to);
    put_site(to, from);
}

static bool put_goroutines(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    const char *between = "";
    bool all = style && style->all;

    if (report->crash.died) put_crash(to, report);
    for (size_t i = 0; i < report->goroutines.group_count; i++) {
        const struct gt_goroutine_group *group = &report->goroutines.groups[i];
        bool hidden = group->system && !all; /* as Go does without GOTRACEBACK=system */
        size_t died = gt_died_in(report, group);
        for (size_t j = 0; j < group->id_count; j++) {
            if (hidden && j != died) continue;
            fputs(between, to);
            put_goroutine(to, group, j, all);
            between = "\n";
        }
    }
    return true;
}

const struct gt_format_row gt_format_traceback = {.goroutines = put_goroutines};
