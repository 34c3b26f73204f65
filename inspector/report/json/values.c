/* Builds the values with jansson. Texts become valid UTF-8 before they are given to it. */
#include "inspector/report/json/values.h"

#include "inspector/base/str.h"
#include "inspector/report/escape.h"
#include "inspector/report/names.h"
#include "inspector/report/units.h"

#include <string.h>

/* Unwinding would leak values that are not attached to a document yet, so the text reserves its
 * memory without unwinding. */
static bool clean_text(struct gt_str *clean, const char *text, uint64_t length)
{
    enum { MOST = 3 }; /* bytes that replace one that is not UTF-8 */

    if (!gt_str_try_reserve(clean, MOST * length)) return false;
    gt_utf8_bytes(clean, text, length);
    return true;
}

json_t *gt_json_text(const char *text)
{
    return gt_json_bytes(text, text ? strlen(text) : 0);
}

json_t *gt_json_bytes(const char *text, uint64_t length)
{
    struct gt_str clean = {0};

    if (!text) return json_null();
    if (!clean_text(&clean, text, length)) return NULL;
    json_t *value = json_stringn_nocheck(gt_str_text(&clean), clean.len);
    gt_str_deinit(&clean);
    return value;
}

json_t *gt_json_word(const struct gt_words *words, unsigned value)
{
    return gt_json_text(gt_word(words, value));
}

json_t *gt_json_size(uint64_t size)
{
    return json_integer(size < INT64_MAX ? (json_int_t)size : INT64_MAX);
}

json_t *gt_json_signed(int64_t number)
{
    return number == GT_UNKNOWN ? json_null() : json_integer(number);
}

json_t *gt_json_address(uint64_t address)
{
    return address ? json_string(gt_address(address).text) : json_null();
}

json_t *gt_json_append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) == 0) return list;
    json_decref(list);
    return NULL;
}

json_t *gt_json_set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) == 0) return object;
    json_decref(object);
    return NULL;
}

/* The same for a name from the core. */
static json_t *set_clean(json_t *object, const char *key, json_t *value)
{
    struct gt_str clean = {0};

    bool known = clean_text(&clean, key, strlen(key));
    if (!known) json_decref(value);
    bool done = known && json_object_set_new(object, gt_str_text(&clean), value) == 0;
    gt_str_deinit(&clean);
    if (done) return object;
    json_decref(object);
    return NULL;
}

json_t *gt_json_labels(const struct gt_label *labels, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        object = set_clean(object, labels[i].key, gt_json_text(labels[i].value));
    return object;
}

json_t *gt_json_block(const struct gt_block *block)
{
    return json_pack("{s:o, s:o, s:o}", "address", gt_json_address(block->address), "size",
                     gt_json_size(block->size), "type", gt_json_text(block->type));
}

json_t *gt_json_location(const struct gt_source_location *place)
{
    if (!place->function) return json_null();
    return json_pack("{s:o, s:o, s:o, s:b}", "function", gt_json_text(place->function), "file",
                     gt_json_text(place->file), "line",
                     place->line ? json_integer(place->line) : json_null(), "inlined",
                     place->inlined);
}

json_t *gt_json_stack(const struct gt_stack *stack)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stack->count; i++)
        list = gt_json_append(list, gt_json_location(&stack->locations[i]));
    return list;
}

static json_t *step(const struct gt_step *step)
{
    char text[GT_STEP_NAME];

    return json_pack("{s:o, s:o, s:o, s:o}", "what", gt_json_text(gt_step_name(text, step)),
                     "address", gt_json_address(step->address), "type", gt_json_text(step->type),
                     "field", gt_json_text(step->field));
}

json_t *gt_json_path(const struct gt_path *path)
{
    json_t *list = json_array();

    for (size_t i = 0; i < path->count; i++)
        list = gt_json_append(list, step(&path->steps[i]));
    return list;
}

json_t *gt_json_ids(const uint64_t *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, gt_json_size(ids[i]));
    return list;
}

json_t *gt_json_tool(void)
{
    return json_pack("{s:s, s:s}", "name", "gotopsy", "version", GT_VERSION);
}

bool gt_json_dump(json_t *document, FILE *to)
{
    if (!document) return false;
    /* Only ASCII is written, so nothing in the document controls a terminal. */
    bool written = json_dumpf(document, to, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;
    putc('\n', to);
    json_decref(document);
    return written || ferror(to);
}
