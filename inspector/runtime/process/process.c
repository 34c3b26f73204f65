/* Answers what all of runtime/ asks: what is lost, variables by name and by address, strings and
 * slices whose bytes are all there, and functions by the address of their code. */
#include "inspector/runtime/process/process.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/search.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LINES = 100, /* lines for one kind of evidence; more are only counted */
};

void gt_process_lost(struct gt_process *process, enum gt_evidence of, const char *format, ...)
{
    char line[1024];
    va_list args;

    if (process->lost[of]++ >= MAX_LINES) return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    const char *kept = gt_arena_strndup(&process->names, line, strlen(line));
    gt_vec_add(&process->losses, &kept);
}

static const char *name_lost(const uint64_t *lost, struct gt_arena *storage)
{
    static const char *const of[GT_EVIDENCE] = {
        [GT_OF_HEAP] = "parts of the heap",
        [GT_OF_GLOBALS] = "some global variables",
        [GT_OF_GOROUTINES] = "some goroutines or their stacks",
        [GT_OF_SPECIALS] = "some finalizers or cleanups",
    };
    const char *all = NULL;

    for (int i = 0; i < GT_EVIDENCE; i++)
        if (of[i] && lost[i]) all = all ? gt_arena_format(storage, "%s, %s", all, of[i]) : of[i];
    return all;
}

const char *gt_process_lacks(const struct gt_process *process, struct gt_arena *storage)
{
    return name_lost(process->lost, storage);
}

const char *gt_process_lacks_memory(const struct gt_process *process, struct gt_arena *storage)
{
    uint64_t lost[GT_EVIDENCE];

    memcpy(lost, process->lost, sizeof lost);
    lost[GT_OF_GOROUTINES] -= process->unwalked;
    return name_lost(lost, storage);
}

const char *gt_process_doubt(const struct gt_process *process, struct gt_arena *storage)
{
    const char *name = gt_contradictions_name(&process->contradictions, storage);

    if (process->binary_doubt) return process->binary_doubt;
    return name ? gt_arena_format(storage, "the core contradicts itself: %s", name) : NULL;
}

struct gt_error *gt_process_global(const struct gt_process *process, const char *name,
                                   uint64_t *addr)
{
    struct gt_debug_global global;
    uint64_t size;

    if (process->facts && process->facts->global(process->facts->ctx, name, &global)) {
        *addr = global.addr;
        return NULL;
    }
    if (gt_binary_symbol(process->binary, name, addr, &size)) return NULL;
    return gt_error_in_file(GT_ERR_MISSING, gt_binary_path(process->binary),
                            "expected the variable %s in its symbols, found none; give a binary "
                            "that was not stripped",
                            name);
}

bool gt_process_is_static(const struct gt_process *process, uint64_t addr)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        const uint64_t bounds[][2] = {{module->noptrdata, module->enoptrdata},
                                      {module->data, module->edata},
                                      {module->bss, module->ebss},
                                      {module->noptrbss, module->enoptrbss}};
        for (size_t j = 0; j < sizeof bounds / sizeof *bounds; j++)
            if (addr >= bounds[j][0] && addr < bounds[j][1]) return true;
    }
    return false;
}

static uint64_t address_of(const void *globals, size_t index)
{
    return ((const struct gt_debug_global *)globals)[index].addr;
}

struct gt_globals gt_process_globals(const struct gt_process *process)
{
    struct gt_globals globals = {0};

    if (process->dwarf) globals.list = gt_dwarf_globals(process->dwarf, &globals.count);
    return globals;
}

size_t gt_process_globals_up_to(const struct gt_process *process, uint64_t addr)
{
    struct gt_globals globals = gt_process_globals(process);

    return gt_upper_bound(globals.list, 0, globals.count, addr, address_of);
}

const struct gt_debug_global *gt_process_global_at(const struct gt_process *process, uint64_t addr)
{
    size_t count = gt_process_globals_up_to(process, addr);

    if (count == 0) return NULL;
    const struct gt_debug_global *global = &gt_process_globals(process).list[count - 1];
    return addr - global->addr < global->size ? global : NULL;
}

bool gt_process_slice(const struct gt_process *process, uint64_t addr, uint64_t elem_size,
                      struct gt_slice *out)
{
    uint64_t words[3], bytes;

    if (!gt_mem_read(process->mem, addr, words, sizeof words)) return false;
    *out = (struct gt_slice){words[0], words[1], words[2]};
    if (out->len > out->cap || !gt_mul(out->len, elem_size, &bytes)) return false;
    return bytes == 0 || gt_mem_at(process->mem, out->ptr, bytes) != NULL;
}

const char *gt_process_string(struct gt_process *process, uint64_t header, uint64_t max)
{
    uint64_t words[2];

    if (!gt_mem_read(process->mem, header, words, sizeof words)) return NULL;
    if (words[1] == 0) return "";
    uint64_t len = words[1] < max ? words[1] : max;
    const unsigned char *bytes = gt_mem_at(process->mem, words[0], len);
    return bytes ? gt_arena_strndup(&process->names, (const char *)bytes, len) : NULL;
}

const char *gt_process_function(const struct gt_process *process, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, pc, &tab, &func) ? gt_func_name(tab, &func) : "?";
}

bool gt_process_is_in(const struct gt_process *process, uint64_t pc, const char *function)
{
    const char *name = gt_process_function(process, pc);
    size_t length = strlen(function);

    return strncmp(name, function, length) == 0 &&
           (!name[length] || strcmp(name + length, ".abi0") == 0);
}

uint64_t gt_process_stack_end(const struct gt_process *process, uint64_t sp)
{
    uint64_t room = 0;

    return process->mem->map(process->mem->ctx, sp, &room) ? sp + room : sp;
}

bool gt_process_is_entry(const struct gt_process *process, uint64_t addr)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, addr, &tab, &func) && func.entry == addr;
}

const char *gt_process_closure(const struct gt_process *process, uint64_t funcval)
{
    uint64_t pc;

    return gt_mem_u64(process->mem, funcval, &pc) ? gt_process_function(process, pc) : "?";
}

void gt_process_libraries(struct gt_process *process)
{
    if (!process->libraries_open)
        gt_libraries_open(process->core, process->binary, &process->libraries);
    process->libraries_open = true;
}
