/* Tries one path after the other until a file fits. The reason for refusing the first file of
 * another build is kept. libdebuginfod is loaded with dlopen when it is needed. */
#include "inspector/core/debug_file.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>

static const char DEBUG_ROOT[] = "/usr/lib/debug";

struct seeker {
    const struct gt_core *core;
    const struct gt_binary *binary;
    struct gt_binary *found;
    char **why;
};

static void refuse(struct seeker *seeker, const char *path, const char *what)
{
    if (!*seeker->why) *seeker->why = gt_format("%s: %s; it is not used", path, what);
}

static bool same_checksum(const struct gt_binary *debug, uint32_t crc)
{
    uint64_t size, at = 0;
    const unsigned char *bytes = gt_binary_file(debug, &size);
    uLong sum = crc32(0, NULL, 0);

    for (uInt step; at < size; at += step) {
        step = size - at < (1u << 30) ? (uInt)(size - at) : 1u << 30;
        sum = crc32(sum, bytes + at, step);
    }
    return (uint32_t)sum == crc;
}

/* If crc is NULL, the build ID must match. */
static bool same_build(const struct gt_binary *debug, const struct gt_binary *binary,
                       const uint32_t *crc)
{
    const struct gt_build_ids *a = &debug->ids, *b = &binary->ids;

    if (a->gnu[0] && b->gnu[0]) return strcmp(a->gnu, b->gnu) == 0;
    if (crc) return same_checksum(debug, *crc);
    return a->go[0] && b->go[0] && strcmp(a->go, b->go) == 0;
}

/* A debug file often has its binary's name, so a link may lead to the binary itself. */
static bool is_binary(const struct seeker *seeker, const char *path)
{
    struct stat a, b;

    return stat(path, &a) == 0 && stat(gt_binary_path(seeker->binary), &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* `path` is a regular file of this machine. */
static bool try_file(struct seeker *seeker, const char *path, const uint32_t *crc)
{
    struct gt_binary *debug;

    if (is_binary(seeker, path)) return false;
    struct gt_error *error = gt_binary_open(path, &seeker->core->how, &debug);
    if (error) {
        gt_call_check();
        gt_error_destroy(error);
        return false;
    }
    if (same_build(debug, seeker->binary, crc)) {
        debug->bias = seeker->binary->bias;
        seeker->found = debug;
        return true;
    }
    refuse(seeker, path, "a debug file of another build");
    gt_binary_close(debug);
    return false;
}

/* `path` is in the core's root or on this machine. Frees it. */
static bool try_path(struct seeker *seeker, bool in_root, char *path, const uint32_t *crc)
{
    char *file = in_root ? gt_core_file(seeker->core, path) : gt_regular_file(path);
    bool found = file && try_file(seeker, file, crc);

    gt_free(file);
    gt_free(path);
    return found;
}

static bool by_build_id(struct seeker *seeker)
{
    const char *id = seeker->binary->ids.gnu;

    if (strlen(id) < 4) return false;
    return try_path(seeker, true, gt_format("%s/.build-id/%.2s/%s.debug", DEBUG_ROOT, id, id + 2),
                    NULL);
}

/* .gnu_debuglink: a name, zeros up to a multiple of four, the checksum of the file. */
static bool read_link(const struct gt_binary *binary, const char **name, uint32_t *crc)
{
    const struct gt_section *link = gt_binary_section(binary, ".gnu_debuglink");

    if (!link || !link->bytes || link->file_size < 8) return false;
    size_t length = strnlen((const char *)link->bytes, link->file_size);
    uint64_t at = ((uint64_t)length + 4) & ~(uint64_t)3;
    if (length == 0 || at + 4 > link->file_size) return false;
    *name = (const char *)link->bytes;
    *crc = gt_load32(link->bytes + at);
    return !strchr(*name, '/');
}

static bool by_link(struct seeker *seeker)
{
    const char *name;
    uint32_t crc;
    char *real = gt_adopt(realpath(gt_binary_path(seeker->binary), NULL));

    if (!real || !read_link(seeker->binary, &name, &crc)) {
        gt_free(real);
        return false;
    }
    const char *inside = gt_core_inside(seeker->core, real);
    const char *path = inside ? inside : real;
    int dir = (int)(strrchr(path, '/') - path);
    bool found =
        try_path(seeker, inside, gt_format("%.*s/%s", dir, path, name), &crc) ||
        try_path(seeker, inside, gt_format("%.*s/.debug/%s", dir, path, name), &crc) ||
        try_path(seeker, inside, gt_format("%s%.*s/%s", DEBUG_ROOT, dir, path, name), &crc);
    gt_free(real);
    return found;
}

/* elfutils/debuginfod.h. The library is optional, so it is not linked. */
struct debuginfod {
    void *library;
    void *(*begin)(void);
    int (*find)(void *client, const unsigned char *id, int id_size, char **path);
    void (*end)(void *client);
};

static bool open_debuginfod(struct debuginfod *from)
{
    from->library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!from->library) return false;
    *(void **)&from->begin = dlsym(from->library, "debuginfod_begin");
    *(void **)&from->find = dlsym(from->library, "debuginfod_find_debuginfo");
    *(void **)&from->end = dlsym(from->library, "debuginfod_end");
    if (from->begin && from->find && from->end) return true;
    dlclose(from->library);
    return false;
}

static bool by_debuginfod(struct seeker *seeker)
{
    const char *urls = getenv("DEBUGINFOD_URLS"), *id = seeker->binary->ids.gnu;
    struct debuginfod from;
    char *path = NULL;

    if (!urls || !*urls || !id[0]) return false;
    if (!open_debuginfod(&from)) {
        refuse(seeker, "DEBUGINFOD_URLS", "is set, and libdebuginfod is not installed");
        return false;
    }
    void *client = from.begin();
    bool found = client && from.find(client, (const unsigned char *)id, 0, &path) >= 0;
    if (client) from.end(client);
    dlclose(from.library);
    path = gt_adopt(path);
    found = found && path && try_file(seeker, path, NULL);
    gt_free(path);
    return found;
}

struct gt_binary *gt_debug_file_find(const struct gt_core *core, const struct gt_binary *binary,
                                     char **why)
{
    struct seeker seeker = {.core = core, .binary = binary, .why = why};

    *why = NULL;
    if (by_build_id(&seeker) || by_link(&seeker) || by_debuginfod(&seeker)) {
        gt_free(*why);
        *why = NULL;
    }
    return seeker.found;
}
