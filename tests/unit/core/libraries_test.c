/* The libraries of a process: which files count as those that were mapped. */
#include "inspector/core/libraries.h"
#include "program_maker.h"

#include <stddef.h>

/* A program at its own address, and a core that maps the other one as a library. */
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
    assert_int_equal(presence_at(core, mapped->loaded + PAGE), count > 0 ? PRESENT : NOT_DUMPED);
    close_both(core, program);
    gt_libraries_close(&libraries);
    unlink(own);
    gt_free(own);
    return count;
}

static void libraries_are_found_by_their_ids(void **state)
{
    char *path = scratch_path(state, "library");
    struct program other = pie, of_go = pie;
    of_go.go = "go/id/one";
    write_binary(&pie, path);

    assert_int_equal(count_libraries(state, &pie, path, 0x1000000), 1);
    assert_int_equal(count_libraries(state, &pie, path, pie.loaded), 0); /* the program itself */
    assert_int_equal(count_libraries(state, &pie, "/nonexistent", 0x1000000), 0);
    assert_int_equal(count_libraries(state, &pie, "/dev/null", 0x1000000), 0);
    assert_int_equal(count_libraries(state, &pie, "library", 0x1000000), 0);
    other.gnu = "GNUID-2";
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 0); /* the file was replaced
                                                                           */
    other.gnu = NULL;
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 0);
    other.go = "go/id/one";
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 0);
    write_binary(&of_go, path);
    assert_int_equal(count_libraries(state, &other, path, 0x1000000), 1); /* Go's ID decides */
    write_file(path, "hello\n", 6);
    assert_int_equal(count_libraries(state, &pie, path, 0x1000000), 0);
    unlink(path);
    gt_free(path);
}

/* An emulator maps programs of other machines. */
static void a_file_of_another_machine_is_no_library(void **state)
{
    char *path = scratch_path(state, "library");
    struct program emulated = pie;

    emulated.machine = EM_AARCH64;
    write_binary(&emulated, path);
    assert_int_equal(count_libraries(state, &emulated, path, 0x1000000), 0);
    unlink(path);
    gt_free(path);
}

/* Without an ID, the part that the core has is compared: the first page. */
static void libraries_without_ids_are_compared(void **state)
{
    char *path = scratch_path(state, "library");
    struct program bare = pie;
    struct blob file;

    bare.gnu = bare.go = NULL;
    write_binary(&bare, path);
    assert_int_equal(count_libraries(state, &bare, path, 0x1000000), 1);
    patch_file(path, PAGE - 1, 0x5a);
    assert_int_equal(count_libraries(state, &bare, path, 0x1000000), 0);
    file = make_binary(&bare);
    file.bytes[sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_flags)] |= PF_W;
    write_file(path, file.bytes, file.size); /* nothing in it proves that it is the file */
    assert_int_equal(count_libraries(state, &bare, path, 0x1000000), 0);
    unlink(path);
    gt_free(file.bytes);
    gt_free(path);
}

static void a_library_takes_the_programs_place(void **state)
{
    char *path = scratch_path(state, "library"), *own = scratch_path(state, "own");
    struct gt_core *core = core_of(state, &pie, path);
    struct gt_libraries libraries;
    struct gt_binary *program, *host;

    write_binary(&pie, path);
    write_binary(&pie, own);
    assert_null(gt_binary_open(own, NULL, &program));
    host = program;
    program->bias = 0x1000000;
    gt_libraries_open(core, program, &libraries);
    assert_false(gt_libraries_swap(&libraries, 1, &program));
    assert_true(gt_libraries_swap(&libraries, 0, &program));
    assert_string_equal(gt_binary_path(program), path);
    assert_true(gt_libraries_swap(&libraries, 0, &program));
    assert_ptr_equal(program, host);
    close_both(core, program);
    gt_libraries_close(&libraries);
    unlink(own), unlink(path);
    gt_free(own), gt_free(path);
}

/* Names many files for one mapping: the same path, or each its own. */
static void note_names(struct maker *maker, uint64_t names, bool apart)
{
    uint64_t header[2] = {names, PAGE}, entry[3] = {pie.loaded, pie.loaded + PAGE, 0};
    struct blob files = {0};

    blob_add(&files, header, sizeof header);
    for (uint64_t i = 0; i < names; i++)
        blob_add(&files, entry, sizeof entry);
    for (uint64_t i = 0; i < names; i++) {
        char *name = gt_format("/nonexistent/%u", apart ? (unsigned)i : 0);
        blob_add(&files, name, strlen(name) + 1);
        gt_free(name);
    }
    maker_note(maker, "CORE", NT_FILE, files.bytes, (uint32_t)files.size);
    gt_free(files.bytes);
}

static size_t count_opened(void **state, uint64_t names, bool apart)
{
    char *own = scratch_path(state, "own");
    struct blob text = make_text(&pie);
    struct gt_libraries libraries;
    struct gt_binary *program;
    struct maker maker;

    write_binary(&pie, own);
    assert_null(gt_binary_open(own, NULL, &program));
    program->bias = 0x1000000;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 41, 6, 0);
    note_names(&maker, names, apart);
    maker_load(&maker, pie.loaded, PAGE, text.bytes, PAGE)->p_flags = PF_R | PF_X;
    struct gt_core *core = open_made(state, &maker);
    gt_libraries_open(core, program, &libraries);
    assert_int_equal(libraries.list.len, 0);
    close_both(core, program);
    gt_libraries_close(&libraries);
    unlink(own);
    gt_free(own), gt_free(text.bytes);
    return libraries.opened;
}

static void a_core_cannot_have_any_number_of_files_opened(void **state)
{
    assert_int_equal(count_opened(state, 300, false), 1);
    assert_int_equal(count_opened(state, 300, true), 300);
    assert_int_equal(count_opened(state, GT_LIBRARY_FILES + 9, true), GT_LIBRARY_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libraries_are_found_by_their_ids),
        cmocka_unit_test(a_file_of_another_machine_is_no_library),
        cmocka_unit_test(libraries_without_ids_are_compared),
        cmocka_unit_test(a_library_takes_the_programs_place),
        cmocka_unit_test(a_core_cannot_have_any_number_of_files_opened),
    };
    return cmocka_run_group_tests_name("libraries", tests, scratch_make, scratch_free);
}
