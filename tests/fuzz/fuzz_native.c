/* C frames: .eh_frame_hdr, .eh_frame and CFI programs. The input is a core with the pages of its
 * program. */
#include "inspector/base/error.h"
#include "inspector/unwind/native.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_THREADS = 4, MOST_FRAMES = 64 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const struct gt_opening how = {.in_memory = true};
    struct gt_native_frame frames[MOST_FRAMES];
    struct gt_core *core;
    const char *why;
    char path[32];
    size_t count;
    int fd = fuzz_file_open(bytes, size, path);

    if (fd < 0) return 0;
    struct gt_error *error = gt_core_open(path, &how, &core);
    if (!error) {
        const struct gt_thread *threads = gt_core_threads(core, &count);
        for (size_t i = 0; i < count && i < MOST_THREADS; i++)
            gt_native_unwind(core, &threads[i], frames, MOST_FRAMES, &why);
        gt_core_close(core);
    }
    gt_error_destroy(error);
    fuzz_file_close(fd);
    return 0;
}
