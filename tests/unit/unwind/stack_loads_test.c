/* Instructions as assemblers write them. */
#include "inspector/unwind/stack_loads.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BASE = 0x500000 };

struct code {
    const unsigned char *bytes;
    uint64_t size;
};

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct code *code = ctx;
    if (addr < BASE || addr >= BASE + code->size) return NULL;
    *avail = BASE + code->size - addr;
    return code->bytes + (addr - BASE);
}

typedef bool reader_fn(const struct gt_memory *mem, uint64_t from, uint64_t to, uint64_t offset);

static bool loads(reader_fn *reader, const void *bytes, uint64_t size, uint64_t offset)
{
    struct code code = {bytes, size};
    struct gt_memory mem = {.ctx = &code, .map = map};

    return reader(&mem, BASE, BASE + size, offset);
}

static void loads_of_amd64_are_seen(void **state)
{
    static const unsigned char code[] = {
        0x90, 0x48, 0x8b, 0x4c, 0x24, 0x38,                   /* mov 0x38(%rsp),%rcx */
        0x4c, 0x8b, 0x84, 0x24, 0x20, 0x01, 0x00, 0x00,       /* mov 0x120(%rsp),%r8 */
        0x48, 0x39, 0x5c, 0x24, 0x50,                         /* cmp %rbx,0x50(%rsp) */
        0x48, 0x89, 0x44, 0x24, 0x60,                         /* mov %rax,0x60(%rsp): a store */
        0x48, 0x8d, 0x44, 0x24, 0x18, 0x48, 0x8b, 0x0c, 0x24, /* lea; mov (%rsp),%rcx */
        0x90, 0x90,
    };
    static const uint64_t read[] = {0x38, 0x120, 0x50, 0}, unread[] = {0x60, 0x18, 0x40, 0x20};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(loads(gt_loads_slot_amd64, code, sizeof code, read[i]));
        assert_false(loads(gt_loads_slot_amd64, code, sizeof code, unread[i]));
    }
    assert_false(loads(gt_loads_slot_amd64, code, 4, 0x38));
}

static void loads_of_arm64_are_seen(void **state)
{
    static const uint32_t code[] = {
        0xf9401fe1, /* ldr x1, [sp, #56] */
        0xa9450fe2, /* ldp x2, x3, [sp, #80] */
        0xf90023e0, /* str x0, [sp, #64] */
    };
    static const uint64_t read[] = {56, 80, 88}, unread[] = {64, 48, 96};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(loads(gt_loads_slot_arm64, code, sizeof code, read[i]));
        assert_false(loads(gt_loads_slot_arm64, code, sizeof code, unread[i]));
    }
}

static void code_that_is_not_there_reads_nothing(void **state)
{
    static const unsigned char code[] = {0x48, 0x8b, 0x4c, 0x24, 0x38};
    struct code some = {code, sizeof code};
    struct gt_memory mem = {.ctx = &some, .map = map};

    (void)state;
    assert_false(gt_loads_slot_amd64(&mem, BASE, BASE + 64, 0x38));
    assert_false(gt_loads_slot_amd64(&mem, BASE + 5, BASE, 0x38));
    assert_false(gt_loads_slot_arm64(&mem, BASE, BASE + 64, 0x38));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_of_amd64_are_seen),
        cmocka_unit_test(loads_of_arm64_are_seen),
        cmocka_unit_test(code_that_is_not_there_reads_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
