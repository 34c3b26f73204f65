/* A row for each kind of value: how it is written, and its schema. */
#include "inspector/report/json/fields.h"

#include "inspector/report/json/values.h"

#include <string.h>

/* ---- values ---------------------------------------------------------------------------------- */

typedef json_t *make_fn(const struct gt_field *field, const void *owner);

static const void *at(const struct gt_field *field, const void *owner)
{
    return (const char *)owner + field->offset;
}

static size_t count_of(const struct gt_field *field, const void *owner)
{
    return *(const size_t *)((const char *)owner + field->count);
}

static json_t *size(const struct gt_field *field, const void *owner)
{
    return gt_json_size(*(const uint64_t *)at(field, owner));
}

static json_t *id_or_null(const struct gt_field *field, const void *owner)
{
    uint64_t id = *(const uint64_t *)at(field, owner);

    return id ? gt_json_size(id) : json_null();
}

static json_t *number(const struct gt_field *field, const void *owner)
{
    return gt_json_signed(*(const int64_t *)at(field, owner));
}

static json_t *line(const struct gt_field *field, const void *owner)
{
    uint32_t line = *(const uint32_t *)at(field, owner);

    return line ? json_integer(line) : json_null();
}

static json_t *boolean(const struct gt_field *field, const void *owner)
{
    return json_boolean(*(const bool *)at(field, owner));
}

static json_t *address(const struct gt_field *field, const void *owner)
{
    return gt_json_address(*(const uint64_t *)at(field, owner));
}

static json_t *text(const struct gt_field *field, const void *owner)
{
    return gt_json_text(*(const char *const *)at(field, owner));
}

static json_t *word(const struct gt_field *field, const void *owner)
{
    return gt_json_word(field->words, *(const unsigned *)at(field, owner));
}

static json_t *block(const struct gt_field *field, const void *owner)
{
    return gt_json_block(at(field, owner));
}

static json_t *stack(const struct gt_field *field, const void *owner)
{
    return gt_json_stack(at(field, owner));
}

static json_t *stack_or_null(const struct gt_field *field, const void *owner)
{
    const struct gt_stack *stack = at(field, owner);

    return stack->count ? gt_json_stack(stack) : json_null();
}

static json_t *location(const struct gt_field *field, const void *owner)
{
    return gt_json_location(at(field, owner));
}

static json_t *path(const struct gt_field *field, const void *owner)
{
    return gt_json_path(at(field, owner));
}

static json_t *labels(const struct gt_field *field, const void *owner)
{
    return gt_json_labels(*(const struct gt_label *const *)at(field, owner),
                          count_of(field, owner));
}

static json_t *list(const struct gt_field *field, const void *owner)
{
    const char *items = *(const char *const *)at(field, owner);
    json_t *list = json_array();

    for (size_t i = 0; i < count_of(field, owner); i++)
        list = gt_json_append(list, gt_json_fields(field->items, items + i * field->items->size));
    return list;
}

static json_t *object(const struct gt_field *field, const void *owner)
{
    return gt_json_fields(field->items, at(field, owner));
}

/* ---- schemas --------------------------------------------------------------------------------- */

#define REF(name) "{\"$ref\": \"#/definitions/" name "\"}"
#define TYPES(types) "{\"type\": " types "}"

static const struct {
    make_fn *make;
    const char *schema; /* NULL: the schema is in the field */
} values[GT_VALUES] = {
    [GT_VALUE_SIZE] = {size, REF("size")},
    [GT_VALUE_ID_OR_NULL] = {id_or_null, REF("number_or_null")},
    [GT_VALUE_SIGNED] = {number, REF("number_or_null")},
    [GT_VALUE_LINE] = {line, REF("line")},
    [GT_VALUE_BOOL] = {boolean, TYPES("\"boolean\"")},
    [GT_VALUE_ADDRESS] = {address, REF("address")},
    [GT_VALUE_ADDRESS_OR_NULL] = {address, REF("address_or_null")},
    [GT_VALUE_TEXT] = {text, TYPES("[\"string\", \"null\"]")},
    [GT_VALUE_TEXT_IF_ANY] = {text, TYPES("\"string\"")},
    [GT_VALUE_BLOCK] = {block, REF("block")},
    [GT_VALUE_STACK] = {stack, REF("stack")},
    [GT_VALUE_STACK_OR_NULL] = {stack_or_null,
                                "{\"anyOf\": [" REF("stack") ", " TYPES("\"null\"") "]}"},
    [GT_VALUE_LOCATION] = {location, REF("frame_or_null")},
    [GT_VALUE_PATH] = {path, REF("path")},
    [GT_VALUE_WORD] = {word, NULL},
    [GT_VALUE_WORD_OR_NULL] = {word, NULL},
    [GT_VALUE_LABELS] = {labels, REF("labels")},
    [GT_VALUE_LIST] = {list, NULL},
    [GT_VALUE_OBJECT] = {object, NULL},
};

static json_t *schema_of_words(const struct gt_field *field)
{
    bool null = field->value == GT_VALUE_WORD_OR_NULL;
    json_t *list = json_array();

    for (size_t i = 0; i < field->words->count; i++)
        if (null || field->words->list[i])
            list = gt_json_append(list, gt_json_text(field->words->list[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *schema_of(const struct gt_field *field)
{
    if (values[field->value].schema) return json_loads(values[field->value].schema, 0, NULL);
    if (field->words) return schema_of_words(field);
    json_t *items = gt_json_fields_schema(field->items);
    if (field->value == GT_VALUE_OBJECT) return items;
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* Sets a member and takes over both; NULL when either is NULL or memory has run out. */
static bool is_left_out(const struct gt_field *field, const void *owner)
{
    return field->value == GT_VALUE_TEXT_IF_ANY && !*(const char *const *)at(field, owner);
}

json_t *gt_json_fields(const struct gt_fields *fields, const void *owner)
{
    json_t *object = json_object();

    for (size_t i = 0; i < fields->count; i++) {
        const struct gt_field *field = &fields->list[i];
        if (!is_left_out(field, owner))
            object = gt_json_set(object, field->name, values[field->value].make(field, owner));
    }
    return object;
}

json_t *gt_json_fields_schema(const struct gt_fields *fields)
{
    json_t *required = json_array(), *properties = json_object();

    for (size_t i = 0; i < fields->count; i++) {
        const struct gt_field *field = &fields->list[i];
        properties = gt_json_set(properties, field->name, schema_of(field));
        if (field->value != GT_VALUE_TEXT_IF_ANY)
            required = gt_json_append(required, json_string(field->name));
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "required", required, "properties",
                     properties);
}
