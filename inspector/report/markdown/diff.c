/* `diff` for a ticket: the totals that changed, and a table for each section. */
#include "inspector/report/changes.h"
#include "inspector/report/markdown/sinks.h"
#include "inspector/report/markdown/words.h"
#include "inspector/report/units.h"

#include <inttypes.h>

static void put_side(FILE *to, const char *label, const struct gt_report *report)
{
    fprintf(to, "- **%s:** ", label);
    gt_markdown_put(to, report->core.path ? report->core.path : "?");
    fprintf(to, ", live heap %s, %s goroutine%s\n", gt_bytes(report->live.bytes).text,
            gt_count(report->goroutines.total).text, gt_s(report->goroutines.total));
}

static void put_row(FILE *to, const struct gt_growth *row)
{
    fprintf(to, "| %s | %s | %s | %s | %s | ", gt_change_bytes(row->old_bytes, row->new_bytes).text,
            gt_bytes(row->old_bytes).text, gt_bytes(row->new_bytes).text,
            gt_count(row->old_count).text, gt_count(row->new_count).text);
    gt_markdown_put(to, row->name);
    fputs(" | ", to);
    gt_markdown_put(to, row->where ? row->where : "");
    fputs(" |\n", to);
}

static void put_section(FILE *to, const struct gt_diff *diff, enum gt_growth_of what)
{
    const struct gt_growth_section *section = &diff->sections[what];
    const char *unit = gt_growth_unit(what);

    fprintf(to, "\n## %s\n\n", gt_growth_name(what));
    if (section->not_known)
        fprintf(to, "Not known: %s.\n", section->not_known);
    else if (!section->count && !section->left_out)
        fputs("Nothing changed.\n", to);
    if (section->count)
        fprintf(to,
                "| growth | old | new | old %s | new %s | what | %s |\n"
                "|---:|---:|---:|---:|---:|---|---|\n",
                unit, unit, what == GT_GROWTH_GOROUTINES ? "created by" : "held by");
    for (size_t i = 0; i < section->count; i++)
        put_row(to, &section->rows[i]);
    if (section->left_out) fprintf(to, "\n%s more changed.\n", gt_count(section->left_out).text);
}

/* The holder: the first step of the path, which is the root, with its field. */
static void put_new_row(FILE *to, const struct gt_new_row *row)
{
    const struct gt_step *root = row->path.count ? &row->path.steps[0] : NULL;

    fprintf(to, "| %s | %s | %s | ", gt_change_bytes(0, row->new_bytes).text,
            gt_bytes(row->retained_bytes).text, gt_count(row->count).text);
    gt_markdown_put(to, row->type);
    fprintf(to, " | 0x%" PRIx64 " | ", row->address);
    gt_markdown_put(to, root && root->what ? root->what : "");
    gt_markdown_put(to, root && root->field ? root->field : "");
    fputs(" |\n", to);
}

static void put_new_objects(FILE *to, const struct gt_new_objects *all)
{
    if (!all) return;
    fprintf(to, "\n## new objects\n\n%s, %s", gt_count(all->count).text, gt_bytes(all->bytes).text);
    if (all->doubtful_count)
        fprintf(to, "; %s more (%s) count as old, of which some may be new",
                gt_count(all->doubtful_count).text, gt_bytes(all->doubtful_bytes).text);
    fputs(".\n", to);
    if (all->row_count)
        fputs("\n| new | with what they keep | objects | type | largest | held by |\n"
              "|---:|---:|---:|---|---|---|\n",
              to);
    for (size_t i = 0; i < all->row_count; i++)
        put_new_row(to, &all->rows[i]);
    if (all->left_out) fprintf(to, "\n%s more kinds or holders.\n", gt_count(all->left_out).text);
}

bool gt_markdown_diff(const struct gt_diff *diff, const struct gt_style *style, FILE *to)
{
    uint64_t from = diff->older->live.bytes, now = diff->newer->live.bytes;
    struct gt_amount rate = gt_change_rate(from, now, diff->elapsed_ns);

    (void)style;
    fprintf(to, "# What grew: %s%s%s\n\n", gt_change_bytes(from, now).text, *rate.text ? ", " : "",
            rate.text);
    put_side(to, "old", diff->older);
    put_side(to, "new", diff->newer);
    fprintf(to, "- **between them:** %s\n", gt_change_span(diff).text);
    for (unsigned what = 0; what < GT_GROWTHS; what++)
        put_section(to, diff, what);
    put_new_objects(to, diff->new_objects);
    for (size_t i = 0; i < diff->note_count; i++) {
        fputs("\nNote: ", to);
        gt_markdown_put(to, diff->notes[i]);
        fputs(".\n", to);
    }
    return true;
}
