/* Compares each position of the code with the encodings of a few instructions that read a word by
 * SP. */
#include "inspector/unwind/stack_loads.h"

enum { MAX_CODE = 1 << 20 /* bytes of one function */ };

static const unsigned char *code_at(const struct gt_memory *mem, uint64_t from, uint64_t to)
{
    return to > from && to - from <= MAX_CODE ? gt_mem_at(mem, from, to - from) : NULL;
}

/* MOV, CMP, ADD and SUB of a register with a word in memory, and CMP the other way round. */
static bool reads_memory(unsigned char opcode)
{
    return opcode == 0x8b || opcode == 0x3b || opcode == 0x39 || opcode == 0x03 || opcode == 0x2b;
}

/* REX.W, opcode, ModRM with a SIB byte, SIB of RSP alone, and a displacement of 8 or 32 bits. */
bool gt_loads_slot_amd64(const struct gt_memory *mem, uint64_t from, uint64_t to, uint64_t offset)
{
    const unsigned char *code = code_at(mem, from, to);

    for (uint64_t at = 0; code && at + 5 <= to - from; at++) {
        if ((code[at] & 0xfb) != 0x48 || !reads_memory(code[at + 1]) || code[at + 3] != 0x24)
            continue;
        uint8_t mode = code[at + 2] & 0xc7;
        if (mode == 0x44 && code[at + 4] == offset && offset < 0x80) return true;
        if (mode == 0x84 && at + 8 <= to - from && gt_load32(code + at + 4) == offset) return true;
        if (mode == 0x04 && offset == 0) return true;
    }
    return false;
}

/* LDR of a word with an unsigned offset, and LDP of two words, from SP. */
bool gt_loads_slot_arm64(const struct gt_memory *mem, uint64_t from, uint64_t to, uint64_t offset)
{
    const unsigned char *code = code_at(mem, from, to);

    for (uint64_t at = 0; code && at + 4 <= to - from; at += 4) {
        uint32_t instruction = gt_load32(code + at);
        uint64_t one = (uint64_t)(instruction >> 10 & 0xfff) * 8;
        uint64_t pair = (uint64_t)(instruction >> 15 & 0x3f) * 8;
        if ((instruction & 0xffc003e0) == 0xf94003e0 && one == offset) return true;
        if ((instruction & 0xffe003e0) == 0xa94003e0 && (pair == offset || pair + 8 == offset))
            return true;
    }
    return false;
}
