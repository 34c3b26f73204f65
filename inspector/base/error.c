#include "inspector/base/error.h"

#include "inspector/base/alloc.h"
#include "inspector/base/str.h"

#include <stdlib.h>

struct gt_error {
    enum gt_code code;
    char *message;
};

struct gt_error *gt_error_new(enum gt_code code, const char *format, ...)
{
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    struct gt_error *error = gt_alloc(sizeof *error);
    *error = (struct gt_error){code, text.text};
    return error;
}

struct gt_error *gt_error_prefix(struct gt_error *error, const char *format, ...)
{
    if (!error) return NULL;
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    gt_str_format(&text, ": %s", error->message);
    free(error->message);
    error->message = text.text;
    return error;
}

const char *gt_error_message(const struct gt_error *error)
{
    return error->message;
}

enum gt_code gt_error_code(const struct gt_error *error)
{
    return error->code;
}

void gt_error_free(struct gt_error *error)
{
    if (!error) return;
    free(error->message);
    free(error);
}
