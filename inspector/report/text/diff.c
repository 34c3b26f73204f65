/* `diff` for a terminal: what grew most comes first, with a section for each kind of row. */
#include "inspector/report/changes.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"

#include <inttypes.h>
#include <string.h>

enum { GROWTH_END = 12, BYTES_AT = 14, COUNT_AT = 40, NAME_AT = 64, TOTAL_AT = 14 };

/* Writes the text so that it ends at `column`. */
static void put_ending(struct gt_page *page, enum gt_ink ink, unsigned column, const char *text)
{
    size_t length = strlen(text);

    gt_page_format(page, ink, "%*s%s", length < column ? (int)(column - length) : 0, "", text);
}

static enum gt_ink ink_of(uint64_t from, uint64_t to)
{
    return to > from ? GT_RED : to < from ? GT_GREEN : GT_PLAIN;
}

static void put_where(struct gt_page *page, const struct gt_growth *row, enum gt_growth_of what)
{
    if (!row->where) return;
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    gt_page_format(page, GT_DIM, "%s %s", what == GT_GROWTH_GOROUTINES ? "created by" : "held by",
                   row->where);
    gt_page_deinit(page);
}

/* A core's report has its largest holders alone: what one core's lacks was smaller, or not there.
 */
static void put_sides(struct gt_page *page, const struct gt_growth *row, enum gt_growth_of what)
{
    static const char none[] = "not among the largest holders";
    bool holders = what == GT_GROWTH_HOLDERS;

    gt_page_put(page, GT_PLAIN, holders && !row->old_count ? none : gt_bytes(row->old_bytes).text);
    gt_page_format(page, GT_PLAIN, " -> %s",
                   holders && !row->new_count ? none : gt_bytes(row->new_bytes).text);
    if (holders && (!row->old_count || !row->new_count))
        gt_page_format(page, GT_PLAIN, ", %s %s", gt_count(row->old_count + row->new_count).text,
                       gt_growth_unit(what));
    else
        gt_page_format(page, GT_PLAIN, ", %s -> %s %s", gt_count(row->old_count).text,
                       gt_count(row->new_count).text, gt_growth_unit(what));
}

/* Numbers are on one line, and the name below them, since it may be long. */
static void put_row(struct gt_page *page, const struct gt_growth *row, enum gt_growth_of what)
{
    gt_page_line(page, 0, BYTES_AT);
    put_ending(page, ink_of(row->old_bytes, row->new_bytes), GROWTH_END,
               gt_change_bytes(row->old_bytes, row->new_bytes).text);
    gt_page_tab(page, BYTES_AT);
    gt_page_format(page, GT_BOLD, "%s", row->name);
    gt_page_deinit(page);
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    put_sides(page, row, what);
    gt_page_deinit(page);
    put_where(page, row, what);
}

static void put_left_out(struct gt_page *page, const struct gt_growth_section *section)
{
    int64_t growth = section->left_out_growth;

    if (!section->left_out) return;
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    gt_page_format(page, GT_DIM, "%s more changed, by %s together",
                   gt_count(section->left_out).text,
                   growth < 0 ? gt_change_bytes(-(uint64_t)growth, 0).text
                              : gt_change_bytes(0, (uint64_t)growth).text);
    gt_page_deinit(page);
}

static void put_section(struct gt_page *page, const struct gt_diff *diff, enum gt_growth_of what)
{
    const struct gt_growth_section *section = &diff->sections[what];

    gt_page_deinit(page);
    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_BOLD, "%s", gt_growth_name(what));
    if (section->not_known)
        gt_page_format(page, GT_PLAIN, ": not known, %s", section->not_known);
    else if (!section->count && !section->left_out)
        gt_page_put(page, GT_PLAIN, ": nothing changed");
    gt_page_deinit(page);
    for (size_t i = 0; i < section->count; i++)
        put_row(page, &section->rows[i], what);
    put_left_out(page, section);
}

/* ---- new objects --------------------------------------------------------------------------- */

static void put_new_row(struct gt_page *page, const struct gt_new_row *row)
{
    gt_page_line(page, 0, BYTES_AT);
    put_ending(page, GT_RED, GROWTH_END, gt_change_bytes(0, row->new_bytes).text);
    gt_page_tab(page, BYTES_AT);
    gt_page_format(page, GT_BOLD, "%s", row->type);
    gt_page_deinit(page);
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    gt_page_format(page, GT_PLAIN, "%s %s, %s with what %s; %s0x%" PRIx64,
                   gt_count(row->count).text, row->count == 1 ? "object" : "objects",
                   gt_bytes(row->retained_bytes).text, row->count == 1 ? "it keeps" : "they keep",
                   row->count == 1 ? "" : "the largest ", row->address);
    gt_page_deinit(page);
    if (row->mostly) {
        gt_page_line(page, BYTES_AT, BYTES_AT + 4);
        gt_page_format(page, GT_PLAIN, "most of what is new: %s %s, %s",
                       gt_count(row->mostly_count).text, row->mostly,
                       gt_bytes(row->mostly_bytes).text);
        gt_page_deinit(page);
    }
    if (!row->path.count) return;
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    gt_page_put(page, GT_DIM, "held by ");
    gt_page_path(page, &row->path);
    gt_page_deinit(page);
}

/* The rows that are left out, and the doubtful objects. */
static void put_new_rest(struct gt_page *page, const struct gt_new_objects *all)
{
    if (all->left_out) {
        gt_page_line(page, BYTES_AT, BYTES_AT + 4);
        gt_page_format(page, GT_DIM, "%s more kinds or holders, %s together",
                       gt_count(all->left_out).text, gt_bytes(all->left_out_bytes).text);
        gt_page_deinit(page);
    }
    if (!all->doubtful_count) return;
    gt_page_line(page, BYTES_AT, BYTES_AT + 4);
    gt_page_format(page, GT_DIM,
                   "%s object%s (%s) count%s as old: the old core has the same type "
                   "there; some may be new, since a collection lets slots be used again",
                   gt_count(all->doubtful_count).text, gt_s(all->doubtful_count),
                   gt_bytes(all->doubtful_bytes).text, all->doubtful_count == 1 ? "s" : "");
    gt_page_deinit(page);
}

static void put_new_objects(struct gt_page *page, const struct gt_new_objects *all)
{
    if (!all) return;
    gt_page_deinit(page);
    gt_page_line(page, 0, 2);
    gt_page_put(page, GT_BOLD, "new objects");
    gt_page_format(page, GT_PLAIN, ": %s, %s", gt_count(all->count).text,
                   gt_bytes(all->bytes).text);
    gt_page_deinit(page);
    for (size_t i = 0; i < all->row_count; i++)
        put_new_row(page, &all->rows[i]);
    put_new_rest(page, all);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void put_total(struct gt_page *page, const char *label, struct gt_amount from,
                      struct gt_amount to, struct gt_amount change, const char *rate)
{
    gt_page_line(page, 0, TOTAL_AT);
    gt_page_put(page, GT_BOLD, label);
    gt_page_tab(page, TOTAL_AT);
    gt_page_format(page, GT_PLAIN, "%s -> %s", from.text, to.text);
    if (strcmp(change.text, "0") != 0 && strcmp(change.text, "0 B") != 0)
        gt_page_format(page, GT_PLAIN, ", %s", change.text);
    if (*rate) gt_page_format(page, GT_PLAIN, ", %s", rate);
    gt_page_deinit(page);
}

static void put_totals(struct gt_page *page, const struct gt_diff *diff)
{
    const struct gt_report *older = diff->older, *newer = diff->newer;

    put_total(page, "live heap", gt_bytes(older->live.bytes), gt_bytes(newer->live.bytes),
              gt_change_bytes(older->live.bytes, newer->live.bytes),
              gt_change_rate(older->live.bytes, newer->live.bytes, diff->elapsed_ns).text);
    put_total(page, "objects", gt_count(older->live.objects), gt_count(newer->live.objects),
              gt_change_count(older->live.objects, newer->live.objects), "");
    put_total(page, "goroutines", gt_count(older->goroutines.total),
              gt_count(newer->goroutines.total),
              gt_change_count(older->goroutines.total, newer->goroutines.total), "");
    put_total(page, "findings", gt_bytes(older->leaks_total.bytes),
              gt_bytes(newer->leaks_total.bytes),
              gt_change_bytes(older->leaks_total.bytes, newer->leaks_total.bytes), "");
}

bool gt_text_diff(const struct gt_diff *diff, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, diff->older);
    gt_page_process(&page, diff->newer);
    gt_page_format(&page, GT_PLAIN, "%s", gt_change_span(diff).text);
    gt_page_deinit(&page);
    gt_page_deinit(&page);
    put_totals(&page, diff);
    for (unsigned what = 0; what < GT_GROWTHS; what++)
        put_section(&page, diff, what);
    put_new_objects(&page, diff->new_objects);
    if (diff->note_count) gt_page_deinit(&page);
    for (size_t i = 0; i < diff->note_count; i++) {
        gt_page_line(&page, 0, 6);
        gt_page_format(&page, GT_DIM, "note: %s", diff->notes[i]);
        gt_page_deinit(&page);
    }
    return true;
}
