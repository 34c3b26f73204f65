/* A table has the fields and what they really point to. A pointer slot is looked up by its declared
 * kind, the name of its field and the type of its struct. */
#include "gotypes/types/hidden_places.h"

#include <string.h>

enum { WORD = 8 };

struct row {                           /* a field of a struct, and what it really points to */
    const char *in, *field, *leads_to; /* leads_to: the type of the target, or NULL */
    uint8_t declared;                  /* the kind of the field's own type */
    uint8_t kind, back;                /* the value begins `back` bytes before the field */
    bool again;                        /* the same word as the slot before it, so the field has no
                                        * slot of its own */
};

static const struct row rows[] = {
    /* sync/pool.go, poolqueue.go */
    {"sync.Pool", "local", "sync.poolLocal", GT_P_UNSAFE, GT_P_COUNTED, 0, false},
    {"sync.Pool", "victim", "sync.poolLocal", GT_P_UNSAFE, GT_P_COUNTED, 0, false},
    {"sync.eface", "typ", NULL, GT_P_UNSAFE, GT_P_EFACE, 0, false},
    {"sync.eface", "val", NULL, GT_P_UNSAFE, GT_P_EFACE, WORD, true},
    /* reflect/value.go: {typ_ *abi.Type, ptr unsafe.Pointer, flag} */
    {"reflect.Value", "ptr", NULL, GT_P_UNSAFE, GT_P_REFLECT, WORD, false},
    /* runtime/proflabel.go, runtime/pprof/label.go */
    {"runtime.g", "labels", "runtime/pprof.labelMap", GT_P_UNSAFE, GT_P_POINTER, 0, false},
    /* log/slog/value.go: {num uint64, any any} */
    {"log/slog.Value", "any", NULL, GT_P_EFACE, GT_P_SLOG, WORD, false},
};

static bool is_named(struct gt_types *types, gt_type_id id, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *own_name = gt_types_get(types, id)->name;

    /* Without debug information the name in the rtype has only the last part of the package's path.
     */
    if (strcmp(own_name, name) != 0 && (!slash || strcmp(own_name, slash + 1) != 0)) return false;
    return gt_types_named(types, name) == id;
}

static bool correct(struct gt_types *types, const struct row *row, struct gt_pointer_slot *place)
{
    gt_type_id type = row->leads_to ? gt_types_named(types, row->leads_to) : GT_NO_TYPE;

    if (row->leads_to && !type) return true;
    *place = (struct gt_pointer_slot){place->offset - row->back, row->kind, type};
    return !row->again;
}

bool gt_hidden_place(struct gt_types *types, gt_type_id in, const struct gt_type_field *field,
                     struct gt_pointer_slot *place)
{
    if (place->kind != GT_P_UNSAFE && place->kind != GT_P_EFACE) return true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (place->kind == rows[i].declared && strcmp(rows[i].field, field->name) == 0 &&
            is_named(types, in, rows[i].in))
            return correct(types, &rows[i], place);
    return true;
}

gt_type_id gt_hidden_elem(struct gt_types *types, gt_type_id elem)
{
    static const char stub[] = "iter.coro"; /* iter/iter.go */

    if (!elem || !is_named(types, elem, stub)) return elem;
    gt_type_id real = gt_types_named(types, "runtime.coro");
    return real ? real : elem;
}

bool gt_hidden_counted(struct gt_types *types, gt_type_id dynamic, uint8_t *kind)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } counted[] = {{"log/slog.stringptr", GT_P_STRING}, {"log/slog.groupptr", GT_P_SLICE}};

    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        if (!is_named(types, dynamic, counted[i].name)) continue;
        *kind = counted[i].kind;
        return true;
    }
    return false;
}
