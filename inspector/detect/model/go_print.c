/* Prints by C's formats, then changes the exponent as Go writes it. For the shortest form it tries
 * more and more digits, until they read back as the same number. */
#include "inspector/detect/model/go_print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORD = 8, BYTE_BITS = 8, DIGITS = 40 };
enum {
    LEAST_EXPONENT = -4,
    MOST_DIGITS = 6
}; /* exponents that strconv's format 'g' writes without
    * one */

/* ---- integers ---- */

static void print_integer(struct gt_str *to, const struct gt_type *type, uint64_t bits)
{
    bool is_signed = type->kind >= GT_T_INT && type->kind <= GT_T_INT64;
    unsigned unused = (unsigned)(WORD - type->size) * BYTE_BITS;

    if (type->kind == GT_T_BOOL)
        gt_str_add(to, bits & 0xff ? "true" : "false");
    else if (is_signed)
        gt_str_format(to, "%" PRId64, (int64_t)(bits << unused) >> unused);
    else
        gt_str_format(to, "%" PRIu64, bits);
}

/* ---- floating-point numbers ---- */

struct real {
    double value;
    bool single; /* a float32 */
};

/* "+3.500000e+000" (runtime/print.go, up to 1.25) */
static void print_fixed(struct gt_str *to, struct real real)
{
    char digits[DIGITS];

    snprintf(digits, sizeof digits, "%+.6e", real.value);
    char *exponent = strchr(digits, 'e');
    if (!exponent) return;
    gt_str_addn(to, digits, (size_t)(exponent - digits));
    gt_str_format(to, "e%c%03d", exponent[1], abs(atoi(exponent + 1)));
}

static bool is_exact(struct real real, const char *digits)
{
    return real.single ? strtof(digits, NULL) == (float)real.value
                       : strtod(digits, NULL) == real.value;
}

/* "3.5": the fewest digits that identify the number */
static void print_shortest(struct gt_str *to, struct real real)
{
    enum { ENOUGH = 17 };
    char digits[DIGITS];
    int precision = 0;

    do
        snprintf(digits, sizeof digits, "%.*e", precision, real.value);
    while (!is_exact(real, digits) && ++precision < ENOUGH);
    const char *e = strchr(digits, 'e');
    int exponent = e ? atoi(e + 1) : 0;
    bool without = exponent >= LEAST_EXPONENT && exponent < MOST_DIGITS;
    int decimals = precision > exponent ? precision - exponent : 0;
    if (without)
        gt_str_format(to, "%.*f", decimals, real.value);
    else
        gt_str_add(to, digits);
}

static const struct form {
    unsigned since;   /* gt_version_number() */
    const char *plus; /* written before the second part of a complex number if that has no sign */
    void (*print)(struct gt_str *to, struct real real);
} forms[] = {
    {26000, "+", print_shortest},
    {0, "", print_fixed},
};

static const struct form *form_of(const struct gt_go_version *version)
{
    const struct form *form = forms;

    while (form->since > gt_version_number(version))
        form++;
    return form;
}

static void print_real(struct gt_str *to, const struct form *form, struct real real)
{
    if (isnan(real.value))
        gt_str_add(to, "NaN");
    else if (isinf(real.value))
        gt_str_add(to, real.value > 0 ? "+Inf" : "-Inf");
    else
        form->print(to, real);
}

static bool read_real(const struct gt_memory *mem, uint64_t addr, uint64_t size, struct real *out)
{
    float single;

    out->single = size == sizeof single;
    if (!out->single) return gt_mem_read(mem, addr, &out->value, sizeof out->value);
    if (!gt_mem_read(mem, addr, &single, sizeof single)) return false;
    out->value = single;
    return true;
}

/* "(1+2i)" */
static bool print_complex(struct gt_str *to, const struct gt_memory *mem, const struct form *form,
                          const struct gt_type *type, uint64_t addr)
{
    uint64_t half = type->size / 2;
    struct real real, imaginary;

    if (!read_real(mem, addr, half, &real) || !read_real(mem, addr + half, half, &imaginary))
        return false;
    gt_str_add(to, "(");
    print_real(to, form, real);
    bool has_sign = isinf(imaginary.value) || (signbit(imaginary.value) && !isnan(imaginary.value));
    if (!has_sign) gt_str_add(to, form->plus);
    print_real(to, form, imaginary);
    gt_str_add(to, "i)");
    return true;
}

bool gt_go_print(struct gt_str *to, const struct gt_memory *mem,
                 const struct gt_go_version *version, const struct gt_type *type, uint64_t addr)
{
    const struct form *form = form_of(version);
    struct real real;
    uint64_t bits;

    if (type->kind == GT_T_COMPLEX64 || type->kind == GT_T_COMPLEX128)
        return print_complex(to, mem, form, type, addr);
    if (type->kind == GT_T_FLOAT32 || type->kind == GT_T_FLOAT64) {
        if (!read_real(mem, addr, type->size, &real)) return false;
        print_real(to, form, real);
        return true;
    }
    if (type->kind < GT_T_BOOL || type->kind > GT_T_UINTPTR || type->size > WORD ||
        !gt_mem_uint(mem, addr, (unsigned)type->size, &bits))
        return false;
    print_integer(to, type, bits);
    return true;
}
