/* The report for a terminal: first the process and the most important lines, then one block for
 * each finding. */
#include "inspector/base/str.h"
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/details.h"
#include "inspector/report/text/holders.h"
#include "inspector/report/text/page.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/text/signal.h"
#include "inspector/report/text/summary.h"
#include "inspector/report/text/unjudged.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum {
    LABEL_COLUMNS = 12,
    NUMBER_COLUMNS = 4, /* of a finding's number; its text begins after that */
    HEADING_COLUMNS = 18,
    BYTES_COLUMNS = 9,
};

static const enum gt_ink confidence_inks[] = {
    [GT_PROVEN] = GT_RED,
    [GT_LIKELY] = GT_YELLOW,
    [GT_SUSPECT] = GT_CYAN,
};

static void put_head(struct gt_page *page, const struct gt_report *report)
{
    for (const struct gt_summary_line *line = gt_summary_head; line->label; line++) {
        struct gt_str text = {0};
        line->say(&text, report);
        if (text.len) {
            gt_page_line(page, 0, LABEL_COLUMNS);
            gt_page_put(page, line->alarming ? GT_YELLOW : GT_BOLD, line->label);
            gt_page_tab(page, LABEL_COLUMNS);
            gt_page_put(page, GT_PLAIN, gt_str_text(&text));
            gt_page_deinit(page);
        }
        gt_str_deinit(&text);
    }
}

/* The first group's stack, where the process died. */
static void put_crashed(struct gt_page *page, const struct gt_report *report)
{
    const struct gt_goroutine_group *group = report->goroutines.groups;

    if (!report->crash.goroutine || !report->goroutines.group_count) return;
    if (gt_sent_from_outside(report)) return;
    gt_page_deinit(page);
    gt_page_line(page, 0, NUMBER_COLUMNS);
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64 ": %s", report->crash.goroutine,
                   gt_state_name(group->wait_reason, group->status));
    gt_page_deinit(page);
    gt_page_stack(page, NUMBER_COLUMNS, &group->stack, &group->created_by);
}

static void put_tail(struct gt_page *page, const struct gt_report *report)
{
    gt_page_deinit(page);
    for (const struct gt_summary_line *line = gt_summary_tail; line->label; line++) {
        struct gt_str text = {0};
        line->say(&text, report);
        if (text.len) {
            gt_page_line(page, 0, 4);
            gt_page_format(page, line->alarming ? GT_YELLOW : GT_DIM, "%s: ", line->label);
            gt_page_put(page, GT_PLAIN, gt_str_text(&text));
            gt_page_deinit(page);
        }
        gt_str_deinit(&text);
    }
}

static void put_notes(struct gt_page *page, const struct gt_report *report)
{
    size_t count = report->coverage.note_count;

    if (count == 0) return;
    gt_page_line(page, 0, 4);
    gt_page_format(page, GT_YELLOW, "limits: ");
    if (!page->all)
        gt_page_format(page, GT_PLAIN, "%zu note%s on what could not be read; --coverage lists %s",
                       count, count == 1 ? "" : "s", count == 1 ? "it" : "them");
    gt_page_deinit(page);
    for (size_t i = 0; page->all && i < count; i++) {
        gt_page_line(page, 4, 8);
        gt_page_put(page, GT_PLAIN, report->coverage.notes[i]);
        gt_page_deinit(page);
    }
}

static void put_finding_head(struct gt_page *page, const struct gt_finding *finding)
{
    gt_page_line(page, 0, NUMBER_COLUMNS);
    gt_page_format(page, GT_BOLD, "%2u  %-*s %*s", finding->id, HEADING_COLUMNS,
                   gt_kind_heading(finding->kind), BYTES_COLUMNS,
                   gt_bytes(finding->bytes_freed).text);
    gt_page_format(page, GT_PLAIN, "   %s %s, ", gt_count(finding->count).text,
                   gt_kind_unit(finding->kind, finding->count));
    gt_page_put(page, confidence_inks[finding->confidence],
                gt_confidence_name(finding->confidence));
    gt_page_deinit(page);
}

static void put_sentence(struct gt_page *page, const char *label, const char *text)
{
    if (!text) return;
    gt_page_line(page, NUMBER_COLUMNS, NUMBER_COLUMNS + (*label ? 8 : 0));
    gt_page_put(page, GT_GREEN, label);
    gt_page_put(page, GT_PLAIN, text);
    gt_page_deinit(page);
}

static void put_finding(struct gt_page *page, const struct gt_finding *finding)
{
    gt_page_deinit(page);
    put_finding_head(page, finding);
    put_sentence(page, "", finding->title);
    gt_page_details(page, NUMBER_COLUMNS, finding);
    gt_page_cost(page, NUMBER_COLUMNS, finding);
    put_sentence(page, "doubt   ", finding->doubt);
    put_sentence(page, "fix     ", finding->advice);
}

bool gt_text_report(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, report);
    gt_page_deinit(&page);
    put_head(&page, report);
    put_crashed(&page, report);
    for (size_t i = 0; i < report->finding_count; i++)
        put_finding(&page, &report->findings[i]);
    gt_page_holders(&page, report);
    put_tail(&page, report);
    if (page.all) gt_page_unjudged(&page, report);
    put_notes(&page, report);
    return true;
}
