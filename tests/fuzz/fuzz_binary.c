/* The program's file: its headers, sections, symbols, build IDs and debug information. */
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"
#include "inspector/symbols/dwarf.h"
#include "tests/fuzz/fuzz.h"

static void ignore(void *ctx, const struct gt_frame_variable *variable)
{
    *(size_t *)ctx += variable->size;
}

static void ask_debug(const struct gt_binary *binary)
{
    struct gt_dwarf *dwarf;
    struct gt_debug_type type;
    uint64_t offset, size;
    size_t count = 0;
    struct gt_error *error = gt_dwarf_open(binary, &dwarf);

    if (error) {
        gt_error_free(error);
        return;
    }
    const struct gt_facts *facts = gt_dwarf_facts(dwarf);
    gt_dwarf_globals(dwarf, &count);
    facts->field(facts->ctx, "pair", "next", &offset, &size);
    for (uint64_t debug = 0; debug < 512; debug += 11)
        facts->describe(facts->ctx, debug, &type);
    for (uint64_t pc = 0x401000; pc < 0x401200; pc += 16)
        gt_dwarf_variables(dwarf, pc, 0, ignore, &count);
    gt_dwarf_close(dwarf);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_binary *binary;
    struct gt_load load;
    const char *name;
    uint64_t addr, length;
    char path[32];
    int fd = fuzz_file_open(bytes, size, path);

    if (fd < 0) return 0;
    struct gt_error *error = gt_binary_open(path, NULL, &binary);
    if (!error) {
        gt_binary_symbol(binary, "main", &addr, &length);
        gt_binary_symbol_at(binary, 0x401000, &name, &addr);
        for (size_t i = 0; gt_binary_load(binary, i, &load); i++)
            gt_binary_symbol_at(binary, load.addr, &name, &addr);
        ask_debug(binary);
        gt_binary_close(binary);
    }
    gt_error_free(error);
    fuzz_file_close(fd);
    return 0;
}
