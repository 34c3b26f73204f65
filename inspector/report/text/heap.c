/* Heap tables for a terminal: numbers first, then names. */
#include "inspector/report/heap_columns.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <stddef.h>
#include <string.h>

enum { GAP = 2, SHARE_WIDTH = 7, INDENT = 2 };

/* The width of a column, with its gap; 0: as wide as its text. */
static unsigned width_of(const struct gt_heap_column *column)
{
    static const unsigned widths[] = {[GT_COLUMN_COUNT] = 12,
                                      [GT_COLUMN_BYTES] = 11,
                                      [GT_COLUMN_SIZE] = 12,
                                      [GT_COLUMN_WORD] = 14};

    return column->unit < sizeof widths / sizeof *widths ? widths[column->unit] : 0;
}

/* Where the first text begins. */
static unsigned text_column(const struct gt_heap_table *table)
{
    unsigned columns = GAP;

    for (const struct gt_heap_column *column = gt_heap_columns; column->key; column++) {
        if (!gt_heap_has(table, column) || !column->heading) continue;
        columns += width_of(column) + (column->unit == GT_COLUMN_BYTES ? SHARE_WIDTH : 0);
    }
    return columns;
}

/* ---- one field ----------------------------------------------------------------------------- */

/* Writes the text so that it ends after `width` columns. */
static void put_right(struct gt_page *page, enum gt_ink ink, unsigned width, const char *text)
{
    size_t length = strlen(text);

    gt_page_format(page, ink, "%*s%s", length < width ? (int)(width - length) : 1, "", text);
}

static void put_number(struct gt_page *page, const struct gt_heap_table *table,
                       const struct gt_heap_column *column, int64_t number)
{
    uint64_t live = table->process->live.bytes;
    bool known = number != GT_UNKNOWN, bytes = column->unit == GT_COLUMN_BYTES;
    bool count = column->unit == GT_COLUMN_COUNT;
    uint64_t value = known ? (uint64_t)number : 0;

    put_right(page, GT_PLAIN, width_of(column),
              !known  ? "-"
              : count ? gt_exact(value).text
                      : gt_bytes(value).text);
    if (bytes) put_right(page, GT_DIM, SHARE_WIDTH, known ? gt_percent(value, live).text : "");
}

static void put_left(struct gt_page *page, enum gt_ink ink, unsigned width, const char *text)
{
    size_t length = strlen(text);

    gt_page_format(page, ink, "%*s%s", GAP, "", text);
    if (length + GAP < width) gt_page_format(page, ink, "%*s", (int)(width - length - GAP), "");
}

/* Rows of a tree are indented. An empty text is left out. */
static void put_text(struct gt_page *page, const struct gt_heap_row *row,
                     const struct gt_heap_column *column)
{
    const char *text = gt_heap_text(row, column);
    bool first = column->offset == offsetof(struct gt_heap_row, name);

    if (first && row->depth > 0)
        gt_page_format(page, GT_PLAIN, "%*s", (int)row->depth * INDENT, "");
    if (column->unit == GT_COLUMN_WORD)
        put_left(page, GT_PLAIN, width_of(column), text ? text : "");
    else if (text)
        gt_page_format(page, first ? GT_PLAIN : GT_CYAN, "%*s%s", GAP, "", text);
}

/* Rows of a tree that are alike are one line. */
static void put_alike(struct gt_page *page, const struct gt_heap_row *row)
{
    if (row->alike < 2) return;
    gt_page_format(page, GT_DIM, "%*s%s alike, the largest %s", GAP, "",
                   gt_exact((uint64_t)row->alike).text,
                   gt_bytes((uint64_t)row->largest_bytes).text);
}

/* ---- lines --------------------------------------------------------------------------------- */

static const struct gt_source_location nowhere;

static void put_row(struct gt_page *page, const struct gt_heap_table *table,
                    const struct gt_heap_row *row)
{
    gt_page_line(page, 0, text_column(table));
    for (const struct gt_heap_column *column = gt_heap_columns; column->key; column++) {
        if (!gt_heap_has(table, column) || !column->heading) continue;
        if (gt_is_text(column))
            put_text(page, row, column);
        else if (column->unit != GT_COLUMN_STACK)
            put_number(page, table, column, gt_heap_number(row, column));
    }
    put_alike(page, row);
    gt_page_deinit(page);
    if (row->stack.count) gt_page_stack(page, text_column(table), &row->stack, &nowhere);
}

static void put_headings(struct gt_page *page, const struct gt_heap_table *table)
{
    gt_page_line(page, 0, 0);
    for (const struct gt_heap_column *column = gt_heap_columns; column->key; column++) {
        if (!gt_heap_has(table, column) || !column->heading) continue;
        if (column->unit == GT_COLUMN_STACK) continue;
        if (gt_is_text(column)) {
            put_left(page, GT_BOLD, width_of(column), column->heading);
            continue;
        }
        put_right(page, GT_BOLD, width_of(column), column->heading);
        if (column->unit == GT_COLUMN_BYTES) put_right(page, GT_BOLD, SHARE_WIDTH, "live");
    }
    gt_page_deinit(page);
}

static void put_rest(struct gt_page *page, const struct gt_heap_table *table)
{
    struct gt_heap_row rest = table->rest;
    char name[80];

    if (!table->rest_rows) return;
    snprintf(name, sizeof name, "(%s more %s)", gt_exact(table->rest_rows).text,
             gt_heap_row_noun(table->by, table->rest_rows));
    rest.name = name;
    put_row(page, table, &rest);
}

static void put_notes(struct gt_page *page, const char *const *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        gt_page_line(page, 0, 6);
        gt_page_format(page, GT_DIM, "note: %s", notes[i]);
        gt_page_deinit(page);
    }
}

bool gt_text_heap(const struct gt_heap_table *table, const struct gt_style *style, FILE *to)
{
    const struct gt_report *process = table->process;
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, process);
    gt_page_line(&page, 0, 2);
    gt_page_format(&page, GT_PLAIN, "live heap: %s in %s object%s, by %s",
                   gt_bytes(process->live.bytes).text, gt_exact(process->live.objects).text,
                   gt_s(process->live.objects), gt_heap_by_name(table->by));
    gt_page_deinit(&page);
    gt_page_deinit(&page);
    put_headings(&page, table);
    for (size_t i = 0; i < table->row_count; i++)
        put_row(&page, table, &table->rows[i]);
    put_rest(&page, table);
    if (table->note_count || process->coverage.note_count) gt_page_deinit(&page);
    put_notes(&page, table->notes, table->note_count);
    put_notes(&page, process->coverage.notes, process->coverage.note_count);
    return true;
}
