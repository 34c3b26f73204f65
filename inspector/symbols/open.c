/* Opens the debug information of an ELF file, and answers queries about layouts from it. */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

bool gt_dwarf_type_size(void *ctx, const char *type, uint64_t *size)
{
    struct gt_dwarf *dwarf = ctx;
    uint64_t offset = 0;
    if (!gt_index_find(dwarf, &dwarf->index.types, type, &offset)) return false;
    const struct gt_type_info *info = gt_type_info(dwarf, offset);
    if (info) *size = info->size;
    return info;
}

struct gt_linked_type gt_linked_type_named(struct gt_dwarf *dwarf, const char *type)
{
    uint64_t offset = 0;

    gt_index_find(dwarf, &dwarf->index.types, type, &offset);
    return gt_linked_type(dwarf, offset);
}

static bool type_named(void *ctx, const char *type, struct gt_type_ref *out)
{
    struct gt_linked_type linked = gt_linked_type_named(ctx, type);

    *out = gt_loaded_type(ctx, &linked);
    return out->rtype || out->debug;
}

bool gt_dwarf_constant(void *ctx, const char *name, int64_t *value)
{
    struct gt_dwarf *dwarf = ctx;
    uint64_t offset = 0;
    Dwarf_Die die;
    if (!gt_index_find(dwarf, &dwarf->index.constants, name, &offset) ||
        !gt_die_at(&dwarf->reader, offset, &die))
        return false;
    bool found = gt_die_signed(&dwarf->reader, die, DW_AT_const_value, value);
    gt_die_deinit(die);
    return found;
}

static struct gt_facts facts_of(struct gt_dwarf *dwarf)
{
    return (struct gt_facts){.ctx = dwarf,
                             .field = gt_dwarf_field,
                             .type_size = gt_dwarf_type_size,
                             .type_named = type_named,
                             .constant = gt_dwarf_constant,
                             .global = gt_dwarf_global,
                             .describe = gt_dwarf_describe};
}

static struct gt_error *open_library(struct gt_dwarf *dwarf, const char *name)
{
    const char *why = "";
    struct gt_dwarf_source source = gt_debug_sections_source(dwarf->sections);
    dwarf->lib = gt_libdwarf_open(&source, &why);
    if (!dwarf->lib)
        return gt_error_in_file(GT_ERR_MISSING, name,
                                "expected DWARF debug information, found none that can be read "
                                "(%s); build without -ldflags=-w or -s",
                                why);
    dwarf->reader.debug = gt_libdwarf_debug(dwarf->lib);
    return NULL;
}

/* Most questions need no lists, which are a third of the debug information. libdwarf takes either
 * all sections or none of a kind when it reads the first unit, so it starts anew for them. */
void gt_dwarf_use_lists(struct gt_dwarf *dwarf)
{
    struct gt_libdwarf *before = dwarf->lib;

    if (!gt_debug_sections_show_lists(dwarf->sections)) return;
    struct gt_error *error = open_library(dwarf, "");
    if (error) {
        gt_error_destroy(error);
        dwarf->lib = before;
        dwarf->reader.faults++;
        return;
    }
    gt_libdwarf_close(before);
}

struct gt_error *gt_dwarf_open_file(const char *name, const unsigned char *file, uint64_t size,
                                    uint64_t bias, struct gt_dwarf **out)
{
    struct gt_dwarf *dwarf = gt_calloc(1, sizeof *dwarf);
    struct gt_error *error = gt_debug_sections_open(file, size, &dwarf->sections);

    error = gt_error_file(gt_error_prefix(error, "%s", name), name);
    if (!error) error = open_library(dwarf, name);
    if (error) {
        gt_dwarf_close(dwarf);
        return error;
    }
    dwarf->bias = bias;
    dwarf->facts = facts_of(dwarf);
    gt_call_check();
    *out = dwarf;
    return NULL;
}

struct gt_error *gt_dwarf_open(const struct gt_binary *binary, struct gt_dwarf **out)
{
    uint64_t size = 0;
    const unsigned char *file = gt_binary_file(binary, &size);
    return gt_dwarf_open_file(gt_binary_path(binary), file, size, gt_binary_bias(binary), out);
}

static void forget(struct gt_map *cache)
{
    gt_map_deinit(cache);
    *cache = (struct gt_map){0};
}

void gt_dwarf_close(struct gt_dwarf *dwarf)
{
    if (!dwarf) return;
    gt_index_deinit(&dwarf->index);
    gt_map_deinit(&dwarf->infos);
    gt_map_deinit(&dwarf->members);
    gt_map_deinit(&dwarf->descriptions);
    gt_map_deinit(&dwarf->frames);
    gt_libdwarf_close(dwarf->lib);
    gt_debug_sections_close(dwarf->sections);
    gt_kept_facts_deinit(&dwarf->kept);
    gt_arena_deinit(&dwarf->arena);
    gt_free(dwarf);
}

/* What was returned before stays in the arena. Later queries get the new references. */
void gt_dwarf_set_types_base(struct gt_dwarf *dwarf, uint64_t types_base)
{
    dwarf->types_base = types_base;
    forget(&dwarf->descriptions);
    forget(&dwarf->frames);
    dwarf->globals = NULL;
}

void gt_dwarf_set_threads(struct gt_dwarf *dwarf, unsigned threads)
{
    dwarf->threads = threads;
}

/* With a kept list of globals, most other answers are kept, too. */
void gt_dwarf_read_ahead(struct gt_dwarf *dwarf)
{
    struct gt_byte_reader globals;

    if (gt_recall_list(dwarf, GT_ALL_GLOBALS, 0, &globals)) return;
    gt_debug_sections_read_ahead(dwarf->sections, dwarf->threads ? dwarf->threads - 1 : 0);
}

size_t gt_dwarf_faults(const struct gt_dwarf *dwarf)
{
    return dwarf->reader.faults + gt_debug_sections_lost(dwarf->sections);
}

const struct gt_facts *gt_dwarf_facts(struct gt_dwarf *dwarf)
{
    return &dwarf->facts;
}
