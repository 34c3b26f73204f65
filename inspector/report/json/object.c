/* The document gotopsy-object/1. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

json_t *gt_json_pointer(const struct gt_pointer *pointer)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "offset",
                     gt_json_size(pointer->offset), "field", gt_json_text(pointer->field), "value",
                     gt_json_address(pointer->value), "where",
                     gt_json_text(gt_address_kind_name(pointer->where)), "kind",
                     pointer->kind ? gt_json_text(gt_typed_kind_name(pointer->kind)) : json_null(),
                     "into", pointer->into.address ? gt_json_block(&pointer->into) : json_null(),
                     "len", gt_json_signed(pointer->len), "cap", gt_json_signed(pointer->cap));
}

static json_t *number_or_null(uint64_t number)
{
    return number ? gt_json_size(number) : json_null();
}

static json_t *referrer_of(const struct gt_referrers *referrer)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", gt_json_text(referrer->name),
                     "type", gt_json_text(referrer->type), "count", gt_json_size(referrer->count),
                     "word", gt_json_address(referrer->word), "object",
                     gt_json_address(referrer->object), "goroutine",
                     number_or_null(referrer->goroutine), "path", gt_json_path(&referrer->path));
}

static json_t *referrers_of(const struct gt_object *object)
{
    json_t *list = json_array();

    for (size_t i = 0; i < object->referrer_count; i++)
        list = gt_json_append(list, referrer_of(&object->referrers[i]));
    return list;
}

static json_t *pointers_of(const struct gt_object *object)
{
    json_t *list = json_array();

    for (size_t i = 0; i < object->pointer_count; i++)
        list = gt_json_append(list, gt_json_pointer(&object->pointers[i]));
    return list;
}

static json_t *specials_of(const struct gt_object *object)
{
    json_t *list = json_array();

    for (size_t i = 0; i < object->special_count; i++)
        list = gt_json_append(
            list, json_pack("{s:o, s:o, s:o}", "kind",
                            gt_json_text(gt_special_kind_name(object->specials[i].kind)), "address",
                            gt_json_address(object->specials[i].address), "function",
                            gt_json_text(object->specials[i].function)));
    return list;
}

static json_t *span_of(const struct gt_heap_place *place)
{
    if (!place->span) return json_null();
    return json_pack("{s:o, s:o, s:o, s:i, s:b, s:o, s:o, s:o}", "address",
                     gt_json_address(place->span), "base", gt_json_address(place->span_base),
                     "bytes", gt_json_size(place->span_bytes), "size_class", (int)place->size_class,
                     "noscan", place->noscan, "slot", gt_json_size(place->slot), "slots",
                     gt_json_size(place->slots), "slot_bytes", gt_json_size(place->slot_bytes));
}

/* null when it is no heap object. */
static json_t *heap_of(const struct gt_object *object)
{
    if (!object->gc_mark) return json_null();
    return json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "live", object->live,
        "gc_mark", gt_json_text(gt_gc_mark_name(object->gc_mark)), "elements",
        number_or_null(object->elements), "retained_bytes", gt_json_signed(object->retained_bytes),
        "retained_objects", gt_json_signed(object->retained_objects), "allocated_at",
        object->allocated_at.count ? gt_json_stack(&object->allocated_at) : json_null(), "specials",
        specials_of(object), "referrers", referrers_of(object), "referrers_left_out",
        gt_json_size(object->referrers_left_out), "referring_words",
        gt_json_size(object->referring_words), "referring_garbage_words",
        gt_json_size(object->referring_garbage), "pointers", pointers_of(object),
        "pointers_left_out", gt_json_size(object->pointers_left_out));
}

/* Address 0 is an address here: that of nil. */
bool gt_json_object(const struct gt_object *object, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(
        json_pack(
            "{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
            "s:o, s:o, s:o}",
            "schema", "gotopsy-object/1", "tool", gt_json_tool(), "core",
            gt_json_core(object->process), "binary", gt_json_binary(object->process), "address",
            gt_address(object->address).text, "what",
            gt_json_text(gt_address_kind_name(object->what)), "name", gt_json_text(object->name),
            "field", gt_json_text(object->field), "type", gt_json_text(object->type), "type_at",
            gt_json_text(object->type_at), "base", gt_json_address(object->base), "bytes",
            number_or_null(object->bytes), "goroutine", number_or_null(object->goroutine), "frame",
            gt_json_signed(object->frame), "location", gt_json_location(&object->location), "note",
            gt_json_text(object->note), "span", span_of(&object->place), "heap", heap_of(object)),
        to);
}
