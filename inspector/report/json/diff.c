/* `diff` as JSON. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

static json_t *side_of(const struct gt_report *report)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "core", gt_json_core(report), "binary",
                     gt_json_binary(report), "live_bytes", gt_json_size(report->live.bytes),
                     "live_objects", gt_json_size(report->live.objects), "goroutines",
                     gt_json_size(report->goroutines.total), "leaks_bytes",
                     gt_json_size(report->leaks_total.bytes), "resident_bytes",
                     gt_json_size(report->memory.resident_bytes));
}

static json_t *row_of(const struct gt_growth *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "name", gt_json_text(row->name), "where",
                     gt_json_text(row->where), "old_count", gt_json_size(row->old_count),
                     "new_count", gt_json_size(row->new_count), "old_bytes",
                     gt_json_size(row->old_bytes), "new_bytes", gt_json_size(row->new_bytes));
}

static json_t *section_of(const struct gt_growth_section *section)
{
    json_t *rows = json_array();

    for (size_t i = 0; rows && i < section->count; i++)
        rows = gt_json_append(rows, row_of(&section->rows[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "rows", rows, "not_known",
                     gt_json_text(section->not_known), "unchanged",
                     gt_json_size(section->unchanged), "left_out", gt_json_size(section->left_out),
                     "left_out_growth", gt_json_signed(section->left_out_growth));
}

static json_t *sections_of(const struct gt_diff *diff)
{
    json_t *sections = json_object();

    for (unsigned what = 0; sections && what < GT_GROWTHS; what++) {
        json_t *section = section_of(&diff->sections[what]);
        if (json_object_set_new(sections, gt_growth_name(what), section) == 0) continue;
        json_decref(sections);
        return NULL;
    }
    return sections;
}

static json_t *mostly_of(const struct gt_new_row *row)
{
    if (!row->mostly) return json_null();
    return json_pack("{s:o, s:o, s:o}", "type", gt_json_text(row->mostly), "count",
                     gt_json_size(row->mostly_count), "bytes", gt_json_size(row->mostly_bytes));
}

static json_t *new_row_of(const struct gt_new_row *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "type", gt_json_text(row->type),
                     "address", gt_json_address(row->address), "count", gt_json_size(row->count),
                     "bytes", gt_json_size(row->bytes), "retained_bytes",
                     gt_json_size(row->retained_bytes), "new_bytes", gt_json_size(row->new_bytes),
                     "path", gt_json_path(&row->path), "mostly", mostly_of(row));
}

static json_t *new_objects_of(const struct gt_new_objects *all)
{
    json_t *rows = json_array();

    if (!all) {
        json_decref(rows);
        return json_null();
    }
    for (size_t i = 0; rows && i < all->row_count; i++)
        rows = gt_json_append(rows, new_row_of(&all->rows[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "count", gt_json_size(all->count),
        "bytes", gt_json_size(all->bytes), "reused_count", gt_json_size(all->reused_count),
        "reused_bytes", gt_json_size(all->reused_bytes), "doubtful_count",
        gt_json_size(all->doubtful_count), "doubtful_bytes", gt_json_size(all->doubtful_bytes),
        "collections", gt_json_signed(all->collections), "rows", rows, "left_out",
        gt_json_size(all->left_out), "left_out_bytes", gt_json_size(all->left_out_bytes));
}

static json_t *notes_of(const struct gt_diff *diff)
{
    json_t *notes = json_array();

    for (size_t i = 0; notes && i < diff->note_count; i++)
        notes = gt_json_append(notes, gt_json_text(diff->notes[i]));
    return notes;
}

bool gt_json_diff(const struct gt_diff *diff, const struct gt_style *style, FILE *to)
{
    bool unknown = diff->process == GT_SAMENESS_UNKNOWN;

    (void)style;
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", "gotopsy-diff/1",
                  "tool", gt_json_tool(), "old", side_of(diff->older), "new", side_of(diff->newer),
                  "same_process", unknown ? json_null() : json_boolean(diff->process == GT_SAME),
                  "elapsed_ns", gt_json_signed(diff->elapsed_ns), "growth", sections_of(diff),
                  "new_objects", new_objects_of(diff->new_objects), "notes", notes_of(diff)),
        to);
}
