/* The packed table of types, beside a plain array. The input is what is put where: an index in 2
 * bytes, a value in 2. */
#include "inspector/base/packed.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { ENTRIES = 4 * GT_PACKED_PAGE, STEP = 4, WORD_BITS = 64 };

static void check(bool right)
{
    if (!right) abort();
}

static void compare(const struct gt_packed *table, const uint32_t *plain)
{
    for (size_t i = 0; i < ENTRIES; i++)
        check(gt_packed_at(table, i) == plain[i]);
    for (size_t i = 0; i < ENTRIES; i++)
        check((gt_packed_nonzero(table, i - i % WORD_BITS) >> i % WORD_BITS & 1) ==
              (plain[i] != 0));
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    uint32_t plain[ENTRIES] = {0};
    struct gt_packed table, copy;

    gt_packed_init(&table, ENTRIES);
    for (size_t at = 0; size - at >= STEP; at += STEP) {
        size_t index = (bytes[at] | (size_t)bytes[at + 1] << 8) % ENTRIES;
        plain[index] = bytes[at + 2] | (uint32_t)bytes[at + 3] << 8;
        gt_packed_set(&table, index, plain[index]);
    }
    compare(&table, plain);
    gt_packed_copy(&copy, &table);
    compare(&copy, plain);
    gt_packed_deinit(&copy);
    gt_packed_deinit(&table);
    return 0;
}
