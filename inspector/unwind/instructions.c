/* On amd64, tables say what follows each opcode, and this gives the length. On arm64, each
 * instruction is compared with a few masks. */
#include "inspector/unwind/instructions.h"

#include "inspector/base/memory.h"

#include <string.h>

/* ---- amd64 --------------------------------------------------------------------------------- */

enum { LONGEST = 15 }; /* bytes that the machine takes, prefixes and all */

enum {         /* what follows an opcode */
       M = 1,  /* a ModRM byte */
       B = 2,  /* an immediate byte */
       W = 4,  /* an immediate of 2 bytes */
       Z = 8,  /* an immediate of 4 bytes, or of 2 with the operand-size prefix */
       R = 16, /* an immediate of 4 bytes always: a distance */
       V = 32, /* an immediate of 8 bytes with REX.W, else as Z */
       A = 64, /* an address of 8 bytes */
       G = 128 /* ModRM; an immediate only if its register field is 0 or 1 */
};

struct opcodes { /* a range, with what follows each */
    uint8_t first, last, form;
};

static const struct opcodes one_byte[] = {
    {0x50, 0x5f, 0},     {0x63, 0x63, M},     {0x68, 0x68, Z},     {0x69, 0x69, M | Z},
    {0x6a, 0x6a, B},     {0x6b, 0x6b, M | B}, {0x6c, 0x6f, 0},     {0x70, 0x7f, B},
    {0x80, 0x80, M | B}, {0x81, 0x81, M | Z}, {0x83, 0x83, M | B}, {0x84, 0x8f, M},
    {0x90, 0x99, 0},     {0x9b, 0x9f, 0},     {0xa0, 0xa3, A},     {0xa4, 0xa7, 0},
    {0xa8, 0xa8, B},     {0xa9, 0xa9, Z},     {0xaa, 0xaf, 0},     {0xb0, 0xb7, B},
    {0xb8, 0xbf, V},     {0xc0, 0xc1, M | B}, {0xc2, 0xc2, W},     {0xc3, 0xc3, 0},
    {0xc6, 0xc6, M | B}, {0xc7, 0xc7, M | Z}, {0xc8, 0xc8, W | B}, {0xc9, 0xc9, 0},
    {0xcc, 0xcc, 0},     {0xcd, 0xcd, B},     {0xcf, 0xcf, 0},     {0xd0, 0xd3, M},
    {0xd7, 0xd7, 0},     {0xd8, 0xdf, M},     {0xe0, 0xe7, B},     {0xe8, 0xe9, R},
    {0xeb, 0xeb, B},     {0xec, 0xef, 0},     {0xf4, 0xf5, 0},     {0xf6, 0xf6, G | B},
    {0xf7, 0xf7, G | Z}, {0xf8, 0xfd, 0},     {0xfe, 0xff, M},
};

/* Behind 0F. All others have a ModRM byte alone. */
static const struct opcodes two_bytes[] = {
    {0x05, 0x06, 0},     {0x08, 0x09, 0},     {0x0b, 0x0b, 0},     {0x30, 0x37, 0},
    {0x70, 0x73, M | B}, {0x77, 0x77, 0},     {0x80, 0x8f, R},     {0xa0, 0xa2, 0},
    {0xa4, 0xa4, M | B}, {0xa8, 0xaa, 0},     {0xac, 0xac, M | B}, {0xba, 0xba, M | B},
    {0xc2, 0xc2, M | B}, {0xc4, 0xc6, M | B}, {0xc8, 0xcf, 0},
};

struct decoder {
    const unsigned char *code;
    uint64_t size, at;
    unsigned map; /* of the opcode: 0, 1 (0F), 2 (0F 38), 3 (0F 3A) */
    uint8_t opcode, modrm;
    bool narrow, wide, vector; /* operand size prefix, REX.W, VEX or EVEX */
    bool relative;             /* a RIP-relative operand */
    uint64_t displacement;     /* offset of the displacement in the code */
};

static const uint8_t *form_in(const struct opcodes *rows, size_t count, uint8_t opcode)
{
    for (size_t i = 0; i < count; i++)
        if (opcode >= rows[i].first && opcode <= rows[i].last) return &rows[i].form;
    return NULL;
}

/* The arithmetic opcodes 00 to 3F: six forms, eight times. */
static bool arithmetic_form(uint8_t opcode, uint8_t *form)
{
    static const uint8_t forms[] = {M, M, M, M, B, Z};

    if (opcode > 0x3f || (opcode & 7) > 5) return false;
    *form = forms[opcode & 7];
    return true;
}

static bool form_of(const struct decoder *decoder, uint8_t *form)
{
    const uint8_t *row;

    if (decoder->map > 1) {
        *form = decoder->map == 3 ? M | B : M;
        return true;
    }
    if (decoder->map == 1) {
        row = form_in(two_bytes, sizeof two_bytes / sizeof *two_bytes, decoder->opcode);
        *form = row ? *row : M;
        return true;
    }
    if (arithmetic_form(decoder->opcode, form)) return true;
    row = form_in(one_byte, sizeof one_byte / sizeof *one_byte, decoder->opcode);
    if (row) *form = *row;
    return row != NULL;
}

static bool next(struct decoder *decoder, uint8_t *byte)
{
    if (decoder->at >= decoder->size) return false;
    *byte = decoder->code[decoder->at++];
    return true;
}

/* The prefixes of a vector instruction name its map; its opcode follows them. */
static bool read_vector(struct decoder *decoder, uint8_t first)
{
    static const unsigned more[] = {1, 2, 3}; /* bytes of C5, C4 and 62 */
    unsigned kind = first == 0xc5 ? 0 : first == 0xc4 ? 1 : 2;

    if (decoder->size - decoder->at <= more[kind]) return false;
    uint8_t payload = decoder->code[decoder->at];
    decoder->map = kind == 0 ? 1 : payload & 3;
    decoder->at += more[kind];
    decoder->vector = true;
    return decoder->map && next(decoder, &decoder->opcode);
}

static bool read_opcode(struct decoder *decoder)
{
    static const char prefixes[] = "\x66\xf2\xf3\xf0\x2e\x36\x3e\x26\x64\x65";
    uint8_t byte;

    for (;;) {
        if (!next(decoder, &byte)) return false;
        if (!byte || !strchr(prefixes, byte)) break;
        decoder->narrow |= byte == 0x66;
    }
    if ((byte & 0xf0) == 0x40) {
        decoder->wide = byte & 8;
        if (!next(decoder, &byte)) return false;
    }
    if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) return read_vector(decoder, byte);
    decoder->opcode = byte;
    if (byte != 0x0f) return true;
    if (!next(decoder, &decoder->opcode)) return false;
    decoder->map = decoder->opcode == 0x38 ? 2 : decoder->opcode == 0x3a ? 3 : 1;
    return decoder->map == 1 || next(decoder, &decoder->opcode);
}

static bool read_modrm(struct decoder *decoder)
{
    uint8_t sib = 0;

    if (!next(decoder, &decoder->modrm)) return false;
    unsigned mode = decoder->modrm >> 6, operand = decoder->modrm & 7;
    if (mode == 3) return true;
    if (operand == 4 && !next(decoder, &sib)) return false;
    decoder->relative = mode == 0 && operand == 5;
    decoder->displacement = decoder->at;
    bool far = mode == 2 || decoder->relative || (mode == 0 && operand == 4 && (sib & 7) == 5);
    decoder->at += far ? 4 : mode;
    return decoder->at <= decoder->size;
}

static unsigned immediate_size(const struct decoder *decoder, uint8_t form)
{
    unsigned operand = decoder->narrow ? 2 : 4, size = 0;

    if (form & G && (decoder->modrm >> 3 & 7) > 1) return 0;
    if (form & B) size += 1;
    if (form & W) size += 2;
    if (form & Z) size += operand;
    if (form & R) size += 4;
    if (form & V) size += decoder->wide ? 8 : operand;
    if (form & A) size += 8;
    return size;
}

static bool is_end(const struct decoder *decoder)
{
    if (decoder->map == 1) return decoder->opcode == 0x0b; /* UD2 */
    return !decoder->map && (decoder->opcode == 0xc2 || decoder->opcode == 0xc3 ||
                             decoder->opcode == 0xcc || decoder->opcode == 0xf4);
}

static bool is_branch(const struct decoder *decoder)
{
    uint8_t opcode = decoder->opcode;

    if (decoder->map) return decoder->map == 1 && opcode >= 0x80 && opcode <= 0x8f;
    return (opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3);
}

static void set_flow(const struct decoder *decoder, unsigned immediate, uint64_t pc,
                     struct gt_instruction *out)
{
    uint8_t opcode = decoder->map ? 0 : decoder->opcode, operation = decoder->modrm >> 3 & 7;
    const unsigned char *distance = decoder->code + decoder->at - immediate;
    bool calls = opcode == 0xe8, jumps = opcode == 0xe9 || opcode == 0xeb;

    if (decoder->vector) return;
    out->kind = is_end(decoder)      ? GT_FLOW_END
                : calls              ? GT_FLOW_CALL
                : jumps              ? GT_FLOW_JUMP
                : is_branch(decoder) ? GT_FLOW_BRANCH
                                     : GT_FLOW_NEXT;
    if (opcode == 0xff && operation == 4) out->kind = GT_FLOW_COMPUTED;
    out->indirect = opcode == 0xff && operation == 2;
    if (out->kind != GT_FLOW_CALL && out->kind != GT_FLOW_JUMP && out->kind != GT_FLOW_BRANCH)
        return;
    int64_t by = immediate == 1 ? (int8_t)*distance : (int32_t)gt_load32(distance);
    out->target = pc + decoder->at + (uint64_t)by;
}

bool gt_instruction_amd64(const unsigned char *code, uint64_t size, uint64_t pc,
                          struct gt_instruction *out)
{
    struct decoder decoder = {.code = code, .size = size};
    uint8_t form;

    *out = (struct gt_instruction){0};
    if (!read_opcode(&decoder) || !form_of(&decoder, &form)) return false;
    if (form & (M | G) && !read_modrm(&decoder)) return false;
    unsigned immediate = immediate_size(&decoder, form);
    decoder.at += immediate;
    if (decoder.at > size || decoder.at > LONGEST) return false;
    out->length = (unsigned)decoder.at;
    set_flow(&decoder, immediate, pc, out);
    out->refers = decoder.relative;
    if (decoder.relative)
        out->target =
            pc + decoder.at + (uint64_t)(int64_t)(int32_t)gt_load32(code + decoder.displacement);
    return true;
}

/* ---- arm64 --------------------------------------------------------------------------------- */

/* How instructions that lead elsewhere look, and where the distance is in them. */
static const struct arm64_row {
    uint32_t mask, value;
    enum gt_flow_kind kind;
    unsigned shift, bits; /* of the distance, in instructions; bits 0: none */
} arm64_rows[] = {
    {0xfc000000, 0x94000000, GT_FLOW_CALL, 0, 26},    /* BL */
    {0xfc000000, 0x14000000, GT_FLOW_JUMP, 0, 26},    /* B */
    {0xff000000, 0x54000000, GT_FLOW_BRANCH, 5, 19},  /* B.cond */
    {0x7e000000, 0x34000000, GT_FLOW_BRANCH, 5, 19},  /* CBZ, CBNZ */
    {0x7e000000, 0x36000000, GT_FLOW_BRANCH, 5, 14},  /* TBZ, TBNZ */
    {0xfffffc1f, 0xd61f0000, GT_FLOW_COMPUTED, 0, 0}, /* BR */
    {0xfffffc1f, 0xd65f0000, GT_FLOW_END, 0, 0},      /* RET */
    {0xffe0001f, 0xd4200000, GT_FLOW_END, 0, 0},      /* BRK */
    {0xffff0000, 0x00000000, GT_FLOW_END, 0, 0},      /* UDF */
};

bool gt_instruction_arm64(const unsigned char *code, uint64_t size, uint64_t pc,
                          struct gt_instruction *out)
{
    if (size < 4) return false;
    uint32_t word = gt_load32(code);
    *out = (struct gt_instruction){.length = 4};
    out->indirect = (word & 0xfffffc1f) == 0xd63f0000; /* BLR */
    for (size_t i = 0; i < sizeof arm64_rows / sizeof *arm64_rows; i++) {
        const struct arm64_row *row = &arm64_rows[i];
        if ((word & row->mask) != row->value) continue;
        out->kind = row->kind;
        if (!row->bits) return true;
        uint64_t distance = (uint64_t)(word >> row->shift) << (64 - row->bits);
        out->target = pc + (uint64_t)((int64_t)distance >> (64 - row->bits)) * 4;
        return true;
    }
    return true;
}
