/* The threads for a terminal: what each does and for which goroutine; idle ones are one line. */
#include "inspector/base/str.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/text/summary.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_IDLE = 10 };

/* In the order of the output. */
static const struct state {
    enum gt_thread_state state;
    const char *of_one, *of_many;
} states[] = {
    {GT_THREAD_RUNNING, "running", "running goroutines"},
    {GT_THREAD_SYSCALL, "in a system call", "in system calls"},
    {GT_THREAD_IN_C, "in C code", "in C code"},
    {GT_THREAD_RUNTIME, "in the runtime, for no goroutine", "in the runtime"},
    {GT_THREAD_FOREIGN, "started by C code, unknown to Go", "started by C code"},
    {GT_THREAD_UNKNOWN, "state unknown", "state unknown"},
    {GT_THREAD_IDLE, "idle", "idle"},
};

enum { STATES = sizeof states / sizeof *states };

static bool is_idle(const struct gt_os_thread *thread)
{
    return thread->state == GT_THREAD_IDLE;
}

static size_t count_in(const struct gt_report *report, const struct state *state)
{
    size_t count = 0;

    for (size_t i = 0; i < report->threads.count; i++)
        count += report->threads.list[i].state == state->state;
    return count;
}

static void put_counts(struct gt_page *page, const struct gt_report *report)
{
    const char *before = ": ";

    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_PLAIN, "threads: %s", gt_count(report->threads.count).text);
    for (size_t i = 0; i < STATES; i++) {
        size_t count = count_in(report, &states[i]);
        if (!count) continue;
        gt_page_format(page, GT_PLAIN, "%s%s %s", before, gt_count(count).text, states[i].of_many);
        before = ", ";
    }
    gt_page_deinit(page);
}

static const char *words_for(const struct gt_os_thread *thread)
{
    for (size_t i = 0; i < STATES; i++)
        if (thread->state == states[i].state) return states[i].of_one;
    return "";
}

static void put_thread(struct gt_page *page, const struct gt_os_thread *thread)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, 4);
    gt_page_format(page, GT_BOLD, "thread %" PRId64 ": %s", thread->tid, words_for(thread));
    if (thread->goroutine) gt_page_format(page, GT_BOLD, ", goroutine %" PRIu64, thread->goroutine);
    if (thread->interrupted) gt_page_put(page, GT_DIM, ", interrupted by a signal");
    gt_page_deinit(page);
    gt_page_stack(page, 4, &thread->stack, NULL);
    if (!thread->incomplete) return;
    gt_page_line(page, 4, 8);
    gt_page_format(page, GT_DIM, "stack cut short: %s", thread->incomplete);
    gt_page_deinit(page);
}

static void put_idle(struct gt_page *page, const struct gt_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->threads.count; i++) {
        if (!is_idle(&report->threads.list[i])) continue;
        if (!count) {
            gt_page_deinit(page);
            gt_page_line(page, 0, 4);
            gt_page_put(page, GT_DIM, "idle: threads ");
        }
        if (count < SHOWN_IDLE)
            gt_page_format(page, GT_DIM, "%s%" PRId64, count ? ", " : "",
                           report->threads.list[i].tid);
        count++;
    }
    if (count > SHOWN_IDLE)
        gt_page_format(page, GT_DIM, " and %s more", gt_count(count - SHOWN_IDLE).text);
    if (count) gt_page_deinit(page);
}

bool gt_text_threads(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, report);
    gt_page_crash(&page, report);
    put_counts(&page, report);
    for (size_t i = 0; i < report->threads.count; i++)
        if (page.all || !is_idle(&report->threads.list[i]))
            put_thread(&page, &report->threads.list[i]);
    if (!page.all) put_idle(&page, report);
    return true;
}
