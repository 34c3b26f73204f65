/* Expands the tables of fields and structs into rows, and asks the facts about each row that the
 * program's version may have. A field may have several rows; the first one that is found gives its
 * place. */
#include "gotypes/layouts/layout.h"

#include "inspector/base/error.h"

#include <string.h>

/* The names of enum gt_need in the tables. */
enum {
    OPTIONAL = GT_NEED_NOTHING,
    REQUIRED = GT_NEED_ALL,
    HEAP = GT_NEED_HEAP,
    GOROUTINES = GT_NEED_GOROUTINES,
    TIMERS = GT_NEED_TIMERS,
    SPECIALS = GT_NEED_SPECIALS,
    DEFERS = GT_NEED_DEFERS,
    NAMES = GT_NEED_NAMES,
};

/* One name of a field or struct; several rows may share an id. */
struct row {
    unsigned id;
    const char *type, *path;
    unsigned since, until;
};

static const struct row field_rows[] = {
#define FIELD(group, field, type, path, since, until, need)                                        \
    {GT_F_##group##_##field, type, path, since, until},
#define ALT(group, field, type, path, since, until)                                                \
    {GT_F_##group##_##field, type, path, since, until},
#include "gotypes/layouts/layout_fields.def"
#undef FIELD
};

static const unsigned char field_need[] = {
#define FIELD(group, field, type, path, since, until, need) need,
#include "gotypes/layouts/layout_fields.def"
#undef FIELD
};

static const struct row struct_rows[] = {
#define STRUCT(group, type, since, until, need) {GT_S_##group, type, NULL, since, until},
#include "gotypes/layouts/layout_structs.def"
#undef STRUCT
};

static const unsigned char struct_need[] = {
#define STRUCT(group, type, since, until, need) need,
#include "gotypes/layouts/layout_structs.def"
#undef STRUCT
};

enum {
    FIELD_ROWS = sizeof field_rows / sizeof field_rows[0],
    STRUCT_ROWS = sizeof struct_rows / sizeof struct_rows[0]
};

/* A program of unknown version may have any field, but only fields without versions are required of
 * it. */
static bool may_have(const struct row *row, const struct gt_go_version *version)
{
    unsigned number = gt_version_number(version);
    return version->minor == 0 ||
           (number >= row->since && (row->until == 0 || number <= row->until));
}

static bool must_have(const struct row *row, const struct gt_go_version *version)
{
    return version->minor != 0 ? may_have(row, version) : row->since == 0 && row->until == 0;
}

static void resolve_field(const struct gt_facts *facts, const struct row *row,
                          struct gt_layout *layout)
{
    uint64_t offset, size;
    if (layout->field[row->id].present || !facts->field ||
        !facts->field(facts->ctx, row->type, row->path, &offset, &size) || offset > UINT32_MAX)
        return;
    bool word = size == 1 || size == 2 || size == 4 || size == 8;
    layout->field[row->id].offset = (uint32_t)offset;
    layout->field[row->id].size = word ? (uint8_t)size : 255;
    layout->field[row->id].present = true;
}

static void resolve_struct(const struct gt_facts *facts, const struct row *row,
                           struct gt_layout *layout)
{
    uint64_t size;
    if (!layout->size[row->id] && facts->type_size &&
        facts->type_size(facts->ctx, row->type, &size) && size <= UINT32_MAX)
        layout->size[row->id] = (uint32_t)size;
}

/* ---- missing fields ------------------------------------------------------------------------ */

/* Rows of one id stand together. This is the first of them that this version may have. */
static bool is_first(const struct row *rows, size_t i, const struct gt_go_version *version)
{
    for (size_t j = i; j-- > 0 && rows[j].id == rows[i].id;)
        if (may_have(&rows[j], version)) return false;
    return true;
}

void gt_layout_lacks(const struct gt_layout *layout, const struct gt_go_version *version,
                     gt_lack_visit *visit, void *ctx)
{
    for (size_t i = 0; i < FIELD_ROWS; i++) {
        const struct row *row = &field_rows[i];
        if (field_need[row->id] != OPTIONAL && !layout->field[row->id].present &&
            must_have(row, version) && is_first(field_rows, i, version))
            visit(ctx, row->type, row->path, field_need[row->id]);
    }
    for (size_t i = 0; i < STRUCT_ROWS; i++) {
        const struct row *row = &struct_rows[i];
        if (struct_need[row->id] != OPTIONAL && !layout->size[row->id] && must_have(row, version))
            visit(ctx, row->type, NULL, struct_need[row->id]);
    }
}

struct judgement {
    const struct gt_go_version *version;
    struct gt_error *error; /* of the first missing field that is required */
};

static void judge(void *ctx, const char *type, const char *path, enum gt_need need)
{
    struct judgement *judgement = ctx;
    const struct gt_go_version *version = judgement->version;

    if (need != GT_NEED_ALL || judgement->error) return;
    judgement->error =
        gt_error_create(GT_ERR_MISSING,
                        "the layout of %s%s%s is not known for %s: "
                        "build the program without -ldflags=-w, or use a known Go version",
                        type, path ? "." : "", path ? path : "",
                        version->text[0] ? version->text : "this Go version");
}

struct gt_error *gt_layout_resolve(const struct gt_facts *facts,
                                   const struct gt_go_version *version, struct gt_layout *layout)
{
    *layout = (struct gt_layout){0};
    for (size_t i = 0; i < FIELD_ROWS; i++)
        if (may_have(&field_rows[i], version)) resolve_field(facts, &field_rows[i], layout);
    for (size_t i = 0; i < STRUCT_ROWS; i++)
        if (may_have(&struct_rows[i], version)) resolve_struct(facts, &struct_rows[i], layout);
    struct judgement judgement = {version, NULL};
    gt_layout_lacks(layout, version, judge, &judgement);
    return judgement.error;
}

/* The rows of a struct stand together in the table, so each struct is visited once. */
void gt_layout_beyond(const struct gt_layout *layout, const struct gt_layout *part,
                      const struct gt_go_version *version,
                      void (*visit)(void *ctx, const char *type), void *ctx)
{
    const char *last = "";

    for (size_t i = 0; i < FIELD_ROWS; i++) {
        const struct row *row = &field_rows[i];
        if (!layout->field[row->id].present || part->field[row->id].present ||
            !may_have(row, version) || !is_first(field_rows, i, version) ||
            strcmp(row->type, last) == 0)
            continue;
        last = row->type;
        visit(ctx, row->type);
    }
}

bool gt_read_field(const struct gt_layout *layout, const struct gt_memory *mem, uint64_t addr,
                   enum gt_field_id id, uint64_t *out)
{
    return gt_has(layout, id) &&
           gt_mem_uint(mem, addr + gt_off(layout, id), layout->field[id].size, out);
}
