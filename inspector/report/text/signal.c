/* Writes one of three sentences: the signal was sent, was raised by the kernel, or is not in the
 * core. What it hit follows. */
#include "inspector/report/text/signal.h"

#include "inspector/report/signals.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <signal.h>

bool gt_sent_from_outside(const struct gt_report *report)
{
    return report->crash.sent && !report->crash.sent_by_itself;
}

static void say_name(struct gt_str *to, const struct gt_report *report)
{
    int32_t signal = report->crash.signal;
    const char *meaning = gt_signal_meaning(signal);
    bool aborted = gt_sent_from_outside(report) && signal == SIGABRT;

    gt_str_format(to, "%s%s", aborted ? "aborted from outside: " : "", gt_signal_text(signal).text);
    if (meaning && !aborted) gt_str_format(to, ": %s", meaning);
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
    const char *reason = gt_signal_reason_text(report->crash.reason);

    if (report->crash.has_address) {
        gt_str_format(to, "%s at %s", gt_signal_text(report->crash.signal).text,
                      gt_address(report->crash.address).text);
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
