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

/* ---- the list ------------------------------------------------------------------------------ */

struct named_global {
    const char *name;
    struct gt_linked_global global;
};

static void find_globals(struct gt_dwarf *dwarf, struct gt_vec *found)
{
    const struct gt_vec *entries = &gt_index_all(dwarf)->variable_list;

    for (size_t i = 0; i < entries->len; i++) {
        const struct gt_named_die *entry = gt_vec_at(entries, i);
        struct named_global named = {.name = entry->name};
        if (entry->name && listed_global(dwarf, entry, &named.global)) gt_vec_add(found, &named);
    }
}

static void keep_globals(struct gt_dwarf *dwarf, const struct gt_vec *found)
{
    struct gt_vec list = {.elem_size = 1};

    if (!gt_keeps_lists(dwarf)) return;
    gt_put_number(&list, found->len);
    for (size_t i = 0; i < found->len; i++) {
        const struct named_global *named = gt_vec_at(found, i);
        gt_put_text(&list, named->name);
        gt_put_number(&list, named->global.addr);
        gt_put_number(&list, named->global.size);
        gt_put_type(&list, &named->global.type);
    }
    gt_keep_list(dwarf, GT_ALL_GLOBALS, 0, &list);
    gt_vec_deinit(&list);
}

static bool recall_globals(const struct gt_dwarf *dwarf, struct gt_vec *found)
{
    struct gt_byte_reader list;

    if (!gt_recall_list(dwarf, GT_ALL_GLOBALS, 0, &list)) return false;
    for (uint64_t count = gt_take_leb(&list); found->len < count && !list.bad;) {
        struct named_global named = {.name = gt_take_text(&list)};
        named.global.addr = gt_take_leb(&list);
        named.global.size = gt_take_leb(&list);
        named.global.type = gt_take_type(&list);
        gt_vec_add(found, &named);
    }
    if (!gt_list_is_read(&list)) found->len = 0;
    return gt_list_is_read(&list);
}

static void list_globals(struct gt_dwarf *dwarf)
{
    struct gt_vec found = GT_VEC_OF(struct named_global);

    if (!recall_globals(dwarf, &found)) {
        find_globals(dwarf, &found);
        keep_globals(dwarf, &found);
    }
    struct gt_debug_global *list = gt_arena_alloc(&dwarf->arena, (found.len + 1) * sizeof *list);
    for (size_t i = 0; i < found.len; i++) {
        const struct named_global *named = gt_vec_at(&found, i);
        list[i] = gt_loaded_global(dwarf, named->name, &named->global);
    }
    qsort(list, found.len, sizeof *list, by_address);
    dwarf->globals = list;
    dwarf->global_count = found.len;
    gt_vec_deinit(&found);
}

const struct gt_debug_global *gt_dwarf_globals(struct gt_dwarf *dwarf, size_t *count)
{
    if (!dwarf->globals) list_globals(dwarf);
    *count = dwarf->global_count;
    return dwarf->globals;
}
