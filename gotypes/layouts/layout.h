/*
 * Where the runtime's structs keep their fields, for one program.
 *
 * A field is one row of gotypes/layouts/layout_fields.def:
 *     FIELD(mspan, elemsize, "runtime.mspan", "elemsize", since, until, need)
 * giving GT_F_mspan_elemsize. Rows are data: code asks gt_has(), never for a version. Offsets come
 * from the given facts (DWARF, rtypes, the tables). Invariant: after gt_layout_resolve() every
 * required field of this version is there, so readers index without checks. gt_layout_lacks() names
 * the other fields that are missing, with what cannot be read without them.
 */
#ifndef GT_LAYOUTS_LAYOUT_H
#define GT_LAYOUTS_LAYOUT_H

#include "gotopsy.h"
#include "gotypes/layouts/facts.h"
#include "gotypes/layouts/version.h"

enum gt_field_id {
#define FIELD(group, field, type, path, since, until, need) GT_F_##group##_##field,
#include "gotypes/layouts/layout_fields.def"
#undef FIELD
    GT_FIELD_COUNT
};

enum gt_struct_id {
#define STRUCT(group, type, since, until, need) GT_S_##group,
#include "gotypes/layouts/layout_structs.def"
#undef STRUCT
    GT_STRUCT_COUNT
};

/* What cannot be read when a program lacks a field that its version should have. */
enum gt_need {
    GT_NEED_NOTHING,
    GT_NEED_ALL, /* required: without it there is no analysis */
    GT_NEED_HEAP,
    GT_NEED_GOROUTINES,
    GT_NEED_TIMERS,
    GT_NEED_SPECIALS,
    GT_NEED_DEFERS,
    GT_NEED_NAMES, /* needed only for a readable report */
};

struct gt_layout {
    struct {
        uint32_t offset;
        uint8_t size; /* of the field when it is a word; larger fields say 255 */
        bool present;
    } field[GT_FIELD_COUNT];
    uint32_t size[GT_STRUCT_COUNT]; /* 0: this program has no such struct */
};

/* The error names the first required field or struct that the facts lack. */
struct gt_error *gt_layout_resolve(const struct gt_facts *facts,
                                   const struct gt_go_version *version, struct gt_layout *layout);

/* Visits what this version should have and the layout lacks, by its name in that version; `path` is
 * NULL for a struct's size. */
typedef void gt_lack_visit(void *ctx, const char *type, const char *path, enum gt_need need);
void gt_layout_lacks(const struct gt_layout *layout, const struct gt_go_version *version,
                     gt_lack_visit *visit, void *ctx);

/* Visits each struct that `layout` knows more of than `part`, once. */
void gt_layout_beyond(const struct gt_layout *layout, const struct gt_layout *part,
                      const struct gt_go_version *version,
                      void (*visit)(void *ctx, const char *type), void *ctx);

static inline bool gt_has(const struct gt_layout *layout, enum gt_field_id id)
{
    return layout->field[id].present;
}

static inline uint64_t gt_off(const struct gt_layout *layout, enum gt_field_id id)
{
    return layout->field[id].offset;
}

/* Reads a word-sized field of the struct at addr, by the field's own size (1, 2, 4 or 8 bytes).
 * False when this program lacks the field or the memory is not in the core. */
bool gt_read_field(const struct gt_layout *layout, const struct gt_memory *mem, uint64_t addr,
                   enum gt_field_id id, uint64_t *out);

#endif
