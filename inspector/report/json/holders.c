/* The largest holders of the live heap in JSON. */
#include "inspector/report/json/values.h"

static json_t *most_of(const struct gt_heap_holder *holder)
{
    if (!holder->most_count) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "type", gt_json_text(holder->most_type), "count",
                     gt_json_size(holder->most_count), "bytes", gt_json_size(holder->most_bytes),
                     "field", gt_json_text(holder->most_field));
}

static json_t *address_of(const struct gt_heap_holder *holder)
{
    return holder->address ? gt_json_address(holder->address) : json_null();
}

static json_t *row_of(const struct gt_heap_holder *holder)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "what",
        gt_json_word(&gt_holder_words, holder->what), "name", gt_json_text(holder->name), "type",
        gt_json_text(holder->type), "address", address_of(holder), "count",
        gt_json_size(holder->count), "bytes", gt_json_size(holder->bytes), "objects",
        gt_json_size(holder->objects), "entries", gt_json_signed(holder->entries), "room",
        gt_json_signed(holder->room), "storage_bytes", gt_json_signed(holder->storage_bytes),
        "spare_bytes", gt_json_signed(holder->spare_bytes), "most", most_of(holder), "advice",
        gt_json_text(holder->advice), "path", gt_json_path(&holder->path));
}

json_t *gt_json_holders(const struct gt_report *report)
{
    json_t *list = json_array();

    if (!report->looked_for_holders) {
        json_decref(list);
        return json_null();
    }
    for (size_t i = 0; i < report->holder_count; i++)
        list = gt_json_append(list, row_of(&report->holders[i]));
    return list;
}
