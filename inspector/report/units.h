/*
 * Numbers in readable form.
 *
 * Bytes have binary units ("17.2 KiB"), since heap sizes are powers of two; counts are exact up to
 * a million. Each function returns its text by value: `gt_bytes(n).text` is valid until the end of
 * the full expression.
 */
#ifndef GT_REPORT_UNITS_H
#define GT_REPORT_UNITS_H

#include <stdint.h>

struct gt_amount {
    char text[48];
};

struct gt_amount gt_bytes(uint64_t bytes);                  /* "512 B", "17.2 KiB", "214 MiB" */
struct gt_amount gt_exact(uint64_t count);                  /* "3,200" */
struct gt_amount gt_count(uint64_t count);                  /* "12,408", "6.8 M" */
struct gt_amount gt_duration(int64_t ns);                   /* "250ms", "3h12m", "?" when unknown */
struct gt_amount gt_percent(uint64_t part, uint64_t whole); /* "42%", "0.4%", "?" of nothing */
struct gt_amount gt_address(uint64_t address);              /* "0xc000012000" */

/* The end of a noun: "1 object", "2 objects". */
static inline const char *gt_s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

#endif
