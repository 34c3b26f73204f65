/* Makes the list of a type from the lists of its parts. A stack takes the place of recursion: a
 * type stays on it until all of its parts have lists. */
#include "inspector/detect/find/offsets.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    MOST_OFFSETS = 1 << 22, /* of all types */
    MOST_DEPTH = 64,        /* parts within parts, in a path */
};

#define IN_PROGRESS UINT64_MAX

void gt_offsets_init(struct gt_offsets *offsets, struct gt_types *types, gt_type_id wanted)
{
    *offsets = (struct gt_offsets){.types = types, .wanted = wanted};
}

void gt_offsets_deinit(struct gt_offsets *offsets)
{
    gt_map_deinit(&offsets->lists);
    gt_u64s_deinit(&offsets->first);
    gt_u64s_deinit(&offsets->counts);
    gt_u64s_deinit(&offsets->all);
    gt_u32s_deinit(&offsets->stack);
}

/* A type without an entry is new. Entries of others: the number of their list + 1, or IN_PROGRESS.
 */
static bool has_entry(const struct gt_offsets *offsets, gt_type_id type)
{
    return gt_map_find(&offsets->lists, type);
}

static size_t list_of(const struct gt_offsets *offsets, gt_type_id type, size_t *first)
{
    const uint64_t *list = gt_map_find(&offsets->lists, type);

    if (!list || *list == IN_PROGRESS) return 0;
    *first = offsets->first.at[*list - 1];
    return offsets->counts.at[*list - 1];
}

static size_t part_count(const struct gt_type *type)
{
    if (type->kind == GT_T_STRUCT) return type->field_count;
    return type->kind == GT_T_ARRAY && type->len ? 1 : 0;
}

static gt_type_id part_of(const struct gt_offsets *offsets, gt_type_id id, size_t index)
{
    const struct gt_type *type = gt_types_get(offsets->types, id);

    if (type->kind == GT_T_ARRAY) return gt_types_elem(offsets->types, id);
    const struct gt_type_field field = type->fields[index];
    return gt_types_find(offsets->types, field.type);
}

/* Adds the offsets of a part that lies at `at`. */
static void add_part(struct gt_offsets *offsets, gt_type_id part, uint64_t at)
{
    size_t first = 0, count = list_of(offsets, part, &first);

    if (offsets->all.len + count > MOST_OFFSETS) {
        offsets->full = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        gt_u64s_add(&offsets->all, offsets->all.at[first + i] + at);
}

static void add_elements(struct gt_offsets *offsets, gt_type_id id)
{
    gt_type_id elem = part_of(offsets, id, 0);
    uint64_t count = gt_types_get(offsets->types, id)->len;
    uint64_t size = elem ? gt_types_get(offsets->types, elem)->size : 0;
    size_t first;

    if (!size || !list_of(offsets, elem, &first)) return;
    for (uint64_t i = 0; i < count && !offsets->full; i++)
        add_part(offsets, elem, i * size);
}

static void add_fields(struct gt_offsets *offsets, gt_type_id id)
{
    for (size_t i = 0; i < gt_types_get(offsets->types, id)->field_count; i++) {
        uint64_t at = gt_types_get(offsets->types, id)->fields[i].offset;
        add_part(offsets, part_of(offsets, id, i), at);
    }
}

/* Makes the list of a type whose parts have theirs. */
static void make_list(struct gt_offsets *offsets, gt_type_id id)
{
    size_t first = offsets->all.len;

    if (id == offsets->wanted)
        gt_u64s_add(&offsets->all, 0);
    else if (gt_types_get(offsets->types, id)->kind == GT_T_ARRAY)
        add_elements(offsets, id);
    else if (gt_types_get(offsets->types, id)->kind == GT_T_STRUCT)
        add_fields(offsets, id);
    gt_u64s_add(&offsets->first, first);
    gt_u64s_add(&offsets->counts, offsets->all.len - first);
    *gt_map_put(&offsets->lists, id, NULL) = offsets->first.len;
}

/* Puts new parts on the stack; false when there are none. A type that seems to contain itself is
 * damaged: it is in progress then, and counts as empty. */
static bool push_parts(struct gt_offsets *offsets, gt_type_id id)
{
    size_t before = offsets->stack.len;

    *gt_map_put(&offsets->lists, id, NULL) = IN_PROGRESS;
    if (id == offsets->wanted) return false;
    for (size_t i = 0; i < part_count(gt_types_get(offsets->types, id)); i++) {
        gt_type_id part = part_of(offsets, id, i);
        if (part && !has_entry(offsets, part)) gt_u32s_add(&offsets->stack, part);
    }
    return offsets->stack.len != before;
}

/* A type may be on the stack twice: it has its list when its second turn comes. */
static void look_at_last(struct gt_offsets *offsets)
{
    gt_type_id id = offsets->stack.at[offsets->stack.len - 1];
    const uint64_t *entry = gt_map_find(&offsets->lists, id);

    if (!entry && push_parts(offsets, id)) return;
    entry = gt_map_find(&offsets->lists, id);
    if (*entry == IN_PROGRESS) make_list(offsets, id);
    offsets->stack.len--;
}

size_t gt_offsets_in(struct gt_offsets *offsets, gt_type_id type, size_t *first)
{
    *first = 0;
    if (!type) return 0;
    if (!has_entry(offsets, type)) gt_u32s_add(&offsets->stack, type);
    while (offsets->stack.len)
        look_at_last(offsets);
    return list_of(offsets, type, first);
}

/* ---- paths --------------------------------------------------------------------------------- */

/* Enters the part that has the offset, and writes its name; false when there is none. */
static bool enter(const struct gt_offsets *offsets, gt_type_id *id, uint64_t *offset, char *name,
                  size_t size)
{
    const struct gt_type *type = gt_types_get(offsets->types, *id);
    bool array = type->kind == GT_T_ARRAY;

    for (size_t i = 0; i < part_count(type); i++) {
        gt_type_id part = part_of(offsets, *id, i);
        uint64_t each = part ? gt_types_get(offsets->types, part)->size : 0;
        uint64_t at = array ? 0 : type->fields[i].offset;
        if (!each || *offset < at || *offset - at >= (array ? type->size : each)) continue;
        if (array)
            snprintf(name, size, "[%" PRIu64 "]", *offset / each);
        else
            snprintf(name, size, ".%s", type->fields[i].name ? type->fields[i].name : "?");
        *offset = (*offset - at) % each;
        *id = part;
        return true;
    }
    return false;
}

void gt_offsets_path(const struct gt_offsets *offsets, gt_type_id type, uint64_t offset, char *out,
                     size_t size)
{
    size_t length = 0;

    *out = '\0';
    for (unsigned depth = 0; depth < MOST_DEPTH && length + 1 < size; depth++) {
        if (type == offsets->wanted && !offset) return;
        if (!enter(offsets, &type, &offset, out + length, size - length)) return;
        length += strlen(out + length);
    }
}
