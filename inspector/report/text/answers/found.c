/* The objects of a type, for a terminal: their number and what they retain, then a line each. */
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum { INDENT = 4, RETAINED_WIDTH = 12, BYTES_WIDTH = 11, ADDRESS_COLUMN = 25, HELD_COLUMN = 45 };

/* ---- numbers ------------------------------------------------------------------------------ */

static const char *objects(uint64_t count)
{
    return count == 1 ? "object" : "objects";
}

static void put_retained(struct gt_page *page, const struct gt_find *find)
{
    gt_page_format(
        page, GT_PLAIN, ", retain %s in %s %s", gt_bytes((uint64_t)find->retained_bytes).text,
        gt_exact((uint64_t)find->retained_objects).text, objects((uint64_t)find->retained_objects));
}

static void put_head(struct gt_page *page, const struct gt_find *find)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, INDENT);
    gt_page_put(page, GT_BOLD, find->type);
    gt_page_format(page, GT_PLAIN, ": %s live %s, %s", gt_exact(find->objects).text,
                   objects(find->objects), gt_bytes(find->bytes).text);
    if (!find->condition_count && find->matches) put_retained(page, find);
    gt_page_deinit(page);
}

static void put_matches(struct gt_page *page, const struct gt_find *find)
{
    gt_page_line(page, INDENT, INDENT + 6);
    gt_page_format(page, GT_PLAIN, "where %s: ", find->where);
    gt_page_format(page, GT_BOLD, "%s of %s", gt_exact(find->matches).text,
                   gt_exact(find->objects).text);
    if (find->matches) {
        gt_page_format(page, GT_PLAIN, ", %s", gt_bytes(find->match_bytes).text);
        put_retained(page, find);
    }
    gt_page_deinit(page);
}

/* "12 of 400 cannot be compared, since ..." */
static void put_unknown(struct gt_page *page, const struct gt_find *find, uint64_t count,
                        const char *why)
{
    if (!count) return;
    gt_page_line(page, INDENT, INDENT + 6);
    gt_page_format(page, GT_YELLOW, "%s of %s cannot be compared: %s", gt_exact(count).text,
                   gt_exact(find->objects).text, why);
    gt_page_deinit(page);
}

/* The result of each condition alone, if there are several. */
static void put_conditions(struct gt_page *page, const struct gt_find *find)
{
    for (size_t i = 0; find->condition_count > 1 && i < find->condition_count; i++) {
        gt_page_line(page, INDENT, INDENT + 6);
        gt_page_format(page, GT_DIM, "%s: %s of %s", find->conditions[i].text,
                       gt_exact(find->conditions[i].met).text, gt_exact(find->objects).text);
        gt_page_deinit(page);
    }
}

/* ---- the list ------------------------------------------------------------------------------ */

static void put_right(struct gt_page *page, enum gt_ink ink, unsigned width, const char *text)
{
    gt_page_format(page, ink, "%*s", (int)width, text);
}

static void put_headings(struct gt_page *page)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, 0);
    put_right(page, GT_BOLD, RETAINED_WIDTH, "retained");
    put_right(page, GT_BOLD, BYTES_WIDTH, "bytes");
    gt_page_tab(page, ADDRESS_COLUMN);
    gt_page_put(page, GT_BOLD, "address");
    gt_page_tab(page, HELD_COLUMN);
    gt_page_put(page, GT_BOLD, "held by");
    gt_page_deinit(page);
}

static void put_found(struct gt_page *page, const struct gt_found_object *found)
{
    gt_page_line(page, 0, HELD_COLUMN + 2);
    put_right(page, GT_PLAIN, RETAINED_WIDTH, gt_bytes(found->retained_bytes).text);
    put_right(page, GT_PLAIN, BYTES_WIDTH, gt_bytes(found->bytes).text);
    gt_page_tab(page, ADDRESS_COLUMN);
    gt_page_put(page, GT_CYAN, gt_address(found->address).text);
    if (found->held_by) {
        gt_page_tab(page, HELD_COLUMN);
        gt_page_put(page, GT_PLAIN, found->held_by);
    }
    gt_page_deinit(page);
}

static void put_list(struct gt_page *page, const struct gt_find *find)
{
    struct gt_found_object found;
    uint64_t place = 0;

    if (find->listed) put_headings(page);
    while (gt_find_next(find, &place, &found))
        put_found(page, &found);
    if (!find->left_out) return;
    gt_page_line(page, 0, INDENT);
    gt_page_format(page, GT_DIM, "%*s(%s more %s)", ADDRESS_COLUMN, "",
                   gt_exact(find->left_out).text, objects(find->left_out));
    gt_page_deinit(page);
}

static void put_notes(struct gt_page *page, const char *const *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        gt_page_line(page, 0, 6);
        gt_page_format(page, GT_DIM, "note: %s", notes[i]);
        gt_page_deinit(page);
    }
}

bool gt_text_found(const struct gt_find *find, const struct gt_style *style, FILE *to)
{
    const struct gt_report *process = find->process;
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, process);
    put_head(&page, find);
    if (find->condition_count) put_matches(&page, find);
    put_conditions(&page, find);
    put_unknown(&page, find, find->not_in_core, "the core lacks what is asked for");
    put_unknown(&page, find, find->through_nil, "the way leads through a nil pointer");
    put_list(&page, find);
    if (find->note_count || process->coverage.note_count) gt_page_deinit(&page);
    put_notes(&page, find->notes, find->note_count);
    put_notes(&page, process->coverage.notes, process->coverage.note_count);
    return true;
}
