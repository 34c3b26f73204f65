/*
 * The variables of a frame. What the scopes of a pc hold is found once and cached, as offsets from
 * the CFA and registers, since thousands of goroutines are at the same few pcs.
 */
#include "inspector/symbols/symbols_impl.h"

#include <string.h>

struct variable {
    struct gt_frame_variable of; /* addr: from the CFA, or gt_register_at(); the type is not set */
    struct gt_linked_type type;
    bool in_register;
};

struct gt_frame_locations {
    struct variable *list;
    size_t count;
};

static bool frame_base_is_cfa(struct gt_die_reader *reader, Dwarf_Die subprogram)
{
    Dwarf_Attribute attr;
    Dwarf_Unsigned size = 0;
    Dwarf_Ptr expression = NULL;
    Dwarf_Block *block = NULL;
    bool found = false;
    if (!gt_die_attr(reader, subprogram, DW_AT_frame_base, &attr)) return false;
    if (gt_die_ok(reader, dwarf_formexprloc(attr, &size, &expression, &reader->error))) {
        found = size == 1 && *(unsigned char *)expression == DW_OP_call_frame_cfa;
    } else if (gt_die_ok(reader, dwarf_formblock(attr, &block, &reader->error))) {
        found = block->bl_len == 1 && *(unsigned char *)block->bl_data == DW_OP_call_frame_cfa;
        dwarf_dealloc(reader->debug, block, DW_DLA_BLOCK);
    }
    dwarf_dealloc_attribute(attr);
    return found;
}

struct frame_search {
    struct gt_dwarf *dwarf;
    uint64_t pc;
    bool has_cfa;
    struct gt_vec found;  /* of struct variable */
    struct gt_vec scopes; /* of struct scope: those whose children are still to be visited */
    bool inlined;         /* the current scope is an inlined call's, or in one */
};

struct scope {
    uint64_t offset; /* of the entry */
    bool inlined;
};

/* Go names a variable that moved to the heap "&x", a pointer. Newer versions also mark it in the
 * location. */
static void make_pointer(struct gt_dwarf *dwarf, struct variable *variable,
                         const struct gt_type_info *info)
{
    uint64_t pointer = 0;
    const char *type = info && info->name ? info->name : "?";
    variable->of.name = gt_arena_format(&dwarf->arena, "&%s", variable->of.name);
    variable->of.size = sizeof(uint64_t);
    type = gt_arena_format(&dwarf->arena, "*%s", type);
    bool known = gt_index_find(dwarf, &dwarf->index.types, type, &pointer);
    variable->type = known ? gt_linked_type(dwarf, pointer) : (struct gt_linked_type){0};
}

static struct variable *add_place(struct frame_search *search, const char *name, uint64_t type,
                                  const struct gt_location *place)
{
    struct gt_dwarf *dwarf = search->dwarf;
    const struct gt_type_info *info = type ? gt_type_info(dwarf, type) : NULL;
    struct variable *variable = gt_vec_push(&search->found);
    variable->in_register = place->base == GT_IN_REGISTER;
    variable->of = (struct gt_frame_variable){.name = name ? name : "",
                                              .addr = (uint64_t)place->offset,
                                              .size = place->size,
                                              .piece_offset = place->piece_offset};
    variable->type = gt_linked_type(dwarf, type);
    if (!place->size) variable->of.size = info ? info->size : 0;
    if (place->indirect) make_pointer(dwarf, variable, info);
    if (!variable->in_register) return variable;
    variable->of.addr = gt_register_at(variable->of.addr);
    if (variable->of.size > sizeof(uint64_t)) variable->of.size = sizeof(uint64_t);
    return variable;
}

/* The index of a type in the function's own dictionary. An inlined call has another dictionary. */
static uint64_t parameter_of(const struct frame_search *search, uint64_t type)
{
    struct gt_die_reader *reader = &search->dwarf->reader;
    uint64_t index = 0;
    Dwarf_Die die;

    if (search->inlined || !type || !gt_die_at(reader, type, &die)) return 0;
    bool found = gt_die_tag(reader, die) == DW_TAG_typedef &&
                 gt_die_unsigned(reader, die, GT_AT_GO_DICT_INDEX, &index);
    gt_die_deinit(die);
    return found ? index + 1 : 0;
}

static void add_places(struct frame_search *search, Dwarf_Die die, const struct gt_vec *places)
{
    uint64_t type = gt_origin_type(search->dwarf, die), parameter = parameter_of(search, type);
    const char *name = gt_origin_name(search->dwarf, die);
    for (size_t i = 0; i < places->len; i++) {
        const struct gt_location *place = gt_vec_at(places, i);
        if (place->base == GT_AT_ADDRESS) continue;
        struct variable *variable = add_place(search, name, type, place);
        variable->of.entry = gt_die_offset(&search->dwarf->reader, die);
        if (!place->indirect) variable->of.parameter = parameter;
    }
}

static void add_variable(struct frame_search *search, Dwarf_Die die)
{
    struct gt_vec places = GT_VEC_OF(struct gt_location);
    gt_locate(search->dwarf, die, search->pc, search->has_cfa, &places);
    if (places.len) add_places(search, die, &places);
    gt_vec_deinit(&places);
}

static void see(struct frame_search *search, Dwarf_Die die)
{
    struct gt_die_reader *reader = &search->dwarf->reader;
    switch (gt_die_tag(reader, die)) {
    case DW_TAG_variable:
    case DW_TAG_formal_parameter:
        add_variable(search, die);
        break;
    case DW_TAG_lexical_block:
    case DW_TAG_inlined_subroutine:
        if (gt_scope_holds(search->dwarf, die, search->pc)) {
            struct scope *scope = gt_vec_push(&search->scopes);
            scope->offset = gt_die_offset(reader, die);
            scope->inlined =
                search->inlined || gt_die_tag(reader, die) == DW_TAG_inlined_subroutine;
        }
        break;
    default:
        break;
    }
}

static void see_children(struct frame_search *search, uint64_t scope)
{
    struct gt_die_reader *reader = &search->dwarf->reader;
    Dwarf_Die parent, die;
    if (!gt_die_at(reader, scope, &parent)) return;
    for (bool more = gt_die_first(reader, parent, &die); more; more = gt_die_next(reader, &die))
        see(search, die);
    gt_die_deinit(parent);
}

/* Children come after their parents, so the list of scopes is finite. */
static void search_subprogram(struct frame_search *search, uint64_t offset)
{
    Dwarf_Die subprogram;
    if (!gt_die_at(&search->dwarf->reader, offset, &subprogram)) return;
    search->has_cfa = frame_base_is_cfa(&search->dwarf->reader, subprogram);
    gt_die_deinit(subprogram);
    *(struct scope *)gt_vec_push(&search->scopes) = (struct scope){offset, false};
    for (size_t i = 0; i < search->scopes.len; i++) {
        struct scope scope = *(const struct scope *)gt_vec_at(&search->scopes, i);
        search->inlined = scope.inlined;
        see_children(search, scope.offset);
    }
}

static struct gt_frame_locations *hold(struct gt_dwarf *dwarf, const struct gt_vec *found)
{
    struct gt_frame_locations *places = gt_arena_alloc(&dwarf->arena, sizeof *places);
    places->count = found->len;
    if (found->len) {
        places->list = gt_arena_alloc(&dwarf->arena, found->len * found->elem_size);
        memcpy(places->list, found->data, found->len * found->elem_size);
    }
    return places;
}

/* NULL when no function is at pc (as linked). */
static const struct gt_frame_locations *search_places(struct gt_dwarf *dwarf, uint64_t pc)
{
    const struct gt_subprogram *subprogram = gt_index_subprogram(dwarf, pc);
    if (!subprogram) return NULL;
    gt_dwarf_use_lists(dwarf);
    struct frame_search search = {.dwarf = dwarf,
                                  .pc = pc,
                                  .found = GT_VEC_OF(struct variable),
                                  .scopes = GT_VEC_OF(struct scope)};
    search_subprogram(&search, subprogram->offset);
    const struct gt_frame_locations *places = hold(dwarf, &search.found);
    gt_vec_deinit(&search.found);
    gt_vec_deinit(&search.scopes);
    return places;
}

/* ---- kept answers -------------------------------------------------------------------------- */

/* They come from the lists of locations and ranges too, which the subject of kept answers does not
 * tell from others. So a checksum of these is in front. */
static void keep_places(struct gt_dwarf *dwarf, uint64_t pc,
                        const struct gt_frame_locations *places)
{
    struct gt_vec list = {.elem_size = 1};

    if (!gt_keeps_lists(dwarf)) return;
    gt_put_number(&list, gt_debug_lists_crc(dwarf->sections));
    gt_put_number(&list, places ? places->count + 1 : 0);
    for (size_t i = 0; places && i < places->count; i++) {
        const struct variable *variable = &places->list[i];
        gt_put_text(&list, variable->of.name);
        gt_put_number(&list, variable->of.addr);
        gt_put_number(&list, variable->of.size);
        gt_put_number(&list, variable->of.piece_offset);
        gt_put_number(&list, variable->of.entry);
        gt_put_number(&list, variable->of.parameter);
        gt_put_number(&list, variable->in_register);
        gt_put_type(&list, &variable->type);
    }
    gt_keep_list(dwarf, GT_FRAME_PLACES, pc, &list);
    gt_vec_deinit(&list);
}

static void take_variable(struct gt_byte_reader *list, struct gt_vec *found)
{
    struct variable variable = {.of.name = gt_take_text(list)};

    variable.of.addr = gt_take_leb(list);
    variable.of.size = gt_take_leb(list);
    variable.of.piece_offset = gt_take_leb(list);
    variable.of.entry = gt_take_leb(list);
    variable.of.parameter = gt_take_leb(list);
    variable.in_register = gt_take_leb(list) != 0;
    variable.type = gt_take_type(list);
    gt_vec_add(found, &variable);
}

/* False if they are not kept. */
static bool recall_places(struct gt_dwarf *dwarf, uint64_t pc,
                          const struct gt_frame_locations **places)
{
    struct gt_vec found = GT_VEC_OF(struct variable);
    struct gt_byte_reader list;

    if (!gt_recall_list(dwarf, GT_FRAME_PLACES, pc, &list) ||
        gt_take_leb(&list) != gt_debug_lists_crc(dwarf->sections))
        return false;
    uint64_t more = gt_take_leb(&list);
    while (found.len + 1 < more && !list.bad)
        take_variable(&list, &found);
    *places = more && !list.bad ? hold(dwarf, &found) : NULL;
    gt_vec_deinit(&found);
    return gt_list_is_read(&list);
}

/* NULL when no function is at pc (as linked). */
static const struct gt_frame_locations *read_places(struct gt_dwarf *dwarf, uint64_t pc)
{
    const struct gt_frame_locations *places;

    if (recall_places(dwarf, pc, &places)) return places;
    places = search_places(dwarf, pc);
    keep_places(dwarf, pc, places);
    return places;
}

/* NULL when no function is there. */
static const struct gt_frame_locations *places_at(struct gt_dwarf *dwarf, uint64_t pc)
{
    bool added = false;
    uint64_t linked = pc - dwarf->bias;
    uint64_t *slot = gt_map_put(&dwarf->frames, linked, &added);
    if (added) *slot = (uintptr_t)read_places(dwarf, linked);
    return (const void *)(uintptr_t)*slot;
}

/* Of the variables in registers, or of the others. */
static bool visit_places(struct gt_dwarf *dwarf, uint64_t pc, bool in_registers, uint64_t base,
                         gt_variable_fn *visit, void *ctx)
{
    const struct gt_frame_locations *places = places_at(dwarf, pc);

    for (size_t i = 0; places && i < places->count; i++) {
        struct gt_frame_variable variable = places->list[i].of;
        if (places->list[i].in_register != in_registers) continue;
        variable.addr += base;
        variable.type = gt_loaded_type(dwarf, &places->list[i].type);
        visit(ctx, &variable);
    }
    return places;
}

bool gt_dwarf_variables(struct gt_dwarf *dwarf, uint64_t pc, uint64_t cfa, gt_variable_fn *visit,
                        void *ctx)
{
    return visit_places(dwarf, pc, false, cfa, visit, ctx);
}

bool gt_dwarf_register_variables(struct gt_dwarf *dwarf, uint64_t pc, gt_variable_fn *visit,
                                 void *ctx)
{
    return visit_places(dwarf, pc, true, 0, visit, ctx);
}
