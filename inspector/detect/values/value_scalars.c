/* Numbers and bools, as Go's fmt prints them. */
#include "inspector/detect/values/values_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 64 };

/* The shortest form that reads back as the same number. */
static int print_float(char *out, size_t size, double number, bool single)
{
    int used = 0;

    for (int digits = single ? 6 : 15; digits <= 17; digits++) {
        used = snprintf(out, size, "%.*g", digits, number);
        bool same = single ? strtof(out, NULL) == (float)number : strtod(out, NULL) == number;
        if (same) break;
    }
    return used;
}

static double load_float(uint64_t word, bool single)
{
    uint32_t half = (uint32_t)word;
    float narrow;
    double wide;

    memcpy(&narrow, &half, sizeof narrow);
    memcpy(&wide, &word, sizeof wide);
    return single ? (double)narrow : wide;
}

static int64_t extend(uint64_t word, uint64_t size)
{
    unsigned shift = size < 8 ? (unsigned)(64 - 8 * size) : 0;

    return (int64_t)(word << shift) >> shift;
}

static void print_complex(char *out, size_t size, uint64_t real, uint64_t imaginary, bool single)
{
    int used = snprintf(out, size, "(");

    used += print_float(out + used, size - (size_t)used, load_float(real, single), single);
    double part = load_float(imaginary, single);
    if (part >= 0) used += snprintf(out + used, size - (size_t)used, "+");
    used += print_float(out + used, size - (size_t)used, part, single);
    snprintf(out + used, size - (size_t)used, "i)");
}

static bool read_complex(struct gt_value_reader *reader, uint64_t addr, const struct gt_type *type,
                         char *out)
{
    unsigned half = (unsigned)(type->size / 2);
    uint64_t real, imaginary;

    if (!gt_mem_uint(reader->mem, addr, half, &real) ||
        !gt_mem_uint(reader->mem, addr + half, half, &imaginary))
        return false;
    print_complex(out, TEXT, real, imaginary, half == sizeof(float));
    return true;
}

static bool read_simple(struct gt_value_reader *reader, uint64_t addr, const struct gt_type *type,
                        char *out)
{
    uint64_t word;

    if (!gt_mem_uint(reader->mem, addr, (unsigned)type->size, &word)) return false;
    if (type->kind == GT_T_BOOL)
        snprintf(out, TEXT, "%s", word ? "true" : "false");
    else if (type->kind == GT_T_UINTPTR)
        snprintf(out, TEXT, "0x%" PRIx64, word);
    else if (type->kind == GT_T_FLOAT32 || type->kind == GT_T_FLOAT64)
        print_float(out, TEXT, load_float(word, type->kind == GT_T_FLOAT32),
                    type->kind == GT_T_FLOAT32);
    else if (type->kind < GT_T_UINT)
        snprintf(out, TEXT, "%" PRId64, extend(word, type->size));
    else
        snprintf(out, TEXT, "%" PRIu64, word);
    return true;
}

void gt_value_scalar(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    const struct gt_type *type = gt_types_get(reader->types, id);
    struct gt_typed_value *value = gt_value_at(reader, place);
    bool complex = type->kind == GT_T_COMPLEX64 || type->kind == GT_T_COMPLEX128;
    char text[TEXT];

    value->kind = type->kind == GT_T_BOOL ? GT_TYPED_BOOL : GT_TYPED_NUMBER;
    if (complex ? read_complex(reader, value->address, type, text)
                : read_simple(reader, value->address, type, text))
        value->text = gt_value_text(reader, "%s", text);
    else
        value->note = "the core has no memory there";
}
