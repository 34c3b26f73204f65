/*
 * One walk over the top-level entries of all units: names of types, constants and variables, and
 * the pc ranges of subprograms. Units of Go are read by top_entries.h, others and what it refuses
 * by libdwarf.
 */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/search.h"

#include <stdlib.h>

struct indexer {
    struct gt_dwarf *dwarf;
    struct gt_top_reader top;
    struct gt_vec entries; /* struct gt_top_entry, of one unit */
    bool go;               /* of the unit that is read */
};

/* A Go unit's name replaces a C unit's ("int"). Otherwise the first one stays. */
static void add_name(struct gt_strmap *names, const struct gt_top_entry *entry, bool go)
{
    bool added = false;
    if (!entry->name) return;
    uint64_t *value = gt_strmap_put(names, entry->name, &added);
    if (added || (go && !(*value & 1))) *value = entry->offset << 1 | go;
}

static void add_variable(struct gt_dwarf_index *index, const struct gt_top_entry *entry, bool go)
{
    struct gt_named_die variable = {.name = entry->name, .offset = entry->offset};

    add_name(&index->variables, entry, go);
    gt_vec_add(&index->variable_list, &variable);
}

static void add_subprogram(struct gt_dwarf_index *index, const struct gt_top_entry *entry)
{
    struct gt_subprogram subprogram = {entry->low, entry->high, entry->offset};

    /* The linker leaves discarded C functions at 0. */
    if (entry->low && entry->high > entry->low) gt_vec_add(&index->subprograms, &subprogram);
}

static void add_entry(struct gt_dwarf_index *index, const struct gt_top_entry *entry, bool go)
{
    switch (entry->tag) {
    case DW_TAG_subprogram:
        add_subprogram(index, entry);
        break;
    case DW_TAG_variable:
        add_variable(index, entry, go);
        break;
    case DW_TAG_constant:
        add_name(&index->constants, entry, go);
        break;
    default:
        if (gt_top_is_type(entry->tag)) add_name(&index->types, entry, go);
        break;
    }
}

/* ---- by libdwarf --------------------------------------------------------------------------- */

static void add_die(struct indexer *indexer, Dwarf_Die die)
{
    struct gt_dwarf *dwarf = indexer->dwarf;
    struct gt_die_reader *reader = &dwarf->reader;
    struct gt_top_entry entry = {.offset = gt_die_offset(reader, die),
                                 .tag = gt_die_tag(reader, die)};
    uint64_t declaration = 0;

    if (entry.tag == DW_TAG_variable) {
        if (!indexer->go && gt_die_unsigned(reader, die, DW_AT_declaration, &declaration)) return;
        entry.name = gt_origin_name(dwarf, die);
    } else if (entry.tag == DW_TAG_subprogram) {
        if (!gt_die_bounds(reader, die, &entry.low, &entry.high)) return;
    } else {
        entry.name = gt_die_name(reader, die);
    }
    add_entry(&dwarf->index, &entry, indexer->go);
}

/* Go's entries have no sibling attributes, so libdwarf parses a subprogram's children to skip it.
 * It does so without allocating. */
static void add_unit(struct indexer *indexer, Dwarf_Die unit)
{
    struct gt_die_reader *reader = &indexer->dwarf->reader;
    Dwarf_Die die = NULL;

    for (bool more = gt_die_first(reader, unit, &die); more; more = gt_die_next(reader, &die))
        add_die(indexer, die);
}

/* ---- Go's units ---------------------------------------------------------------------------- */

static bool add_go_unit(struct indexer *indexer, const struct gt_unit *unit)
{
    if (!indexer->go || !gt_top_entries_read(&indexer->top, unit, &indexer->entries)) return false;
    for (size_t i = 0; i < indexer->entries.len; i++)
        add_entry(&indexer->dwarf->index, gt_vec_at(&indexer->entries, i), true);
    return true;
}

/* ---- units --------------------------------------------------------------------------------- */

static void index_unit(struct indexer *indexer, const struct gt_unit *unit)
{
    struct gt_die_reader *reader = &indexer->dwarf->reader;
    Dwarf_Die die = NULL;
    uint64_t language = 0;

    if (!gt_die_step(reader, dwarf_siblingof_b(reader->debug, NULL, true, &die, &reader->error)))
        return;
    indexer->go = gt_die_unsigned(reader, die, DW_AT_language, &language) && language == DW_LANG_Go;
    if (!add_go_unit(indexer, unit)) add_unit(indexer, die);
    gt_die_deinit(die);
}

bool gt_next_unit(struct gt_die_reader *reader, struct gt_unit *unit)
{
    Dwarf_Unsigned length, type_offset, next;
    Dwarf_Off abbreviations;
    Dwarf_Half version, address_size, length_size, extension_size, unit_type;
    Dwarf_Sig8 signature;
    if (!gt_die_step(reader, dwarf_next_cu_header_d(reader->debug, true, &length, &version,
                                                    &abbreviations, &address_size, &length_size,
                                                    &extension_size, &signature, &type_offset,
                                                    &next, &unit_type, &reader->error)))
        return false;
    *unit = (struct gt_unit){.start = unit->end,
                             .end = next,
                             .abbreviations = abbreviations,
                             .version = version,
                             .address_size = address_size,
                             .plain = length_size == 4 && extension_size == 0 &&
                                      unit_type == DW_UT_compile};
    return true;
}

static struct gt_section_bytes section(struct gt_dwarf *dwarf, const char *name)
{
    struct gt_section_bytes found = {0};

    found.bytes = gt_debug_section_bytes(dwarf->sections, name, &found.size);
    if (!found.bytes) found.size = 0;
    return found;
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
    struct indexer indexer = {.dwarf = dwarf, .entries = GT_VEC_OF(struct gt_top_entry)};
    struct gt_unit unit = {0};

    index->variable_list = GT_VEC_OF(struct gt_named_die);
    index->subprograms = GT_VEC_OF(struct gt_subprogram);
    gt_top_reader_init(&indexer.top, section(dwarf, ".debug_info"), section(dwarf, ".debug_abbrev"),
                       section(dwarf, ".debug_addr"));
    while (gt_next_unit(&dwarf->reader, &unit))
        index_unit(&indexer, &unit);
    gt_top_reader_deinit(&indexer.top);
    gt_vec_deinit(&indexer.entries);
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
