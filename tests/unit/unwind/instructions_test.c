/* Instructions as assemblers write them: their length, and where they lead. */
#include "inspector/unwind/instructions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { BASE = 0x500000 };

struct row {
    unsigned char bytes[12];
    unsigned length;
    enum gt_flow_kind kind;
    uint64_t target;
    bool refers, indirect;
};

static const struct row amd64[] = {
    {{0x90}, 1, GT_FLOW_NEXT, 0, false, false},                                   /* NOP */
    {{0x48, 0x83, 0xec, 0x18}, 4, GT_FLOW_NEXT, 0, false, false},                 /* SUB $24, SP */
    {{0x48, 0x8b, 0x05, 0x10, 0, 0, 0}, 7, GT_FLOW_NEXT, BASE + 23, true, false}, /* MOV 16(IP) */
    {{0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8}, 10, GT_FLOW_NEXT, 0, false, false},    /* MOV imm64 */
    {{0x66, 0xc7, 0x44, 0x24, 8, 1, 0}, 7, GT_FLOW_NEXT, 0, false, false},     /* MOVW $1, 8(SP) */
    {{0xc5, 0xfe, 0x6f, 0x06}, 4, GT_FLOW_NEXT, 0, false, false},              /* VMOVDQU */
    {{0x80, 0x3d, 0, 1, 0, 0, 0}, 7, GT_FLOW_NEXT, BASE + 0x107, true, false}, /* CMPB $0, (IP) */
    {{0xf6, 0xc1, 1}, 3, GT_FLOW_NEXT, 0, false, false},                       /* TEST $1, CL */
    {{0xf6, 0xd9}, 2, GT_FLOW_NEXT, 0, false, false},                          /* NEG CL */
    {{0xe8, 0xfb, 0xff, 0xff, 0xff}, 5, GT_FLOW_CALL, BASE, false, false},     /* CALL itself */
    {{0xff, 0xd1}, 2, GT_FLOW_NEXT, 0, false, true},                           /* CALL CX */
    {{0xff, 0xe1}, 2, GT_FLOW_COMPUTED, 0, false, false},                      /* JMP CX */
    {{0xeb, 0xfe}, 2, GT_FLOW_JUMP, BASE, false, false},                       /* JMP itself */
    {{0x0f, 0x84, 0, 1, 0, 0}, 6, GT_FLOW_BRANCH, BASE + 0x106, false, false}, /* JE */
    {{0x7c, 0x10}, 2, GT_FLOW_BRANCH, BASE + 0x12, false, false},              /* JL */
    {{0xc3}, 1, GT_FLOW_END, 0, false, false},                                 /* RET */
    {{0x0f, 0x0b}, 2, GT_FLOW_END, 0, false, false},                           /* UD2 */
};

static void check(const struct row *row, bool known, const struct gt_instruction *instruction)
{
    assert_true(known);
    assert_int_equal(instruction->length, row->length);
    assert_int_equal(instruction->kind, row->kind);
    assert_int_equal(instruction->target, row->target);
    assert_int_equal(instruction->refers, row->refers);
    assert_int_equal(instruction->indirect, row->indirect);
}

static void instructions_of_amd64_lead_where_they_say(void **state)
{
    struct gt_instruction instruction;

    (void)state;
    for (size_t i = 0; i < sizeof amd64 / sizeof *amd64; i++) {
        const struct row *row = &amd64[i];
        check(row, gt_instruction_amd64(row->bytes, sizeof row->bytes, BASE, &instruction),
              &instruction);
        for (unsigned size = 0; size < row->length; size++) /* cut off */
            assert_false(gt_instruction_amd64(row->bytes, size, BASE, &instruction));
    }
}

static void what_is_no_instruction_is_not_guessed(void **state)
{
    static const unsigned char none[] = {0x06, 0, 0, 0}, prefixes[] = {0x66, 0x66, 0x66};
    struct gt_instruction instruction;

    (void)state;
    assert_false(gt_instruction_amd64(none, sizeof none, BASE, &instruction));
    assert_false(gt_instruction_amd64(prefixes, sizeof prefixes, BASE, &instruction));
}

/* A machine takes fifteen bytes at most. */
static void a_longer_instruction_is_none(void **state)
{
    unsigned char code[16];
    struct gt_instruction instruction;

    (void)state;
    memset(code, 0x66, sizeof code);
    code[14] = code[15] = 0x90;
    assert_true(gt_instruction_amd64(code, 15, BASE, &instruction));
    code[14] = 0x66;
    assert_false(gt_instruction_amd64(code, sizeof code, BASE, &instruction));
}

static const struct row arm64[] = {
    {{0xff, 0xff, 0xff, 0x97}, 4, GT_FLOW_CALL, BASE - 4, false, false},   /* BL */
    {{0x02, 0, 0, 0x14}, 4, GT_FLOW_JUMP, BASE + 8, false, false},         /* B */
    {{0xe0, 0xff, 0xff, 0x54}, 4, GT_FLOW_BRANCH, BASE - 4, false, false}, /* B.EQ */
    {{0x40, 0, 0, 0xb4}, 4, GT_FLOW_BRANCH, BASE + 8, false, false},       /* CBZ */
    {{0x40, 0, 0, 0x37}, 4, GT_FLOW_BRANCH, BASE + 8, false, false},       /* TBNZ */
    {{0x20, 0, 0x3f, 0xd6}, 4, GT_FLOW_NEXT, 0, false, true},              /* BLR */
    {{0x20, 0, 0x1f, 0xd6}, 4, GT_FLOW_COMPUTED, 0, false, false},         /* BR */
    {{0xc0, 0x03, 0x5f, 0xd6}, 4, GT_FLOW_END, 0, false, false},           /* RET */
    {{0x1f, 0x20, 0x03, 0xd5}, 4, GT_FLOW_NEXT, 0, false, false},          /* NOP */
};

static void instructions_of_arm64_lead_where_they_say(void **state)
{
    struct gt_instruction instruction;

    (void)state;
    for (size_t i = 0; i < sizeof arm64 / sizeof *arm64; i++)
        check(&arm64[i], gt_instruction_arm64(arm64[i].bytes, 4, BASE, &instruction), &instruction);
    assert_false(gt_instruction_arm64(arm64[0].bytes, 3, BASE, &instruction));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instructions_of_amd64_lead_where_they_say),
                                       cmocka_unit_test(what_is_no_instruction_is_not_guessed),
                                       cmocka_unit_test(a_longer_instruction_is_none),
                                       cmocka_unit_test(instructions_of_arm64_lead_where_they_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
