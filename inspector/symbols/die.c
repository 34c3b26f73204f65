/* Each function makes a call of libdwarf, frees its error, and returns whether it succeeded. */
#include "inspector/symbols/die.h"

bool gt_die_ok(struct gt_die_reader *reader, int rc)
{
    if (rc == DW_DLV_ERROR && reader->error) dwarf_dealloc_error(reader->debug, reader->error);
    reader->error = NULL;
    gt_libdwarf_check();
    return rc == DW_DLV_OK;
}

bool gt_die_step(struct gt_die_reader *reader, int rc)
{
    reader->faults += rc == DW_DLV_ERROR;
    return gt_die_ok(reader, rc);
}

bool gt_die_at(struct gt_die_reader *reader, uint64_t offset, Dwarf_Die *die)
{
    return offset &&
           gt_die_ok(reader, dwarf_offdie_b(reader->debug, offset, true, die, &reader->error));
}

void gt_die_deinit(Dwarf_Die die)
{
    dwarf_dealloc_die(die);
}

bool gt_die_first(struct gt_die_reader *reader, Dwarf_Die parent, Dwarf_Die *child)
{
    return gt_die_step(reader, dwarf_child(parent, child, &reader->error));
}

bool gt_die_next(struct gt_die_reader *reader, Dwarf_Die *die)
{
    Dwarf_Die next = NULL;
    uint64_t here = gt_die_offset(reader, *die);
    bool more =
        gt_die_step(reader, dwarf_siblingof_b(reader->debug, *die, true, &next, &reader->error));
    gt_die_deinit(*die);
    /* A sibling attribute that points backwards would make a walk endless. */
    if (more && gt_die_offset(reader, next) <= here) {
        gt_die_deinit(next);
        reader->faults++;
        return false;
    }
    *die = next;
    return more;
}

uint64_t gt_die_offset(struct gt_die_reader *reader, Dwarf_Die die)
{
    Dwarf_Off offset = 0;
    return gt_die_ok(reader, dwarf_dieoffset(die, &offset, &reader->error)) ? offset : 0;
}

unsigned gt_die_tag(struct gt_die_reader *reader, Dwarf_Die die)
{
    Dwarf_Half tag = 0;
    return gt_die_ok(reader, dwarf_tag(die, &tag, &reader->error)) ? tag : 0;
}

const char *gt_die_name(struct gt_die_reader *reader, Dwarf_Die die)
{
    char *name = NULL;
    return gt_die_ok(reader, dwarf_diename(die, &name, &reader->error)) ? name : NULL;
}

bool gt_die_attr(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, Dwarf_Attribute *out)
{
    return gt_die_ok(reader, dwarf_attr(die, (Dwarf_Half)number, out, &reader->error));
}

bool gt_die_unsigned(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out)
{
    Dwarf_Attribute attr;
    Dwarf_Unsigned value = 0;
    if (!gt_die_attr(reader, die, number, &attr)) return false;
    bool found = gt_die_ok(reader, dwarf_formudata(attr, &value, &reader->error));
    dwarf_dealloc_attribute(attr);
    if (found) *out = value;
    return found;
}

bool gt_die_signed(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, int64_t *out)
{
    Dwarf_Attribute attr;
    Dwarf_Signed value = 0;
    Dwarf_Unsigned positive = 0;
    if (!gt_die_attr(reader, die, number, &attr)) return false;
    bool found = gt_die_ok(reader, dwarf_formsdata(attr, &value, &reader->error));
    if (!found && gt_die_ok(reader, dwarf_formudata(attr, &positive, &reader->error))) {
        value = (Dwarf_Signed)positive;
        found = true;
    }
    dwarf_dealloc_attribute(attr);
    if (found) *out = value;
    return found;
}

bool gt_die_address(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out)
{
    Dwarf_Attribute attr;
    Dwarf_Addr value = 0;
    if (!gt_die_attr(reader, die, number, &attr)) return false;
    bool found = gt_die_ok(reader, dwarf_formaddr(attr, &value, &reader->error));
    dwarf_dealloc_attribute(attr);
    if (found) *out = value;
    return found;
}

bool gt_die_reference(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out)
{
    Dwarf_Attribute attr;
    Dwarf_Off value = 0;
    if (!gt_die_attr(reader, die, number, &attr)) return false;
    bool found = gt_die_ok(reader, dwarf_global_formref(attr, &value, &reader->error));
    dwarf_dealloc_attribute(attr);
    if (found) *out = value;
    return found;
}

bool gt_die_bounds(struct gt_die_reader *reader, Dwarf_Die die, uint64_t *low, uint64_t *high)
{
    Dwarf_Addr from = 0, to = 0;
    Dwarf_Half form = 0;
    enum Dwarf_Form_Class class = DW_FORM_CLASS_UNKNOWN;
    if (!gt_die_ok(reader, dwarf_lowpc(die, &from, &reader->error)) ||
        !gt_die_ok(reader, dwarf_highpc_b(die, &to, &form, &class, &reader->error)))
        return false;
    *low = from;
    *high = class == DW_FORM_CLASS_CONSTANT ? from + to : to;
    return *high > *low;
}
