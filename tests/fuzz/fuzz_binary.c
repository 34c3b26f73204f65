/* The program's file: its headers, sections, symbols, build IDs and debug information. */
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"
#include "inspector/symbols/dwarf.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_GLOBALS = 200 };

static void ignore(void *ctx, const struct gt_frame_variable *variable)
{
    *(size_t *)ctx += variable->size;
}

static void ask_types(const struct gt_facts *facts, const struct gt_debug_global *globals,
                      size_t count)
{
    struct gt_debug_type type;
    struct gt_type_ref ref;
    uint64_t offset, size;

    for (const char *const *name = (const char *const[]){"pair", "main.pair", "runtime.g", NULL};
         *name; name++) {
        facts->field(facts->ctx, *name, "next", &offset, &size);
        facts->field(facts->ctx, *name, "stack.lo", &offset, &size);
        facts->type_size(facts->ctx, *name, &size);
        if (facts->type_named(facts->ctx, *name, &ref))
            facts->describe(facts->ctx, ref.debug, &type);
    }
    for (size_t i = 0; i < count && i < MOST_GLOBALS; i++)
        facts->describe(facts->ctx, globals[i].type.debug, &type);
    for (uint64_t debug = 0; debug < 512; debug += 11)
        facts->describe(facts->ctx, debug, &type);
}

static void ask_debug(const struct gt_binary *binary)
{
    struct gt_dwarf *dwarf;
    uint64_t start = 0x401000, size;
    size_t count = 0;
    struct gt_error *error = gt_dwarf_open(binary, &dwarf);

    if (error) {
        gt_error_destroy(error);
        return;
    }
    const struct gt_debug_global *globals = gt_dwarf_globals(dwarf, &count);
    ask_types(gt_dwarf_facts(dwarf), globals, count);
    gt_binary_symbol(binary, "main.push", &start, &size);
    for (uint64_t pc = start; pc < start + 512; pc += 16)
        gt_dwarf_variables(dwarf, pc, 0, ignore, &count);
    gt_dwarf_close(dwarf);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const struct gt_opening how = {.in_memory = true};
    struct gt_binary *binary;
    struct gt_load load;
    const char *name;
    uint64_t addr, length;
    char path[32];
    int fd = fuzz_file_open(bytes, size, path);

    if (fd < 0) return 0;
    struct gt_error *error = gt_binary_open(path, &how, &binary);
    if (!error) {
        gt_binary_symbol(binary, "main", &addr, &length);
        gt_binary_symbol_at(binary, 0x401000, &name, &addr);
        for (size_t i = 0; gt_binary_load(binary, i, &load); i++)
            gt_binary_symbol_at(binary, load.addr, &name, &addr);
        ask_debug(binary);
        gt_binary_close(binary);
    }
    gt_error_destroy(error);
    fuzz_file_close(fd);
    return 0;
}
