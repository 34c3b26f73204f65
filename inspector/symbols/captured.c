/* What closures capture. */
#include "inspector/symbols/symbols_impl.h"

static void see(struct gt_dwarf *dwarf, Dwarf_Die die, gt_captured_fn *visit, void *ctx)
{
    struct gt_captured captured = {0};

    if (gt_die_tag(&dwarf->reader, die) != DW_TAG_variable ||
        !gt_die_unsigned(&dwarf->reader, die, GT_AT_GO_CLOSURE_OFFSET, &captured.offset))
        return;
    captured.name = gt_origin_name(dwarf, die);
    captured.type = gt_type_ref(dwarf, gt_origin_type(dwarf, die));
    if (captured.name) visit(ctx, &captured);
}

void gt_dwarf_captured(struct gt_dwarf *dwarf, uint64_t pc, gt_captured_fn *visit, void *ctx)
{
    struct gt_die_reader *reader = &dwarf->reader;
    const struct gt_subprogram *function = gt_index_subprogram(dwarf, pc - dwarf->bias);
    Dwarf_Die parent, die;

    if (!function || !gt_die_at(reader, function->offset, &parent)) return;
    for (bool more = gt_die_first(reader, parent, &die); more; more = gt_die_next(reader, &die))
        see(dwarf, die, visit, ctx);
    gt_die_deinit(parent);
}
