/* Reads all code once. When a function refers to the rtype of a struct and then to a function, the
 * two are paired. The pairs are sorted by function, and a map keeps the types that were found. */
#include "inspector/runtime/functions/closures.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/numbers.h"
#include "inspector/base/search.h"
#include "inspector/runtime/process/code_references.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    WORD = 8,
    RTYPE_KIND = 23, /* abi.Type.Kind_ */
    KIND_MASK = 31,
    MAX_CAPTURED = 64,        /* captured variables with names */
    MOST_READ_ONLY = 1 << 28, /* bytes of read-only data that are searched */
};

struct made { /* the code makes a closure of this function with this type */
    uint64_t entry, rtype;
};

struct gt_closures {
    struct gt_process *process;
    unsigned threads;
    struct gt_vec made;  /* struct made, by function; filled by the first query, as is the next */
    struct gt_u64s used; /* rtypes of structs, arrays and slices that the code refers to, sorted */
    struct gt_map types; /* entry -> type + 1 */
    bool read;
};

struct gt_closures *gt_closures_create(struct gt_process *process, unsigned threads)
{
    struct gt_closures *closures = gt_calloc(1, sizeof *closures);

    closures->process = process;
    closures->threads = threads;
    closures->made = GT_VEC_OF(struct made);
    return closures;
}

void gt_closures_destroy(struct gt_closures *closures)
{
    if (!closures) return;
    gt_vec_deinit(&closures->made);
    gt_u64s_deinit(&closures->used);
    gt_map_deinit(&closures->types);
    gt_free(closures);
}

/* ---- the code that makes closures ---------------------------------------------------------- */

/* The kind of the type whose rtype is there; 0 when there is none. */
static uint8_t kind_at(const struct gt_process *process, uint64_t addr)
{
    uint8_t kind = 0;

    if (addr % WORD) return 0;
    for (size_t i = 0; i < process->module_count; i++)
        if (addr >= process->modules[i].types && addr < process->modules[i].etypes)
            return gt_mem_u8(process->mem, addr + RTYPE_KIND, &kind) ? kind & KIND_MASK : 0;
    return 0;
}

static bool is_used(uint8_t kind)
{
    return kind == GT_T_STRUCT || kind == GT_T_ARRAY || kind == GT_T_SLICE;
}

static void add_note(struct gt_code_notes *notes, uint64_t entry, uint64_t rtype)
{
    gt_vec_add(&notes->list, &(struct made){entry, rtype});
}

/* `kept` is the rtype of a struct that the function referred to last. A note without an entry is of
 * an rtype that is used. */
static void pair(const void *process, struct gt_code_notes *notes, uint64_t function,
                 uint64_t target)
{
    uint8_t kind = kind_at(process, target);

    (void)function;
    if (kind == GT_T_STRUCT) notes->kept = target;
    if (is_used(kind)) add_note(notes, 0, target);
    if (!notes->kept || !gt_process_is_entry(process, target)) return;
    add_note(notes, target, notes->kept);
    notes->kept = 0;
}

static void take_note(struct gt_closures *closures, const struct made *noted)
{
    if (noted->entry)
        gt_vec_add(&closures->made, noted);
    else
        gt_u64s_add(&closures->used, noted->rtype);
}

static int by_entry(const void *a, const void *b)
{
    const struct made *left = a, *right = b;

    return (left->entry > right->entry) - (left->entry < right->entry);
}

/* Dictionaries of generic code are in the read-only data after the types, before the function
 * table. Other words of that data that look like rtypes do no harm. */
static void read_dictionaries(struct gt_closures *closures, const struct gt_module *module)
{
    const struct gt_memory *mem = closures->process->mem;
    uint64_t addr = (module->etypes + WORD - 1) & ~(uint64_t)(WORD - 1), target;

    if (module->pcheader < addr || module->pcheader - addr > MOST_READ_ONLY) return;
    for (; addr < module->pcheader; addr += WORD)
        if (gt_mem_u64(mem, addr, &target) && target >= module->types && target < module->etypes &&
            is_used(kind_at(closures->process, target)))
            gt_u64s_add(&closures->used, target);
}

static void read_code(struct gt_closures *closures)
{
    struct gt_vec notes = GT_VEC_OF(struct made);

    if (closures->read) return;
    closures->read = true;
    gt_code_references(closures->process, closures->threads, pair, closures->process, &notes);
    for (size_t i = 0; i < notes.len; i++)
        take_note(closures, gt_vec_at(&notes, i));
    gt_vec_deinit(&notes);
    for (size_t i = 0; i < closures->process->module_count; i++)
        read_dictionaries(closures, &closures->process->modules[i]);
    if (closures->made.len)
        qsort(closures->made.data, closures->made.len, sizeof(struct made), by_entry);
    gt_u64s_sort(&closures->used);
}

bool gt_code_refers_to(struct gt_closures *closures, uint64_t rtype)
{
    read_code(closures);
    size_t place = gt_u64s_below(&closures->used, rtype);
    return place < closures->used.len && closures->used.at[place] == rtype;
}

/* ---- types --------------------------------------------------------------------------------- */

static bool is_closure(const struct gt_type *type)
{
    static const char head[] = "struct { F uintptr; ";

    return strncmp(type->name, head, sizeof head - 1) == 0 && type->field_count > 1;
}

static const struct made *made_at(const struct gt_closures *closures, size_t index)
{
    return gt_vec_at(&closures->made, index);
}

static uint64_t entry_of(const void *closures, size_t index)
{
    return made_at(closures, index)->entry;
}

static size_t first_made(const struct gt_closures *closures, uint64_t entry)
{
    return gt_lower_bound(closures, 0, closures->made.len, entry, entry_of);
}

/* The type of the function's closures, if all of them agree. */
static gt_type_id agreed(const struct gt_closures *closures, uint64_t entry)
{
    struct gt_types *types = closures->process->types;
    gt_type_id found = GT_NO_TYPE;

    for (size_t i = first_made(closures, entry);
         i < closures->made.len && made_at(closures, i)->entry == entry; i++) {
        gt_type_id type = gt_types_at(types, made_at(closures, i)->rtype);
        if (!type || !is_closure(gt_types_get(types, type))) continue;
        if (found && found != type) return GT_NO_TYPE;
        found = type;
    }
    return found;
}

struct namer {
    const struct gt_type *type;
    const char *names[MAX_CAPTURED];
};

/* The name of a captured variable. The compiler names them X0, X1 and so on; before Go 1.21 it used
 * the variable's name. */
static const char *plain_name(struct gt_process *process, const char *field)
{
    if (strcmp(field, "R") == 0) return "receiver";
    if (field[0] != 'X' || !isdigit((unsigned char)field[1])) return NULL;
    return gt_arena_format(&process->names, "captured%s", field + 1);
}

static void name_field(void *ctx, const struct gt_captured *captured)
{
    struct namer *namer = ctx;

    for (size_t i = 1; i < namer->type->field_count && i < MAX_CAPTURED; i++)
        if (namer->type->fields[i].offset == captured->offset) namer->names[i] = captured->name;
}

static gt_type_id named(const struct gt_closures *closures, gt_type_id type, uint64_t entry)
{
    struct gt_process *process = closures->process;
    struct namer namer = {.type = gt_types_get(process->types, type)};

    if (namer.type->field_count > MAX_CAPTURED) return type;
    for (size_t i = 1; i < namer.type->field_count; i++)
        namer.names[i] = plain_name(process, namer.type->fields[i].name);
    if (process->dwarf) gt_dwarf_captured(process->dwarf, entry, name_field, &namer);
    return gt_types_renamed(process->types, type, gt_process_function(process, entry), namer.names);
}

gt_type_id gt_closure_type(struct gt_closures *closures, uint64_t entry)
{
    bool added;

    if (!gt_process_is_entry(closures->process, entry)) return GT_NO_TYPE;
    uint64_t *known = gt_map_put(&closures->types, entry, &added);
    if (!added) return (gt_type_id)(*known - 1);
    read_code(closures);
    gt_type_id type = agreed(closures, entry);
    if (type) type = named(closures, type, entry);
    *known = (uint64_t)type + 1;
    return type;
}
