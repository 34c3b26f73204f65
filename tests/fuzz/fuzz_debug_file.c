/* A stripped binary's .gnu_debuglink and build ID, and the file found by them. The input is the
 * binary's length in 4 bytes, the binary, and the file, to which all links lead. */
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"
#include "inspector/core/debug_file.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEAD = 4 };

static void put(const char *folder, const char *name, const unsigned char *bytes, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file) abort();
    if (size && fwrite(bytes, 1, size, file) != size) abort();
    fclose(file);
}

static void clear(const char *folder)
{
    char path[64];

    for (const char *const *name = (const char *const[]){"binary", "debug", NULL}; *name; name++) {
        snprintf(path, sizeof path, "%s/%s", folder, *name);
        unlink(path);
    }
    rmdir(folder);
}

static void ask(const char *folder)
{
    struct gt_binary *binary;
    const struct gt_opening how = {.in_memory = true};
    struct gt_core core = {0};
    char path[64], *why;

    snprintf(path, sizeof path, "%s/binary", folder);
    struct gt_error *error = gt_binary_open(path, &how, &binary);
    if (!error) {
        gt_binary_close(gt_debug_file_find(&core, binary, &why));
        gt_binary_close(binary);
        gt_free(why);
    }
    gt_error_destroy(error);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    char folder[] = "/tmp/fuzzed-XXXXXX";
    uint32_t first;

    if (size < HEAD) return 0;
    memcpy(&first, bytes, HEAD);
    if (first > size - HEAD) first = (uint32_t)(size - HEAD);
    if (!mkdtemp(folder)) abort();
    put(folder, "binary", bytes + HEAD, first);
    put(folder, "debug", bytes + HEAD + first, size - HEAD - first);
    ask(folder);
    clear(folder);
    return 0;
}
