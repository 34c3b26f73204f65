/* A core's memory and notes. */
#include "elf_maker.h"

#include <signal.h>

/* ---- memory -------------------------------------------------------------------------------- */

static uint64_t avail_at(const struct gt_core *core, uint64_t addr)
{
    const struct gt_memory *memory = gt_core_memory(core);
    uint64_t avail = 0;

    return memory->map(memory->ctx, addr, &avail) ? avail : 0;
}

static int byte_at(const struct gt_core *core, uint64_t addr)
{
    uint8_t byte;
    return gt_mem_u8(gt_core_memory(core), addr, &byte) ? byte : -1;
}

static void kinds_of_absence_are_distinguished(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 7);
    maker_load(&maker, 0x20000, 2 * PAGE, NULL, PAGE); /* the second page was not dumped */
    maker_load(&maker, 0x30000, PAGE, NULL, 0);
    struct gt_core *core = open_made(state, &maker);

    assert_int_equal(presence_at(core, 0xffff), UNMAPPED);
    assert_int_equal(presence_at(core, 0x10000), PRESENT);
    assert_int_equal(presence_at(core, 0x10fff), PRESENT);
    assert_int_equal(presence_at(core, 0x11000), UNMAPPED);
    assert_int_equal(presence_at(core, 0x20fff), PRESENT);
    assert_int_equal(presence_at(core, 0x21000), NOT_DUMPED);
    assert_int_equal(presence_at(core, 0x30000), NOT_DUMPED);
    assert_int_equal(presence_at(core, UINT64_MAX), UNMAPPED);
    assert_int_equal(byte_at(core, 0x10000), 7);
    assert_int_equal(byte_at(core, 0x20000), 0); /* a zero page is memory */
    assert_int_equal(byte_at(core, 0x21000), -1);
    assert_int_equal(avail_at(core, 0x10001), PAGE - 1);
    assert_false(gt_core_truncated(core));
    gt_core_close(core);
}

static void what_lies_past_a_cut_is_cut_off(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker_fill(&maker, 0x20000, PAGE, 2)->p_memsz = 2 * PAGE;
    maker_fill(&maker, 0x30000, PAGE, 3);
    struct blob file = maker_finish(&maker);
    char *path = scratch_path(state, "cut");
    write_file(path, file.bytes, file.size - PAGE - 100);
    struct gt_core *core = open_core(path);
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    assert_true(gt_core_truncated(core));
    assert_int_equal(count, 3);
    assert_false(segments[0].cut);
    assert_true(segments[1].cut);
    assert_int_equal(segments[1].file_bytes, PAGE - 100);
    assert_int_equal(segments[2].file_bytes, 0);
    assert_int_equal(presence_at(core, 0x20000 + PAGE - 101), PRESENT);
    assert_int_equal(presence_at(core, 0x20000 + PAGE - 100), CUT_OFF);
    assert_int_equal(byte_at(core, 0x21000), -1); /* in no file: the kernel left it out */
    assert_int_equal(presence_at(core, 0x30000), CUT_OFF);
    assert_int_equal(avail_at(core, 0x20000), PAGE - 100);
    gt_core_close(core);
    maker_free(&maker);
    gt_free(file.bytes);
    gt_free(path);
}

static void segments_side_by_side_are_merged(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker_fill(&maker, 0x11000, PAGE, 2);
    maker_gap(&maker, 16);
    maker_fill(&maker, 0x12000, PAGE, 3);
    struct gt_core *core = open_made(state, &maker);
    uint64_t word;

    assert_int_equal(avail_at(core, 0x10000), 2 * PAGE);
    assert_int_equal(avail_at(core, 0x12000), PAGE);
    assert_true(gt_mem_u64(gt_core_memory(core), 0x11ffc, &word));
    assert_int_equal(word, 0x0303030302020202);
    gt_core_close(core);
}

static void segments_may_be_unsorted_and_overlap(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x30000, PAGE, 3);
    maker_fill(&maker, 0x10800, PAGE, 2); /* half of it is hidden by the segment below */
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker_fill(&maker, 0x10100, 16, 9); /* all of it is hidden */
    struct gt_core *core = open_made(state, &maker);
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    assert_int_equal(count, 3);
    for (size_t i = 1; i < count; i++)
        assert_true(segments[i - 1].end <= segments[i].start);
    assert_int_equal(byte_at(core, 0x10100), 1);
    assert_int_equal(byte_at(core, 0x10fff), 1);
    assert_int_equal(byte_at(core, 0x11000), 2);
    assert_int_equal(byte_at(core, 0x117ff), 2);
    assert_int_equal(byte_at(core, 0x11800), -1);
    gt_core_close(core);
}

static void damaged_segments_are_survived(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker_load(&maker, UINT64_MAX - 100, PAGE, NULL, 0);         /* wraps around */
    maker_load(&maker, 0x20000, 0, NULL, 0);                     /* empty */
    maker_load(&maker, 0x30000, PAGE, NULL, 0)->p_filesz = ~0ul; /* more than its memory */
    maker_load(&maker, 0x40000, PAGE, NULL, 0)->p_offset = ~0ul - 8 * PAGE;
    maker.loads[4].p_filesz = PAGE;
    struct gt_core *core = open_made(state, &maker);
    size_t count;
    gt_core_segments(core, &count);

    assert_int_equal(count, 3);
    assert_true(gt_core_truncated(core));
    assert_int_equal(presence_at(core, 0x30000), CUT_OFF);
    assert_int_equal(presence_at(core, 0x40000), CUT_OFF);
    assert_int_equal(presence_at(core, UINT64_MAX - 50), UNMAPPED);
    gt_core_close(core);
}

static void many_runs_are_found(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    for (unsigned i = 0; i < 60; i++) {
        maker_fill(&maker, 0x10000 * (i + 1), 64 + i, (unsigned char)i);
        maker_gap(&maker, 1);
    }
    struct gt_core *core = open_made(state, &maker);

    for (unsigned i = 0; i < 60; i++) {
        uint64_t start = 0x10000 * (i + 1), size = 64 + i;
        assert_int_equal(byte_at(core, start - 1), -1);
        assert_int_equal(byte_at(core, start), i);
        assert_int_equal(byte_at(core, start + size - 1), i);
        assert_int_equal(avail_at(core, start + 1), size - 1);
        assert_int_equal(byte_at(core, start + size), -1);
    }
    gt_core_close(core);
}

static void images_fill_in_what_was_left_out(void **state)
{
    static const unsigned char image[4 * PAGE] = {[0] = 5, [PAGE - 1] = 6, [4 * PAGE - 1] = 8};
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x11000, PAGE, 1);
    maker_load(&maker, 0x13000, PAGE, NULL, 0);
    struct gt_core *core = open_made(state, &maker);

    gt_core_add_image(core, 0x10000, image, sizeof image);
    assert_int_equal(byte_at(core, 0x10000), 5);
    assert_int_equal(byte_at(core, 0x10fff), 6);
    assert_int_equal(byte_at(core, 0x11000), 1); /* the core comes first */
    assert_int_equal(byte_at(core, 0x12000), 0);
    assert_int_equal(byte_at(core, 0x13fff), 8);
    assert_int_equal(presence_at(core, 0x13000), PRESENT);
    assert_int_equal(presence_at(core, 0x14000), UNMAPPED);
    assert_int_equal(avail_at(core, 0x12000), 2 * PAGE);

    gt_core_add_image(core, 0xf000, image, 6 * PAGE - 2 * PAGE); /* only its first page shows */
    gt_core_add_image(core, 0x90000, image, 0);
    gt_core_add_image(core, UINT64_MAX - 8, image, PAGE);
    assert_int_equal(byte_at(core, 0xf000), 5);
    assert_int_equal(byte_at(core, 0x10000), 5);
    assert_int_equal(byte_at(core, 0x90000), -1);
    assert_int_equal(byte_at(core, UINT64_MAX - 8), -1);
    gt_core_close(core);
}

/* With 65535 segments or more, the first section header has their number. */
static void more_segments_than_a_header_counts_are_read(void **state)
{
    enum { COUNT = 70000 };
    struct maker maker;
    struct blob file = {0};
    Elf64_Shdr first = {.sh_info = COUNT};
    maker_init(&maker, ET_CORE);
    maker.header.e_phnum = PN_XNUM;
    maker.header.e_shnum = 1;
    maker.header.e_shoff = sizeof maker.header + (uint64_t)COUNT * sizeof(Elf64_Phdr);
    Elf64_Phdr *headers = gt_calloc(COUNT, sizeof *headers);
    for (uint64_t i = 0; i < COUNT; i++)
        headers[i] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = i * 2 * PAGE, .p_memsz = PAGE};
    headers[COUNT - 1].p_filesz = 4;
    blob_add(&file, &maker.header, sizeof maker.header);
    blob_add(&file, headers, COUNT * sizeof *headers);
    blob_add(&file, &first, sizeof first);

    char *path = scratch_path(state, "many");
    write_file(path, file.bytes, file.size);
    struct gt_core *core = open_core(path);
    size_t count;
    gt_core_segments(core, &count);
    assert_int_equal(count, COUNT);
    assert_int_equal(byte_at(core, (COUNT - 1ul) * 2 * PAGE), 0x7f);
    assert_false(gt_core_truncated(core));
    assert_false(gt_core_from_gcore(core));
    gt_core_close(core);

    write_file(path, file.bytes, file.size - 1); /* the number is lost */
    core = open_core(path);
    assert_true(gt_core_truncated(core));
    gt_core_close(core);
    gt_free(path);
    gt_free(headers);
    gt_free(file.bytes);
}

/* ---- notes --------------------------------------------------------------------------------- */

static void threads_are_read_in_order(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_thread(&maker, 41, SIGABRT, 1000);
    note_thread(&maker, 42, SIGABRT, 2000); /* the kernel writes the signal into all */
    struct gt_core *core = open_made(state, &maker);
    size_t count;
    const struct gt_thread *threads = gt_core_threads(core, &count);

    assert_int_equal(count, 2);
    assert_int_equal(threads[0].tid, 41);
    assert_int_equal(threads[0].signal, SIGABRT);
    assert_int_equal(threads[0].reg_count, 27);
    assert_int_equal(threads[0].regs[26], 1026);
    assert_int_equal(threads[0].pc, 1016);
    assert_int_equal(threads[0].sp, 1019);
    assert_int_equal(threads[0].fs_base, 1021);
    assert_int_equal(threads[1].tid, 42);
    assert_int_equal(threads[1].signal, 0);
    assert_int_equal(gt_core_signal(core), SIGABRT);
    assert_int_equal(gt_core_machine(core), GT_MACHINE_AMD64);
    assert_int_equal(gt_core_pid(core), GT_UNKNOWN);
    assert_null(gt_core_command(core));
    assert_null(gt_core_short_name(core));
    gt_core_close(core);
}

static void registers_of_arm64_are_read(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker.header.e_machine = EM_AARCH64;
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_thread(&maker, 41, SIGSEGV, 1000);
    struct gt_core *core = open_made(state, &maker);
    size_t count;
    const struct gt_thread *threads = gt_core_threads(core, &count);

    assert_int_equal(gt_core_machine(core), GT_MACHINE_ARM64);
    assert_int_equal(count, 1);
    assert_int_equal(threads[0].reg_count, 34);
    assert_int_equal(threads[0].sp, 1031);
    assert_int_equal(threads[0].pc, 1032);
    assert_int_equal(threads[0].fs_base, 0);
    gt_core_close(core);
}

static void the_process_is_known_from_its_notes(void **state)
{
    struct maker maker;
    uint64_t value, address;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_thread(&maker, 41, SIGSEGV, 0);
    note_process(&maker, 77, "sixteen-letters-", "./prog -x ");
    note_process(&maker, 78, "second", "second");
    note_siginfo(&maker, SIGSEGV, 1, 0xdead);
    note_auxv(&maker, 0x1234, 0x40);
    note_files(&maker, 0x400000, 3, "/bin/prog");
    struct gt_core *core = open_made(state, &maker);
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    assert_int_equal(gt_core_pid(core), 77);
    assert_string_equal(gt_core_short_name(core), "sixteen-letters-");
    assert_string_equal(gt_core_command(core), "./prog -x");
    assert_int_equal(gt_core_signal(core), SIGSEGV);
    assert_true(gt_siginfo_address(gt_core_siginfo(core), &address));
    assert_int_equal(address, 0xdead);
    assert_true(gt_core_auxv(core, AT_ENTRY, &value));
    assert_int_equal(value, 0x1234);
    assert_false(gt_core_auxv(core, AT_BASE, &value));
    assert_int_equal(count, 3);
    assert_int_equal(mappings[2].start, 0x402000);
    assert_int_equal(mappings[2].end, 0x403000);
    assert_int_equal(mappings[2].offset, 2 * PAGE);
    assert_string_equal(mappings[2].path, "/bin/prog");
    assert_false(gt_core_from_gcore(core));
    gt_core_close(core);
}

/* kill -SEGV has no address, whatever the union holds. */
static void a_signal_that_was_sent_has_no_address(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_siginfo(&maker, SIGSEGV, SI_USER, 0xdead | (uint64_t)77 << 32);
    struct gt_core *core = open_made(state, &maker);
    uint64_t address;
    int32_t pid;
    uint32_t uid;

    assert_int_equal(gt_core_signal(core), SIGSEGV);
    assert_false(gt_siginfo_address(gt_core_siginfo(core), &address));
    assert_true(gt_siginfo_sender(gt_core_siginfo(core), &pid, &uid));
    assert_int_equal(pid, 0xdead);
    assert_int_equal(uid, 77);
    gt_core_close(core);
}

static void gcore_is_known_by_the_order_of_notes(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_process(&maker, 77, "prog", "./prog");
    note_thread(&maker, 41, 0, 0);
    note_siginfo(&maker, SIGSTOP, 0x80, 0);
    struct gt_core *core = open_made(state, &maker);

    assert_true(gt_core_from_gcore(core));
    assert_int_equal(gt_core_signal(core), 0); /* the stop signal was gdb's */
    gt_core_close(core);
}

static void gcore_is_known_by_other_signs(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    note_thread(&maker, 41, 0, 0);
    maker_note(&maker, "GDB", 0xff000000, "<target/>", 10);
    struct gt_core *core = open_made(state, &maker);
    assert_true(gt_core_from_gcore(core));
    gt_core_close(core);

    maker_init(&maker, ET_CORE); /* its notes are at the end of the file, and are lost */
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker.header.e_shoff = 1 << 30;
    maker.header.e_shnum = 3;
    core = open_made(state, &maker);
    assert_true(gt_core_from_gcore(core));
    gt_core_close(core);
}

static void damaged_notes_are_survived(void **state)
{
    struct maker maker;
    uint64_t files[] = {1000000, PAGE, 1, 2, 3};
    uint64_t huge[] = {UINT64_MAX, PAGE, 1, 2, 3};
    uint64_t odd[] = {2, UINT64_MAX, 1, 2, 3, 5, 4, 0, 0x6100620063};
    maker_init(&maker, ET_CORE);
    maker_fill(&maker, 0x10000, PAGE, 1);
    maker_note(&maker, "CORE", NT_PRSTATUS, "short", 6);
    maker_note(&maker, "CORE", NT_PRPSINFO, "short", 6);
    maker_note(&maker, "CORE", NT_SIGINFO, "short", 6);
    maker_note(&maker, "CORE", NT_FILE, "short", 6);
    maker_note(&maker, "CORE", NT_FILE, files, sizeof files);
    maker_note(&maker, "CORE", NT_FILE, huge, sizeof huge);
    maker_note(&maker, "CORE", NT_FILE, odd, sizeof odd); /* offset too large, end before start */
    maker_note(&maker, "CORE", NT_AUXV, "short", 6);
    note_thread(&maker, 5, 99, 0); /* no such signal */
    maker_note(&maker, "LINUX", NT_PRSTATUS, NULL, 400);
    note_process(&maker, 77, "", "");
    uint32_t runaway[3] = {5, 0xfffffff0, NT_PRSTATUS};
    blob_add(&maker.notes, runaway, sizeof runaway);
    note_thread(&maker, 6, 0, 0);
    struct gt_core *core = open_made(state, &maker);
    size_t threads, mappings;
    uint64_t value;

    assert_int_equal(gt_core_threads(core, &threads)[0].tid, 5);
    assert_int_equal(threads, 1);
    assert_null(gt_core_mappings(core, &mappings));
    assert_int_equal(mappings, 0);
    assert_false(gt_core_auxv(core, AT_ENTRY, &value));
    assert_int_equal(gt_core_signal(core), 0);
    assert_int_equal(gt_core_pid(core), 77);
    assert_null(gt_core_short_name(core));
    gt_core_close(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_absence_are_distinguished),
        cmocka_unit_test(what_lies_past_a_cut_is_cut_off),
        cmocka_unit_test(segments_side_by_side_are_merged),
        cmocka_unit_test(segments_may_be_unsorted_and_overlap),
        cmocka_unit_test(damaged_segments_are_survived),
        cmocka_unit_test(many_runs_are_found),
        cmocka_unit_test(images_fill_in_what_was_left_out),
        cmocka_unit_test(more_segments_than_a_header_counts_are_read),
        cmocka_unit_test(threads_are_read_in_order),
        cmocka_unit_test(registers_of_arm64_are_read),
        cmocka_unit_test(the_process_is_known_from_its_notes),
        cmocka_unit_test(a_signal_that_was_sent_has_no_address),
        cmocka_unit_test(gcore_is_known_by_the_order_of_notes),
        cmocka_unit_test(gcore_is_known_by_other_signs),
        cmocka_unit_test(damaged_notes_are_survived),
    };
    return cmocka_run_group_tests_name("core", tests, scratch_make, scratch_free);
}
