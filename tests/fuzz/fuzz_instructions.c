/* Instructions of both machines. The input is code, which is decoded from each of its bytes on. */
#include "inspector/unwind/instructions.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { LONGEST = 15, ARM64_LENGTH = 4 };

/* An instruction lies within what is known of the code. */
static void check(const struct gt_instruction *instruction, uint64_t left, unsigned most)
{
    if (!instruction->length || instruction->length > left || instruction->length > most) abort();
    if (instruction->kind > GT_FLOW_END) abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_instruction instruction;

    for (size_t at = 0; at < size; at++) {
        uint64_t left = size - at, pc = FUZZ_BASE + at;
        if (gt_instruction_amd64(bytes + at, left, pc, &instruction))
            check(&instruction, left, LONGEST);
        if (at % ARM64_LENGTH == 0 && gt_instruction_arm64(bytes + at, left, pc, &instruction))
            check(&instruction, left, ARM64_LENGTH);
    }
    return 0;
}
