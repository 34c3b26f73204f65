/*
 * A growable text. Always NUL-terminated once something was added; owns its storage.
 */
#ifndef GT_BASE_STR_H
#define GT_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_str {
    char *text;
    size_t len, cap;
};

void gt_str_add(struct gt_str *str, const char *text);
void gt_str_addn(struct gt_str *str, const char *text, size_t length);
void gt_str_format(struct gt_str *str, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gt_str_vformat(struct gt_str *str, const char *format, va_list args);
/* Reserves `more` bytes, so that adding them allocates nothing. Returns false instead of
 * unwinding. */
bool gt_str_try_reserve(struct gt_str *str, size_t more);
const char *gt_str_text(const struct gt_str *str); /* "" while empty */
void gt_str_deinit(struct gt_str *str);

enum { GT_GROUPED = 27 };
/* A number with thousands separators, "18,446,744"; returns `out`, which has GT_GROUPED bytes. */
char *gt_grouped(char *out, uint64_t number);

#endif
