/* What closures capture. The answers are kept. */
#include "inspector/symbols/symbols_impl.h"

static void see(struct gt_dwarf *dwarf, Dwarf_Die die, struct gt_vec *found)
{
    struct gt_linked_field captured = {0};

    if (gt_die_tag(&dwarf->reader, die) != DW_TAG_variable ||
        !gt_die_unsigned(&dwarf->reader, die, GT_AT_GO_CLOSURE_OFFSET, &captured.offset))
        return;
    captured.name = gt_origin_name(dwarf, die);
    captured.type = gt_linked_type(dwarf, gt_origin_type(dwarf, die));
    if (captured.name) gt_vec_add(found, &captured);
}

/* `pc` is as linked. */
static void find(struct gt_dwarf *dwarf, uint64_t pc, struct gt_vec *found)
{
    struct gt_die_reader *reader = &dwarf->reader;
    const struct gt_subprogram *function = gt_index_subprogram(dwarf, pc);
    Dwarf_Die parent, die;

    if (!function || !gt_die_at(reader, function->offset, &parent)) return;
    for (bool more = gt_die_first(reader, parent, &die); more; more = gt_die_next(reader, &die))
        see(dwarf, die, found);
    gt_die_deinit(parent);
}

static void keep(struct gt_dwarf *dwarf, uint64_t pc, const struct gt_vec *found)
{
    struct gt_vec list = {.elem_size = 1};

    if (!gt_keeps_lists(dwarf)) return;
    gt_put_fields(&list, found);
    gt_keep_list(dwarf, GT_CAPTURED, pc, &list);
    gt_vec_deinit(&list);
}

static bool recall(const struct gt_dwarf *dwarf, uint64_t pc, struct gt_vec *found)
{
    struct gt_byte_reader list;

    if (!gt_recall_list(dwarf, GT_CAPTURED, pc, &list)) return false;
    gt_take_fields(&list, found);
    if (!gt_list_is_read(&list)) found->len = 0;
    return gt_list_is_read(&list);
}

void gt_dwarf_captured(struct gt_dwarf *dwarf, uint64_t pc, gt_captured_fn *visit, void *ctx)
{
    struct gt_vec found = GT_VEC_OF(struct gt_linked_field);
    uint64_t linked = pc - dwarf->bias;

    if (!recall(dwarf, linked, &found)) {
        find(dwarf, linked, &found);
        keep(dwarf, linked, &found);
    }
    for (size_t i = 0; i < found.len; i++) {
        const struct gt_linked_field *captured = gt_vec_at(&found, i);
        struct gt_captured loaded = {captured->name, captured->offset,
                                     gt_loaded_type(dwarf, &captured->type)};
        visit(ctx, &loaded);
    }
    gt_vec_deinit(&found);
}
