/*
 * Where a variable is at one pc: an expression, or the entry of a location list that holds pc. It
 * is evaluated as far as registers, fixed addresses and offsets from the CFA go. Expressions with
 * operations that Go does not emit give no location.
 */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"

struct expression {
    struct gt_dwarf *dwarf;
    Dwarf_Die die;
    bool has_cfa;
    struct gt_vec *places;
    /* The state of the evaluation: at most one address, a constant above it, or `lost` after an
     * operation that is not known. */
    struct gt_location top;
    bool has_top, has_number, lost;
    uint64_t number;
    uint64_t piece_offset;
    bool pieces;
};

static void push_address(struct expression *e, enum gt_location_base base, uint64_t value)
{
    e->lost |= e->has_top || (base == GT_AT_CFA && !e->has_cfa);
    e->top = (struct gt_location){.base = base, .offset = (int64_t)value};
    e->has_top = true;
}

static void push_number(struct expression *e, uint64_t value)
{
    e->lost |= e->has_number || !e->has_top;
    e->number = value;
    e->has_number = true;
}

static void add(struct expression *e, uint64_t value)
{
    e->lost |= !e->has_top || e->top.indirect || e->top.base == GT_IN_REGISTER;
    e->top.offset = (int64_t)((uint64_t)e->top.offset + value); /* wraps around as in the target */
}

static void add_number(struct expression *e)
{
    e->lost |= !e->has_number;
    add(e, e->number);
    e->has_number = false;
}

static void dereference(struct expression *e)
{
    e->lost |= !e->has_top || e->has_number || e->top.indirect || e->top.base == GT_IN_REGISTER;
    e->top.indirect = true;
}

static void push_indexed(struct expression *e, uint64_t index)
{
    Dwarf_Addr addr = 0;
    struct gt_die_reader *reader = &e->dwarf->reader;
    if (gt_die_ok(reader, dwarf_debug_addr_index_to_addr(e->die, index, &addr, &reader->error)))
        push_address(e, GT_AT_ADDRESS, addr);
    else
        e->lost = true;
}

/* The piece is joined with the last location if the two are adjacent both in memory and in the
 * variable. */
static void keep_piece(struct expression *e, uint64_t size)
{
    struct gt_location piece = e->top;
    piece.piece_offset = e->piece_offset;
    piece.size = size;
    if (e->places->len) {
        struct gt_location *last = gt_vec_at(e->places, e->places->len - 1);
        if (piece.base != GT_IN_REGISTER && last->base == piece.base &&
            last->piece_offset + last->size == piece.piece_offset &&
            (uint64_t)last->offset + last->size == (uint64_t)piece.offset) {
            last->size += size;
            return;
        }
    }
    gt_vec_add(e->places, &piece);
}

/* A piece without a location is left out. */
static void end_piece(struct expression *e, uint64_t size)
{
    if (e->has_top && !e->has_number && !e->lost && !e->top.indirect && size) keep_piece(e, size);
    e->lost |= !gt_add(e->piece_offset, size, &e->piece_offset);
    e->pieces = true;
    e->has_top = e->has_number = false;
}

/* An operation whose number is one of a range: a constant of any form, or a register. */
static void run_of_range(struct expression *e, unsigned op, uint64_t operand)
{
    if (op >= DW_OP_const1u && op <= DW_OP_consts)
        push_number(e, operand);
    else if (op >= DW_OP_reg0 && op <= DW_OP_reg31)
        push_address(e, GT_IN_REGISTER, op - DW_OP_reg0);
    else
        e->lost = true;
}

static void run(struct expression *e, unsigned op, uint64_t operand)
{
    switch (op) {
    case DW_OP_addr:
        push_address(e, GT_AT_ADDRESS, operand);
        break;
    case DW_OP_addrx:
        push_indexed(e, operand);
        break;
    case DW_OP_call_frame_cfa:
        push_address(e, GT_AT_CFA, 0);
        break;
    case DW_OP_fbreg:
        push_address(e, GT_AT_CFA, operand);
        break;
    case DW_OP_regx:
        push_address(e, GT_IN_REGISTER, operand);
        break;
    case DW_OP_plus_uconst:
        add(e, operand);
        break;
    case DW_OP_plus:
        add_number(e);
        break;
    case DW_OP_deref:
        dereference(e);
        break;
    case DW_OP_piece:
        end_piece(e, operand);
        break;
    case DW_OP_nop:
        break;
    default:
        run_of_range(e, op, operand);
    }
}

static void evaluate(struct expression *e, Dwarf_Locdesc_c entry, Dwarf_Unsigned ops)
{
    struct gt_die_reader *reader = &e->dwarf->reader;
    for (Dwarf_Unsigned i = 0; i < ops && !e->lost; i++) {
        Dwarf_Small op = 0;
        Dwarf_Unsigned first = 0, second = 0, third = 0, at = 0;
        if (!gt_die_ok(reader, dwarf_get_location_op_value_c(entry, i, &op, &first, &second, &third,
                                                             &at, &reader->error)))
            return;
        run(e, op, first);
    }
    if (e->has_top && !e->has_number && !e->lost && !e->pieces) gt_vec_add(e->places, &e->top);
}

/* Evaluates entry `index` if it holds pc. A lone expression always does. */
static void try_entry(struct expression *e, Dwarf_Loc_Head_c head, Dwarf_Unsigned index,
                      uint64_t pc, bool lone)
{
    struct gt_die_reader *reader = &e->dwarf->reader;
    Dwarf_Small kind = 0, source = 0;
    Dwarf_Unsigned raw_low = 0, raw_high = 0, ops = 0, expression_at = 0, entry_at = 0;
    Dwarf_Addr low = 0, high = 0;
    Dwarf_Bool unavailable = false;
    Dwarf_Locdesc_c entry = NULL;
    if (!gt_die_ok(reader, dwarf_get_locdesc_entry_d(
                               head, index, &kind, &raw_low, &raw_high, &unavailable, &low, &high,
                               &ops, &entry, &source, &expression_at, &entry_at, &reader->error)))
        return;
    if (lone || (!unavailable && low <= pc && pc < high)) evaluate(e, entry, ops);
}

static void free_locations(void *head, size_t size)
{
    (void)size;
    gt_libdwarf_free_locations(head);
}

void gt_locate(struct gt_dwarf *dwarf, Dwarf_Die die, uint64_t pc, bool has_cfa,
               struct gt_vec *places)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Attribute attr;
    Dwarf_Loc_Head_c head = NULL;
    Dwarf_Unsigned count = 0;
    unsigned kind = DW_LKIND_unknown;
    if (!gt_die_attr(reader, die, DW_AT_location, &attr)) return;
    if (gt_die_ok(reader, gt_libdwarf_locations(dwarf->lib, attr, &head, &count, &reader->error))) {
        struct gt_resource *held = gt_hold(head, 0, free_locations);
        gt_die_ok(reader, dwarf_get_loclist_head_kind(head, &kind, &reader->error));
        for (Dwarf_Unsigned i = 0; i < count && !places->len; i++) {
            struct expression e = {
                .dwarf = dwarf, .die = die, .has_cfa = has_cfa, .places = places};
            try_entry(&e, head, i, pc, kind == DW_LKIND_expression);
        }
        gt_let_go(held);
    }
    dwarf_dealloc_attribute(attr);
}
