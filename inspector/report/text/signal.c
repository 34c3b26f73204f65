#include "inspector/report/text/signal.h"

#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

const char *gt_signal_meaning(const char *signal)
{
    static const struct {
        const char *name, *meaning; /* runtime/sigtab_linux_generic.go */
    } signals[] = {{"SIGSEGV", "segmentation violation"},
                   {"SIGBUS", "bus error"},
                   {"SIGFPE", "floating-point exception"},
                   {"SIGILL", "illegal instruction"},
                   {"SIGABRT", "abort"},
                   {"SIGQUIT", "quit"},
                   {"SIGTRAP", "trace trap"},
                   {"SIGSYS", "bad system call"},
                   {"SIGSTKFLT", "stack fault"}};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(signal, signals[i].name) == 0) return signals[i].meaning;
    return NULL;
}

bool gt_sent_from_outside(const struct gt_report *report)
{
    return report->crash.sent && !report->crash.sent_by_itself;
}

static void say_name(struct gt_str *to, const struct gt_report *report)
{
    const char *signal = report->crash.signal, *meaning = gt_signal_meaning(signal);

    if (gt_sent_from_outside(report) && strcmp(signal, "SIGABRT") == 0)
        gt_str_format(to, "aborted from outside: %s", signal);
    else if (meaning)
        gt_str_format(to, "%s: %s", signal, meaning);
    else
        gt_str_add(to, signal);
}

static void say_sender(struct gt_str *to, const struct gt_report *report)
{
    say_name(to, report);
    if (report->crash.sent_by_itself)
        gt_str_format(to, ", sent by the process itself (pid %d, uid %u)", report->crash.sender_pid,
                      report->crash.sender_uid);
    else if (report->crash.sender_pid)
        gt_str_format(to, ", sent by pid %d, uid %u", report->crash.sender_pid,
                      report->crash.sender_uid);
    else
        gt_str_format(to, ", sent from outside of its PID namespace, uid %u",
                      report->crash.sender_uid);
}

static void say_raised(struct gt_str *to, const struct gt_report *report)
{
    const char *reason = report->crash.reason;

    if (report->crash.has_address) {
        gt_str_format(to, "%s at %s", report->crash.signal, gt_address(report->crash.address).text);
        if (reason) gt_str_format(to, " (%s)", reason);
        return;
    }
    say_name(to, report);
    if (reason)
        gt_str_format(to, ", %s", reason);
    else if (report->crash.has_code)
        gt_str_format(to, ", code %d", report->crash.code);
    else
        gt_str_add(to, ", sender and address unknown");
}

/* A goroutine that is hit by a signal from outside did not cause it. */
static void say_hit(struct gt_str *to, const struct gt_report *report)
{
    const char *before = report->crash.sent ? "; it hit" : ", in";

    if (report->crash.goroutine)
        gt_str_format(to, "%s goroutine %" PRIu64, before, report->crash.goroutine);
    else if (report->crash.thread && (report->crash.signal || report->crash.signal_lost))
        gt_str_format(to, "%s thread %d, which ran no goroutine", before, report->crash.thread);
}

void gt_say_signal(struct gt_str *to, const struct gt_report *report)
{
    bool said = to->len != 0;

    if (said && (report->crash.signal || report->crash.signal_lost)) gt_str_add(to, ", ");
    if (report->crash.signal_lost)
        gt_str_add(to, "a signal that the core does not tell");
    else if (report->crash.signal && report->crash.sent)
        say_sender(to, report);
    else if (report->crash.signal)
        say_raised(to, report);
    else if (!said)
        gt_str_add(to, "unknown cause");
    say_hit(to, report);
}
