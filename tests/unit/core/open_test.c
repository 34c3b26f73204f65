/* Files that are no core, or only part of one; and compressed cores. */
#include "elf_maker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

static struct gt_error *try_open(const char *path)
{
    struct gt_core *core = (struct gt_core *)"untouched";
    struct gt_error *error = gt_core_open(path, NULL, &core);

    if (error)
        assert_null(core);
    else
        gt_core_close(core);
    return error;
}

static struct gt_error *try_bytes(void **state, const void *bytes, size_t size)
{
    char *path = scratch_path(state, "file");

    write_file(path, bytes, size);
    struct gt_error *error = try_open(path);
    gt_free(path);
    return error;
}

static void what_is_no_file_is_an_error(void **state)
{
    char *path = scratch_path(state, "none");
    assert_error(try_open(path), GT_ERR_IO, path, "No such file");
    assert_error(try_open(((struct scratch *)*state)->dir), GT_ERR_FORMAT, "directory", "name");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_error(try_open(path), GT_ERR_FORMAT, "pipe", "gotopsy -");
    unlink(path);
    gt_free(path);
}

static void what_is_not_elf_is_an_error(void **state)
{
    assert_error(try_bytes(state, "", 0), GT_ERR_FORMAT, "empty", "ulimit");
    assert_error(try_bytes(state, "hello\n", 6), GT_ERR_FORMAT, "text file", "ELF");
    assert_error(try_bytes(state, "h", 1), GT_ERR_FORMAT, "text file", "ELF");
    assert_error(try_bytes(state, "\1\2\3\377\0", 5), GT_ERR_FORMAT, "other data", "ELF");
    assert_error(try_bytes(state, "\x1f\x8b\b\0", 4), GT_ERR_FORMAT, "gzip", "copy it again");
    assert_error(try_bytes(state, "BZh91AY", 7), GT_ERR_FORMAT, "bzip2", "bunzip2");
    assert_error(try_bytes(state, "\xcf\xfa\xed\xfe", 4), GT_ERR_FORMAT, "Mach-O", "Linux");
    assert_error(try_bytes(state, "\177ELF", 4), GT_ERR_FORMAT, "found a file of 4", "cut short");
    assert_error(try_bytes(state, "\177ELF\2\1\1", 7), GT_ERR_FORMAT, "ELF header", "cut short");
}

/* The error of a core with one page, after `spoil` changed its header. */
static struct gt_error *spoilt(void **state, void (*spoil)(Elf64_Ehdr *header))
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    spoil(&maker.header);
    struct blob file = maker_finish(&maker);
    struct gt_error *error = try_bytes(state, file.bytes, file.size);
    gt_free(file.bytes);
    maker_free(&maker);
    return error;
}

static void make_program(Elf64_Ehdr *header)
{
    header->e_type = ET_EXEC;
}

static void make_pie(Elf64_Ehdr *header)
{
    header->e_type = ET_DYN;
}

static void make_object(Elf64_Ehdr *header)
{
    header->e_type = ET_REL;
}

static void make_32_bit(Elf64_Ehdr *header)
{
    header->e_ident[EI_CLASS] = ELFCLASS32;
}

static void make_big_endian(Elf64_Ehdr *header)
{
    header->e_ident[EI_DATA] = ELFDATA2MSB;
}

static void make_no_class(Elf64_Ehdr *header)
{
    header->e_ident[EI_CLASS] = 9;
}

static void make_riscv(Elf64_Ehdr *header)
{
    header->e_machine = EM_RISCV;
}

static void make_far_headers(Elf64_Ehdr *header)
{
    header->e_phoff = UINT64_MAX - 8;
}

static void make_many_sections(Elf64_Ehdr *header)
{
    header->e_shoff = sizeof *header; /* a program header, read as a section header */
}

static void another_kind_of_elf_is_an_error(void **state)
{
    assert_error(spoilt(state, make_program), GT_ERR_FORMAT, "this is a program; give its core",
                 "--exe");
    assert_error(spoilt(state, make_pie), GT_ERR_FORMAT, "this is a program; give its core",
                 "--exe");
    assert_error(spoilt(state, make_object), GT_ERR_FORMAT, "ELF file of type 1", "core");
    assert_error(spoilt(state, make_32_bit), GT_ERR_FORMAT, "32-bit", "64-bit");
    assert_error(spoilt(state, make_big_endian), GT_ERR_FORMAT, "big-endian", "little-endian");
    assert_error(spoilt(state, make_no_class), GT_ERR_FORMAT, "class 9", "damaged");
    assert_error(spoilt(state, make_riscv), GT_ERR_FORMAT, "machine 243", "AArch64");
    assert_error(spoilt(state, make_far_headers), GT_ERR_FORMAT, "program headers", "copy");
    gt_error_destroy(spoilt(state, make_many_sections));
}

static void a_core_without_memory_is_an_error(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 1, 0, 0);
    struct blob file = maker_finish(&maker);
    assert_error(try_bytes(state, file.bytes, file.size), GT_ERR_FORMAT, "no PT_LOAD",
                 "coredump_filter");
    gt_free(file.bytes);
    maker_free(&maker);
}

static struct blob full_core(void)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 41, 6, 0);
    note_process(&maker, 77, "prog", "./prog");
    note_siginfo(&maker, 6, 0, 0);
    note_auxv(&maker, 0x400100, 0x400040);
    note_files(&maker, 0x400000, 2, "/nonexistent/prog");
    maker_fill(&maker, 0x400000, PAGE, 1);
    maker_fill(&maker, 0x500000, 600, 2);
    struct blob file = maker_finish(&maker);
    maker_free(&maker);
    return file;
}

/* Uses everything that an open core offers. */
static void use(struct gt_core *core)
{
    size_t count;
    uint64_t word;
    struct gt_binary *binary;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    for (size_t i = 0; i < count; i++) {
        gt_mem_u64(gt_core_memory(core), segments[i].start, &word);
        gt_mem_u64(gt_core_memory(core), segments[i].end - 8, &word);
    }
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(strlen(mappings[i].path) < 4096);
    gt_error_destroy(gt_binary_find(core, NULL, true, &binary));
    gt_core_close(core);
    gt_binary_close(binary);
}

/* Opens and uses an arbitrary file; true when it opened. */
static bool survives(const char *path, bool *truncated)
{
    struct gt_core *core;
    struct gt_error *error = gt_core_open(path, NULL, &core);

    if (error) {
        assert_null(strchr(gt_error_message(error), '\n'));
        gt_error_destroy(error);
        return false;
    }
    if (truncated) *truncated = gt_core_truncated(core);
    use(core);
    return true;
}

/* Every length beyond the program headers opens; no shorter one does. */
static void every_length_past_the_headers_opens(void **state)
{
    struct blob file = full_core();
    char *path = scratch_path(state, "cut");
    size_t headers = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr);

    write_file(path, file.bytes, file.size);
    for (size_t size = file.size - 1; size > 0; size--) {
        bool truncated = false;
        assert_int_equal(truncate(path, (off_t)size), 0);
        assert_int_equal(survives(path, &truncated), size >= headers);
        assert_int_equal(truncated, size >= headers);
    }
    gt_free(path);
    gt_free(file.bytes);
}

static void every_byte_may_be_damaged(void **state)
{
    static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
    struct blob file = full_core();
    char *path = scratch_path(state, "flip");

    write_file(path, file.bytes, file.size);
    for (size_t at = 4; at < 1400; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            patch_file(path, at, values[i]);
            survives(path, NULL);
        }
        patch_file(path, at, file.bytes[at]);
    }
    gt_free(path);
    gt_free(file.bytes);
}

/* ---- zstd ---------------------------------------------------------------------------------- */

/* A core of 8 MiB: text-like bytes, a hole of 5 MiB, and text-like bytes. */
static struct blob large_core(void)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 41, 6, 0);
    maker_load(&maker, 0x100000, 8 << 20, NULL, 8 << 20);
    uint32_t seed = 1;
    for (size_t i = 0; i < 8 << 20; i++) {
        seed = seed * 1664525 + 1013904223;
        if (i < 1 << 20 || i >= 6 << 20) maker.data.bytes[i] = (unsigned char)(seed >> 28);
    }
    struct blob file = maker_finish(&maker);
    maker_free(&maker);
    return file;
}

/* With a checksum, as the zstd command writes them. */
static struct blob packed(const struct blob *file)
{
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    size_t room = ZSTD_compressBound(file->size);
    struct blob out = {gt_alloc(room), 0};

    ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
    out.size = ZSTD_compress2(ctx, out.bytes, room, file->bytes, file->size);
    assert_false(ZSTD_isError(out.size));
    ZSTD_freeCCtx(ctx);
    return out;
}

struct reported {
    uint64_t calls, done, total;
};

static void note(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct reported *reported = ctx;

    assert_string_equal(what, "unpacking");
    assert_true(done >= reported->done);
    *reported = (struct reported){reported->calls + 1, done, total};
}

static void assert_same(struct gt_core *core, const struct blob *file, size_t size)
{
    size_t data = PAGE; /* where the segment is in the file */
    unsigned char *bytes = gt_alloc(size);

    assert_true(gt_mem_read(gt_core_memory(core), 0x100000, bytes, size));
    assert_memory_equal(bytes, file->bytes + data, size);
    gt_free(bytes);
}

static void packed_cores_open(void **state)
{
    struct blob file = large_core(), zst = packed(&file);
    char *path = scratch_path(state, "core.zst");
    struct gt_core *core;
    struct reported reported = {0};
    const struct gt_opening how = {.progress = note, .progress_ctx = &reported};

    write_file(path, zst.bytes, zst.size);
    assert_null(gt_core_open(path, &how, &core));
    assert_int_equal(gt_core_file_bytes(core), file.size);
    assert_false(gt_core_truncated(core));
    assert_same(core, &file, 8 << 20);
    assert_true(reported.calls > 0);
    assert_int_equal(reported.done, zst.size);
    assert_int_equal(reported.total, zst.size);
    gt_core_close(core);
    gt_free(path);
    gt_free(zst.bytes);
    gt_free(file.bytes);
}

/* Frames one after another, with a skippable one in front, as pzstd writes them. */
static void cores_packed_in_parts_open(void **state)
{
    struct blob file = large_core(), parts = {0};
    uint32_t skip[3] = {0x184d2a50, 4, 0};
    blob_add(&parts, skip, sizeof skip);
    for (size_t at = 0; at < file.size; at += 3000001) {
        struct blob part = {file.bytes + at, file.size - at < 3000001 ? file.size - at : 3000001};
        struct blob zst = packed(&part);
        blob_add(&parts, zst.bytes, zst.size);
        gt_free(zst.bytes);
    }
    char *path = scratch_path(state, "parts.zst");
    write_file(path, parts.bytes, parts.size);
    struct gt_core *core = open_core(path);
    assert_false(gt_core_truncated(core));
    assert_same(core, &file, 8 << 20);
    gt_core_close(core);
    gt_free(path);
    gt_free(parts.bytes);
    gt_free(file.bytes);
}

static void a_packed_core_that_is_cut_opens(void **state)
{
    struct blob file = large_core(), zst = packed(&file);
    char *path = scratch_path(state, "cut.zst");

    for (size_t size = 0; size < zst.size; size += zst.size / 23) {
        write_file(path, zst.bytes, size);
        bool truncated = true;
        survives(path, &truncated);
        assert_true(truncated);
    }
    write_file(path, zst.bytes, zst.size / 2);
    struct gt_core *core = open_core(path);
    assert_same(core, &file, 512 << 10); /* the unpacked data is kept */
    gt_core_close(core);
    write_file(path, zst.bytes, 10);
    assert_error(try_open(path), GT_ERR_FORMAT, "nothing in it", "zstd");
    gt_free(path);
    gt_free(zst.bytes);
    gt_free(file.bytes);
}

static void a_damaged_packed_core_is_one_that_was_cut(void **state)
{
    struct blob file = large_core(), zst = packed(&file);
    char *path = scratch_path(state, "bad.zst");

    memset(zst.bytes + zst.size / 2, 0xff, 64);
    write_file(path, zst.bytes, zst.size);
    /* The data before the damage is a truncated core. */
    struct gt_core *core;
    assert_null(gt_core_open(path, NULL, &core));
    assert_true(gt_core_truncated(core));
    assert_true(gt_core_file_bytes(core) < file.size);
    gt_core_close(core);
    memcpy(zst.bytes + 4, "garbage", 8);
    write_file(path, zst.bytes, zst.size);
    gt_error_destroy(try_open(path));
    gt_free(path);
    gt_free(zst.bytes);
    gt_free(file.bytes);
}

static void packed_text_is_no_core(void **state)
{
    struct blob text = {(unsigned char *)"hello", 5}, zst = packed(&text);
    assert_error(try_bytes(state, zst.bytes, zst.size), GT_ERR_FORMAT, "text file", "ELF");
    gt_free(zst.bytes);
}

/* Headers that ask for windows of 4 GiB. */
static void what_asks_for_much_memory_is_refused(void **state)
{
    static const unsigned char zst[] = "\x28\xb5\x2f\xfd\x00\xb0\x01\x00";
    unsigned char xz[25] = "\xfd"
                           "7zXZ\x00\x00\x01\x69\x22\xde\x36"  /* checked by CRC32 */
                           "\x02\x00\x21\x01\x28\x00\x00\x00"; /* LZMA2, 4 GiB - 1 */
    uint32_t sum = (uint32_t)crc32(0, xz + 12, 8);

    memcpy(xz + 20, &sum, sizeof sum);
    assert_error(try_bytes(state, zst, sizeof zst), GT_ERR_FORMAT, "at most 1024 MiB", "zstd -d");
    assert_error(try_bytes(state, xz, sizeof xz), GT_ERR_FORMAT, "at most 1024 MiB", "xz -d");
}

static void no_room_to_unpack_is_an_error(void **state)
{
    struct blob file = large_core(), zst = packed(&file);
    char *path = scratch_path(state, "room.zst"), *nowhere = scratch_path(state, "nowhere");
    struct rlimit old, low;
    write_file(path, zst.bytes, zst.size);

    setenv("TMPDIR", nowhere, 1);
    assert_error(try_open(path), GT_ERR_IO, nowhere, "set TMPDIR");
    unsetenv("TMPDIR");

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    low = (struct rlimit){1 << 20, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
    struct gt_error *error = try_open(path);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_error(error, GT_ERR_IO, "too large", "set TMPDIR");
    gt_free(nowhere);
    gt_free(path);
    gt_free(zst.bytes);
    gt_free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_file_is_an_error),
        cmocka_unit_test(what_is_not_elf_is_an_error),
        cmocka_unit_test(another_kind_of_elf_is_an_error),
        cmocka_unit_test(a_core_without_memory_is_an_error),
        cmocka_unit_test(every_length_past_the_headers_opens),
        cmocka_unit_test(every_byte_may_be_damaged),
        cmocka_unit_test(packed_cores_open),
        cmocka_unit_test(cores_packed_in_parts_open),
        cmocka_unit_test(a_packed_core_that_is_cut_opens),
        cmocka_unit_test(a_damaged_packed_core_is_one_that_was_cut),
        cmocka_unit_test(packed_text_is_no_core),
        cmocka_unit_test(what_asks_for_much_memory_is_refused),
        cmocka_unit_test(no_room_to_unpack_is_an_error),
    };
    return cmocka_run_group_tests_name("open", tests, scratch_make, scratch_free);
}
