/* On amd64, every byte that may be a ModRM byte is tried, with each length of an immediate operand.
 * Few bytes are one, so eight are looked at together.
 * On arm64, the page that ADRP put into each register is remembered. */
#include "inspector/unwind/references.h"

enum { MAX_CODE = 1 << 20 }; /* bytes of one function */

static const unsigned char *code_at(const struct gt_memory *mem, uint64_t from, uint64_t to)
{
    return to > from && to - from <= MAX_CODE ? gt_mem_at(mem, from, to - from) : NULL;
}

/* A ModRM byte with mod 00 and rm 101 is RIP-relative. Sets the highest bit of each of eight bytes
 * that is one. */
static uint64_t relative_operands(uint64_t bytes)
{
    const uint64_t each = 0x0101010101010101, low = 0x7f * each;
    uint64_t differ = (bytes & 0xc7 * each) ^ 0x05 * each;

    return ~(((differ & low) + low) | differ | low);
}

struct displacements { /* of one function */
    uint64_t from;
    const unsigned char *code;
    struct gt_reference_range range;
    gt_reference_fn *visit;
    void *ctx;
};

typedef void displacement_fn(const struct displacements *all, uint64_t rip);

/* RIP is the next instruction's address. An immediate operand may stand before that. */
static void visit_displacement(const struct displacements *all, uint64_t addr)
{
    static const uint8_t immediates[] = {0, 1, 2, 4};

    for (size_t i = 0; i < sizeof immediates; i++)
        all->visit(all->ctx, addr + immediates[i]);
}

/* At most one of the four addresses is a multiple of a word. */
static void visit_word(const struct displacements *all, uint64_t addr)
{
    enum { IMMEDIATES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 };
    uint64_t up = -addr & 7;

    if (IMMEDIATES >> up & 1 && addr + up - all->range.least < all->range.end - all->range.least)
        all->visit(all->ctx, addr + up);
}

static inline uint64_t address_at(const struct displacements *all, uint64_t at)
{
    return all->from + at + 4 + (uint64_t)(int64_t)(int32_t)gt_load32(all->code + at);
}

static inline __attribute__((always_inline)) void
read_displacements(struct displacements all, uint64_t size, displacement_fn *visit)
{
    enum { OPERAND = 5, EIGHT = 8 }; /* bytes: ModRM and displacement; those of one load */
    uint64_t end = all.code && size >= OPERAND ? size - OPERAND + 1 : 0, at = 0;

    for (; at + EIGHT <= end; at += EIGHT)
        for (uint64_t found = relative_operands(gt_load64(all.code + at)); found;
             found &= found - 1)
            visit(&all, address_at(&all, at + (uint64_t)__builtin_ctzll(found) / 8 + 1));
    for (; at < end; at++)
        if (relative_operands(all.code[at]) & 0x80) visit(&all, address_at(&all, at + 1));
}

void gt_references_amd64(const struct gt_memory *mem, uint64_t from, uint64_t to,
                         gt_reference_fn *visit, void *ctx)
{
    read_displacements(
        (struct displacements){
            .from = from, .code = code_at(mem, from, to), .visit = visit, .ctx = ctx},
        to - from, visit_displacement);
}

void gt_references_amd64_to_words(const struct gt_memory *mem, uint64_t from, uint64_t to,
                                  struct gt_reference_range range, gt_reference_fn *visit,
                                  void *ctx)
{
    read_displacements((struct displacements){from, code_at(mem, from, to), range, visit, ctx},
                       to - from, visit_word);
}

/* ---- arm64 --------------------------------------------------------------------------------- */

enum { ARM64_REGISTERS = 32 };

static bool is_adrp(uint32_t instruction)
{
    return (instruction & 0x9f000000) == 0x90000000;
}

static uint64_t adrp_page(uint32_t instruction, uint64_t pc)
{
    uint64_t low = instruction >> 29 & 3, high = instruction >> 5 & 0x7ffff;
    int64_t pages = (int64_t)((high << 2 | low) << 43) >> 43; /* sign-extended from 21 bits */

    return (pc & ~(uint64_t)0xfff) + ((uint64_t)pages << 12);
}

/* What an instruction adds to its base register: ADD (immediate), or a load or store of a general
 * register with an unsigned offset. */
static bool offset_of(uint32_t instruction, uint64_t *offset)
{
    uint64_t imm = instruction >> 10 & 0xfff;

    if ((instruction & 0xffc00000) == 0x91000000)
        *offset = imm;
    else if ((instruction & 0x3f000000) == 0x39000000)
        *offset = imm << (instruction >> 30);
    else
        return false;
    return true;
}

/* Of the instructions with an offset, only stores leave the register in their lowest bits
 * unchanged. */
static bool is_store(uint32_t instruction)
{
    return (instruction & 0x3fc00000) == 0x39000000;
}

void gt_references_arm64(const struct gt_memory *mem, uint64_t from, uint64_t to,
                         gt_reference_fn *visit, void *ctx)
{
    const unsigned char *code = code_at(mem, from, to);
    uint64_t page[ARM64_REGISTERS] = {0}, offset;

    for (uint64_t at = 0; code && at + 4 <= to - from; at += 4) {
        uint32_t instruction = gt_load32(code + at);
        if (is_adrp(instruction)) page[instruction & 31] = adrp_page(instruction, from + at);
        if (is_adrp(instruction) || !offset_of(instruction, &offset)) continue;
        uint64_t base = page[instruction >> 5 & 31];
        if (base) visit(ctx, base + offset);
        if (!is_store(instruction)) page[instruction & 31] = 0;
    }
}
