/* Searches the text of the build information for the line with the defaults, then that line for the
 * setting. */
#include "inspector/runtime/process/settings.h"

/* The rest of the line that begins with `key`, in a text of `length` bytes; NULL when no line
 * does. */
static const char *line_of(const char *text, size_t length, const char *key, size_t *rest)
{
    size_t key_length = strlen(key);

    for (const char *end = text + length, *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((stop ? stop : end) - line);
        if (size >= key_length && memcmp(line, key, key_length) == 0) {
            *rest = size - key_length;
            return line + key_length;
        }
        line += size + 1;
    }
    return NULL;
}

static bool has_item(const char *list, size_t length, const char *item)
{
    size_t item_length = strlen(item);

    for (const char *end = list + length, *at = list; at < end;) {
        const char *stop = memchr(at, ',', (size_t)(end - at));
        size_t size = (size_t)((stop ? stop : end) - at);
        if (size == item_length && memcmp(at, item, size) == 0) return true;
        at += size + 1;
    }
    return false;
}

bool gt_built_with(const struct gt_process *process, const char *setting)
{
    const struct gt_section *info = gt_binary_section(process->binary, ".go.buildinfo");
    struct gt_go_version version;
    const char *modinfo;
    size_t length, rest;

    if (!info || !info->bytes ||
        !gt_buildinfo_read(info->bytes, info->file_size, &version, &modinfo, &length) || !modinfo)
        return false;
    const char *list = line_of(modinfo, length, "build\tDefaultGODEBUG=", &rest);
    return list && has_item(list, rest, setting);
}
