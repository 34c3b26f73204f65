/* Finding the binary, proving it, placing it, and reading its sections and symbols. */
#include "elf_maker.h"
#include "inspector/core/binary_impl.h"
#include "inspector/core/libraries.h"

#include <sys/stat.h>
#include <zstd.h>

/* ---- a program, and a core of it ----------------------------------------------------------- */

enum {
    BASE = 0x400000, /* where it is linked; a PIE is linked at 0 */
    ENTRY = 0x1800,  /* from the base */
    TEXT_SIZE = 2 * PAGE,
    DATA = 0x10000, /* from the base */
    NOTES = 0x400,  /* the notes' place in the text segment */
    TABLES = 4 * PAGE,
};

struct program {
    uint64_t linked, loaded;
    const char *gnu, *go; /* IDs; NULL for none */
    uint64_t data_size;
    unsigned machine;
};

static const struct program standard = {BASE, BASE, "GNUID-1", "go/id/one", PAGE, EM_X86_64};

/* Section names, at fixed places. */
static const char names[] = "\0.text\0.bss\0.symtab\0.strtab\0.shstrtab\0.debug_info\0.text";
static const char symbol_names[] = "\0main.main\0runtime.tlsg\0twice\0undefined\0absolute\0unended";

static Elf64_Shdr section(unsigned name, unsigned type, uint64_t addr, uint64_t offset,
                          uint64_t size)
{
    return (Elf64_Shdr){.sh_name = name,
                        .sh_type = type,
                        .sh_addr = addr,
                        .sh_offset = offset,
                        .sh_size = size,
                        .sh_addralign = 1};
}

static Elf64_Sym symbol(unsigned name, unsigned char bind, unsigned char type, unsigned section,
                        uint64_t value)
{
    return (Elf64_Sym){name, ELF64_ST_INFO(bind, type), 0, (Elf64_Half)section, value, 16};
}

/* The text segment: header, program headers, notes, and text of 0xc3. */
static struct blob make_text(const struct program *program)
{
    struct blob text = {0}, notes = {0};
    uint64_t at = program->linked;
    struct maker maker;
    Elf64_Phdr headers[3] = {
        {PT_LOAD, PF_R | PF_X, 0, at, at, TEXT_SIZE, TEXT_SIZE, PAGE},
        {PT_LOAD, PF_R | PF_W, TEXT_SIZE, at + DATA, 0, PAGE, program->data_size, PAGE},
        {PT_NOTE, PF_R, NOTES, at + NOTES, 0, 0, 0, 4},
    };
    if (program->gnu)
        note_add(&notes, "GNU", NT_GNU_BUILD_ID, program->gnu, (uint32_t)strlen(program->gnu));
    if (program->go) note_add(&notes, "Go", 4, program->go, (uint32_t)strlen(program->go));
    headers[2].p_filesz = headers[2].p_memsz = notes.size;
    maker_init(&maker, at ? ET_EXEC : ET_DYN);
    maker.header.e_machine = (Elf64_Half)program->machine;
    maker.header.e_entry = at + ENTRY;
    maker.header.e_phnum = 3, maker.header.e_shnum = 8, maker.header.e_shstrndx = 5;
    maker.header.e_shoff = TABLES;
    blob_add(&text, &maker.header, sizeof maker.header);
    blob_add(&text, headers, sizeof headers);
    blob_add(&text, NULL, TEXT_SIZE - text.size);
    if (notes.size > 0) memcpy(text.bytes + NOTES, notes.bytes, notes.size);
    memset(text.bytes + PAGE, 0xc3, PAGE);
    free(notes.bytes);
    return text;
}

static struct blob make_binary(const struct program *program)
{
    struct blob file = make_text(program);
    uint64_t at = program->linked, tables = TABLES + 8 * sizeof(Elf64_Shdr);
    Elf64_Sym symbols[] = {
        {0},
        symbol(1, STB_GLOBAL, STT_FUNC, 1, at + 0x1800),
        symbol(11, STB_GLOBAL, STT_TLS, 1, 8),
        symbol(24, STB_LOCAL, STT_FUNC, 1, at + 0x1100),
        symbol(24, STB_GLOBAL, STT_FUNC, 1, at + 0x1200),
        symbol(24, STB_LOCAL, STT_FUNC, 1, at + 0x1300),
        symbol(30, STB_GLOBAL, STT_FUNC, SHN_UNDEF, 0),
        symbol(40, STB_GLOBAL, STT_OBJECT, SHN_ABS, 42),
        symbol(49, STB_GLOBAL, STT_OBJECT, 1, 1),       /* its name has no end */
        symbol(1u << 31, STB_GLOBAL, STT_OBJECT, 1, 1), /* its name is outside */
    };
    uint64_t strings = tables + sizeof symbols, heads = strings + sizeof symbol_names;
    Elf64_Shdr sections[8] = {
        {0},
        section(1, SHT_PROGBITS, at + PAGE, PAGE, PAGE),
        section(7, SHT_NOBITS, at + 0x20000, TEXT_SIZE, 12345),
        section(12, SHT_SYMTAB, 0, tables, sizeof symbols),
        section(20, SHT_STRTAB, 0, strings, sizeof symbol_names - 1), /* cut: "unended" is */
        section(28, SHT_STRTAB, 0, heads, sizeof names),
        section(38, SHT_PROGBITS, 0, UINT64_MAX - 4, 100), /* damaged */
        section(50, SHT_PROGBITS, 0, 0, 1),                /* a second .text */
    };
    blob_add(&file, NULL, TABLES - file.size);
    blob_add(&file, sections, sizeof sections);
    blob_add(&file, symbols, sizeof symbols);
    blob_add(&file, symbol_names, sizeof symbol_names);
    blob_add(&file, names, sizeof names);
    return file;
}

static void write_binary(const struct program *program, const char *path)
{
    struct blob file = make_binary(program);
    write_file(path, file.bytes, file.size);
    free(file.bytes);
}

/* A core with the program's first page, as the kernel leaves it, and notes unless path is NULL. */
static struct gt_core *core_of(void **state, const struct program *program, const char *path)
{
    struct blob text = make_text(program);
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 41, 6, 0);
    note_process(&maker, 41, "command", "./command");
    if (path) note_auxv(&maker, program->loaded + ENTRY, program->loaded + 64);
    if (path) note_files(&maker, program->loaded, 2, path);
    maker_load(&maker, program->loaded, TEXT_SIZE, text.bytes, PAGE)->p_flags = PF_R | PF_X;
    maker_fill(&maker, program->loaded + DATA, program->data_size, 0xda);
    free(text.bytes);
    return open_made(state, &maker);
}

/* A core that holds no header of the program. */
static struct gt_core *bare_core_of(void **state, const struct program *program, const char *path)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    if (path) note_auxv(&maker, program->loaded + ENTRY, program->loaded + 64);
    if (path) note_files(&maker, program->loaded, 2, path);
    maker_fill(&maker, program->loaded + DATA, program->data_size, 0xda);
    return open_made(state, &maker);
}

static void close_both(struct gt_core *core, struct gt_binary *binary)
{
    gt_core_close(core);
    gt_binary_close(binary);
}

/* Finds it with one given path or none, and expects the one at `expected`. */
static void assert_finds(struct gt_core *core, const char *given, const char *expected)
{
    const char *paths[] = {given, NULL};
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_find(core, given ? paths : NULL, false, &binary);

    if (error) fail_msg("%s", gt_error_message(error));
    assert_string_equal(gt_binary_path(binary), expected);
    close_both(core, binary);
}

static struct gt_error *try_find(struct gt_core *core, const char *given, bool force)
{
    const char *paths[] = {given, NULL};
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_find(core, given ? paths : NULL, force, &binary);

    if (error) assert_null(binary);
    close_both(core, binary);
    return error;
}

/* ---- where it is found --------------------------------------------------------------------- */

static void test_by_mapping(void **state)
{
    char *path = scratch_path(state, "mapped"), *deleted = gt_format("%s (deleted)", path);

    write_binary(&standard, path);
    assert_finds(core_of(state, &standard, path), NULL, path);
    assert_finds(core_of(state, &standard, deleted), NULL, path);
    assert_finds(bare_core_of(state, &standard, path), NULL, path);
    unlink(path);
    free(deleted);
    free(path);
}

static void test_beside_core(void **state)
{
    char *path = scratch_path(state, "beside"), *command = scratch_path(state, "command");

    write_binary(&standard, path);
    assert_finds(core_of(state, &standard, "/nonexistent/beside"), NULL, path);
    unlink(path);
    write_binary(&standard, command);
    assert_finds(core_of(state, &standard, "/nonexistent/beside"), NULL, command);
    assert_finds(core_of(state, &standard, NULL), NULL, command);
    unlink(command);
    free(command);
    free(path);
}

static void test_given(void **state)
{
    char *dir = scratch_path(state, "dir"), *path = scratch_path(state, "dir/prog");
    char *wrong = scratch_path(state, "wrong");
    struct program other = standard;
    other.go = "go/id/two";
    assert_int_equal(mkdir(dir, 0700), 0);
    write_binary(&standard, path);
    write_binary(&other, wrong);

    assert_finds(core_of(state, &standard, "/nonexistent/prog"), path, path);
    assert_finds(core_of(state, &standard, "/nonexistent/prog"), dir, path);
    const char *both[] = {wrong, path, NULL};
    struct gt_binary *binary;
    struct gt_core *core = core_of(state, &standard, "/nonexistent/prog");
    assert_null(gt_binary_find(core, both, true, &binary)); /* the right one, even when forced */
    assert_string_equal(gt_binary_path(binary), path);
    close_both(core, binary);

    /* who names a file wants that one, though the core's own path would do */
    assert_error(try_find(core_of(state, &standard, path), wrong, false), GT_ERR_MISMATCH, wrong,
                 "go/id/one");
    assert_error(try_find(core_of(state, &standard, path), "/nonexistent/x", false), GT_ERR_IO,
                 "/nonexistent/x", "--exe");
    unlink(path), rmdir(dir), unlink(wrong);
    free(wrong), free(path), free(dir);
}

static void test_packed(void **state)
{
    struct blob file = make_binary(&standard), zst = {gt_alloc(ZSTD_compressBound(file.size)), 0};
    char *path = scratch_path(state, "packed.zst"), *plain = scratch_path(state, "packed");

    zst.size = ZSTD_compress(zst.bytes, ZSTD_compressBound(file.size), file.bytes, file.size, 1);
    write_file(path, zst.bytes, zst.size);
    assert_finds(core_of(state, &standard, plain), NULL, path);
    assert_finds(core_of(state, &standard, "/nonexistent/packed"), NULL, path);
    assert_finds(core_of(state, &standard, "/nonexistent/x"), plain, path);
    assert_finds(core_of(state, &standard, "/nonexistent/x"), path, path);
    unlink(path);
    free(plain), free(path), free(zst.bytes), free(file.bytes);
}

static void test_missing(void **state)
{
    assert_error(try_find(core_of(state, &standard, "/nonexistent/prog"), NULL, false),
                 GT_ERR_MISSING, "/nonexistent/prog", "--exe");
    assert_error(try_find(bare_core_of(state, &standard, NULL), NULL, true), GT_ERR_MISSING,
                 "does not name it", "--exe");
}

/* A directory named as the command is no candidate; a file that is no program is one. */
static void test_not_a_program(void **state)
{
    char *path = scratch_path(state, "thing");

    assert_int_equal(mkdir(path, 0700), 0);
    assert_error(try_find(core_of(state, &standard, path), NULL, false), GT_ERR_MISSING, path, "");
    rmdir(path);
    write_file(path, "hello\n", 6);
    assert_error(try_find(core_of(state, &standard, path), NULL, false), GT_ERR_FORMAT, path,
                 "text file");
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_write(&maker, path);
    assert_error(try_find(core_of(state, &standard, "/x"), path, true), GT_ERR_FORMAT, path,
                 "expected a program, found a core");
    maker.header.e_type = ET_EXEC;
    maker_write(&maker, path);
    assert_error(try_find(core_of(state, &standard, "/x"), path, true), GT_ERR_FORMAT, path,
                 "no PT_LOAD");
    unlink(path);
    free(path);
}

/* ---- is it the one? ------------------------------------------------------------------------ */

/* The error of a core of `ran` when `given` is offered. */
static struct gt_error *offer(void **state, const struct program *ran, const struct program *given,
                              bool force)
{
    char *path = scratch_path(state, "offered");

    write_binary(given, path);
    struct gt_error *error = try_find(core_of(state, ran, "/nonexistent/prog"), path, force);
    unlink(path);
    free(path);
    return error;
}

static void test_mismatch(void **state)
{
    struct program other = standard;

    other.gnu = "GNUID-2";
    assert_error(offer(state, &standard, &other, false), GT_ERR_MISMATCH,
                 "GNU build ID 474e5549442d31, found 474e5549442d32", "--force-exe");
    other = standard, other.go = "go/id/two";
    assert_error(offer(state, &standard, &other, false), GT_ERR_MISMATCH,
                 "Go build ID go/id/one, found go/id/two", "--force-exe");
    assert_null(offer(state, &standard, &other, true));
    other.go = NULL;
    assert_null(offer(state, &standard, &other, false)); /* the GNU ID decides */
    other.gnu = NULL;
    assert_error(offer(state, &standard, &other, false), GT_ERR_MISMATCH, "GNU build ID",
                 "found none");
    other = standard, other.machine = EM_AARCH64;
    assert_error(offer(state, &standard, &other, false), GT_ERR_MISMATCH, "x86-64", "AArch64");
    assert_error(offer(state, &standard, &other, true), GT_ERR_MISMATCH, "x86-64", "AArch64");
}

static void test_no_ids(void **state)
{
    struct program ran = standard, other;

    ran.gnu = ran.go = NULL;
    assert_null(offer(state, &ran, &ran, false));
    assert_null(offer(state, &ran, &standard, false)); /* alike but for its notes */
    other = ran, other.data_size = 2 * PAGE;
    assert_error(offer(state, &ran, &other, false), GT_ERR_MISMATCH, "segment of size 0x1000",
                 "0x2000");
    other = ran, other.linked = 2 * BASE;
    assert_error(offer(state, &ran, &other, false), GT_ERR_MISMATCH, "segment at 0x400000",
                 "0x800000");
}

/* Without the program's headers in the core only the entry point is left to compare. */
static void test_no_headers(void **state)
{
    struct program other = standard;
    char *path = scratch_path(state, "offered");

    other.linked = 2 * BASE;
    write_binary(&other, path);
    assert_error(try_find(bare_core_of(state, &standard, "/nonexistent/prog"), path, false),
                 GT_ERR_MISMATCH, "entry point 0x401800", "0x801800");
    unlink(path);
    free(path);
}

/* ---- placing it ---------------------------------------------------------------------------- */

static const struct program pie = {0, 0x55550000, "GNUID-1", NULL, PAGE, EM_X86_64};

static struct gt_binary *find_in(struct gt_core *core, const char *path)
{
    const char *paths[] = {path, NULL};
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_find(core, paths, false, &binary);

    if (error) fail_msg("%s", gt_error_message(error));
    return binary;
}

static void test_images(void **state)
{
    char *path = scratch_path(state, "placed");
    write_binary(&standard, path);
    struct gt_core *core = core_of(state, &standard, path);
    uint8_t byte;

    assert_int_equal(gt_core_presence(core, BASE + PAGE), GT_NOT_DUMPED);
    struct gt_binary *binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0);
    assert_int_equal(gt_core_presence(core, BASE + PAGE), GT_PRESENT);
    assert_true(gt_mem_u8(gt_core_memory(core), BASE + PAGE, &byte));
    assert_int_equal(byte, 0xc3);
    assert_true(gt_mem_u8(gt_core_memory(core), BASE + DATA, &byte));
    assert_int_equal(byte, 0xda); /* data is the core's */
    close_both(core, binary);

    core = bare_core_of(state, &standard, NULL);
    binary = find_in(core, path);
    assert_int_equal(gt_core_presence(core, BASE), GT_PRESENT);
    close_both(core, binary);
    unlink(path);
    free(path);
}

static void test_pie(void **state)
{
    char *path = scratch_path(state, "pie");
    uint64_t addr, size;
    write_binary(&pie, path);

    struct gt_core *core = core_of(state, &pie, path);
    struct gt_binary *binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0x55550000);
    assert_true(gt_binary_symbol(binary, "main.main", &addr, &size));
    assert_int_equal(addr, 0x55550000 + ENTRY);
    assert_int_equal(gt_core_presence(core, 0x55550000 + PAGE), GT_PRESENT);
    close_both(core, binary);

    core = core_of(state, &pie, NULL); /* no notes: its header is found at a segment's start */
    binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0x55550000);
    close_both(core, binary);

    assert_error(try_find(bare_core_of(state, &pie, NULL), path, false), GT_ERR_MISSING,
                 "position-independent", "AT_ENTRY");
    unlink(path);
    free(path);
}

/* ---- sections and symbols ------------------------------------------------------------------ */

static void test_sections(void **state)
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
    free(path);
}

static void test_symbols(void **state)
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
    free(path);
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

static void test_symbols_at(void **state)
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
    free(path);
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

static void test_names_of_one_address(void **state)
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
    symbols[4].st_size = UINT64_MAX; /* reaches round to the start */
    assert_null(function_at(symbols, count, 0x50));
    assert_string_equal(function_at(symbols, count, UINT64_MAX), "twice");
}

/* ---- shared libraries ---------------------------------------------------------------------- */

/* A program that opens at its own place, and a core that maps the other as a library. */
static size_t count_libraries(void **state, const struct program *mapped, const char *path,
                              uint64_t program_at)
{
    char *own = scratch_path(state, "own");
    struct gt_core *core = core_of(state, mapped, path);
    struct gt_libraries libraries;
    struct gt_binary *program;

    write_binary(&pie, own);
    assert_null(gt_binary_open(own, NULL, &program));
    program->bias = program_at;
    gt_libraries_open(core, program, &libraries);
    size_t count = libraries.list.len;
    if (count > 0) {
        const char *name;
        uint64_t offset;
        assert_true(gt_libraries_symbol_at(&libraries, mapped->loaded + ENTRY + 3, &name, &offset));
        assert_string_equal(name, "main.main");
        assert_false(gt_libraries_symbol_at(&libraries, program_at + ENTRY, &name, &offset));
    }
    assert_int_equal(gt_core_presence(core, mapped->loaded + PAGE),
                     count > 0 ? GT_PRESENT : GT_NOT_DUMPED);
    close_both(core, program);
    gt_libraries_close(&libraries);
    unlink(own);
    free(own);
    return count;
}

static void test_libraries(void **state)
{
    char *path = scratch_path(state, "library");
    struct program other = pie;
    write_binary(&pie, path);

    assert_int_equal(count_libraries(state, &pie, path, 0x1000000), 1);
    assert_int_equal(count_libraries(state, &pie, path, pie.loaded), 0); /* the program itself */
    assert_int_equal(count_libraries(state, &pie, "/nonexistent", 0x1000000), 0);
    assert_int_equal(count_libraries(state, &pie, "/dev/null", 0x1000000), 0);
    assert_int_equal(count_libraries(state, &pie, "library", 0x1000000), 0);
    other.gnu = "GNUID-2";
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 0); /* was replaced */
    other.gnu = NULL;
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 0);
    write_file(path, "hello\n", 6);
    assert_int_equal(count_libraries(state, &pie, path, 0x1000000), 0);
    unlink(path);
    free(path);
}

/* ---- damage -------------------------------------------------------------------------------- */

/* Opens the core, whose file stays the same, and takes what may be anything for its binary. */
static void use_damaged(const char *core_path, const char *path)
{
    struct gt_core *core = open_core(core_path);
    const char *paths[] = {path, NULL};
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_find(core, paths, true, &binary);
    const char *name;
    uint64_t addr, size;
    uint8_t byte;

    if (error) {
        assert_null(strchr(gt_error_message(error), '\n'));
    } else {
        gt_binary_symbol(binary, "main.main", &addr, &size);
        gt_binary_symbol(binary, "nothing", &addr, &size);
        gt_binary_symbol_at(binary, pie.loaded + ENTRY, &name, &addr);
        gt_binary_section(binary, ".text");
        gt_mem_u8(gt_core_memory(core), pie.loaded + PAGE, &byte);
    }
    gt_error_free(error);
    close_both(core, binary);
}

static void damage(void **state, size_t from, size_t to)
{
    static const unsigned char values[] = {0, 1, 0x7f, 0xff};
    struct blob file = make_binary(&pie);
    char *path = scratch_path(state, "damaged"), *core = scratch_path(state, "core");

    gt_core_close(core_of(state, &pie, "/nonexistent/prog")); /* leaves its file */
    write_file(path, file.bytes, file.size);
    for (size_t at = from; at < to && at < file.size; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            patch_file(path, at, values[i]);
            use_damaged(core, path);
        }
        patch_file(path, at, file.bytes[at]);
    }
    unlink(path);
    free(core);
    free(path);
    free(file.bytes);
}

static void test_damaged_headers(void **state)
{
    damage(state, 4, sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr));
    damage(state, NOTES, NOTES + 40);
}

static void test_damaged_tables(void **state)
{
    damage(state, TABLES, TABLES + 8 * sizeof(Elf64_Shdr) + 10 * sizeof(Elf64_Sym) + 140);
}

static void test_cut_binary(void **state)
{
    struct blob file = make_binary(&pie);
    char *path = scratch_path(state, "cut"), *core = scratch_path(state, "core");

    gt_core_close(core_of(state, &pie, "/nonexistent/prog"));
    write_file(path, file.bytes, file.size);
    for (size_t size = file.size; size > 0; size -= size < 600 ? 1 : 7) {
        assert_int_equal(truncate(path, (off_t)size), 0);
        use_damaged(core, path);
    }
    unlink(path);
    free(core);
    free(path);
    free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_mapping),
        cmocka_unit_test(test_beside_core),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_not_a_program),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_no_ids),
        cmocka_unit_test(test_no_headers),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_pie),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_symbols_at),
        cmocka_unit_test(test_names_of_one_address),
        cmocka_unit_test(test_libraries),
        cmocka_unit_test(test_damaged_headers),
        cmocka_unit_test(test_damaged_tables),
        cmocka_unit_test(test_cut_binary),
    };
    return cmocka_run_group_tests_name("binary", tests, scratch_make, scratch_free);
}
