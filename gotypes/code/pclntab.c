/* Finds a function by binary search in ftab, by the offset of its code. A value at a pc is found by
 * a walk over pairs of deltas, from the function's entry on. The magic number decides how large the
 * records are. */
#include "gotypes/code/pclntab_internal.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/search.h"

#include <inttypes.h>

/* symtab.go: the magic of Go 1.18 and 1.19, and of 1.20 to 1.27. */
static const uint32_t MAGIC_118 = 0xfffffff0, MAGIC_120 = 0xfffffff1;
enum { FTAB_ENTRY = 8 }; /* functab: entryoff u32, funcoff u32 */

/* ---- opening ---- */

static struct gt_table resolve(const struct gt_memory *mem, const struct gt_slice *from,
                               uint64_t elem_size)
{
    struct gt_table table = {NULL, 0};
    if (gt_mul(from->len, elem_size, &table.size))
        table.bytes = gt_mem_at(mem, from->ptr, table.size);
    if (!table.bytes) table.size = 0;
    return table;
}

/* The header names the format. The shapes of records follow from it, not from the version. */
static struct gt_error *read_header(struct gt_pclntab *tab, const struct gt_go_version *version)
{
    const unsigned char *header = gt_mem_at(tab->mem, tab->module->pcheader, 8);
    uint32_t magic = header ? gt_load32(header) : 0;
    if (magic != MAGIC_118 && magic != MAGIC_120)
        return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                           "no function table of %s at 0x%" PRIx64
                                           ": magic is 0x%x, expected 0x%x",
                                           version->text, tab->module->pcheader, (unsigned)magic,
                                           (unsigned)MAGIC_120),
                           tab->module->pcheader);
    tab->record_size = magic == MAGIC_118 ? 40 : 44;
    tab->call_size = magic == MAGIC_118 ? 20 : 16;
    tab->quantum = header[6];
    if (header[7] != 8 || (tab->quantum != 1 && tab->quantum != 4))
        return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                           "the function table at 0x%" PRIx64
                                           " is not of a 64-bit program",
                                           tab->module->pcheader),
                           tab->module->pcheader);
    return NULL;
}

struct gt_error *gt_pclntab_open(const struct gt_memory *mem, const struct gt_module *module,
                                 const struct gt_go_version *version, struct gt_pclntab **out)
{
    struct gt_pclntab tab = {.mem = mem, .module = module};
    struct gt_error *error = read_header(&tab, version);
    if (error) return error;
    tab.ftab = resolve(mem, &module->ftab, FTAB_ENTRY);
    tab.pclntable = resolve(mem, &module->pclntable, 1);
    tab.pctab = resolve(mem, &module->pctab, 1);
    tab.names = resolve(mem, &module->funcnametab, 1);
    tab.files = resolve(mem, &module->filetab, 1);
    tab.cutab = resolve(mem, &module->cutab, 4);
    if (!tab.ftab.size || !tab.pclntable.size)
        return gt_error_at(gt_error_create(GT_ERR_MISSING,
                                           "the function table at 0x%" PRIx64 " is not in memory",
                                           module->pcheader),
                           module->pcheader);
    tab.count = tab.ftab.size / FTAB_ENTRY - 1; /* the last entry is the end of the text */
    *out = gt_alloc(sizeof **out);
    **out = tab;
    return NULL;
}

void gt_pclntab_close(struct gt_pclntab *tab)
{
    gt_free(tab);
}

/* ---- functions ---- */

size_t gt_pclntab_count(const struct gt_pclntab *tab)
{
    return tab->count;
}

static uint32_t entry_off(const struct gt_pclntab *tab, size_t index)
{
    return gt_load32(tab->ftab.bytes + index * FTAB_ENTRY);
}

static uint32_t record_off(const struct gt_pclntab *tab, size_t index)
{
    return gt_load32(tab->ftab.bytes + index * FTAB_ENTRY + 4);
}

/* runtime2.go: type _func. 1.19 has no startLine, so what follows it lies 4 bytes earlier. */
static void decode(const struct gt_pclntab *tab, const unsigned char *record, struct gt_func *out)
{
    const unsigned char *tail = record + tab->record_size - 4;
    out->name_off = gt_load32(record + 4);
    out->args = gt_load32(record + 8);
    out->deferreturn = gt_load32(record + 12);
    out->pcsp = gt_load32(record + 16);
    out->pcfile = gt_load32(record + 20);
    out->pcln = gt_load32(record + 24);
    out->npcdata = gt_load32(record + 28);
    out->cu_offset = gt_load32(record + 32);
    out->start_line = tab->record_size == 44 ? gt_load32(record + 36) : 0;
    out->id = tail[0];
    out->flag = tail[1];
    out->nfuncdata = tail[3];
}

bool gt_func_at(const struct gt_pclntab *tab, size_t index, struct gt_func *out)
{
    if (index >= tab->count) return false;
    uint64_t at = record_off(tab, index), size = tab->pclntable.size;
    uint32_t start = entry_off(tab, index), end = entry_off(tab, index + 1);
    if (at > size || size - at < tab->record_size || end < start ||
        gt_load32(tab->pclntable.bytes + at) != start)
        return false;
    decode(tab, tab->pclntable.bytes + at, out);
    out->entry = tab->module->text + start;
    out->end = tab->module->text + end;
    out->record = tab->module->pclntable.ptr + at;
    uint64_t words = (uint64_t)out->npcdata + out->nfuncdata;
    return words <= (size - at - tab->record_size) / 4;
}

static uint64_t entry_key(const void *tab, size_t index)
{
    return entry_off(tab, index);
}

bool gt_func_find(const struct gt_pclntab *tab, uint64_t pc, struct gt_func *out)
{
    if (pc < tab->module->minpc || pc >= tab->module->maxpc || pc - tab->module->text > UINT32_MAX)
        return false;
    uint32_t offset = (uint32_t)(pc - tab->module->text);
    if (!tab->count || offset < entry_off(tab, 0) || offset >= entry_off(tab, tab->count))
        return false;
    return gt_func_at(tab, gt_upper_bound(tab, 1, tab->count, offset, entry_key) - 1, out);
}

const char *gt_table_text(const struct gt_table *table, uint64_t offset)
{
    if (offset >= table->size || !memchr(table->bytes + offset, 0, table->size - offset))
        return NULL;
    return (const char *)table->bytes + offset;
}

const char *gt_func_name(const struct gt_pclntab *tab, const struct gt_func *func)
{
    const char *name = gt_table_text(&tab->names, func->name_off);
    return name ? name : "?";
}

bool gt_func_named(const struct gt_pclntab *tab, const char *name, struct gt_func *out)
{
    for (size_t i = 0; i < tab->count; i++)
        if (gt_func_at(tab, i, out) && strcmp(gt_func_name(tab, out), name) == 0) return true;
    return false;
}

/* ---- pc-value tables ---- */

struct cursor {
    const unsigned char *at, *end;
};

static bool read_varint(struct cursor *from, uint32_t *out)
{
    uint32_t value = 0;
    for (unsigned shift = 0; from->at < from->end && shift < 35; shift += 7) {
        unsigned char byte = *from->at++;
        value |= shift < 32 ? (uint32_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80)) {
            *out = value;
            return true;
        }
    }
    return false;
}

/* symtab.go, step: pairs of a zigzag value delta and a pc delta. A value delta of zero, except the
 * first, ends the table. Each step reads at least two bytes, so the table's end bounds the walk. */
bool gt_pcvalue(const struct gt_pclntab *tab, const struct gt_func *func, uint32_t table,
                uint64_t pc, int32_t *out)
{
    if (table == 0 || table >= tab->pctab.size) return false;
    struct cursor from = {tab->pctab.bytes + table, tab->pctab.bytes + tab->pctab.size};
    uint32_t value = UINT32_MAX, value_delta, pc_delta;
    uint64_t reached = func->entry;
    while (read_varint(&from, &value_delta)) {
        if ((value_delta == 0 && reached != func->entry) || !read_varint(&from, &pc_delta))
            return false;
        value += -(value_delta & 1) ^ (value_delta >> 1);
        reached += (uint64_t)pc_delta * tab->quantum;
        if (pc < reached) {
            *out = (int32_t)value;
            return true;
        }
        if (reached > func->end) return false;
    }
    return false;
}

/* Walks a whole pc-value table. gt_pcvalue() stops at one pc. */
static void visit_runs(const struct gt_pclntab *tab, const struct gt_func *func, uint32_t table,
                       gt_run_fn *visit, void *ctx)
{
    struct cursor from = {tab->pctab.bytes + table, tab->pctab.bytes + tab->pctab.size};
    uint32_t value = UINT32_MAX, value_delta, pc_delta;
    uint64_t reached = func->entry;

    while (reached < func->end && read_varint(&from, &value_delta)) {
        uint64_t start = reached;
        if ((value_delta == 0 && start != func->entry) || !read_varint(&from, &pc_delta)) return;
        value += -(value_delta & 1) ^ (value_delta >> 1);
        reached += (uint64_t)pc_delta * tab->quantum;
        visit(ctx, start, reached < func->end ? reached : func->end, (int32_t)value);
    }
}

bool gt_func_spdelta(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                     int32_t *delta)
{
    return gt_pcvalue(tab, func, func->pcsp, pc, delta);
}

/* The words that follow a _func: npcdata of them, then nfuncdata. gt_func_at checked them. */
static bool trailing_word(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t index,
                          uint32_t *out)
{
    uint64_t at = func->record - tab->module->pclntable.ptr + tab->record_size + index * 4;
    if (at > tab->pclntable.size || tab->pclntable.size - at < 4) return false;
    *out = gt_load32(tab->pclntable.bytes + at);
    return true;
}

int32_t gt_func_pcdata(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table,
                       uint64_t pc)
{
    uint32_t start;
    int32_t value;
    if (table >= func->npcdata || !trailing_word(tab, func, table, &start) ||
        !gt_pcvalue(tab, func, start, pc, &value))
        return -1;
    return value;
}

void gt_func_pcdata_runs(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table,
                         gt_run_fn *visit, void *ctx)
{
    uint32_t start;
    if (table < func->npcdata && trailing_word(tab, func, table, &start) && start &&
        start < tab->pctab.size)
        visit_runs(tab, func, start, visit, ctx);
}

uint64_t gt_func_funcdata(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table)
{
    uint32_t offset;
    if (table >= func->nfuncdata ||
        !trailing_word(tab, func, (uint64_t)func->npcdata + table, &offset) || offset == UINT32_MAX)
        return 0;
    return tab->module->gofunc + offset;
}
