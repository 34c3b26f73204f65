/* Takes the records of the panics, the first panic first. By the type of a value it decides whose
 * text it is, and reads the text or prints the number as Go would. */
#include "inspector/detect/model/fill_panics.h"

#include "inspector/detect/model/go_print.h"
#include "inspector/runtime/goroutines/panics.h"

#include <string.h>

enum { MAX_TEXT = 1024 };

struct builder {
    struct gt_process *process;
    struct gt_arena *storage;
    bool show_data;
};

/* ---- texts of the runtime and of the program ----------------------------------------------- */

/* The paths of the runtime's packages. A type's name has only the last part of its package's
 * path. */
static const char *const roots[] = {"", "internal/runtime/"};

/* Compares the whole path of the package, since other packages may be named runtime too. */
static bool is_named(const struct builder *builder, gt_type_id id, const char *root)
{
    struct gt_types *types = builder->process->types;
    struct gt_str path = {0};

    gt_str_format(&path, "%s%s", root, gt_types_name(types, id));
    const char *name = gt_str_text(&path);
    bool named = (*root || gt_is_in_package(name, "runtime")) && gt_types_named(types, name) == id;
    gt_str_deinit(&path);
    return named;
}

static bool is_runtimes(const struct builder *builder, gt_type_id id)
{
    struct gt_types *types = builder->process->types;

    if (gt_types_get(types, id)->kind == GT_T_POINTER) id = gt_types_elem(types, id);
    for (size_t i = 0; id != GT_NO_TYPE && i < sizeof roots / sizeof *roots; i++)
        if (is_named(builder, id, roots[i])) return true;
    return false;
}

/* Errors of the runtime whose method Error was not called. Their value begins with a text. `before`
 * is what Error puts before it (runtime/error.go). */
static const struct own_error {
    const char *type, *before;
} own_errors[] = {
    {"runtime.errorString", "runtime error: "},
    {"runtime.errorAddressString", "runtime error: "},
    {"runtime.plainError", ""},
};

static const struct own_error *own_error_of(const char *type)
{
    for (size_t i = 0; i < sizeof own_errors / sizeof *own_errors; i++)
        if (strcmp(own_errors[i].type, type) == 0) return &own_errors[i];
    return NULL;
}

/* ---- the text of a value ------------------------------------------------------------------- */

/* Does not cut a character of UTF-8. */
static uint64_t shown_bytes(const char *bytes, uint64_t length)
{
    if (length <= MAX_TEXT) return length;
    length = MAX_TEXT;
    while (length > MAX_TEXT - 4 && (bytes[length] & 0xc0) == 0x80)
        length--;
    return length;
}

/* Reads the string whose header is at addr. */
static void read_text(const struct builder *builder, uint64_t addr, const char *before,
                      struct gt_panic *panic)
{
    const struct gt_memory *mem = builder->process->mem;
    uint64_t at, length, read, had = strlen(before);
    char bytes[MAX_TEXT + 1];

    if (!gt_mem_u64(mem, addr, &at) || !gt_mem_u64(mem, addr + sizeof at, &length)) return;
    read = length < sizeof bytes ? length : sizeof bytes;
    if (read && !gt_mem_read(mem, at, bytes, read)) return;
    panic->hidden = !panic->by_runtime && !builder->show_data;
    if (panic->hidden) return;
    uint64_t shown = shown_bytes(bytes, length);
    char *value = gt_arena_alloc(builder->storage, had + shown + 1);
    memcpy(value, before, had + 1);
    memcpy(value + had, bytes, shown);
    panic->value = value;
    panic->value_bytes = had + shown;
    panic->text_bytes = had + length;
}

static void read_number(const struct builder *builder, const struct gt_type *type, uint64_t addr,
                        struct gt_panic *panic)
{
    const struct gt_process *process = builder->process;
    struct gt_str text = {0};

    if (gt_go_print(&text, process->mem, &process->version, type, addr)) {
        panic->value = gt_arena_strndup(builder->storage, gt_str_text(&text), text.len);
        panic->value_bytes = text.len;
    }
    gt_str_deinit(&text);
}

static void read_value(const struct builder *builder, const struct gt_eface *printed,
                       struct gt_panic *panic)
{
    struct gt_types *types = builder->process->types;
    gt_type_id id = printed->type ? gt_types_at(types, printed->type) : GT_NO_TYPE;

    if (id == GT_NO_TYPE) return;
    const struct gt_type *type = gt_types_get(types, id);
    const struct own_error *own = panic->by_runtime ? own_error_of(type->name) : NULL;
    panic->named = !own && strchr(type->name, '.') != NULL;
    if (own || type->kind == GT_T_STRING)
        read_text(builder, printed->data, own ? own->before : "", panic);
    else
        read_number(builder, type, printed->data, panic);
}

/* ---- one panic ----------------------------------------------------------------------------- */

/* Since 1.21 panic(nil) has a value, unless a setting says otherwise: an error, whose text is in
 * the record. */
#define NIL_ERROR "*runtime.PanicNilError"

static void describe_nil(const struct gt_panic_record *record, struct gt_panic *panic)
{
    bool replaced = record->printed.type != 0;

    panic->type = replaced ? NIL_ERROR : "nil";
    panic->by_runtime = replaced;
    if (replaced) return;
    panic->value = panic->type;
    panic->value_bytes = strlen(panic->value);
}

static void describe_type(const struct builder *builder, const struct gt_panic_record *record,
                          struct gt_panic *panic)
{
    struct gt_types *types = builder->process->types;
    gt_type_id id = gt_types_at(types, record->value.type);

    if (id == GT_NO_TYPE) return;
    const char *name = gt_types_name(types, id);
    panic->type = gt_arena_strndup(builder->storage, name, strlen(name));
    panic->by_runtime = is_runtimes(builder, id) ||
                        (record->from_runtime && gt_types_get(types, id)->kind == GT_T_STRING);
}

static struct gt_panic panic_of(const struct builder *builder, const struct gt_panic_record *record)
{
    struct gt_panic panic = {.address = record->value.data,
                             .recovered = record->recovered,
                             .repanicked = record->repanicked,
                             .goexit = record->goexit};

    if (record->goexit) return panic;
    if (record->known && !record->value.type)
        describe_nil(record, &panic);
    else if (record->known)
        describe_type(builder, record, &panic);
    else
        panic.by_runtime = record->from_runtime;
    read_value(builder, &record->printed, &panic);
    return panic;
}

/* Go asks a value that was raised again for its text only once. */
static void repeat(const struct gt_panic *first, struct gt_panic *again)
{
    bool recovered = again->recovered, repanicked = again->repanicked;

    *again = *first;
    again->recovered = recovered;
    again->repanicked = repanicked;
}

/* ---- all of them --------------------------------------------------------------------------- */

#define PRINTING "panic while printing panic value"

/* The last panic was in the method Error or String of another panic's value. The runtime prints
 * that value's text, or its type if it is no string. */
static void describe_printing(const struct builder *builder, struct gt_report *report)
{
    size_t count = report->crash.panic_count;
    const struct gt_panic *last = count ? &report->crash.panics[count - 1] : NULL;
    const char *about = NULL, *is = "", *cut = "";

    if (last && last->type && strcmp(last->type, "string") != 0) {
        about = last->type;
        is = "type ";
    } else if (last && last->type) {
        about = last->value;
        cut = last->text_bytes > last->value_bytes ? "..." : "";
    }
    report->crash.fatal_error =
        about ? gt_arena_format(builder->storage, PRINTING ": %s%s%s", is, about, cut) : PRINTING;
}

void gt_fill_panics(const struct gt_source_process *source, const struct gt_goroutine *g,
                    bool show_data, struct gt_report *report)
{
    const struct builder builder = {source->process, report->storage, show_data};
    const char *fatal = report->crash.fatal_error;
    struct gt_panic_record records[GT_MAX_PANICS];
    size_t count =
        g ? gt_panics_of(builder.process, source->goroutines, g, records, GT_MAX_PANICS) : 0;
    struct gt_panic *panics = gt_arena_alloc(builder.storage, count * sizeof *panics);

    for (size_t i = 0; i < count; i++) {
        panics[i] = panic_of(&builder, &records[count - 1 - i]);
        if (i && panics[i - 1].repanicked) repeat(&panics[i - 1], &panics[i]);
    }
    report->crash.panics = panics;
    report->crash.panic_count = count;
    if ((g && gt_died_printing_panics(builder.process, source->goroutines, g)) ||
        (fatal && strncmp(fatal, PRINTING, sizeof PRINTING - 1) == 0))
        describe_printing(&builder, report);
}
