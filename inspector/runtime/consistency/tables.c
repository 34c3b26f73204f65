/* Checks what the runtime made of the linker's tables as the program began, or with its first use:
 * the masks of a module's variables (runtime/symtab.go, modulesinit), and method tables (iface.go).
 */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

enum {
    WORD = 8,
    MOST_BYTES = 64 << 20, /* of variables, whose mask is made again */
    TABLE_HEAD = 16,       /* itabTableType: size and count, then the entries */
    MOST_TABLES = 1 << 20,
    ITAB_FUN = 24, /* abi.ITab: Inter, Type, Hash, Fun */
};

/* ---- masks ---------------------------------------------------------------------------------- */

static bool same_bits(const unsigned char *a, const unsigned char *b, uint64_t count)
{
    unsigned char last = (unsigned char)((1u << count % 8) - 1);

    return memcmp(a, b, count / 8) == 0 && (!last || !((a[count / 8] ^ b[count / 8]) & last));
}

/* The linker writes the mask as a program, which leads to the mask that the collector reads. */
static bool mask_agrees(const struct gt_process *process, uint64_t program, uint64_t bytes,
                        const struct gt_bitvector *mask)
{
    uint64_t words = bytes / WORD, size = (words + 7) / 8, addr;
    const unsigned char *made = gt_mem_at(process->mem, mask->data, size);

    if (!words || bytes > MOST_BYTES || !made || mask->bits < words ||
        !gt_mem_u64(process->mem, program, &addr))
        return true;
    unsigned char *again = gt_calloc(size, 1);
    bool agrees = gt_types_run_module_program(process->mem, addr, words, again) &&
                  same_bits(made, again, words);
    gt_free(again);
    return agrees;
}

/* moduledata has gcdata and gcbss, the programs, before `types`. */
static void check_masks(struct gt_process *process, const struct gt_module *module)
{
    uint64_t types = module->address + gt_off(&process->layout, GT_F_moduledata_types);
    bool data =
        mask_agrees(process, types - 2 * WORD, module->edata - module->data, &module->data_mask);
    bool bss = mask_agrees(process, types - WORD, module->ebss - module->bss, &module->bss_mask);

    gt_contradict(&process->contradictions, GT_CONTRADICTION_MASKS, !data + !bss, module->address);
}

/* ---- method tables -------------------------------------------------------------------------- */

/* Methods that nothing calls are left out of the program. The linker puts the linked address of
 * runtime.unreachableMethod in their place, which the loader of a PIE does not move. */
static bool is_left_out(const struct gt_process *process, uint64_t method)
{
    uint64_t moved = process->binary ? method + gt_binary_bias(process->binary) : method;

    return moved != method &&
           strcmp(gt_process_function(process, moved), "runtime.unreachableMethod") == 0;
}

/* A type that lacks a method has 0 for its first one. */
static bool is_table(const struct gt_process *process, uint64_t table)
{
    uint64_t method;

    return gt_itab_repeats_hash(process->mem, table) &&
           gt_mem_u64(process->mem, table + ITAB_FUN, &method) &&
           (!method || gt_process_is_entry(process, method) || is_left_out(process, method));
}

static void check_tables(struct gt_process *process)
{
    uint64_t list, places, table;
    struct gt_error *error = gt_process_global(process, "runtime.itabTable", &list);
    bool known = !error;

    gt_error_destroy(error);
    if (!known || !gt_mem_u64(process->mem, list, &list) ||
        !gt_mem_u64(process->mem, list, &places))
        return;
    for (uint64_t i = 0; i < places && i < MOST_TABLES; i++) {
        if (!gt_mem_u64(process->mem, list + TABLE_HEAD + i * WORD, &table)) return;
        if (table && !is_table(process, table))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_METHOD_TABLES, 1, table);
    }
}

void gt_consistency_of_tables(struct gt_process *process)
{
    for (size_t i = 0; i < process->module_count; i++)
        check_masks(process, &process->modules[i]);
    check_tables(process);
}
