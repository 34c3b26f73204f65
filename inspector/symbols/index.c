/*
 * One walk over the top-level entries of all units: names of types, constants and variables, and
 * the pc ranges of subprograms. Go's entries have no sibling attributes, so libdwarf parses a
 * subprogram's children to skip it. It does so without allocating.
 */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/search.h"

#include <stdlib.h>

/* A Go unit's name replaces a C unit's ("int"). Otherwise the first one stays. */
static void add_name(struct gt_strmap *names, const char *name, uint64_t offset, bool go)
{
    bool added = false;
    if (!name) return;
    uint64_t *value = gt_strmap_put(names, name, &added);
    if (added || (go && !(*value & 1))) *value = offset << 1 | go;
}

static void add_variable(struct gt_dwarf *dwarf, Dwarf_Die die, bool go)
{
    struct gt_named_die entry = {.name = gt_origin_name(dwarf, die),
                                 .offset = gt_die_offset(&dwarf->reader, die)};
    uint64_t declaration = 0;
    if (!go && gt_die_unsigned(&dwarf->reader, die, DW_AT_declaration, &declaration)) return;
    add_name(&dwarf->index.variables, entry.name, entry.offset, go);
    gt_vec_add(&dwarf->index.variable_list, &entry);
}

static void add_subprogram(struct gt_dwarf *dwarf, Dwarf_Die die)
{
    struct gt_subprogram entry = {.offset = gt_die_offset(&dwarf->reader, die)};
    /* The linker leaves discarded C functions at 0. */
    if (gt_die_bounds(&dwarf->reader, die, &entry.low, &entry.high) && entry.low)
        gt_vec_add(&dwarf->index.subprograms, &entry);
}

static void add_entry(struct gt_dwarf *dwarf, Dwarf_Die die, bool go)
{
    struct gt_die_reader *reader = &dwarf->reader;
    switch (gt_die_tag(reader, die)) {
    case DW_TAG_subprogram:
        add_subprogram(dwarf, die);
        break;
    case DW_TAG_variable:
        add_variable(dwarf, die, go);
        break;
    case DW_TAG_constant:
        add_name(&dwarf->index.constants, gt_die_name(reader, die), gt_die_offset(reader, die), go);
        break;
    case DW_TAG_base_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_array_type:
    case DW_TAG_pointer_type:
    case DW_TAG_subroutine_type:
    case DW_TAG_typedef:
        add_name(&dwarf->index.types, gt_die_name(reader, die), gt_die_offset(reader, die), go);
        break;
    default:
        break;
    }
}

static void add_unit(struct gt_dwarf *dwarf)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Die unit = NULL, die = NULL;
    uint64_t language = 0;
    if (!gt_die_step(reader, dwarf_siblingof_b(reader->debug, NULL, true, &unit, &reader->error)))
        return;
    bool go = gt_die_unsigned(reader, unit, DW_AT_language, &language) && language == DW_LANG_Go;
    for (bool more = gt_die_first(reader, unit, &die); more; more = gt_die_next(reader, &die))
        add_entry(dwarf, die, go);
    gt_die_deinit(unit);
}

static bool next_unit(struct gt_die_reader *reader)
{
    Dwarf_Unsigned length, type_offset, next;
    Dwarf_Off abbreviations;
    Dwarf_Half version, address_size, length_size, extension_size, unit_type;
    Dwarf_Sig8 signature;
    return gt_die_step(reader, dwarf_next_cu_header_d(reader->debug, true, &length, &version,
                                                      &abbreviations, &address_size, &length_size,
                                                      &extension_size, &signature, &type_offset,
                                                      &next, &unit_type, &reader->error));
}

static int by_low(const void *a, const void *b)
{
    const struct gt_subprogram *x = a, *y = b;
    if (x->low != y->low) return x->low < y->low ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void gt_index_create(struct gt_dwarf *dwarf)
{
    struct gt_dwarf_index *index = &dwarf->index;
    index->variable_list = GT_VEC_OF(struct gt_named_die);
    index->subprograms = GT_VEC_OF(struct gt_subprogram);
    while (next_unit(&dwarf->reader))
        add_unit(dwarf);
    if (index->subprograms.len)
        qsort(index->subprograms.data, index->subprograms.len, index->subprograms.elem_size,
              by_low);
}

void gt_index_destroy(struct gt_dwarf_index *index)
{
    gt_strmap_deinit(&index->types);
    gt_strmap_deinit(&index->constants);
    gt_strmap_deinit(&index->variables);
    gt_vec_deinit(&index->variable_list);
    gt_vec_deinit(&index->subprograms);
}

bool gt_index_find(const struct gt_strmap *names, const char *name, uint64_t *offset)
{
    const uint64_t *value = gt_strmap_find(names, name);
    if (value) *offset = *value >> 1;
    return value;
}

static uint64_t low_of(const void *subprograms, size_t index)
{
    return ((const struct gt_subprogram *)gt_vec_at(subprograms, index))->low;
}

const struct gt_subprogram *gt_index_subprogram(const struct gt_dwarf_index *index, uint64_t pc)
{
    const struct gt_vec *all = &index->subprograms;
    size_t up_to = gt_upper_bound(all, 0, all->len, pc, low_of);

    if (!up_to) return NULL;
    const struct gt_subprogram *found = gt_vec_at(all, up_to - 1);
    return pc < found->high ? found : NULL;
}
