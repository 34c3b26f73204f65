/* Copies runtime.moduledata field by field, at the offsets of the layout. The struct's bytes are
 * checked once to be in memory, so later loads cannot fail. Ranges, tables and masks are checked
 * after they were copied. */
#include "gotypes/code/moduledata.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <inttypes.h>

struct reader {
    const struct gt_layout *layout;
    const struct gt_memory *mem;
    const unsigned char *bytes;
};

enum { BITVECTOR_DATA = 8 }; /* runtime.bitvector: n int32, bytedata *uint8 */

static uint64_t word(const struct reader *from, enum gt_field_id id)
{
    return gt_load64(from->bytes + gt_off(from->layout, id));
}

static struct gt_slice slice(const struct reader *from, enum gt_field_id id)
{
    const unsigned char *at = from->bytes + gt_off(from->layout, id);
    return (struct gt_slice){gt_load64(at), gt_load64(at + 8), gt_load64(at + 16)};
}

static struct gt_bitvector bitvector(const struct reader *from, enum gt_field_id id)
{
    const unsigned char *at = from->bytes + gt_off(from->layout, id);
    int32_t bits = (int32_t)gt_load32(at);
    return (struct gt_bitvector){bits > 0 ? (uint64_t)bits : 0, gt_load64(at + BITVECTOR_DATA)};
}

/* The layout's offsets lie inside the struct, with room for the widest field read here. */
static bool offsets_fit(const struct gt_layout *layout)
{
    for (int id = GT_F_moduledata_pcHeader; id <= GT_F_moduledata_next; id++) {
        unsigned width = layout->field[id].size == 255 ? sizeof(struct gt_slice) : 8;
        if (id == GT_F_moduledata_gcdatamask || id == GT_F_moduledata_gcbssmask)
            width = BITVECTOR_DATA + 8;
        if (layout->field[id].present &&
            layout->field[id].offset + (uint64_t)width > layout->size[GT_S_moduledata])
            return false;
    }
    return true;
}

static void read_ranges(const struct reader *from, struct gt_module *out)
{
    out->text = word(from, GT_F_moduledata_text);
    out->etext = word(from, GT_F_moduledata_etext);
    out->minpc = word(from, GT_F_moduledata_minpc);
    out->maxpc = word(from, GT_F_moduledata_maxpc);
    out->noptrdata = word(from, GT_F_moduledata_noptrdata);
    out->enoptrdata = word(from, GT_F_moduledata_enoptrdata);
    out->data = word(from, GT_F_moduledata_data);
    out->edata = word(from, GT_F_moduledata_edata);
    out->bss = word(from, GT_F_moduledata_bss);
    out->ebss = word(from, GT_F_moduledata_ebss);
    out->noptrbss = word(from, GT_F_moduledata_noptrbss);
    out->enoptrbss = word(from, GT_F_moduledata_enoptrbss);
    out->types = word(from, GT_F_moduledata_types);
    out->etypes = word(from, GT_F_moduledata_etypes);
    out->rodata = word(from, GT_F_moduledata_rodata);
    out->gofunc = word(from, GT_F_moduledata_gofunc);
    out->pcheader = word(from, GT_F_moduledata_pcHeader);
    out->next = word(from, GT_F_moduledata_next);
}

static void read_tables(const struct reader *from, struct gt_module *out)
{
    out->funcnametab = slice(from, GT_F_moduledata_funcnametab);
    out->cutab = slice(from, GT_F_moduledata_cutab);
    out->filetab = slice(from, GT_F_moduledata_filetab);
    out->pctab = slice(from, GT_F_moduledata_pctab);
    out->pclntable = slice(from, GT_F_moduledata_pclntable);
    out->ftab = slice(from, GT_F_moduledata_ftab);
    out->data_mask = bitvector(from, GT_F_moduledata_gcdatamask);
    out->bss_mask = bitvector(from, GT_F_moduledata_gcbssmask);
}

static struct gt_error *damaged(const struct gt_module *module, const char *what)
{
    return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                       "the module data at 0x%" PRIx64
                                       " is damaged, or not of this Go version: %s",
                                       module->address, what),
                       module->address);
}

static struct gt_error *check_ranges(const struct gt_module *m)
{
    if (m->text > m->etext || m->minpc > m->maxpc || m->minpc < m->text)
        return damaged(m, "its text is out of order");
    if (m->noptrdata > m->enoptrdata || m->data > m->edata || m->bss > m->ebss ||
        m->noptrbss > m->enoptrbss)
        return damaged(m, "its data is out of order");
    if (m->types > m->etypes) return damaged(m, "its types are out of order");
    return NULL;
}

/* The table's bytes are in memory and contiguous, so that readers may index them. */
static struct gt_error *check_table(const struct gt_memory *mem, const struct gt_module *m,
                                    const char *name, const struct gt_slice *table,
                                    uint64_t elem_size)
{
    uint64_t bytes;
    if (table->len > table->cap || !gt_mul(table->len, elem_size, &bytes)) return damaged(m, name);
    if (!gt_mem_at(mem, table->ptr, bytes))
        return gt_error_at(gt_error_create(GT_ERR_MISSING,
                                           "%s of the module at 0x%" PRIx64 " (%" PRIu64
                                           " bytes at 0x%" PRIx64 ") is not in memory: "
                                           "name the program's binary",
                                           name, m->address, bytes, table->ptr),
                           table->ptr);
    return NULL;
}

static struct gt_error *check_tables(const struct gt_memory *mem, const struct gt_module *m)
{
    const struct {
        const char *name;
        const struct gt_slice *table;
        uint64_t elem_size;
    } tables[] = {
        {"pclntable", &m->pclntable, 1},     {"ftab", &m->ftab, 8},       {"pctab", &m->pctab, 1},
        {"funcnametab", &m->funcnametab, 1}, {"filetab", &m->filetab, 1}, {"cutab", &m->cutab, 4},
    };
    struct gt_error *error = NULL;
    for (size_t i = 0; !error && i < sizeof tables / sizeof tables[0]; i++)
        error = check_table(mem, m, tables[i].name, tables[i].table, tables[i].elem_size);
    return error;
}

/* A mask has a bit for each word of its range. Before the runtime starts there is no mask yet. In a
 * truncated core its bytes may be missing: the reader of the globals checks that. */
static struct gt_error *check_mask(const struct gt_module *m, const char *name,
                                   const struct gt_bitvector *mask, uint64_t range)
{
    return mask->bits > (range + 7) / 8 ? damaged(m, name) : NULL;
}

static struct gt_error *check(const struct gt_memory *mem, const struct gt_module *m)
{
    struct gt_error *error = check_ranges(m);
    if (!error) error = check_tables(mem, m);
    if (!error) error = check_mask(m, "gcdatamask", &m->data_mask, m->edata - m->data);
    if (!error) error = check_mask(m, "gcbssmask", &m->bss_mask, m->ebss - m->bss);
    return error;
}

struct gt_error *gt_module_read(const struct gt_layout *layout, const struct gt_memory *mem,
                                uint64_t address, struct gt_module *out)
{
    *out = (struct gt_module){.address = address};
    if (!offsets_fit(layout)) return damaged(out, "its fields lie outside it");
    struct reader from = {layout, mem, gt_mem_at(mem, address, layout->size[GT_S_moduledata])};
    if (!from.bytes)
        return gt_error_at(
            gt_error_create(GT_ERR_MISSING,
                            "expected the program's data in the core, found no memory for the "
                            "module data at 0x%" PRIx64 "; take the core with all anonymous memory "
                            "(coredump_filter 0x33)",
                            address),
            address);
    read_ranges(&from, out);
    read_tables(&from, out);
    return check(mem, out);
}
