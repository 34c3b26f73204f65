/* Heap tables as JSON. */
#include "inspector/report/heap_columns.h"
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

static json_t *value_of(const struct gt_heap_row *row, const struct gt_heap_column *column)
{
    if (gt_is_text(column)) return gt_json_text(gt_heap_text(row, column));
    if (column->unit == GT_COLUMN_STACK) return gt_json_stack(gt_heap_stack(row, column));
    if (column->unit == GT_COLUMN_ADDRESS) return gt_json_address(gt_heap_address_in(row, column));
    return gt_json_signed(gt_heap_number(row, column));
}

/* Keys come from the columns, never from the target. */
static json_t *row_of(const struct gt_heap_table *table, const struct gt_heap_row *row)
{
    json_t *object = json_object();

    for (const struct gt_heap_column *column = gt_heap_columns; column->key; column++) {
        if (!gt_heap_has(table, column)) continue;
        if (json_object_set_new(object, column->key, value_of(row, column)) == 0) continue;
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *rows_of(const struct gt_heap_table *table)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < table->row_count; i++)
        list = gt_json_append(list, row_of(table, &table->rows[i]));
    return list;
}

static json_t *rest_of(const struct gt_heap_table *table)
{
    return json_pack("{s:o, s:o, s:o}", "rows", gt_json_size(table->rest_rows), "objects",
                     gt_json_signed(table->rest.objects), "bytes",
                     gt_json_signed(table->rest.bytes));
}

static json_t *profile_of(const struct gt_heap_table *table)
{
    if (table->by != GT_HEAP_BY_SITE) return json_null();
    return json_pack("{s:o, s:o}", "rate", gt_json_signed(table->profile_rate), "records",
                     gt_json_size(table->profile_records));
}

static json_t *notes_of(const char *const *notes, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < count; i++)
        list = gt_json_append(list, gt_json_text(notes[i]));
    return list;
}

bool gt_json_heap(const struct gt_heap_table *table, const struct gt_style *style, FILE *to)
{
    const struct gt_report *process = table->process;

    (void)style;
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                  "gotopsy-heap/1", "tool", gt_json_tool(), "core", gt_json_core(process), "binary",
                  gt_json_binary(process), "by", gt_heap_by_name(table->by), "live",
                  json_pack("{s:o, s:o}", "bytes", gt_json_size(process->live.bytes), "objects",
                            gt_json_size(process->live.objects)),
                  "rows", rows_of(table), "rest", rest_of(table), "profile", profile_of(table),
                  "notes", notes_of(table->notes, table->note_count), "missing",
                  notes_of(process->coverage.notes, process->coverage.note_count)),
        to);
}
