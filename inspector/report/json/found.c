/* The document gotopsy-find/1. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

static json_t *sum_of(uint64_t objects, uint64_t bytes)
{
    return json_pack("{s:o, s:o}", "objects", gt_json_size(objects), "bytes", gt_json_size(bytes));
}

static json_t *condition_of(const struct gt_found_condition *condition)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "text", gt_json_text(condition->text), "met",
                     gt_json_size(condition->met), "not_met", gt_json_size(condition->not_met),
                     "not_in_core", gt_json_size(condition->not_in_core), "through_nil",
                     gt_json_size(condition->through_nil));
}

static json_t *conditions_of(const struct gt_find *find)
{
    json_t *list = json_array();

    for (size_t i = 0; i < find->condition_count; i++)
        list = gt_json_append(list, condition_of(&find->conditions[i]));
    return list;
}

static json_t *found_of(const struct gt_found_object *found)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "address", gt_address(found->address).text,
                     "bytes", gt_json_size(found->bytes), "retained_bytes",
                     gt_json_size(found->retained_bytes), "held_by", gt_json_text(found->held_by),
                     "path", gt_json_path(&found->path));
}

static json_t *list_of(const struct gt_find *find)
{
    json_t *list = json_array();
    struct gt_found_object found;
    uint64_t place = 0;

    while (list && gt_find_next(find, &place, &found))
        list = gt_json_append(list, found_of(&found));
    return list;
}

static json_t *matches_of(const struct gt_find *find)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "objects", gt_json_size(find->matches), "bytes",
                     gt_json_size(find->match_bytes), "retained_bytes",
                     gt_json_signed(find->retained_bytes), "retained_objects",
                     gt_json_signed(find->retained_objects));
}

static json_t *notes_of(const char *const *notes, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < count; i++)
        list = gt_json_append(list, gt_json_text(notes[i]));
    return list;
}

static json_t *value_of(const struct gt_found_value *value)
{
    return json_pack("{s:s, s:o, s:{s:s, s:o, s:o, s:o}}", "address",
                     gt_address(value->address).text, "place", gt_json_text(value->place), "block",
                     "address", gt_address(value->block).text, "bytes",
                     gt_json_size(value->block_bytes), "type", gt_json_text(value->block_type),
                     "retained_bytes", gt_json_size(value->block_retained_bytes));
}

static json_t *values_of(const struct gt_find *find)
{
    json_t *list = json_array();
    struct gt_found_value value;
    uint64_t place = 0;

    while (list && gt_find_next_inside(find, &place, &value))
        list = gt_json_append(list, value_of(&value));
    return list;
}

static json_t *inside_of(const struct gt_find *find)
{
    const struct gt_found_inside *inside = &find->inside;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "values",
                     gt_json_size(inside->values), "bytes", gt_json_size(inside->bytes), "matches",
                     gt_json_size(inside->matches), "match_bytes",
                     gt_json_size(inside->match_bytes), "blocks", gt_json_size(inside->blocks),
                     "not_in_core", gt_json_size(inside->not_in_core), "through_nil",
                     gt_json_size(inside->through_nil), "spare", gt_json_size(inside->spare),
                     "uncertain", gt_json_size(inside->uncertain), "rows", values_of(find),
                     "left_out", gt_json_size(inside->left_out));
}

bool gt_json_found(const struct gt_find *find, const struct gt_style *style, FILE *to)
{
    const struct gt_report *process = find->process;

    (void)style;
    return gt_json_dump(
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
            "schema", "gotopsy-find/1", "tool", gt_json_tool(), "core", gt_json_core(process),
            "binary", gt_json_binary(process), "type", gt_json_text(find->type), "where",
            gt_json_text(find->where), "live", sum_of(process->live.objects, process->live.bytes),
            "instances", sum_of(find->objects, find->bytes), "matches", matches_of(find),
            "not_in_core", gt_json_size(find->not_in_core), "through_nil",
            gt_json_size(find->through_nil), "conditions", conditions_of(find), "rows",
            list_of(find), "left_out", gt_json_size(find->left_out), "inside", inside_of(find),
            "notes", notes_of(find->notes, find->note_count), "missing",
            notes_of(process->coverage.notes, process->coverage.note_count)),
        to);
}
