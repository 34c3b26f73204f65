/* One symbol table of an ELF file: symbols by name through a hash table, and by address through a
 * sorted list of the types that are used. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/search.h"

#include <stdlib.h>

static Elf64_Sym symbol_at(const struct gt_symbol_table *table, uint64_t index)
{
    Elf64_Sym symbol;

    memcpy(&symbol, table->symbols + index * sizeof symbol, sizeof symbol);
    return symbol;
}

static const char *name_of(const struct gt_symbol_table *table, const Elf64_Sym *symbol)
{
    return symbol->st_name < table->names_size ? table->names + symbol->st_name : "";
}

/* The values of thread-local symbols are offsets, not addresses. */
static bool has_address(const Elf64_Sym *symbol)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    return symbol->st_shndx != SHN_UNDEF &&
           (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC);
}

/* The slot of that name, or the free slot where it would be. At least half of the slots are
 * free. */
static uint32_t *slot_of(const struct gt_symbol_table *table, const char *name)
{
    for (uint64_t i = gt_hash_bytes(table->seed, name, strlen(name));; i++) {
        uint32_t *slot = &table->slots[i & table->mask];
        if (*slot == 0) return slot;
        Elf64_Sym symbol = symbol_at(table, *slot - 1);
        if (strcmp(name_of(table, &symbol), name) == 0) return slot;
    }
}

/* Of symbols with one name, a global one is preferred, else the first. */
static void add(struct gt_symbol_table *table, uint32_t index)
{
    Elf64_Sym symbol = symbol_at(table, index);
    const char *name = name_of(table, &symbol);

    if (!has_address(&symbol) || !*name) return;
    uint32_t *slot = slot_of(table, name);
    if (*slot == 0 || ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL) *slot = index + 1;
}

static void fill(struct gt_symbol_table *table)
{
    uint64_t cap = 16;

    while (cap < 2 * table->count)
        cap *= 2;
    table->mask = cap - 1;
    table->seed = gt_hash_seed();
    table->slots = gt_calloc(cap, sizeof *table->slots);
    for (uint64_t i = 0; i < table->count; i++)
        add(table, (uint32_t)i);
}

/* If the last name of a table has no NUL, the table is used up to the last one that has. */
static uint64_t ended_size(const struct gt_section *names)
{
    const unsigned char *nul = memrchr(names->bytes, '\0', names->file_size);
    return nul ? (uint64_t)(nul - names->bytes) + 1 : 0;
}

void gt_symbol_table_init(struct gt_symbol_table *table, const struct gt_section *symbols,
                          const struct gt_section *names)
{
    *table = (struct gt_symbol_table){0};
    if (!symbols || !names || !symbols->bytes || !names->bytes) return;
    table->symbols = symbols->bytes;
    table->count = symbols->file_size / sizeof(Elf64_Sym);
    table->names = (const char *)names->bytes;
    table->names_size = ended_size(names);
    if (table->count >= UINT32_MAX) table->count = 0;
    fill(table);
}

void gt_symbol_table_deinit(struct gt_symbol_table *table)
{
    gt_free(table->slots);
    gt_free(table->functions.list);
    gt_free(table->variables.list);
}

bool gt_symbol_table_find(const struct gt_symbol_table *table, const char *name, Elf64_Sym *symbol)
{
    if (!table->slots || !*name) return false;
    const uint32_t *slot = slot_of(table, name);
    if (*slot == 0) return false;
    *symbol = symbol_at(table, *slot - 1);
    return true;
}

void gt_symbol_table_each(const struct gt_symbol_table *table, const char *part,
                          gt_symbol_table_fn *visit, void *ctx)
{
    for (uint64_t i = 0; table->slots && i < table->count; i++) {
        Elf64_Sym symbol = symbol_at(table, i);
        const char *name = name_of(table, &symbol);
        if (has_address(&symbol) && strstr(name, part)) visit(ctx, name, &symbol);
    }
}

/* ---- by address ----------------------------------------------------------------------------- */

static bool has_type(const struct gt_symbol_table *table, const Elf64_Sym *symbol, unsigned type)
{
    return ELF64_ST_TYPE(symbol->st_info) == type && symbol->st_shndx != SHN_UNDEF &&
           symbol->st_shndx != SHN_ABS && *name_of(table, symbol);
}

/* Of names for one address, the last in this order is used. A symbol with a size, then a global
 * one, then the first in the table comes last. */
static int by_address(const void *a, const void *b, void *ctx)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    Elf64_Sym x = symbol_at(ctx, left), y = symbol_at(ctx, right);
    bool global_x = ELF64_ST_BIND(x.st_info) == STB_GLOBAL;
    bool global_y = ELF64_ST_BIND(y.st_info) == STB_GLOBAL;

    if (x.st_value != y.st_value) return x.st_value < y.st_value ? -1 : 1;
    if (!x.st_size != !y.st_size) return x.st_size ? 1 : -1;
    if (global_x != global_y) return global_x ? 1 : -1;
    return left < right ? 1 : -1;
}

static void order(struct gt_symbol_table *table, unsigned type, struct gt_symbol_order *out)
{
    struct gt_u32s found = {0};

    for (uint32_t i = 0; i < table->count; i++) {
        Elf64_Sym symbol = symbol_at(table, i);
        if (has_type(table, &symbol, type)) gt_u32s_add(&found, i);
    }
    gt_u32s_reserve(&found, 1); /* marks it as sorted, even if it is empty */
    qsort_r(found.at, found.len, sizeof(uint32_t), by_address, table);
    *out = (struct gt_symbol_order){found.at, found.len};
}

struct ordered {
    const struct gt_symbol_table *table;
    const struct gt_symbol_order *by;
};

static uint64_t symbol_address(const void *ctx, size_t index)
{
    const struct ordered *ordered = ctx;

    return symbol_at(ordered->table, ordered->by->list[index]).st_value;
}

bool gt_symbol_table_at(struct gt_symbol_table *table, unsigned type, uint64_t addr,
                        Elf64_Sym *symbol, const char **name)
{
    struct gt_symbol_order *by = type == STT_FUNC ? &table->functions : &table->variables;

    if (!by->list) order(table, type, by);
    struct ordered ordered = {table, by};
    size_t up_to = gt_upper_bound(&ordered, 0, by->count, addr, symbol_address);
    if (up_to == 0) return false;
    *symbol = symbol_at(table, by->list[up_to - 1]);
    *name = name_of(table, symbol);
    return symbol->st_size == 0 || addr - symbol->st_value < symbol->st_size;
}
