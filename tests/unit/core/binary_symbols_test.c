/* The sections and symbols of the binary, by name and by address. */
#include "program_maker.h"

static void sections_are_found_by_name(void **state)
{
    char *path = scratch_path(state, "sections");
    uint64_t size;
    write_binary(&standard, path);
    struct gt_core *core = core_of(state, &standard, path);
    struct gt_binary *binary = find_in(core, path);
    const unsigned char *file = gt_binary_file(binary, &size);

    const struct gt_section *text = gt_binary_section(binary, ".text");
    assert_int_equal(text->addr, BASE + PAGE);
    assert_int_equal(text->size, PAGE);
    assert_int_equal(text->file_size, PAGE);
    assert_ptr_equal(text->bytes, file + PAGE);
    const struct gt_section *bss = gt_binary_section(binary, ".bss");
    assert_int_equal(bss->size, 12345);
    assert_null(bss->bytes);
    assert_int_equal(bss->file_size, 0);
    assert_null(gt_binary_section(binary, ".debug_info")->bytes);
    assert_null(gt_binary_section(binary, ".nothing"));
    assert_true(gt_binary_has_dwarf(binary));
    assert_true(gt_binary_has_symbols(binary));
    assert_string_equal(gt_binary_build_id(binary), "474e5549442d31");
    close_both(core, binary);
    unlink(path);
    gt_free(path);
}

static void symbols_are_found_by_name(void **state)
{
    char *path = scratch_path(state, "symbols");
    uint64_t addr, size;
    write_binary(&standard, path);
    struct gt_core *core = core_of(state, &standard, path);
    struct gt_binary *binary = find_in(core, path);

    assert_true(gt_binary_symbol(binary, "main.main", &addr, &size));
    assert_int_equal(addr, BASE + ENTRY);
    assert_int_equal(size, 16);
    assert_true(gt_binary_symbol(binary, "twice", &addr, &size));
    assert_int_equal(addr, BASE + 0x1200); /* the global one */
    assert_true(gt_binary_symbol(binary, "absolute", &addr, &size));
    assert_int_equal(addr, 42);
    assert_false(gt_binary_symbol(binary, "runtime.tlsg", &addr, &size));
    assert_false(gt_binary_symbol(binary, "undefined", &addr, &size));
    assert_false(gt_binary_symbol(binary, "unended", &addr, &size));
    assert_false(gt_binary_symbol(binary, "nothing", &addr, &size));
    assert_false(gt_binary_symbol(binary, "", &addr, &size));
    close_both(core, binary);
    unlink(path);
    gt_free(path);
}

static void assert_holds(struct gt_binary *binary, uint64_t addr, const char *function,
                         uint64_t from_start)
{
    const char *name;
    uint64_t offset;

    assert_true(gt_binary_symbol_at(binary, addr, &name, &offset));
    assert_string_equal(name, function);
    assert_int_equal(offset, from_start);
}

static void symbols_are_found_by_address(void **state)
{
    const uint64_t base = pie.loaded;
    const uint64_t none[] = {base + 0x10ff, base + 0x1110, base + 0x17ff,
                             base + 0x1810, base + 42,     ENTRY,
                             base + 1,      base - 1,      0,
                             UINT64_MAX};
    char *path = scratch_path(state, "symbols-at");
    write_binary(&pie, path);
    struct gt_core *core = core_of(state, &pie, path);
    struct gt_binary *binary = find_in(core, path);
    const char *name;
    uint64_t offset;

    assert_holds(binary, base + ENTRY, "main.main", 0);
    assert_holds(binary, base + ENTRY + 15, "main.main", 15);
    assert_holds(binary, base + 0x1100, "twice", 0);
    assert_holds(binary, base + 0x130f, "twice", 15);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(gt_binary_symbol_at(binary, none[i], &name, &offset));
    close_both(core, binary);
    unlink(path);
    gt_free(path);
}

/* One table of symbols, with the names in `symbol_names`. */
static const char *function_at(const Elf64_Sym *symbols, size_t count, uint64_t addr)
{
    struct gt_section table = {.bytes = (const unsigned char *)symbols,
                               .file_size = count * sizeof *symbols};
    struct gt_section strings = {.bytes = (const unsigned char *)symbol_names,
                                 .file_size = sizeof symbol_names};
    struct gt_symbol_table made;
    Elf64_Sym symbol;
    const char *name;

    gt_symbol_table_init(&made, &table, &strings);
    bool found = gt_symbol_table_at(&made, STT_FUNC, addr, &symbol, &name);
    gt_symbol_table_deinit(&made);
    return found ? name : NULL;
}

static void one_address_has_one_name(void **state)
{
    Elf64_Sym symbols[] = {
        symbol(24, STB_LOCAL, STT_FUNC, 1, 0x100),  symbol(1, STB_GLOBAL, STT_FUNC, 1, 0x100),
        symbol(30, STB_GLOBAL, STT_FUNC, 1, 0x100), symbol(40, STB_GLOBAL, STT_FUNC, 1, 0x100),
        symbol(24, STB_LOCAL, STT_FUNC, 1, 0x200),
    };
    size_t count = sizeof symbols / sizeof *symbols;

    (void)state;
    symbols[3].st_size = 0;
    symbols[4].st_size = 0;
    assert_string_equal(function_at(symbols, count, 0x10f), "main.main"); /* global, sized, first */
    assert_null(function_at(symbols, count, 0x110));
    assert_null(function_at(symbols, count, 0xff));
    assert_string_equal(function_at(symbols, count, 0x12345), "twice"); /* has no size, is last */
    assert_null(function_at(symbols, 0, 0x100));
    symbols[4].st_size = UINT64_MAX; /* wraps around to the start */
    assert_null(function_at(symbols, count, 0x50));
    assert_string_equal(function_at(symbols, count, UINT64_MAX), "twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_found_by_name),
        cmocka_unit_test(symbols_are_found_by_name),
        cmocka_unit_test(symbols_are_found_by_address),
        cmocka_unit_test(one_address_has_one_name),
    };
    return cmocka_run_group_tests_name("binary_symbols", tests, scratch_make, scratch_free);
}
