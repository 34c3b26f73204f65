/* Instructions as assemblers write them, at one address. */
#include "inspector/unwind/references.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BASE = 0x500000, MAX_SEEN = 64 };

struct code {
    const unsigned char *bytes;
    uint64_t size;
};

struct seen {
    uint64_t addr[MAX_SEEN];
    size_t count;
};

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct code *code = ctx;
    if (addr < BASE || addr >= BASE + code->size) return NULL;
    *avail = BASE + code->size - addr;
    return code->bytes + (addr - BASE);
}

static void note(void *ctx, uint64_t addr)
{
    struct seen *seen = ctx;
    assert_true(seen->count < MAX_SEEN);
    seen->addr[seen->count++] = addr;
}

typedef void reader_fn(const struct gt_memory *mem, uint64_t from, uint64_t to,
                       gt_reference_fn *visit, void *ctx);

/* What a function of `length` bytes refers to, if memory has `size` of them. */
static struct seen read_part(reader_fn *reader, const void *bytes, uint64_t size, uint64_t length)
{
    struct code code = {bytes, size};
    struct gt_memory mem = {.ctx = &code, .map = map};
    struct seen seen = {.count = 0};
    reader(&mem, BASE, BASE + length, note, &seen);
    return seen;
}

static bool saw(const struct seen *seen, uint64_t addr)
{
    for (size_t i = 0; i < seen->count; i++)
        if (seen->addr[i] == addr) return true;
    return false;
}

/* ---- amd64 ---------------------------------------------------------------------------------- */

static const struct {
    unsigned char bytes[12];
    size_t size;
    uint64_t target;
} operands[] = {
    {"\x48\x8d\x05\x34\x12\x00\x00", 7, BASE + 7 + 0x1234},        /* lea 0x1234(%rip),%rax */
    {"\x48\x8b\x0d\xe0\xff\xff\xff", 7, BASE + 7 - 0x20},          /* mov -0x20(%rip),%rcx */
    {"\x80\x3d\x00\x01\x00\x00\x01", 7, BASE + 7 + 0x100},         /* cmpb $1,0x100(%rip) */
    {"\x66\x81\x3d\x00\x02\x00\x00\x22\x11", 9, BASE + 9 + 0x200}, /* cmpw $0x1122,0x200(%rip) */
    {"\xc7\x05\x00\x03\x00\x00\x44\x33\x22\x11", 10, BASE + 10 + 0x300}, /* movl $...,0x300(%rip) */
    {"\x44\x0f\x11\x3d\x00\x04\x00\x00", 8, BASE + 8 + 0x400}, /* movups %xmm15,0x400(%rip) */
};

static void operands_relative_to_rip_are_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++) {
        size_t size = operands[i].size;
        struct seen seen = read_part(gt_references_amd64, operands[i].bytes, size, size);
        assert_true(saw(&seen, operands[i].target));
    }
}

static void they_are_seen_among_others(void **state)
{
    (void)state;
    unsigned char all[128];
    uint64_t size = 0;
    for (size_t i = 0; i < sizeof operands / sizeof *operands; size += operands[i++].size)
        memcpy(all + size, operands[i].bytes, operands[i].size);
    struct seen seen = read_part(gt_references_amd64, all, size, size);
    size = 0;
    for (size_t i = 0; i < sizeof operands / sizeof *operands; size += operands[i++].size)
        assert_true(saw(&seen, operands[i].target + size));
}

/* Eight bytes are looked at together, and the last ones alone. */
static void an_operand_is_seen_wherever_it_stands(void **state)
{
    (void)state;
    for (uint64_t before = 0; before < 20; before++)
        for (uint64_t behind = 0; behind < 20; behind++) {
            unsigned char code[64] = {0};
            uint64_t size = before + operands[0].size + behind;
            memcpy(code + before, operands[0].bytes, operands[0].size);
            struct seen seen = read_part(gt_references_amd64, code, size, size);
            assert_int_equal(seen.count, 4); /* one for each length of an immediate operand */
            assert_true(saw(&seen, operands[0].target + before));
        }
}

/* Every byte, against what a ModRM byte is by its fields. */
static void each_modrm_byte_relative_to_rip_is_seen(void **state)
{
    (void)state;
    for (unsigned modrm = 0; modrm < 256; modrm++)
        for (uint64_t size = 5; size <= 16; size++) {
            unsigned char code[16] = {(unsigned char)modrm};
            bool relative = modrm >> 6 == 0 && (modrm & 7) == 5;
            struct seen seen = read_part(gt_references_amd64, code, size, size);
            assert_int_equal(seen.count, relative ? 4 : 0);
        }
}

static void code_without_operands_refers_to_nothing(void **state)
{
    (void)state;
    /* nops; mov 0x1234(%rax),%rcx; push %rbp; mov %rsp,%rbp; ret */
    static const unsigned char code[] = "\x90\x90\x48\x8b\x88\x34\x12\x00\x00\x55\x48\x89\xe5\xc3";
    struct seen seen = read_part(gt_references_amd64, code, sizeof code - 1, sizeof code - 1);
    assert_int_equal(seen.count, 0);
}

static void a_displacement_ends_within_the_function(void **state)
{
    (void)state;
    for (size_t size = 0; size < 7; size++) {
        struct seen seen = read_part(gt_references_amd64, operands[0].bytes, 7, size);
        assert_int_equal(seen.count, 0);
    }
}

/* ---- amd64, words of a range ----------------------------------------------------------------- */

/* Displacements: few, so that some addresses are in the range, and some at its ends. */
enum { NEAR = 64 };

static const struct gt_reference_range ranges[] = {
    {BASE, BASE + NEAR},          {BASE + 8, BASE + 32},  {BASE + 9, BASE + 17},
    {BASE + 16, BASE + 17},       {BASE + 16, BASE + 16}, {0, UINT64_MAX},
    {UINT64_MAX - 8, UINT64_MAX},
};

struct expected {
    struct gt_reference_range range;
    struct seen seen;
};

static void expect(void *ctx, uint64_t addr)
{
    struct expected *expected = ctx;

    if (addr % 8 == 0 && addr >= expected->range.least && addr < expected->range.end)
        note(&expected->seen, addr);
}

static void compare(const unsigned char *bytes, uint64_t size, struct gt_reference_range range)
{
    struct code code = {bytes, size};
    struct gt_memory mem = {.ctx = &code, .map = map};
    struct expected expected = {.range = range};
    struct seen seen = {.count = 0};

    gt_references_amd64(&mem, BASE, BASE + size, expect, &expected);
    gt_references_amd64_to_words(&mem, BASE, BASE + size, range, note, &seen);
    assert_int_equal(seen.count, expected.seen.count);
    assert_memory_equal(seen.addr, expected.seen.addr, seen.count * sizeof *seen.addr);
}

/* In the order of the others, of which they are some. */
static void words_of_a_range_are_seen_alone(void **state)
{
    (void)state;
    for (unsigned displacement = 0; displacement < NEAR; displacement++)
        for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
            for (uint64_t before = 0; before < 9; before++) {
                unsigned char code[32] = {0};
                code[before] = 0x05;
                code[before + 1] = (unsigned char)displacement;
                code[before + 7] = 0x3d;
                code[before + 8] = (unsigned char)(displacement * 3);
                compare(code, sizeof code, ranges[i]);
                compare(code, before + 5, ranges[i]);
            }
    compare(NULL, 0, ranges[0]);
}

/* ---- arm64 ---------------------------------------------------------------------------------- */

static struct seen read_arm64(const uint32_t *code, size_t count)
{
    return read_part(gt_references_arm64, code, count * 4, count * 4);
}

static void pages_and_offsets_make_addresses(void **state)
{
    (void)state;
    static const uint32_t code[] = {
        0xb0091a20, /* adrp x0, 0x12845000 */
        0x9119e000, /* add  x0, x0, #0x678 */
        0xb0fffffb, /* adrp x27, 0x4fd000 */
        0xf9400f61, /* ldr  x1, [x27, #0x18] */
    };
    struct seen seen = read_arm64(code, 4);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.addr[0], 0x12845678);
    assert_int_equal(seen.addr[1], 0x4fd018);
}

static void offsets_count_in_what_is_loaded(void **state)
{
    (void)state;
    static const uint32_t code[] = {
        0xb0fffffb, /* adrp x27, 0x4fd000 */
        0x39406762, /* ldrb w2, [x27, #0x19] */
        0xf9001362, /* str  x2, [x27, #0x20] */
        0xb940277b, /* ldr  w27, [x27, #0x24], which overwrites the page */
        0xf9001763, /* str  x3, [x27, #0x28] */
    };
    struct seen seen = read_arm64(code, 5);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.addr[0], 0x4fd019);
    assert_int_equal(seen.addr[1], 0x4fd020);
    assert_int_equal(seen.addr[2], 0x4fd024);
}

static void without_a_page_there_is_no_address(void **state)
{
    (void)state;
    static const uint32_t code[] = {
        0xd2800020, /* mov x0, #1 */
        0x9100c0a4, /* add x4, x5, #0x30 */
        0xb0091a20, /* adrp x0, whose page is the last word's */
    };
    assert_int_equal(read_arm64(code, 3).count, 0);
}

/* ---- both ----------------------------------------------------------------------------------- */

static void code_that_memory_lacks_is_not_read(void **state)
{
    (void)state;
    static unsigned char long_one[(1 << 20) + 8];
    static const uint32_t pair[] = {0xb0091a20, 0x9119e000};
    memcpy(long_one, operands[0].bytes, operands[0].size);
    assert_int_equal(read_part(gt_references_amd64, operands[0].bytes, 6, 7).count, 0);
    assert_int_equal(read_part(gt_references_arm64, pair, 4, 8).count, 0);
    assert_int_equal(read_part(gt_references_amd64, NULL, 0, 8).count, 0);
    /* No function is that long, so the table is damaged. */
    struct seen seen = read_part(gt_references_amd64, long_one, sizeof long_one, sizeof long_one);
    assert_int_equal(seen.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_relative_to_rip_are_seen),
        cmocka_unit_test(they_are_seen_among_others),
        cmocka_unit_test(an_operand_is_seen_wherever_it_stands),
        cmocka_unit_test(each_modrm_byte_relative_to_rip_is_seen),
        cmocka_unit_test(code_without_operands_refers_to_nothing),
        cmocka_unit_test(a_displacement_ends_within_the_function),
        cmocka_unit_test(words_of_a_range_are_seen_alone),
        cmocka_unit_test(pages_and_offsets_make_addresses),
        cmocka_unit_test(offsets_count_in_what_is_loaded),
        cmocka_unit_test(without_a_page_there_is_no_address),
        cmocka_unit_test(code_that_memory_lacks_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
