/* Finds the offsets of the fields of sync.Map and sync.Pool by their names in Go's sources. */
#include "inspector/detect/holders/sync_types.h"

#include "inspector/detect/describe/root_names.h"

#define ANY "[interface {},interface {}]"

static const struct {
    const char *in, *field;
} rows[] = {
    /* sync/map.go, up to 1.23 */
    [GT_SYNC_MAP_READ] = {"sync.Map", "read"},
    [GT_SYNC_MAP_DIRTY] = {"sync.Map", "dirty"},
    [GT_SYNC_READ_ONLY_M] = {"sync.readOnly", "m"},
    [GT_SYNC_OLD_ENTRY_P] = {"sync.entry", "p"},
    /* internal/sync/hashtriemap.go, from 1.24 on */
    [GT_SYNC_INNER_CHILDREN] = {"internal/sync.indirect" ANY, "children"},
    [GT_SYNC_INNER_PARENT] = {"internal/sync.indirect" ANY, "parent"},
    [GT_SYNC_ENTRY_OVERFLOW] = {"internal/sync.entry" ANY, "overflow"},
    /* sync/pool.go, poolqueue.go */
    [GT_SYNC_POOL_VICTIM] = {"sync.Pool", "victim"},
    [GT_SYNC_LOCAL_PRIVATE] = {"sync.poolLocalInternal", "private"},
    [GT_SYNC_LOCAL_SHARED] = {"sync.poolLocalInternal", "shared"},
    [GT_SYNC_CHAIN_HEAD] = {"sync.poolChain", "head"},
    [GT_SYNC_LINK_PREV] = {"sync.poolChainElt", "prev"},
    [GT_SYNC_QUEUE_HEAD_TAIL] = {"sync.poolDequeue", "headTail"},
    [GT_SYNC_QUEUE_VALS] = {"sync.poolDequeue", "vals"},
};
_Static_assert(sizeof rows / sizeof *rows == GT_SYNC_FIELDS, "each field has a row");

static struct gt_sync_place place_of(struct gt_types *types, const char *in, const char *field)
{
    struct gt_sync_place place = {.in = gt_types_named(types, in)};

    if (!place.in) return place;
    const struct gt_type *type = gt_types_get(types, place.in);
    for (size_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i].name, field) != 0) continue;
        place.offset = type->fields[i].offset;
        place.type = gt_types_find(types, type->fields[i].type);
        return place;
    }
    return (struct gt_sync_place){.in = GT_NO_TYPE};
}

void gt_sync_types_init(struct gt_sync_types *sync, const struct gt_heap_analysis *analysis)
{
    sync->analysis = analysis;
    for (unsigned field = 0; field < GT_SYNC_FIELDS; field++)
        sync->place[field] = place_of(analysis->process->types, rows[field].in, rows[field].field);
}

bool gt_sync_word(const struct gt_sync_types *sync, uint64_t addr, enum gt_sync_field field,
                  uint64_t *value)
{
    return gt_sync_has(sync, field) &&
           gt_mem_u64(sync->analysis->process->mem, addr + sync->place[field].offset, value);
}

const char *gt_sync_owner(const struct gt_sync_types *sync, const struct gt_referrer *referrer,
                          const char *end)
{
    const struct gt_heap_analysis *analysis = sync->analysis;
    char field[GT_FIELD];
    const char *name;
    gt_type_id type;

    if (referrer->object == GT_NO_OBJECT) {
        name = gt_root_name(analysis, gt_root_at(analysis->roots, referrer->root), true, field,
                            sizeof field, &type);
    } else {
        type = gt_typing_type(analysis->typing, referrer->object);
        name = type ? gt_types_name(analysis->process->types, type) : "(no name)";
        gt_field_of(analysis, referrer->object, referrer->offset, field, sizeof field);
    }
    gt_strip_indices(field);
    char *last = strstr(field, end);
    for (char *next = last; next; next = strstr(next + 1, end))
        last = next;
    if (last) *last = '\0';
    return gt_arena_format(analysis->storage, "%s%s", gt_without_global(name), field);
}
