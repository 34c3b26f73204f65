/* Core files: headers, notes, segments; compressed or not. The binary that they name is not
 * searched. */
#include "inspector/base/error.h"
#include "inspector/core/core.h"
#include "tests/fuzz/fuzz.h"

static void ask(const struct gt_core *core)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);
    unsigned char byte;
    uint64_t value;

    for (size_t i = 0; i < count; i++) {
        gt_mem_u8(gt_core_memory(core), segments[i].start, &byte);
        gt_mem_u8(gt_core_memory(core), segments[i].end - 1, &byte);
    }
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);
    for (size_t i = 0; i < count; i++)
        value = strlen(mappings[i].path);
    gt_core_threads(core, &count);
    gt_core_auxv(core, 9, &value);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const struct gt_opening how = {.in_memory = true};
    struct gt_core *core;
    char path[32];
    int fd = fuzz_file_open(bytes, size, path);

    if (fd < 0) return 0;
    struct gt_error *error = gt_core_open(path, &how, &core);
    if (!error) {
        ask(core);
        gt_core_close(core);
    }
    gt_error_destroy(error);
    fuzz_file_close(fd);
    return 0;
}
