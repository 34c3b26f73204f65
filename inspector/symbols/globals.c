/* Variables with a fixed address. */
#include "inspector/symbols/symbols_impl.h"

#include <stdlib.h>

static bool address_of(struct gt_dwarf *dwarf, Dwarf_Die die, uint64_t *addr)
{
    struct gt_vec places = GT_VEC_OF(struct gt_location);
    gt_locate(dwarf, die, 0, false, &places);
    const struct gt_location *place = places.len == 1 ? gt_vec_at(&places, 0) : NULL;
    bool found =
        place && place->base == GT_AT_ADDRESS && place->offset && !place->size && !place->indirect;
    if (found) *addr = (uint64_t)place->offset;
    gt_vec_deinit(&places);
    return found;
}

static struct gt_linked_global global_of(struct gt_dwarf *dwarf, uint64_t addr, uint64_t type)
{
    const struct gt_type_info *info = type ? gt_type_info(dwarf, type) : NULL;

    return (struct gt_linked_global){
        .addr = addr, .size = info ? info->size : 0, .type = gt_linked_type(dwarf, type)};
}

static bool read_global(struct gt_dwarf *dwarf, uint64_t offset, struct gt_linked_global *out)
{
    Dwarf_Die die;
    uint64_t addr = 0;
    if (!gt_die_at(&dwarf->reader, offset, &die)) return false;
    bool found = address_of(dwarf, die, &addr);
    uint64_t type = found ? gt_origin_type(dwarf, die) : 0;
    gt_die_deinit(die);
    if (found) *out = global_of(dwarf, addr, type);
    return found;
}

/* libdwarf is asked for what the walk over the units did not see. */
static bool listed_global(struct gt_dwarf *dwarf, const struct gt_named_die *variable,
                          struct gt_linked_global *out)
{
    if (!variable->address || !variable->type) return read_global(dwarf, variable->offset, out);
    *out = global_of(dwarf, variable->address, variable->type);
    return true;
}

struct gt_debug_global gt_loaded_global(const struct gt_dwarf *dwarf, const char *name,
                                        const struct gt_linked_global *global)
{
    return (struct gt_debug_global){.name = name,
                                    .addr = global->addr + dwarf->bias,
                                    .size = global->size,
                                    .type = gt_loaded_type(dwarf, &global->type)};
}

bool gt_linked_global(struct gt_dwarf *dwarf, const char *name, const char **kept,
                      struct gt_linked_global *out)
{
    uint64_t offset = 0;
    Dwarf_Die die;
    if (!gt_index_find(dwarf, &dwarf->index.variables, name, &offset) ||
        !gt_die_at(&dwarf->reader, offset, &die))
        return false;
    *kept = gt_origin_name(dwarf, die); /* the caller's copy may be freed */
    gt_die_deinit(die);
    return *kept && read_global(dwarf, offset, out);
}

bool gt_dwarf_global(void *ctx, const char *name, struct gt_debug_global *out)
{
    struct gt_linked_global global;
    const char *kept;

    if (!gt_linked_global(ctx, name, &kept, &global)) return false;
    *out = gt_loaded_global(ctx, kept, &global);
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct gt_debug_global *x = a, *y = b;
    if (x->addr != y->addr) return x->addr < y->addr ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

static void list_globals(struct gt_dwarf *dwarf)
{
    const struct gt_vec *entries = &gt_index_all(dwarf)->variable_list;
    struct gt_debug_global *list = gt_arena_alloc(&dwarf->arena, (entries->len + 1) * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < entries->len; i++) {
        const struct gt_named_die *entry = gt_vec_at(entries, i);
        struct gt_linked_global global;
        if (!entry->name || !listed_global(dwarf, entry, &global)) continue;
        list[count++] = gt_loaded_global(dwarf, entry->name, &global);
    }
    qsort(list, count, sizeof *list, by_address);
    dwarf->globals = list;
    dwarf->global_count = count;
}

const struct gt_debug_global *gt_dwarf_globals(struct gt_dwarf *dwarf, size_t *count)
{
    if (!dwarf->globals) list_globals(dwarf);
    *count = dwarf->global_count;
    return dwarf->globals;
}
