/* The pointers of a type and what each leads to; the pointer at an offset; the names of the fields
 * on the path to it. */
#include "gotypes/types/hidden_places.h"
#include "gotypes/types/types_internal.h"

#include "inspector/base/alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- pointer slots ---- */

/* sync/atomic.Pointer[T] {_ [0]*T; _ noCopy; v unsafe.Pointer}: its word is a *T, which only the
 * type of its first field says (sync/atomic/type.go). */
static bool is_atomic_pointer(const struct gt_type_rec *rec)
{
    static const char *const names[] = {"atomic.Pointer[", "sync/atomic.Pointer["};
    const struct gt_type *type = &rec->type;

    if (type->kind != GT_T_STRUCT || type->field_count < 2) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(type->name, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static bool place_of_atomic(struct gt_types *types, const struct gt_type *type,
                            struct gt_pointer_slot *out)
{
    gt_type_id array = gt_types_find(types, type->fields[0].type);
    gt_type_id pointer = array ? gt_types_elem(types, array) : GT_NO_TYPE;

    *out = (struct gt_pointer_slot){type->fields[type->field_count - 1].offset, GT_P_UNSAFE,
                                    GT_NO_TYPE};
    if (!pointer || gt_types_get(types, pointer)->kind != GT_T_POINTER) return true;
    out->kind = GT_P_POINTER;
    out->type = gt_types_elem(types, pointer);
    return true;
}

/* All pointers have one shape, "go.shape.*uint8" (cmd/compile/internal/noder, shapify). */
static bool is_shape(const struct gt_type *type)
{
    static const char name[] = "go.shape.*";

    return strncmp(type->name, name, sizeof name - 1) == 0;
}

/* The pointer slot of a leaf; false for a kind without pointers. */
static bool place_of(struct gt_types *types, gt_type_id leaf, struct gt_pointer_slot *out)
{
    const struct gt_type *type = gt_types_get(types, leaf);
    switch (type->kind) {
    case GT_T_POINTER:
        *out = (struct gt_pointer_slot){0, GT_P_POINTER,
                                        gt_hidden_elem(types, gt_types_elem(types, leaf))};
        if (is_shape(type)) *out = (struct gt_pointer_slot){0, GT_P_SHAPED, GT_NO_TYPE};
        return true;
    case GT_T_STRING:
        *out = (struct gt_pointer_slot){0, GT_P_STRING, leaf};
        return true;
    case GT_T_SLICE:
        *out = (struct gt_pointer_slot){0, GT_P_SLICE, gt_types_elem(types, leaf)};
        return true;
    case GT_T_INTERFACE:
        *out = (struct gt_pointer_slot){0, type->empty_interface ? GT_P_EFACE : GT_P_IFACE, leaf};
        return true;
    case GT_T_MAP:
        *out = (struct gt_pointer_slot){0, GT_P_MAP, leaf};
        return true;
    case GT_T_CHAN:
        *out = (struct gt_pointer_slot){0, GT_P_CHAN, gt_types_elem(types, leaf)};
        return true;
    case GT_T_FUNC:
        *out = (struct gt_pointer_slot){0, GT_P_FUNC, leaf};
        return true;
    case GT_T_UNSAFE_POINTER:
        *out = (struct gt_pointer_slot){0, GT_P_UNSAFE, GT_NO_TYPE};
        return true;
    case GT_T_STRUCT:
        return place_of_atomic(types, type, out);
    default:
        return false;
    }
}

static int by_offset(const void *a, const void *b)
{
    const struct gt_pointer_slot *left = a, *right = b;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

static void keep(struct gt_types *types, const struct gt_vec *found, struct gt_pointer_layout *out)
{
    struct gt_pointer_slot *places = gt_arena_alloc(&types->arena, found->len * sizeof *places + 1);
    if (found->len) {
        memcpy(places, found->data, found->len * sizeof *places);
        qsort(places, found->len, sizeof *places, by_offset);
    }
    out->places = places;
    out->count = found->len;
}

/* Up to Go 1.23 a bucket's last word leads to its overflow bucket. In buckets with pointers that
 * word is declared as an unsafe.Pointer (cmd/compile/internal/reflectdata, MapBucketType). */
static void chain_buckets(gt_type_id id, const struct gt_type *type, struct gt_pointer_slot *last)
{
    static const char name[] = "map.bucket[";

    if (strncmp(type->name, name, sizeof name - 1) != 0 || last->kind != GT_P_UNSAFE ||
        last->offset + 8 != type->size)
        return;
    last->kind = GT_P_POINTER;
    last->type = id;
}

/* The field that is the walk's last leaf, and the struct that has it; NULL when the leaf is no
 * field. */
static const struct gt_type_field *field_of_leaf(const struct gt_walk *walk, gt_type_id *in)
{
    const struct gt_walk_frame *frame = walk->depth ? &walk->frames[walk->depth - 1] : NULL;
    const struct gt_type *type = frame ? gt_types_get(walk->types, frame->id) : NULL;

    if (!type || type->kind != GT_T_STRUCT || frame->next - 1 >= type->field_count) return NULL;
    *in = frame->id;
    return &type->fields[frame->next - 1];
}

static void flatten(struct gt_types *types, gt_type_id id, struct gt_pointer_layout *out)
{
    struct gt_vec found = GT_VEC_OF(struct gt_pointer_slot);
    struct gt_pointer_slot place;
    struct gt_walk walk;
    gt_type_id leaf, in = GT_NO_TYPE;
    uint64_t offset;
    gt_walk_start(&walk, types, id, 16 * GT_MAX_PLACES + 4 * GT_MAX_FIELDS);
    while (gt_walk_next(&walk, is_atomic_pointer, &leaf, &offset)) {
        if (found.len == GT_MAX_PLACES) {
            walk.complete = false;
            break;
        }
        if (!place_of(types, leaf, &place)) {
            walk.complete = false; /* the type claims pointers, and its kind has none */
            continue;
        }
        place.offset += offset;
        const struct gt_type_field *field = field_of_leaf(&walk, &in);
        if (!field || gt_hidden_place(types, in, field, &place)) gt_vec_add(&found, &place);
    }
    if (found.len) chain_buckets(id, gt_types_get(types, id), gt_vec_at(&found, found.len - 1));
    keep(types, &found, out);
    out->complete = walk.complete;
    gt_vec_deinit(&found);
}

static const struct gt_pointer_layout no_places = {NULL, 0, false};

const struct gt_pointer_layout *gt_types_pointer_layout(struct gt_types *types, gt_type_id id)
{
    if (!id) return &no_places;
    struct gt_type_rec *rec = gt_type_rec(types, id);
    if (rec->places_asked == GT_NOT_ASKED) {
        rec->places_asked = GT_ASKED;
        if (rec->type.ptr_bytes)
            flatten(types, id, &rec->places);
        else
            rec->places.complete = !rec->partial;
    }
    return &rec->places;
}

/* ---- the slot at an offset ---- */

/* Enters the part of a struct or array that holds the byte; false when none does. `from` is that
 * part's field, or NULL. */
static bool enter(struct gt_types *types, gt_type_id *id, uint64_t *offset,
                  const struct gt_type_field **from)
{
    const struct gt_type *type = gt_types_get(types, *id);
    *from = NULL;
    if (type->kind == GT_T_ARRAY) {
        gt_type_id elem = gt_types_elem(types, *id);
        uint64_t size = elem ? gt_types_get(types, elem)->size : 0;
        if (!size || *offset / size >= type->len) return false;
        *offset %= size;
        *id = elem;
        return true;
    }
    for (size_t i = type->field_count; i-- > 0;) {
        const struct gt_type_field *field = &type->fields[i];
        gt_type_id part =
            *offset < field->offset ? (gt_type_id)GT_NO_TYPE : gt_types_find(types, field->type);
        if (!part || *offset - field->offset >= gt_types_get(types, part)->size) continue;
        *offset -= field->offset;
        *id = part;
        *from = field;
        return true;
    }
    return false;
}

bool gt_types_pointer_at(struct gt_types *types, gt_type_id id, uint64_t offset,
                         struct gt_pointer_slot *place)
{
    const struct gt_type_field *field = NULL;
    gt_type_id in = GT_NO_TYPE;
    uint64_t inner = offset;
    for (int depth = 0; id && depth < GT_MAX_DEPTH; depth++) {
        const struct gt_type_rec *rec = gt_type_rec(types, id);
        bool whole = rec->type.kind == GT_T_STRUCT || rec->type.kind == GT_T_ARRAY;
        if (!whole || is_atomic_pointer(rec)) {
            if (!place_of(types, id, place)) return false;
            place->offset += offset - inner;
            if (field) gt_hidden_place(types, in, field, place);
            return true;
        }
        in = id;
        if (!enter(types, &id, &inner, &field)) return false;
    }
    return false;
}

/* ---- field paths ---- */

struct writer {
    char *out;
    size_t size, len;
};

static void put(struct writer *to, const char *text)
{
    while (*text && to->len + 1 < to->size)
        to->out[to->len++] = *text++;
}

/* Enters the field that holds the byte; false when the byte is between fields. */
static bool enter_struct(struct gt_types *types, gt_type_id *id, uint64_t *offset,
                         struct writer *to)
{
    const struct gt_type *type = gt_types_get(types, *id);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct gt_type_field *field = &type->fields[i];
        gt_type_id part =
            *offset < field->offset ? (gt_type_id)GT_NO_TYPE : gt_types_find(types, field->type);
        if (!part || *offset - field->offset >= gt_types_get(types, part)->size) continue;
        if (*field->name) put(to, ".");
        put(to, field->name);
        *id = part;
        *offset -= field->offset;
        return true;
    }
    return false;
}

static bool enter_array(struct gt_types *types, gt_type_id *id, uint64_t *offset, struct writer *to)
{
    char index[32];
    gt_type_id elem = gt_types_elem(types, *id);
    uint64_t size = elem ? gt_types_get(types, elem)->size : 0;
    if (!size || *offset / size >= gt_types_get(types, *id)->len) return false;
    snprintf(index, sizeof index, "[%" PRIu64 "]", (*offset / size));
    put(to, index);
    *id = elem;
    *offset %= size;
    return true;
}

void gt_types_field_path(struct gt_types *types, gt_type_id id, uint64_t offset, char *out,
                         size_t size)
{
    struct writer to = {out, size, 0};
    bool deeper = id != GT_NO_TYPE;
    if (size == 0) return;
    for (int depth = 0; deeper && depth < GT_MAX_DEPTH; depth++) {
        unsigned kind = gt_types_get(types, id)->kind;
        deeper = kind == GT_T_STRUCT  ? enter_struct(types, &id, &offset, &to)
                 : kind == GT_T_ARRAY ? enter_array(types, &id, &offset, &to)
                                      : false;
    }
    out[to.len] = '\0';
}
