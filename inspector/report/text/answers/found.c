/* The objects of a type, for a terminal: their number and what they retain, then a line each. */
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum {
    INDENT = 4,
    RETAINED_WIDTH = 12,
    BYTES_WIDTH = 11,
    ADDRESS_COLUMN = 25,
    HELD_COLUMN = 45,
    PLACE_COLUMN = 15,
    BLOCK_COLUMN = 35
};

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

/* ---- inside other objects ------------------------------------------------------------------ */

static const char *values(uint64_t count)
{
    return count == 1 ? "value" : "values";
}

static void put_inside_matches(struct gt_page *page, const struct gt_find *find)
{
    const struct gt_found_inside *inside = &find->inside;

    gt_page_format(page, GT_PLAIN, "; where %s: ", find->where);
    gt_page_format(page, GT_BOLD, "%s of %s", gt_exact(inside->matches).text,
                   gt_exact(inside->values).text);
    uint64_t unknown = inside->not_in_core + inside->through_nil;
    if (unknown) gt_page_format(page, GT_YELLOW, "; %s cannot be compared", gt_exact(unknown).text);
}

static void put_room(struct gt_page *page, uint64_t count, const char *what)
{
    if (!count) return;
    gt_page_line(page, INDENT, INDENT + 6);
    gt_page_format(page, GT_DIM, "arrays have room for %s more, %s", gt_exact(count).text, what);
    gt_page_deinit(page);
}

static void put_inside_head(struct gt_page *page, const struct gt_find *find)
{
    const struct gt_found_inside *inside = &find->inside;

    gt_page_deinit(page);
    gt_page_line(page, 0, INDENT);
    gt_page_format(page, GT_PLAIN, "in other objects: %s more %s, %s",
                   gt_exact(inside->values).text, values(inside->values),
                   gt_bytes(inside->bytes).text);
    if (find->condition_count) put_inside_matches(page, find);
    if (inside->matches)
        gt_page_format(page, GT_PLAIN, ", in %s %s", gt_exact(inside->blocks).text,
                       inside->blocks == 1 ? "block" : "blocks");
    gt_page_deinit(page);
    put_room(page, inside->spare, "beyond the length of every live slice");
    put_room(page, inside->uncertain,
             "which may be values: words of unknown type lead to these arrays");
}

static void put_inside_headings(struct gt_page *page)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, 0);
    put_right(page, GT_BOLD, RETAINED_WIDTH, "block retains");
    gt_page_tab(page, PLACE_COLUMN);
    gt_page_put(page, GT_BOLD, "address");
    gt_page_tab(page, BLOCK_COLUMN);
    gt_page_put(page, GT_BOLD, "block");
    gt_page_deinit(page);
}

static void put_value(struct gt_page *page, const struct gt_found_value *value)
{
    gt_page_line(page, 0, BLOCK_COLUMN + 2);
    put_right(page, GT_PLAIN, RETAINED_WIDTH + 1, gt_bytes(value->block_retained_bytes).text);
    gt_page_tab(page, PLACE_COLUMN);
    gt_page_put(page, GT_CYAN, gt_address(value->address).text);
    gt_page_tab(page, BLOCK_COLUMN);
    gt_page_format(page, GT_PLAIN, "%s at %s: %s", value->block_type, gt_address(value->block).text,
                   value->place);
    gt_page_deinit(page);
}

static void put_inside(struct gt_page *page, const struct gt_find *find)
{
    struct gt_found_value value;
    uint64_t place = 0;

    if (!find->inside.values && !find->inside.spare && !find->inside.uncertain) return;
    put_inside_head(page, find);
    if (find->inside.listed) put_inside_headings(page);
    while (gt_find_next_inside(find, &place, &value))
        put_value(page, &value);
    if (!find->inside.left_out) return;
    gt_page_line(page, 0, INDENT);
    gt_page_format(page, GT_DIM, "%*s(%s more %s)", PLACE_COLUMN, "",
                   gt_exact(find->inside.left_out).text, values(find->inside.left_out));
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
    put_inside(&page, find);
    if (find->note_count || process->coverage.note_count) gt_page_deinit(&page);
    put_notes(&page, find->notes, find->note_count);
    put_notes(&page, process->coverage.notes, process->coverage.note_count);
    return true;
}
