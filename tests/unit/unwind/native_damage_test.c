/* Damaged registers and unwind information: they end the walk of a core, which says why. */
#include "tests/unit/unwind/crash.h"

#include <sys/mman.h>

static void damaged_registers_end_the_walk(void **state)
{
    struct crash crash;
    struct gt_thread thread;
    struct gt_native_frame frames[8];
    const char *why;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    thread = *crash.thread;
    thread.pc = 8;
    assert_int_equal(gt_native_unwind(crash.core, &thread, frames, 8, &why), 1);
    assert_string_equal(why, "the code lies in no mapped file");
    thread = *crash.thread;
    thread.sp = 0x1000, thread.regs[4] = 0x1000; /* rbp */
    assert_int_equal(gt_native_unwind(crash.core, &thread, frames, 8, &why), 1);
    assert_string_equal(why, "the stack is not in the core");
    thread = *crash.thread;
    thread.reg_count = 0;
    assert_true(gt_native_unwind(crash.core, &thread, frames, 8, &why) >= 1);
    assert_string_equal(why, "the unwind information is damaged");
    crash_deinit(&crash);
}

/* The core's own bytes of a section, made writable: the mapping is private to this process. */
static unsigned char *open_section(const struct crash *crash, const char *name, uint64_t *size)
{
    const struct gt_section *section = gt_binary_section(crash->binary, name);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

    assert_non_null(section);
    *size = section->size;
    unsigned char *bytes = (unsigned char *)gt_mem_at(
        gt_core_memory(crash->core), section->addr + gt_binary_bias(crash->binary), section->size);
    assert_non_null(bytes);
    uintptr_t start = (uintptr_t)bytes / page * page;
    assert_int_equal(
        mprotect((void *)start, (uintptr_t)bytes + *size - start, PROT_READ | PROT_WRITE), 0);
    return bytes;
}

/* Without a table, records are followed from the first one on: here with every wrong length. */
static void a_damaged_first_record_ends_the_walk(void **state)
{
    struct crash crash;
    uint64_t size;
    uint32_t usual;

    (void)state;
    crash_init(&crash, "-static", WITH_FILES, NULL);
    find_binary(&crash);
    unsigned char *bytes = open_section(&crash, ".eh_frame", &size);
    memcpy(&usual, bytes, sizeof usual);
    for (uint32_t length = UINT32_MAX; length != 200; length++) {
        memcpy(bytes, &length, sizeof length);
        walk(&crash);
        if (crash.count == 1) assert_string_equal(crash.why, "the code has no unwind information");
    }
    memcpy(bytes, &usual, sizeof usual);
    walk(&crash);
    assert_chain(&crash, 0);
    crash_deinit(&crash);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* The walk ends, stays in bounds, and is plausible, whatever the section contains. */
static void damage(struct crash *crash, const char *name, unsigned rounds)
{
    static const unsigned char likely[] = {0x00, 0xff, 0x80, 0x09, 0x0f, 0x10, 0x16, 0x2f, 0x1b};
    uint64_t size;
    uint32_t seed = 7;
    unsigned char *bytes = open_section(crash, name, &size), *copy = gt_alloc(size);

    memcpy(copy, bytes, size);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = next_random(&seed) % 6; i < 6; i++)
            bytes[next_random(&seed) % size] = round % 2
                                                   ? likely[next_random(&seed) % sizeof likely]
                                                   : (unsigned char)next_random(&seed);
        walk(crash);
        assert_true(crash->count >= 1);
        for (size_t i = 0; i + 1 < crash->count; i++)
            assert_int_equal(crash->frames[i].cfa, crash->frames[i + 1].sp);
        if (round % 8 == 7) memcpy(bytes, copy, size);
    }
    memcpy(bytes, copy, size);
    gt_free(copy);
}

static void damaged_tables_end_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", WITH_FILES, "own stack");
    find_binary(&crash);
    damage(&crash, ".eh_frame_hdr", 2000);
    damage(&crash, ".eh_frame", 10000);
    walk(&crash);
    assert_null(crash.why);
    crash_deinit(&crash);
}

static void damaged_records_end_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "-static", WITH_FILES, "own stack");
    find_binary(&crash);
    damage(&crash, ".eh_frame", 400);
    crash_deinit(&crash);
}

/* Replaces every `from` by `to`; returns how many. */
static unsigned rewrite(unsigned char *bytes, uint64_t size, const char *from, const char *to,
                        size_t length)
{
    unsigned done = 0;

    for (uint64_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, from, length) == 0) {
            memcpy(bytes + i, to, length);
            done++;
        }
    return done;
}

/* What libunwind would trust: the CIE's usual "column 16; def_cfa rsp 8; offset rip 1". */
static void hostile_tables_are_not_believed(void **state)
{
    enum { LENGTH = 8 };
    static const char usual[] = "\x10\x01\x1b\x0c\x07\x08\x90\x01";
    static const char *const hostile[] = {
        "\x7f\x01\x1b\x0c\x07\x08\x90\x01", /* the return address is in column 127 */
        "\x10\x01\x1b\x09\x07\xff\xff\x7f", /* a register is in register 2097151 */
        "\x10\x01\x1b\x00\x00\x00\x90\x01", /* no CFA */
        "\x10\x01\x1b\x0f\x02\x1b\x1b\x00", /* a CFA that divides */
        "\x10\x01\x1b\x0f\x03\x2f\xfd\xff", /* a CFA that jumps back for ever */
        "\x10\x01\x1b\x3f\x07\x08\x90\x01", /* no instruction */
    };
    struct crash crash;
    uint64_t size;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    find_binary(&crash);
    unsigned char *bytes = open_section(&crash, ".eh_frame", &size), *copy = gt_alloc(size);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        assert_true(rewrite(bytes, size, usual, hostile[i], LENGTH) > 0);
        walk(&crash);
        assert_int_equal(crash.count, 1);
        assert_string_equal(crash.why, "the unwind information is damaged");
        memcpy(bytes, copy, size);
    }
    walk(&crash);
    assert_chain(&crash, 0);
    gt_free(copy);
    crash_deinit(&crash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_registers_end_the_walk),
        cmocka_unit_test(a_damaged_first_record_ends_the_walk),
        cmocka_unit_test(damaged_tables_end_the_walk),
        cmocka_unit_test(damaged_records_end_the_walk),
        cmocka_unit_test(hostile_tables_are_not_believed),
    };
    return cmocka_run_group_tests_name("unwind/native_damage", tests, NULL, NULL);
}
