/* An error is a block with its own copies of its texts. If memory is too short even for that, a
 * constant error takes its place; it is never changed and never freed. */
#include "inspector/base/error.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct gt_error {
    enum gt_code code;
    char *message;
    uint64_t address;
    char *path;
    int number; /* errno */
};

/* The error when there is no memory for a larger one. It is constant and never freed. */
static const struct gt_error no_memory = {
    .code = GT_ERR_MEMORY, .message = "out of memory; give it a larger machine", .number = ENOMEM};

static struct gt_error *make(enum gt_code code, char *message)
{
    struct gt_error *error = gt_alloc(sizeof *error);

    *error = (struct gt_error){.code = code, .message = message};
    if (code == GT_ERR_MEMORY) error->number = ENOMEM;
    return error;
}

struct gt_error *gt_error_create(enum gt_code code, const char *format, ...)
{
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    return make(code, text.text);
}

static struct gt_error *make_in_file(enum gt_code code, const char *path, const char *format,
                                     va_list args)
{
    struct gt_str text = {0};

    gt_str_format(&text, "%s: ", path);
    gt_str_vformat(&text, format, args);
    return gt_error_file(make(code, text.text), path);
}

struct gt_error *gt_error_in_file(enum gt_code code, const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    struct gt_error *error = make_in_file(code, path, format, args);
    va_end(args);
    return error;
}

struct gt_error *gt_error_io(const char *path, const char *format, ...)
{
    int number = errno;
    va_list args;

    va_start(args, format);
    struct gt_error *error =
        make_in_file(number == ENOMEM ? GT_ERR_MEMORY : GT_ERR_IO, path, format, args);
    va_end(args);
    return gt_error_number(error, number);
}

struct gt_error *gt_error_file(struct gt_error *error, const char *path)
{
    if (error && error != &no_memory && !error->path) error->path = gt_strdup(path);
    return error;
}

struct gt_error *gt_error_number(struct gt_error *error, int number)
{
    if (error && error != &no_memory) error->number = number;
    return error;
}

struct gt_error *gt_error_at(struct gt_error *error, uint64_t address)
{
    if (error && error != &no_memory) error->address = address;
    return error;
}

struct gt_error *gt_error_plain(enum gt_code code, const char *message)
{
    struct gt_error *error = gt_try_alloc(sizeof *error);
    size_t size = strlen(message) + 1;
    char *copy = error ? gt_try_alloc(size) : NULL;

    if (!copy) {
        gt_free(error);
        return (struct gt_error *)&no_memory;
    }
    *error = (struct gt_error){.code = code, .message = memcpy(copy, message, size)};
    if (code == GT_ERR_MEMORY) error->number = ENOMEM;
    gt_error_detach(error);
    return error;
}

struct gt_error *gt_error_memory(size_t asked)
{
    char message[128];

    if (!asked) return (struct gt_error *)&no_memory;
    snprintf(message, sizeof message,
             "out of memory asking for %zu bytes; give it a larger machine", asked);
    return gt_error_plain(GT_ERR_MEMORY, message);
}

void gt_error_detach(struct gt_error *error)
{
    if (!error || error == &no_memory) return;
    gt_detach(error->message);
    gt_detach(error->path);
    gt_detach(error);
}

struct gt_error *gt_error_prefix(struct gt_error *error, const char *format, ...)
{
    if (!error || error == &no_memory) return error;
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    gt_str_format(&text, ": %s", error->message);
    gt_free(error->message);
    error->message = text.text;
    return error;
}

const char *gt_error_message(const struct gt_error *error)
{
    return error ? error->message : "no error";
}

enum gt_code gt_error_code(const struct gt_error *error)
{
    return error ? error->code : 0;
}

uint64_t gt_error_address(const struct gt_error *error)
{
    return error ? error->address : 0;
}

const char *gt_error_path(const struct gt_error *error)
{
    return error ? error->path : NULL;
}

int gt_error_errno(const struct gt_error *error)
{
    return error ? error->number : 0;
}

void gt_error_destroy(struct gt_error *error)
{
    if (!error) return;
    bool memory = error->code == GT_ERR_MEMORY;
    if (error != &no_memory) {
        gt_free(error->message);
        gt_free(error->path);
        gt_free(error);
    }
    if (memory) gt_call_fail(0);
}
