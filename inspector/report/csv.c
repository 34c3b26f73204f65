/* Heap tables and lists of objects as comma-separated values, by RFC 4180. */
#include "inspector/base/str.h"
#include "inspector/report/escape.h"
#include "inspector/report/heap_columns.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

/* Writes quotes around a field with a character that would end it. */
static void put_field(FILE *to, const char *text)
{
    struct gt_str clean = {0};

    gt_escape(&clean, text ? text : "");
    const char *rest = gt_str_text(&clean);
    bool quoted = strpbrk(rest, "\",\r\n");
    if (quoted) putc('"', to);
    for (; *rest; rest++) {
        if (*rest == '"') putc('"', to);
        putc(*rest, to);
    }
    if (quoted) putc('"', to);
    gt_str_deinit(&clean);
}

/* "main.fill main.go:12; main.main main.go:40" */
static void put_stack(FILE *to, const struct gt_stack *stack)
{
    struct gt_str text = {0};

    for (size_t i = 0; i < stack->count; i++) {
        const struct gt_source_location *call = &stack->locations[i];
        const char *file = call->source ? call->source : call->file;
        gt_str_format(&text, "%s%s", i ? "; " : "", call->function);
        if (file) gt_str_format(&text, " %s:%" PRIu32, file, call->line);
    }
    put_field(to, gt_str_text(&text));
    gt_str_deinit(&text);
}

static void put_value(FILE *to, const struct gt_heap_row *row, const struct gt_heap_column *column)
{
    if (gt_is_text(column))
        put_field(to, gt_heap_text(row, column));
    else if (column->unit == GT_COLUMN_STACK)
        put_stack(to, gt_heap_stack(row, column));
    else if (column->unit == GT_COLUMN_ADDRESS)
        put_field(to, row->address ? gt_address(gt_heap_address_in(row, column)).text : "");
    else if (gt_heap_number(row, column) != GT_UNKNOWN)
        fprintf(to, "%" PRId64, gt_heap_number(row, column));
}

/* With row NULL: the names of the columns. */
static void put_row(FILE *to, const struct gt_heap_table *table, const struct gt_heap_row *row)
{
    const char *comma = "";

    for (const struct gt_heap_column *column = gt_heap_columns; column->key; column++) {
        if (!gt_heap_has(table, column)) continue;
        fputs(comma, to);
        comma = ",";
        if (row)
            put_value(to, row, column);
        else
            put_field(to, column->key);
    }
    fputs("\r\n", to);
}

static bool put_heap(const struct gt_heap_table *table, const struct gt_style *style, FILE *to)
{
    (void)style;
    put_row(to, table, NULL);
    for (size_t i = 0; i < table->row_count; i++)
        put_row(to, table, &table->rows[i]);
    if (table->rest_rows) {
        struct gt_heap_row rest = table->rest;
        char name[64];
        snprintf(name, sizeof name, "(%" PRIu64 " more)", table->rest_rows);
        rest.name = name;
        put_row(to, table, &rest);
    }
    return true;
}

static void put_inside(const struct gt_find *find, FILE *to)
{
    struct gt_found_value value;
    uint64_t place = 0;

    while (gt_find_next_inside(find, &place, &value)) {
        fprintf(to, "%s,%" PRIu64 ",,,", gt_address(value.address).text,
                find->inside.bytes / find->inside.values);
        put_field(to, value.place);
        fprintf(to, ",%s,%" PRIu64 ",", gt_address(value.block).text, value.block_bytes);
        put_field(to, value.block_type);
        fprintf(to, ",%" PRIu64 "\r\n", value.block_retained_bytes);
    }
}

static bool put_find(const struct gt_find *find, const struct gt_style *style, FILE *to)
{
    struct gt_found_object found;
    uint64_t place = 0;

    (void)style;
    fputs("address,bytes,retained_bytes,held_by,place,block,block_bytes,block_type,"
          "block_retained_bytes\r\n",
          to);
    while (gt_find_next(find, &place, &found)) {
        fprintf(to, "%s,%" PRIu64 ",%" PRIu64 ",", gt_address(found.address).text, found.bytes,
                found.retained_bytes);
        put_field(to, found.held_by);
        fputs(",,,,,\r\n", to);
    }
    put_inside(find, to);
    return true;
}

const struct gt_format_row gt_format_csv = {.heap = put_heap, .found = put_find};
