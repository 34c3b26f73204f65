/* A line in the summary has at most three rows. The list has all of them, with block and path. */
#include "inspector/report/text/unjudged.h"

#include "inspector/report/names.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

enum {
    SHOWN_ROWS = 3, /* in one line */
    BYTES_COLUMNS = 9,
    ROW_COLUMN = 4,
    PATH_COLUMN = 15,
};

/* ---- one line ------------------------------------------------------------------------------ */

static void add_blocks(struct gt_str *to, uint64_t bytes, uint64_t count)
{
    gt_str_format(to, "%s in %s block%s", gt_bytes(bytes).text, gt_count(count).text,
                  count == 1 ? "" : "s");
}

static void add_undecided(struct gt_str *to, const struct gt_undecided *row)
{
    gt_str_add(to, gt_undecided_reason_name(row->reason));
    if (row->holder) gt_str_format(to, " in %s", row->holder);
    gt_str_add(to, " (");
    add_blocks(to, row->bytes, row->count);
    if (row->retained_bytes > 0)
        gt_str_format(to, "; %s hang off it", gt_bytes((uint64_t)row->retained_bytes).text);
    gt_str_add(to, ")");
}

/* Is it as large as a finding that is reported? */
static bool is_large(const struct gt_report *report, const struct gt_undecided *row)
{
    uint64_t behind = row->retained_bytes > 0 ? (uint64_t)row->retained_bytes : 0;

    return row->bytes >= report->min_bytes || behind >= report->min_bytes;
}

void gt_say_undecided(struct gt_str *to, const struct gt_report *report)
{
    size_t shown = 0;

    if (report->coverage.undecided_blocks == 0) return;
    add_blocks(to, report->coverage.undecided_bytes, report->coverage.undecided_blocks);
    for (size_t i = 0; i < report->undecided_count && shown < SHOWN_ROWS; i++) {
        if (!is_large(report, &report->undecided[i])) continue;
        gt_str_add(to, shown++ ? "; " : ": ");
        add_undecided(to, &report->undecided[i]);
    }
    if (shown < report->undecided_count)
        gt_str_format(to, "; --coverage lists %s", shown ? "more" : "them");
}

/* The root and the word's own field. The middle of the path is only in the list. */
static void add_holder(struct gt_str *to, const struct gt_path *path)
{
    char text[GT_STEP_NAME];

    if (!path->count) return;
    gt_str_format(to, ", held by %s", gt_step_name(text, &path->steps[0]));
    if (path->steps[0].field) gt_str_add(to, path->steps[0].field);
}

void gt_say_set_aside(struct gt_str *to, const struct gt_report *report)
{
    for (size_t i = 0; i < report->set_aside_count && i < SHOWN_ROWS; i++) {
        const struct gt_set_aside *row = &report->set_aside[i];
        gt_str_format(to, "%s%s of spare capacity in %s block%s, ", i ? "; " : "",
                      gt_bytes(row->bytes).text, gt_count(row->count).text,
                      row->count == 1 ? "" : "s");
        gt_say_aside_reason(to, row);
        add_holder(to, &row->path);
    }
    if (report->set_aside_count > SHOWN_ROWS) gt_str_add(to, "; --coverage lists more");
}

bool gt_may_be_missed(const struct gt_report *report, enum gt_kind kind)
{
    uint64_t bytes = report->coverage.undecided_of[kind];

    return bytes && bytes >= report->min_bytes;
}

/* ---- row by row ---------------------------------------------------------------------------- */

static void put_head(struct gt_page *page, const char *label)
{
    gt_page_line(page, 0, ROW_COLUMN);
    gt_page_put(page, GT_DIM, label);
    gt_page_deinit(page);
}

static void put_row(struct gt_page *page, uint64_t bytes, uint64_t count, const char *reason)
{
    gt_page_line(page, ROW_COLUMN, PATH_COLUMN);
    gt_page_format(page, GT_BOLD, "%*s", BYTES_COLUMNS, gt_bytes(bytes).text);
    gt_page_format(page, GT_PLAIN, "  %s block%s, %s", gt_count(count).text, count == 1 ? "" : "s",
                   reason);
}

static void put_path(struct gt_page *page, const struct gt_path *path)
{
    if (!path->count) return;
    gt_page_line(page, PATH_COLUMN, PATH_COLUMN + 4);
    gt_page_put(page, GT_DIM, "held by ");
    gt_page_path(page, path);
    gt_page_deinit(page);
}

static void put_block(struct gt_page *page, const struct gt_block *block)
{
    gt_page_format(page, GT_DIM, ", %s%s at %s", block->type ? block->type : "",
                   block->type ? "" : "the largest", gt_address(block->address).text);
}

static void put_undecided(struct gt_page *page, const struct gt_undecided *row)
{
    put_row(page, row->bytes, row->count, gt_undecided_reason_name(row->reason));
    if (row->holder) gt_page_format(page, GT_PLAIN, " in %s", row->holder);
    put_block(page, &row->block);
    if (row->retained_bytes > 0)
        gt_page_format(page, GT_PLAIN, "; %s hang off it",
                       gt_bytes((uint64_t)row->retained_bytes).text);
    gt_page_deinit(page);
    put_path(page, &row->path);
}

static void put_set_aside(struct gt_page *page, const struct gt_set_aside *row)
{
    struct gt_str reason = {0};

    gt_say_aside_reason(&reason, row);
    put_row(page, row->bytes, row->count, gt_str_text(&reason));
    gt_str_deinit(&reason);
    put_block(page, &row->block);
    gt_page_deinit(page);
    put_path(page, &row->path);
}

void gt_page_unjudged(struct gt_page *page, const struct gt_report *report)
{
    if (report->undecided_count) put_head(page, "not analysed:");
    for (size_t i = 0; i < report->undecided_count; i++)
        put_undecided(page, &report->undecided[i]);
    if (report->set_aside_count) put_head(page, "set aside:");
    for (size_t i = 0; i < report->set_aside_count; i++)
        put_set_aside(page, &report->set_aside[i]);
}
