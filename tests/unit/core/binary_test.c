/* Finding the binary, proving it, computing its bias; and binaries that are damaged. */
#include "program_maker.h"

#include <sys/stat.h>
#include <zstd.h>

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

static void it_is_found_by_its_mapping(void **state)
{
    char *path = scratch_path(state, "mapped"), *deleted = gt_format("%s (deleted)", path);

    write_binary(&standard, path);
    assert_finds(core_of(state, &standard, path), NULL, path);
    assert_finds(core_of(state, &standard, deleted), NULL, path);
    assert_finds(bare_core_of(state, &standard, path), NULL, path);
    unlink(path);
    gt_free(deleted);
    gt_free(path);
}

static void it_is_found_beside_the_core(void **state)
{
    char *path = scratch_path(state, "beside"), *command = scratch_path(state, "command");

    write_binary(&standard, path);
    assert_finds(core_of(state, &standard, "/nonexistent/beside"), NULL, path);
    unlink(path);
    write_binary(&standard, command);
    assert_finds(core_of(state, &standard, "/nonexistent/beside"), NULL, command);
    assert_finds(core_of(state, &standard, NULL), NULL, command);
    unlink(command);
    gt_free(command);
    gt_free(path);
}

static void the_one_that_is_given_is_taken(void **state)
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

    /* a file that the user names must match, though the core's own path would */
    assert_error(try_find(core_of(state, &standard, path), wrong, false), GT_ERR_MISMATCH, wrong,
                 "go/id/one");
    assert_error(try_find(core_of(state, &standard, path), "/nonexistent/x", false), GT_ERR_IO,
                 "/nonexistent/x", "--exe");
    unlink(path), rmdir(dir), unlink(wrong);
    gt_free(wrong), gt_free(path), gt_free(dir);
}

static void a_packed_one_is_taken(void **state)
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
    gt_free(plain), gt_free(path), gt_free(zst.bytes), gt_free(file.bytes);
}

static void a_missing_one_is_an_error(void **state)
{
    assert_error(try_find(core_of(state, &standard, "/nonexistent/prog"), NULL, false),
                 GT_ERR_MISSING, "/nonexistent/prog", "--exe");
    assert_error(try_find(bare_core_of(state, &standard, NULL), NULL, true), GT_ERR_MISSING,
                 "does not name it", "--exe");
}

/* A directory with the command's name is no candidate; a file that is no program is one. */
static void what_is_no_program_is_no_candidate(void **state)
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
    gt_free(path);
}

/* ---- does it match? ------------------------------------------------------------------------ */

/* The error of a core of `ran` when `given` is offered. */
static struct gt_error *offer(void **state, const struct program *ran, const struct program *given,
                              bool force)
{
    char *path = scratch_path(state, "offered");

    write_binary(given, path);
    struct gt_error *error = try_find(core_of(state, ran, "/nonexistent/prog"), path, force);
    unlink(path);
    gt_free(path);
    return error;
}

static void another_build_is_refused(void **state)
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

static void without_ids_segments_are_compared(void **state)
{
    struct program ran = standard, other;

    ran.gnu = ran.go = NULL;
    assert_null(offer(state, &ran, &ran, false));
    assert_error(offer(state, &ran, &standard, false), GT_ERR_MISMATCH, "other content",
                 "--exe"); /* the same but for its notes, which the core would have */
    other = ran, other.data_size = 2 * PAGE;
    assert_error(offer(state, &ran, &other, false), GT_ERR_MISMATCH, "segment of size 0x1000",
                 "0x2000");
    other = ran, other.linked = 2 * BASE;
    assert_error(offer(state, &ran, &other, false), GT_ERR_MISMATCH, "segment at 0x400000",
                 "0x800000");
}

/* Without the program's headers in the core, only the entry point can be compared. */
static void without_headers_entry_points_are_compared(void **state)
{
    struct program other = standard;
    char *path = scratch_path(state, "offered");

    other.linked = 2 * BASE;
    write_binary(&other, path);
    assert_error(try_find(bare_core_of(state, &standard, "/nonexistent/prog"), path, false),
                 GT_ERR_MISMATCH, "entry point 0x401800", "0x801800");
    unlink(path);
    gt_free(path);
}

/* ---- placing it ---------------------------------------------------------------------------- */

static void it_fills_in_what_the_core_lacks(void **state)
{
    char *path = scratch_path(state, "placed");
    write_binary(&standard, path);
    struct gt_core *core = core_of(state, &standard, path);
    uint8_t byte;

    assert_int_equal(presence_at(core, BASE + PAGE), NOT_DUMPED);
    struct gt_binary *binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0);
    assert_int_equal(presence_at(core, BASE + PAGE), PRESENT);
    assert_true(gt_mem_u8(gt_core_memory(core), BASE + PAGE, &byte));
    assert_int_equal(byte, 0xc3);
    assert_true(gt_mem_u8(gt_core_memory(core), BASE + DATA, &byte));
    assert_int_equal(byte, 0xda); /* data comes from the core */
    close_both(core, binary);

    core = bare_core_of(state, &standard, NULL);
    binary = find_in(core, path);
    assert_int_equal(presence_at(core, BASE), PRESENT);
    close_both(core, binary);
    unlink(path);
    gt_free(path);
}

static void a_pie_is_placed_by_where_it_was_loaded(void **state)
{
    char *path = scratch_path(state, "pie");
    uint64_t addr, size;
    write_binary(&pie, path);

    struct gt_core *core = core_of(state, &pie, path);
    struct gt_binary *binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0x55550000);
    assert_true(gt_binary_symbol(binary, "main.main", &addr, &size));
    assert_int_equal(addr, 0x55550000 + ENTRY);
    assert_int_equal(presence_at(core, 0x55550000 + PAGE), PRESENT);
    close_both(core, binary);

    core = core_of(state, &pie, NULL); /* no notes: its header is found at a segment's start */
    binary = find_in(core, path);
    assert_int_equal(gt_binary_bias(binary), 0x55550000);
    close_both(core, binary);

    assert_error(try_find(bare_core_of(state, &pie, NULL), path, false), GT_ERR_MISSING,
                 "position-independent", "AT_ENTRY");
    unlink(path);
    gt_free(path);
}

/* ---- damage -------------------------------------------------------------------------------- */

/* Opens the core, whose file is not changed, with an arbitrary file as its binary. */
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
    gt_error_destroy(error);
    close_both(core, binary);
}

static void damage(void **state, size_t from, size_t to)
{
    static const unsigned char values[] = {0, 1, 0x7f, 0xff};
    struct blob file = make_binary(&pie);
    char *path = scratch_path(state, "damaged"), *core = scratch_path(state, "core");

    gt_core_close(core_of(state, &pie, "/nonexistent/prog")); /* writes its file */
    write_file(path, file.bytes, file.size);
    for (size_t at = from; at < to && at < file.size; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            patch_file(path, at, values[i]);
            use_damaged(core, path);
        }
        patch_file(path, at, file.bytes[at]);
    }
    unlink(path);
    gt_free(core);
    gt_free(path);
    gt_free(file.bytes);
}

static void damaged_headers_are_survived(void **state)
{
    damage(state, 4, sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr));
    damage(state, NOTES, NOTES + 40);
}

static void damaged_tables_are_survived(void **state)
{
    damage(state, TABLES, TABLES + 8 * sizeof(Elf64_Shdr) + 10 * sizeof(Elf64_Sym) + 140);
}

static void a_cut_binary_is_survived(void **state)
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
    gt_free(core);
    gt_free(path);
    gt_free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_by_its_mapping),
        cmocka_unit_test(it_is_found_beside_the_core),
        cmocka_unit_test(the_one_that_is_given_is_taken),
        cmocka_unit_test(a_packed_one_is_taken),
        cmocka_unit_test(a_missing_one_is_an_error),
        cmocka_unit_test(what_is_no_program_is_no_candidate),
        cmocka_unit_test(another_build_is_refused),
        cmocka_unit_test(without_ids_segments_are_compared),
        cmocka_unit_test(without_headers_entry_points_are_compared),
        cmocka_unit_test(it_fills_in_what_the_core_lacks),
        cmocka_unit_test(a_pie_is_placed_by_where_it_was_loaded),
        cmocka_unit_test(damaged_headers_are_survived),
        cmocka_unit_test(damaged_tables_are_survived),
        cmocka_unit_test(a_cut_binary_is_survived),
    };
    return cmocka_run_group_tests_name("binary", tests, scratch_make, scratch_free);
}
