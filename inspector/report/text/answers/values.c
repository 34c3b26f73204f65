/* Writes the tree of values with a stack of lines, without recursion. Deeper levels are indented,
 * up to a limit. */
#include "inspector/report/text/answers/values.h"

#include "inspector/base/vec.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { INDENT = 4, NAME_COLUMNS = 16, MAX_COLUMN = 48 };

/* ---- one value ----------------------------------------------------------------------------- */

static void put_length(struct gt_page *page, const struct gt_typed_value *value)
{
    bool has_room = value->kind == GT_TYPED_SLICE || value->kind == GT_TYPED_CHANNEL ||
                    value->kind == GT_TYPED_BYTES;

    if (value->len == GT_UNKNOWN) return;
    gt_page_format(page, GT_PLAIN, " len %s", gt_exact((uint64_t)value->len).text);
    if (has_room && value->cap != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, " cap %s", gt_exact((uint64_t)value->cap).text);
}

static void put_data(struct gt_page *page, const struct gt_typed_value *value)
{
    char text[1025];
    size_t used = 0;

    if (!value->data) return;
    for (uint64_t i = 0; i < value->data_bytes && used + 5 < sizeof text; i++) {
        unsigned char byte = (unsigned char)value->data[i];
        bool plain = byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
        used += (size_t)snprintf(text + used, sizeof text - used, plain ? "%c" : "\\x%02x", byte);
    }
    text[used] = '\0';
    gt_page_format(page, GT_GREEN, " \"%s\"%s", text,
                   value->len != GT_UNKNOWN && (uint64_t)value->len > value->data_bytes ? "..."
                                                                                        : "");
}

static bool is_pointing(const struct gt_typed_value *value)
{
    static const bool points[] = {
        [GT_TYPED_POINTER] = true, [GT_TYPED_UNSAFE_POINTER] = true, [GT_TYPED_MAP] = true,
        [GT_TYPED_CHANNEL] = true, [GT_TYPED_FUNC] = true,           [GT_TYPED_SLICE] = true,
    };

    return (size_t)value->kind < sizeof points && points[value->kind];
}

void gt_page_value(struct gt_page *page, const struct gt_typed_value *value)
{
    bool known = !value->note || value->points_to;

    if (value->text) gt_page_format(page, GT_BOLD, " %s", value->text);
    put_length(page, value);
    if (value->points_to)
        gt_page_format(page, GT_DIM, " %s", gt_address(value->points_to).text);
    else if ((is_pointing(value) || (value->kind == GT_TYPED_INTERFACE && !value->dynamic)) &&
             known)
        gt_page_put(page, GT_BOLD, " nil");
    if (value->dynamic) gt_page_format(page, GT_PLAIN, " of %s", value->dynamic);
    put_data(page, value);
    if (value->note) gt_page_format(page, GT_YELLOW, " (%s)", value->note);
}

/* ---- the tree ------------------------------------------------------------------------------ */

struct line {
    uint32_t place;
    uint32_t level;
    uint64_t left_out; /* if not 0, the line shows how many values were left out */
};

static void put_key(struct gt_page *page, const struct gt_typed_value *key)
{
    gt_page_put(page, GT_PLAIN, "[");
    if (key->text)
        gt_page_put(page, GT_PLAIN, key->text);
    else if (key->data)
        put_data(page, key);
    else
        gt_page_put(page, GT_PLAIN, key->type ? key->type : "?");
    if (!key->text && !key->data) put_length(page, key);
    if (!key->text && key->kind == GT_TYPED_POINTER)
        gt_page_format(page, GT_PLAIN, " %s", gt_address(key->points_to).text);
    gt_page_put(page, GT_PLAIN, "]");
}

static unsigned column_of(unsigned column, uint32_t level)
{
    uint64_t at = column + (uint64_t)level * INDENT;

    return at < MAX_COLUMN ? (unsigned)at : MAX_COLUMN;
}

static void put_value_line(struct gt_page *page, unsigned column, const struct gt_values *values,
                           const struct line *line)
{
    const struct gt_typed_value *value = &values->values[line->place];
    unsigned at = column_of(column, line->level);

    gt_page_line(page, at, at + 2 * INDENT);
    if (value->key)
        put_key(page, &values->values[value->key]);
    else if (value->name)
        gt_page_put(page, GT_PLAIN, value->name);
    if (value->key || value->name) gt_page_tab(page, at + NAME_COLUMNS);
    gt_page_put(page, GT_DIM, value->type ? value->type : "?");
    gt_page_value(page, value);
    gt_page_deinit(page);
}

static void put_left_out(struct gt_page *page, unsigned column, const struct line *line)
{
    gt_page_line(page, column_of(column, line->level), column_of(column, line->level));
    gt_page_format(page, GT_DIM, "... %s more", gt_exact(line->left_out).text);
    gt_page_deinit(page);
}

/* The last line is pushed first, so that the first is on top of the stack. */
static void push_parts(struct gt_vec *stack, const struct gt_typed_value *value, uint32_t level)
{
    struct line rest = {0, level, value->left_out};

    if (value->left_out && value->count) gt_vec_add(stack, &rest);
    for (uint32_t i = value->count; i-- > 0;) {
        struct line part = {value->first + i, level, 0};
        gt_vec_add(stack, &part);
    }
}

void gt_page_values(struct gt_page *page, unsigned column, const struct gt_values *values)
{
    struct gt_vec stack = GT_VEC_OF(struct line);
    struct line line = {0};

    gt_vec_add(&stack, &line);
    while (stack.len) {
        line = *(struct line *)gt_vec_at(&stack, --stack.len);
        if (line.left_out) {
            put_left_out(page, column, &line);
            continue;
        }
        put_value_line(page, column, values, &line);
        push_parts(&stack, &values->values[line.place], line.level + 1);
    }
    gt_vec_deinit(&stack);
    if (!values->cut) return;
    gt_page_line(page, column, column);
    gt_page_put(page, GT_DIM, "there is more than is shown: ask for a part of it by its address");
    gt_page_deinit(page);
}
