/*
 * A walk over the top-level entries of the units, in the order of the file: names of types,
 * constants and variables, and the pc ranges of subprograms. Units of Go are read by top_entries.h,
 * others and what it refuses by libdwarf. A search for a name goes on with the walk until a unit of
 * Go has it. No later unit changes that answer, so it is that of the whole index. The whole index
 * is read by all threads.
 */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/search.h"
#include "inspector/symbols/unit_batch.h"

#include <stdlib.h>

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
    struct gt_named_die variable = {entry->name, entry->offset, entry->address, entry->type};

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

static void add_die(struct gt_dwarf *dwarf, Dwarf_Die die, bool go)
{
    struct gt_die_reader *reader = &dwarf->reader;
    struct gt_top_entry entry = {.offset = gt_die_offset(reader, die),
                                 .tag = gt_die_tag(reader, die)};
    uint64_t declaration = 0;

    if (entry.tag == DW_TAG_variable) {
        if (!go && gt_die_unsigned(reader, die, DW_AT_declaration, &declaration)) return;
        entry.name = gt_origin_name(dwarf, die);
    } else if (entry.tag == DW_TAG_subprogram) {
        if (!gt_die_bounds(reader, die, &entry.low, &entry.high)) return;
    } else {
        entry.name = gt_die_name(reader, die);
    }
    add_entry(&dwarf->index, &entry, go);
}

/* Go's entries have no sibling attributes, so libdwarf parses a subprogram's children to skip it.
 * It does so without allocating. Frees `unit`. */
static void add_by_libdwarf(struct gt_dwarf *dwarf, Dwarf_Die unit)
{
    struct gt_die_reader *reader = &dwarf->reader;
    uint64_t language = 0;
    bool go = gt_die_unsigned(reader, unit, DW_AT_language, &language) && language == DW_LANG_Go;
    Dwarf_Die die = NULL;

    for (bool more = gt_die_first(reader, unit, &die); more; more = gt_die_next(reader, &die))
        add_die(dwarf, die, go);
    gt_die_deinit(unit);
}

/* ---- Go's units ---------------------------------------------------------------------------- */

static void add_go_entries(struct gt_dwarf_index *index, const struct gt_vec *entries)
{
    for (size_t i = 0; i < entries->len; i++)
        add_entry(index, gt_vec_at(entries, i), true);
}

static bool add_go_unit(struct gt_dwarf *dwarf, const struct gt_unit *unit)
{
    struct gt_dwarf_index *index = &dwarf->index;

    if (!gt_top_entries_read(&index->top, unit, &index->entries)) return false;
    add_go_entries(index, &index->entries);
    return true;
}

/* ---- units --------------------------------------------------------------------------------- */

static void add_other_unit(struct gt_dwarf *dwarf, const struct gt_unit *unit)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Die die = NULL;

    if (gt_die_step(reader,
                    dwarf_offdie_b(reader->debug, gt_unit_entry(unit), true, &die, &reader->error)))
        add_by_libdwarf(dwarf, die);
}

/* All units from the first one on whose header is not plain. */
static void add_rest(struct gt_dwarf *dwarf)
{
    struct gt_die_reader *reader = &dwarf->reader;
    struct gt_unit unit = {0};

    while (gt_next_unit(reader, &unit)) {
        Dwarf_Die die = NULL;
        if (unit.start < dwarf->index.next || add_go_unit(dwarf, &unit)) continue;
        if (gt_die_step(reader, dwarf_siblingof_b(reader->debug, NULL, true, &die, &reader->error)))
            add_by_libdwarf(dwarf, die);
    }
}

static struct gt_section_bytes section(struct gt_dwarf *dwarf, const char *name)
{
    struct gt_section_bytes found = {0};

    found.bytes = gt_debug_section_bytes(dwarf->sections, name, &found.size);
    if (!found.bytes) found.size = 0;
    return found;
}

static void start(struct gt_dwarf *dwarf)
{
    struct gt_dwarf_index *index = &dwarf->index;

    index->variable_list = GT_VEC_OF(struct gt_named_die);
    index->subprograms = GT_VEC_OF(struct gt_subprogram);
    index->entries = GT_VEC_OF(struct gt_top_entry);
    gt_top_reader_init(&index->top, section(dwarf, ".debug_info"), section(dwarf, ".debug_abbrev"),
                       section(dwarf, ".debug_addr"));
    index->started = true;
}

/* False when no unit is left. */
static bool add_next(struct gt_dwarf *dwarf)
{
    struct gt_dwarf_index *index = &dwarf->index;
    struct gt_unit unit;

    if (index->done) return false;
    if (!index->started) start(dwarf);
    if (gt_unit_at(&index->top, index->next, &unit)) {
        if (!add_go_unit(dwarf, &unit)) add_other_unit(dwarf, &unit);
        index->next = unit.end;
    } else {
        if (!index->next || index->next != index->top.info.size) add_rest(dwarf);
        index->done = true;
    }
    return true;
}

/* As many units as all threads read at once. They are added in the order of the file, so the index
 * is the same with any number of threads. */
static void add_batch(struct gt_dwarf *dwarf, struct gt_vec *units)
{
    struct gt_dwarf_index *index = &dwarf->index;

    gt_unit_batch_read(&index->top, index->next, dwarf->threads, units);
    for (size_t i = 0; i < units->len; i++) {
        const struct gt_read_unit *read = gt_vec_at(units, i);
        if (read->good)
            add_go_entries(index, &read->entries);
        else
            add_other_unit(dwarf, &read->unit);
        index->next = read->unit.end;
    }
    gt_unit_batch_clear(units);
}

static int by_low(const void *a, const void *b)
{
    const struct gt_subprogram *x = a, *y = b;
    if (x->low != y->low) return x->low < y->low ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

const struct gt_dwarf_index *gt_index_all(struct gt_dwarf *dwarf)
{
    struct gt_dwarf_index *index = &dwarf->index;
    struct gt_vec units = GT_VEC_OF(struct gt_read_unit);

    while (add_next(dwarf))
        if (dwarf->threads > 1) add_batch(dwarf, &units);
    gt_vec_deinit(&units);
    if (!index->sorted && index->subprograms.len)
        qsort(index->subprograms.data, index->subprograms.len, index->subprograms.elem_size,
              by_low);
    index->sorted = true;
    return index;
}

void gt_index_deinit(struct gt_dwarf_index *index)
{
    gt_top_reader_deinit(&index->top);
    gt_vec_deinit(&index->entries);
    gt_strmap_deinit(&index->types);
    gt_strmap_deinit(&index->constants);
    gt_strmap_deinit(&index->variables);
    gt_vec_deinit(&index->variable_list);
    gt_vec_deinit(&index->subprograms);
}

bool gt_index_find(struct gt_dwarf *dwarf, const struct gt_strmap *names, const char *name,
                   uint64_t *offset)
{
    const uint64_t *value;

    do
        value = gt_strmap_find(names, name);
    while (!(value && *value & 1) && add_next(dwarf));
    if (value) *offset = *value >> 1;
    return value;
}

static uint64_t low_of(const void *subprograms, size_t index)
{
    return ((const struct gt_subprogram *)gt_vec_at(subprograms, index))->low;
}

const struct gt_subprogram *gt_index_subprogram(struct gt_dwarf *dwarf, uint64_t pc)
{
    const struct gt_vec *all = &gt_index_all(dwarf)->subprograms;
    size_t up_to = gt_upper_bound(all, 0, all->len, pc, low_of);

    if (!up_to) return NULL;
    const struct gt_subprogram *found = gt_vec_at(all, up_to - 1);
    return pc < found->high ? found : NULL;
}
