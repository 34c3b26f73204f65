/* The document gotopsy-show/1: a value with its parts. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

#include "inspector/base/alloc.h"

#include <string.h>

static json_t *value_of(const struct gt_typed_value *value)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
        gt_json_text(value->name), "type", gt_json_text(value->type), "kind",
        gt_json_text(gt_typed_kind_name(value->kind)), "address", gt_json_address(value->address),
        "value", gt_json_text(value->text), "points_to", gt_json_address(value->points_to), "len",
        gt_json_signed(value->len), "cap", gt_json_signed(value->cap), "dynamic_type",
        gt_json_text(value->dynamic), "data", gt_json_bytes(value->data, value->data_bytes), "note",
        gt_json_text(value->note), "key", json_null(), "parts", json_array(), "left_out",
        gt_json_size(value->left_out));
}

static void put_parts(json_t **made, const struct gt_typed_value *value, size_t place)
{
    json_t *parts = json_object_get(made[place], "parts");

    for (size_t i = 0; i < value->count; i++) {
        json_array_append_new(parts, made[value->first + i]);
        made[value->first + i] = NULL;
    }
    if (!value->key) return;
    json_object_set_new(made[place], "key", made[value->key]);
    made[value->key] = NULL;
}

/* Parts come after the value that contains them, so going backwards all parts of a value are made
 * before it. */
json_t *gt_json_values(const struct gt_values *values)
{
    json_t **made = gt_try_alloc((values->count + 1) * sizeof *made);
    json_t *root = NULL;
    bool whole = made;

    if (made) memset(made, 0, (values->count + 1) * sizeof *made);
    for (size_t i = 0; whole && i < values->count; i++)
        whole = (made[i] = value_of(&values->values[i]));
    for (size_t i = values->count; whole && i-- > 0;)
        put_parts(made, &values->values[i], i);
    if (whole) {
        root = made[0];
        made[0] = NULL;
    }
    for (size_t i = 0; made && i < values->count; i++)
        json_decref(made[i]); /* values that are part of no other */
    gt_free(made);
    return root;
}

bool gt_json_show(const struct gt_view *view, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}",
                  "schema", "gotopsy-show/1", "tool", gt_json_tool(), "core",
                  gt_json_core(view->process), "binary", gt_json_binary(view->process), "what",
                  gt_word(&gt_view_words, view->what), "name", gt_json_text(view->name),
                  "goroutine", view->goroutine ? gt_json_size(view->goroutine) : json_null(),
                  "address", gt_json_address(view->address), "bytes", gt_json_size(view->bytes),
                  "value", gt_json_values(&view->value), "cut", view->value.cut, "retained_bytes",
                  gt_json_signed(view->retained_bytes), "retained_objects",
                  gt_json_signed(view->retained_objects), "note", gt_json_text(view->note)),
        to);
}
