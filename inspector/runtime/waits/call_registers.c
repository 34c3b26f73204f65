/* Compares the bytes of an instruction with the few forms by which Go's compiler sets arguments.
 * Any other makes all registers unknown, unless it sets only one of R8 to R15. */
#include "inspector/runtime/waits/call_registers.h"

/* The address that an operand of 64 bits refers to; false when it is not known. */
static bool address_of(const struct gt_registers *registers, const struct gt_flow_step *step,
                       uint64_t *addr)
{
    unsigned modrm = step->bytes[2], base = modrm & 7, mode = modrm >> 6;

    if (step->instruction.refers) {
        *addr = step->instruction.target;
        return true;
    }
    if (mode == 3 || base == 4 || !(registers->known & 1u << base)) return false;
    *addr = registers->value[base];
    if (mode == 1) *addr += (uint64_t)(int64_t)(int8_t)step->bytes[3];
    if (mode == 2) *addr += (uint64_t)(int64_t)(int32_t)gt_load32(step->bytes + 3);
    return true;
}

static void set(struct gt_registers *registers, unsigned number, bool known, uint64_t value)
{
    registers->value[number] = value;
    registers->known = known ? registers->known | 1u << number : registers->known & ~(1u << number);
}

/* It sets one of the registers R8 to R15. */
static bool is_of_high_register(const struct gt_flow_step *step)
{
    const unsigned char *bytes = step->bytes;
    unsigned length = step->instruction.length;

    return (length >= 3 && bytes[0] == 0x4c && (bytes[1] == 0x8b || bytes[1] == 0x8d)) ||
           (length == 3 && bytes[0] == 0x45 && bytes[1] == 0x31 && bytes[2] >> 6 == 3) ||
           (length == 6 && bytes[0] == 0x41 && bytes[1] >= 0xb8 && bytes[1] <= 0xbf);
}

/* NOP, by which calls are aligned, and MOV to memory. */
static bool changes_none(const struct gt_flow_step *step)
{
    const unsigned char *bytes = step->bytes;
    unsigned length = step->instruction.length, prefixes = 0;

    while (prefixes < length && bytes[prefixes] == 0x66)
        prefixes++;
    if (prefixes + 1 == length) return bytes[prefixes] == 0x90;
    if (length >= 3 && (bytes[0] & 0xf8) == 0x48 && (bytes[1] == 0x89 || bytes[1] == 0xc7))
        return bytes[2] >> 6 != 3;
    return prefixes + 3 <= length && bytes[prefixes] == 0x0f && bytes[prefixes + 1] == 0x1f;
}

/* MOV or LEA from memory, or MOV from a register. */
static void follow_load(struct gt_registers *registers, const struct gt_memory *mem,
                        const struct gt_flow_step *step)
{
    unsigned modrm = step->bytes[2], from = modrm & 7;
    bool loads = step->bytes[1] == 0x8b, copies = loads && modrm >> 6 == 3;
    uint64_t value = copies ? registers->value[from] : 0;
    bool known = copies ? registers->known >> from & 1 : address_of(registers, step, &value);

    if (known && loads && !copies) known = gt_mem_u64(mem, value, &value);
    set(registers, modrm >> 3 & 7, known, value);
}

/* The instructions of amd64 by which Go's compiler makes arguments ready. Any other may change all
 * registers. */
void gt_registers_follow(struct gt_registers *registers, const struct gt_memory *mem,
                         const struct gt_flow_step *step)
{
    const unsigned char *bytes = step->bytes;
    unsigned length = step->instruction.length, wide = bytes[0];

    if (length >= 3 && wide == 0x48 && (bytes[1] == 0x8b || bytes[1] == 0x8d))
        follow_load(registers, mem, step);
    else if (length == 3 && wide == 0x48 && bytes[1] == 0x89 && bytes[2] >> 6 == 3)
        set(registers, bytes[2] & 7, registers->known >> (bytes[2] >> 3 & 7) & 1,
            registers->value[bytes[2] >> 3 & 7]);
    else if (length == 2 && bytes[0] == 0x31 && bytes[1] >> 6 == 3)
        set(registers, bytes[1] & 7, (bytes[1] >> 3 & 7) == (bytes[1] & 7), 0);
    else if (length == 5 && bytes[0] >= 0xb8 && bytes[0] <= 0xbf)
        set(registers, bytes[0] & 7, true, gt_load32(bytes + 1));
    else if (!is_of_high_register(step) && !changes_none(step))
        registers->known = 0;
}
