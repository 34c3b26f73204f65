/* Goes backwards: from the word to the word that leads to its data, and so on up to a variable.
 * Each word of this chain is a step of the path. */
#include "inspector/detect/describe/static_names.h"

#include "inspector/base/str.h"
#include "inspector/runtime/typing/static_areas.h"

#include <inttypes.h>

enum { MAX_WAY = 16, MAX_FIELD = 160 };

/* ---- chains of words ----------------------------------------------------------------------- */

struct way { /* words, each of which leads to the static data that contains the word before it */
    uint64_t words[MAX_WAY]; /* the last one first */
    size_t count;
};

static struct gt_root root_at(uint64_t addr)
{
    return (struct gt_root){.addr = addr, .kind = GT_ROOT_GLOBAL, .frame = GT_NO_FRAME};
}

static const struct gt_static_area *area_at(const struct gt_heap_analysis *analysis, uint64_t addr)
{
    return gt_static_area_at(analysis->typing->statics, addr);
}

/* Is the word known: in a variable, in typed data, or at an address that code refers to? */
static bool is_known(const struct gt_heap_analysis *analysis, uint64_t word)
{
    struct gt_root root = root_at(word);
    struct gt_referred at;
    gt_type_id type;
    uint64_t offset;

    return area_at(analysis, word) || gt_typing_variable(analysis->typing, &root, &type, &offset) ||
           (gt_global_users_at(analysis->users, word, &at) && at.user_count);
}

/* The word that leads to the static data with addr; 0 when that is a variable, or when no word is
 * known. Such a word is better evidence than code, which may only seem to refer to the address. */
static uint64_t word_before(const struct gt_heap_analysis *analysis, uint64_t addr)
{
    const struct gt_static_area *area = area_at(analysis, addr);
    struct gt_root root = root_at(area ? area->addr : addr);
    struct gt_referred at;
    gt_type_id type;
    uint64_t offset;

    if (area && area->from) return area->from;
    if (gt_typing_variable(analysis->typing, &root, &type, &offset)) return 0;
    if (!gt_global_users_at(analysis->users, root.addr, &at)) return 0;
    return at.user_count == 0 || is_known(analysis, at.from) ? at.from : 0;
}

static bool has_word(const struct way *way, uint64_t word)
{
    for (size_t i = 0; i < way->count; i++)
        if (way->words[i] == word) return true;
    return false;
}

static void find_way(const struct gt_heap_analysis *analysis, uint64_t addr, struct way *way)
{
    *way = (struct way){.words = {addr}, .count = 1};
    while (way->count < MAX_WAY && (addr = word_before(analysis, addr)) && !has_word(way, addr))
        way->words[way->count++] = addr;
}

/* ---- steps --------------------------------------------------------------------------------- */

/* The field of an area that contains the word, with its index when it is an array. */
static void field_in_area(const struct gt_heap_analysis *analysis,
                          const struct gt_static_area *area, uint64_t addr, char *out, size_t size)
{
    struct gt_types *types = analysis->process->types;
    uint64_t each = gt_types_get(types, area->type)->size, offset = addr - area->addr;
    int used = 0;

    if (area->size > each) used = snprintf(out, size, "[%" PRIu64 "]", (offset / each));
    gt_types_field_path(types, area->type, offset % each, out + used, size - (size_t)used);
}

struct step {         /* of a path */
    const char *what; /* a variable's name, or an address; NULL for a step with a type */
    uint64_t addr;    /* of the word, or of the start of the typed data */
    gt_type_id type;
    char field[MAX_FIELD];
};

/* Typed data at the start of a path is a variable itself, with a name or without. */
static const char *name_of_area(const struct gt_heap_analysis *analysis,
                                const struct gt_static_area *area, bool grouped)
{
    struct gt_root root = root_at(area->addr);
    char field[MAX_FIELD];
    gt_type_id type;
    const char *name = gt_variable_name(analysis, &root, grouped, field, sizeof field, &type);
    bool is_place = strchr(name, '+') && !strchr(name, '(');

    return is_place ? gt_arena_format(analysis->storage, "%s (%s)", name,
                                      gt_types_name(analysis->process->types, area->type))
                    : name;
}

static void make_step(const struct gt_heap_analysis *analysis, const struct way *way, size_t number,
                      bool grouped, struct step *step)
{
    uint64_t addr = way->words[number];
    const struct gt_static_area *area = area_at(analysis, addr);
    bool is_first = number + 1 == way->count;
    struct gt_root root = root_at(addr);

    *step = (struct step){.addr = addr};
    if (!area && is_first)
        step->what = gt_variable_name(analysis, &root, grouped, step->field, sizeof step->field,
                                      &step->type);
    else if (!area)
        step->what = gt_static_place(analysis, &root, grouped);
    else if (is_first)
        step->what = name_of_area(analysis, area, grouped);
    if (area) {
        step->addr = area->addr;
        step->type = area->type;
        field_in_area(analysis, area, addr, step->field, sizeof step->field);
    }
    if (grouped) gt_strip_indices(step->field);
}

static const char *text_of(const struct gt_heap_analysis *analysis, const struct step *step)
{
    return step->what ? step->what : gt_types_name(analysis->process->types, step->type);
}

const char *gt_static_name(const struct gt_heap_analysis *analysis, uint64_t addr, bool grouped,
                           char *field, size_t field_size, gt_type_id *type)
{
    struct gt_str name = {0};
    struct step step = {0};
    struct way way;

    find_way(analysis, addr, &way);
    if (way.count == 1 && !area_at(analysis, addr)) return NULL;
    for (size_t i = way.count; i-- > 0;) {
        make_step(analysis, &way, i, grouped, &step);
        gt_str_format(&name, "%s%s", i + 1 < way.count ? " -> " : "", text_of(analysis, &step));
        if (i > 0) gt_str_format(&name, "%s", step.field);
    }
    *type = step.type;
    snprintf(field, field_size, "%s", step.field);
    const char *kept = gt_arena_strndup(analysis->storage, gt_str_text(&name), name.len);
    gt_str_deinit(&name);
    return kept;
}

bool gt_static_steps(const struct gt_heap_analysis *analysis, uint64_t addr, struct gt_vec *steps)
{
    struct step step;
    struct way way;

    find_way(analysis, addr, &way);
    if (way.count == 1) return false;
    for (size_t i = way.count; i-- > 0;) {
        make_step(analysis, &way, i, false, &step);
        struct gt_step *out = gt_vec_push(steps);
        *out = (struct gt_step){
            .kind = step.what ? GT_STEP_NAMED : GT_STEP_OBJECT,
            .what = step.what,
            .address = step.addr,
            .type = step.type ? gt_heap_analysis_keep(
                                    analysis, gt_types_name(analysis->process->types, step.type))
                              : NULL,
            .field = *step.field ? gt_heap_analysis_keep(analysis, step.field) : NULL};
    }
    return true;
}
