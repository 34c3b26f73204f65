/* The text is one block, which at least doubles when it grows. A formatted text is measured first,
 * then written in place. */
#include "inspector/base/str.h"

#include "inspector/base/alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void reserve(struct gt_str *str, size_t more)
{
    size_t need = str->len + more + 1;

    if (need <= str->cap) return;
    str->cap = need > str->cap * 2 ? need : str->cap * 2;
    str->text = gt_realloc(str->text, str->cap);
}

bool gt_str_try_reserve(struct gt_str *str, size_t more)
{
    char *text = gt_try_alloc(str->len + more + 1);

    if (!text) return false;
    memcpy(text, gt_str_text(str), str->len + 1);
    gt_free(str->text);
    str->text = text;
    str->cap = str->len + more + 1;
    return true;
}

void gt_str_addn(struct gt_str *str, const char *text, size_t length)
{
    reserve(str, length);
    memcpy(str->text + str->len, text, length);
    str->len += length;
    str->text[str->len] = '\0';
}

void gt_str_add(struct gt_str *str, const char *text)
{
    gt_str_addn(str, text, strlen(text));
}

void gt_str_vformat(struct gt_str *str, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    reserve(str, (size_t)length);
    vsnprintf(str->text + str->len, (size_t)length + 1, format, args);
    str->len += (size_t)length;
}

void gt_str_format(struct gt_str *str, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    gt_str_vformat(str, format, args);
    va_end(args);
}

const char *gt_str_text(const struct gt_str *str)
{
    return str->text ? str->text : "";
}

void gt_str_deinit(struct gt_str *str)
{
    gt_free(str->text);
    *str = (struct gt_str){0};
}

char *gt_grouped(char *out, uint64_t number)
{
    char digits[GT_GROUPED];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    char *to = out;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}
