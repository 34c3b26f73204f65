/* A key is a text of names with a separator that no name contains. A holder of the newer core is
 * compared with each holder of the older one. */
#include "inspector/diff/things.h"

#include "inspector/base/str.h"

#include <inttypes.h>
#include <string.h>

/* The separator of a key's parts: no name contains it. */
static void put(struct gt_str *key, const char *part)
{
    gt_str_format(key, "%s\x01", part ? part : "");
}

static void put_location(struct gt_str *key, const struct gt_source_location *location)
{
    put(key, location->function);
}

static void put_stack(struct gt_str *key, const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        put_location(key, &stack->locations[i]);
}

static void put_path(struct gt_str *key, const struct gt_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        gt_str_format(key, "%u %" PRIu64 " ", path->steps[i].kind, path->steps[i].count);
        put(key, path->steps[i].what);
        put(key, path->steps[i].type);
        put(key, path->steps[i].field);
    }
}

static void add(struct gt_pairs *pairs, bool newer, struct gt_str *key, struct gt_thing thing)
{
    thing.key = gt_str_text(key);
    gt_pairs_add(pairs, newer, &thing);
    gt_str_deinit(key);
}

/* The first source location of the program: it stands for the stack in one line. */
static const struct gt_source_location *place_of(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack->locations[i].origin == GT_ORIGIN_PROGRAM) return &stack->locations[i];
    return stack->count ? &stack->locations[0] : NULL;
}

/* ---- findings ------------------------------------------------------------------------------ */

/* A finding without a path is identified by a source location. */
static void put_place(struct gt_str *key, const struct gt_finding *finding)
{
    const struct gt_instance *first = finding->instances;

    if (!finding->instance_count) return;
    if (finding->kind == GT_HUNG_GOROUTINE) put_stack(key, &first->hung.stack);
    if (finding->kind == GT_DEFERRED_CALLS) put_location(key, &first->deferred.site);
}

/* The root of a path, which people know it by. */
static const char *root_of(const struct gt_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->steps[i].what) return path->steps[i].what;
    return NULL;
}

void gt_things_findings(struct gt_pairs *pairs, bool newer, const struct gt_report *report)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct gt_finding *finding = &report->findings[i];
        struct gt_str key = {0};
        put(&key, gt_kind_name(finding->kind));
        put_place(&key, finding);
        if (finding->kind != GT_HUNG_GOROUTINE) put_path(&key, &finding->path);
        add(pairs, newer, &key,
            (struct gt_thing){.name = finding->title,
                              .where = root_of(&finding->path),
                              .count = finding->count,
                              .bytes = finding->bytes_freed});
    }
}

/* ---- holders ------------------------------------------------------------------------------- */

static void put_holder(struct gt_str *key, const struct gt_heap_holder *holder)
{
    put(key, holder->name);
    put(key, holder->type);
}

/* Do both have the same name and type and, if `path`, the same path? */
static bool alike(const struct gt_heap_holder *one, const struct gt_heap_holder *other, bool path)
{
    struct gt_str left = {0}, right = {0};

    put_holder(&left, one);
    put_holder(&right, other);
    if (path) put_path(&left, &one->path);
    if (path) put_path(&right, &other->path);
    bool same = strcmp(gt_str_text(&left), gt_str_text(&right)) == 0;
    gt_str_deinit(&left);
    gt_str_deinit(&right);
    return same;
}

static size_t count_alike(const struct gt_report *report, const struct gt_heap_holder *holder)
{
    size_t count = 0;

    for (size_t i = 0; i < report->holder_count; i++)
        count += alike(&report->holders[i], holder, false);
    return count;
}

/* The older core's holder that this one is, or NULL. */
static const struct gt_heap_holder *before(const struct gt_report *older,
                                           const struct gt_report *newer,
                                           const struct gt_heap_holder *holder, bool one_process)
{
    const struct gt_heap_holder *found = NULL;
    bool only = count_alike(older, holder) == 1 && count_alike(newer, holder) == 1;

    for (size_t i = 0; i < older->holder_count; i++) {
        const struct gt_heap_holder *old = &older->holders[i];
        if (!alike(old, holder, false)) continue;
        if (alike(old, holder, true)) return old;
        if (only || (one_process && old->address && old->address == holder->address)) found = old;
    }
    return found;
}

static void add_holder(struct gt_pairs *pairs, bool newer, const struct gt_heap_holder *holder,
                       const struct gt_path *path)
{
    struct gt_str key = {0}, name = {0};

    put_holder(&key, holder);
    put_path(&key, path);
    gt_str_format(&name, "%s%s%s", holder->name ? holder->name : "",
                  holder->name && holder->type ? " " : "", holder->type ? holder->type : "");
    if (!name.len) gt_str_add(&name, "(of no known name or type)");
    add(pairs, newer, &key,
        (struct gt_thing){.name = gt_str_text(&name),
                          .where = root_of(&holder->path),
                          .count = holder->objects,
                          .bytes = holder->bytes});
    gt_str_deinit(&name);
}

void gt_things_holders(struct gt_pairs *pairs, const struct gt_report *older,
                       const struct gt_report *newer, bool one_process)
{
    for (size_t i = 0; i < older->holder_count; i++)
        add_holder(pairs, false, &older->holders[i], &older->holders[i].path);
    for (size_t i = 0; i < newer->holder_count; i++) {
        const struct gt_heap_holder *holder = &newer->holders[i];
        const struct gt_heap_holder *old = before(older, newer, holder, one_process);
        add_holder(pairs, true, holder, old ? &old->path : &holder->path);
    }
}

/* ---- goroutines ---------------------------------------------------------------------------- */

static void put_name(struct gt_str *name, const struct gt_goroutine_group *group)
{
    const struct gt_source_location *place = place_of(&group->stack);

    gt_str_add(name,
               group->wait_reason ? group->wait_reason : gt_goroutine_status_name(group->status));
    if (place) gt_str_format(name, " in %s", place->function);
}

void gt_things_goroutines(struct gt_pairs *pairs, bool newer, const struct gt_report *report)
{
    for (size_t i = 0; i < report->goroutines.group_count; i++) {
        const struct gt_goroutine_group *group = &report->goroutines.groups[i];
        struct gt_str key = {0}, name = {0};
        int64_t kept = group->retained_bytes;
        put(&key, gt_goroutine_status_name(group->status));
        put(&key, group->wait_reason);
        put(&key, group->created_by.function);
        put_stack(&key, &group->stack);
        put_name(&name, group);
        add(pairs, newer, &key,
            (struct gt_thing){.name = gt_str_text(&name),
                              .where = group->created_by.function,
                              .count = group->count,
                              .bytes =
                                  group->stack_bytes + (kept == GT_UNKNOWN ? 0 : (uint64_t)kept)});
        gt_str_deinit(&name);
    }
}

/* ---- rows of tables ------------------------------------------------------------------------ */

static uint64_t known(int64_t number)
{
    return number == GT_UNKNOWN ? 0 : (uint64_t)number;
}

void gt_things_rows(struct gt_pairs *pairs, bool newer, const struct gt_heap_table *table)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct gt_heap_row *row = &table->rows[i];
        struct gt_str key = {0}, name = {0};
        const char *kind = row->kind == GT_ROW_SEVERAL ? NULL : gt_row_kind_name(row->kind);
        put(&key, kind);
        put(&key, row->name);
        gt_str_format(&name, "%s%s%s", kind ? kind : "", kind && row->name ? " " : "",
                      row->name ? row->name : "");
        add(pairs, newer, &key,
            (struct gt_thing){.name = gt_str_text(&name),
                              .count = known(row->objects),
                              .bytes = known(row->bytes)});
        gt_str_deinit(&name);
    }
}
