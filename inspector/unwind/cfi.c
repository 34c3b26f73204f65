/* Decodes the programs of the CIE and of the FDE by a table of each instruction's operands, without
 * running them. An instruction that the table lacks is refused. */
#include "inspector/unwind/cfi.h"

#ifdef __x86_64__

enum {
    MAX_PROGRAM = 1 << 16, /* bytes of a CFI program; libunwind keeps at most 200 for each */
    REGISTERS = UNW_X86_64_RIP + 1,
};

/*
 * Frame information as libunwind holds it between finding and using it (struct dwarf_cie_info in
 * its dwarf.h, the same from 1.3 to 1.8). Programs in there could make it read past its arrays (the
 * return address's column, DW_CFA_register), trap (DW_OP_div of the least number by -1) or fail an
 * assertion (no CFA). So they are decoded here first.
 */
struct frame_info {
    unw_word_t cie_start, cie_end, fde_start, fde_end; /* the programs */
    unw_word_t code_align, data_align, return_column, handler;
    uint16_t abi, tag;
    uint8_t fde_encoding, lsda_encoding;
    unsigned sized : 1, abi_marker : 1, signal_frame : 1;
};

struct cfi {
    const struct gt_memory *mem;
    uint64_t at, end;
    bool good;
    bool has_cfa; /* the program has set the CFA */
    unsigned reads;
};

static uint8_t cfi_byte(struct cfi *cfi)
{
    uint8_t byte = 0;

    if (cfi->at >= cfi->end || !gt_mem_u8(cfi->mem, cfi->at, &byte)) cfi->good = false;
    cfi->at++;
    cfi->reads++;
    return byte;
}

static uint64_t cfi_number(struct cfi *cfi)
{
    uint64_t number = 0;
    uint8_t byte;
    unsigned shift = 0;

    do {
        byte = cfi_byte(cfi);
        if (shift < 64) number |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80 && cfi->good);
    return number;
}

/* Operands are searched for a division too: no compiler emits one in these expressions. */
static void cfi_expression(struct cfi *cfi)
{
    enum { DW_OP_div = 0x1b };

    for (uint64_t left = cfi_number(cfi); left > 0 && cfi->good; left--)
        if (cfi_byte(cfi) == DW_OP_div) cfi->good = false;
}

static void cfi_operand(struct cfi *cfi, char kind)
{
    switch (kind) {
    case 'r':
        if (cfi_number(cfi) >= REGISTERS) cfi->good = false;
        break;
    case 'n':
        cfi_number(cfi);
        break;
    case 'x':
        cfi_expression(cfi);
        break;
    default: /* the operand's size in bytes */
        for (char i = '0'; i < kind; i++)
            cfi_byte(cfi);
    }
}

enum {
    DW_CFA_advance_loc = 0x40, /* these three have an operand in their low bits */
    DW_CFA_offset = 0x80,
    DW_CFA_restore = 0xc0,
    DW_CFA_advance_loc1 = 0x02,
    DW_CFA_advance_loc2 = 0x03,
    DW_CFA_advance_loc4 = 0x04,
    DW_CFA_remember_state = 0x0a,
    DW_CFA_def_cfa = 0x0c,
    DW_CFA_def_cfa_expression = 0x0f,
    DW_CFA_def_cfa_sf = 0x12,
};

/* The operands of an instruction. NULL for instructions that libunwind would misread, and for those
 * that no compiler for this machine emits (DW_CFA_set_loc, DW_CFA_val_offset). */
static const char *cfi_operands(uint8_t op)
{
    static const char *const operands[0x30] = {
        [0x00] = "", /* nop */
        [DW_CFA_advance_loc1] = "1",
        [DW_CFA_advance_loc2] = "2",
        [DW_CFA_advance_loc4] = "4",
        [0x05] = "rn", /* offset_extended */
        [0x06] = "r",  /* restore_extended */
        [0x07] = "r",  /* undefined */
        [0x08] = "r",  /* same_value */
        [0x09] = "rr", /* register */
        [DW_CFA_remember_state] = "",
        [0x0b] = "", /* restore_state */
        [DW_CFA_def_cfa] = "rn",
        [0x0d] = "r", /* def_cfa_register */
        [0x0e] = "n", /* def_cfa_offset */
        [DW_CFA_def_cfa_expression] = "x",
        [0x10] = "rx", /* expression */
        [0x11] = "rn", /* offset_extended_sf */
        [DW_CFA_def_cfa_sf] = "rn",
        [0x13] = "n",  /* def_cfa_offset_sf */
        [0x16] = "rx", /* val_expression */
        [0x2e] = "n",  /* GNU_args_size */
        [0x2f] = "rn", /* GNU_negative_offset_extended */
    };

    if (op & 0xc0) return (op & 0xc0) == DW_CFA_offset ? "n" : "";
    return op < sizeof operands / sizeof *operands ? operands[op] : NULL;
}

static bool defines_cfa(uint8_t op)
{
    return op == DW_CFA_def_cfa || op == DW_CFA_def_cfa_sf || op == DW_CFA_def_cfa_expression;
}

/* Whether the instruction keeps the current state for use, now or when it is restored. */
static bool keeps_state(uint8_t op)
{
    return (op & 0xc0) == DW_CFA_advance_loc || op == DW_CFA_remember_state ||
           (op >= DW_CFA_advance_loc1 && op <= DW_CFA_advance_loc4);
}

static void cfi_instruction(struct cfi *cfi)
{
    uint8_t op = cfi_byte(cfi);
    const char *operands = cfi_operands(op);

    if (!operands || (keeps_state(op) && !cfi->has_cfa)) cfi->good = false;
    for (; cfi->good && *operands; operands++)
        cfi_operand(cfi, *operands);
    if (defines_cfa(op)) cfi->has_cfa = true;
}

static void cfi_program(struct cfi *cfi, uint64_t start, uint64_t end)
{
    if (start < end && end - start > MAX_PROGRAM) cfi->good = false;
    cfi->at = start;
    cfi->end = end;
    while (cfi->good && cfi->at < cfi->end)
        cfi_instruction(cfi);
}

bool gt_cfi_is_sound(const struct gt_memory *mem, const unw_proc_info_t *info, unsigned *reads)
{
    struct cfi cfi = {.mem = mem, .good = true};
    struct frame_info frame;

    if (!info->unwind_info || info->unwind_info_size != sizeof frame) return false;
    memcpy(&frame, info->unwind_info, sizeof frame);
    if (frame.return_column != UNW_X86_64_RIP) return false;
    cfi_program(&cfi, frame.cie_start, frame.cie_end);
    cfi_program(&cfi, frame.fde_start, frame.fde_end);
    *reads += cfi.reads;
    return cfi.good && cfi.has_cfa;
}

#endif
