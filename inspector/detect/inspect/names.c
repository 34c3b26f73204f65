/* Gathers the names, sorts them, and keeps each once. */
#include "inspector/detect/inspect/names.h"

#include <stdlib.h>

/* The compiler makes up types for its own use, which nobody asks for. */
static bool is_made_up(const char *name)
{
    return strncmp(name, "noalg.", 6) == 0 || strncmp(name, "map.", 4) == 0 ||
           strncmp(name, "struct {", 8) == 0;
}

static void add_types(const struct gt_types *types, struct gt_vec *names)
{
    for (gt_type_id id = 1; id <= gt_types_count(types); id++) {
        const char *name = gt_types_name(types, id);
        if (*name && !is_made_up(name)) gt_vec_add(names, &name);
    }
}

static void add_globals(const struct gt_process *process, struct gt_vec *names)
{
    struct gt_globals globals = gt_process_globals(process);

    for (size_t i = 0; i < globals.count; i++)
        if (globals.list[i].name) gt_vec_add(names, &globals.list[i].name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void gt_names_fill(const struct gt_heap_analysis *analysis, enum gt_names_of what,
                   struct gt_names *out)
{
    struct gt_vec names = GT_VEC_OF(const char *);

    if (what == GT_NAMES_OF_GLOBALS)
        add_globals(analysis->process, &names);
    else
        add_types(analysis->process->types, &names);
    if (names.len) qsort(names.data, names.len, sizeof(const char *), by_text);
    const char **kept = gt_arena_alloc(analysis->storage, names.len * sizeof *kept);
    for (size_t i = 0; i < names.len; i++) {
        const char *name = *(const char *const *)gt_vec_at(&names, i);
        if (out->count && strcmp(kept[out->count - 1], name) == 0) continue;
        kept[out->count++] = gt_heap_analysis_keep(analysis, name);
    }
    out->names = kept;
    gt_vec_deinit(&names);
}
