#include "tests/fuzz/fuzz.h"

#include "inspector/base/error.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct fuzz_target *target = ctx;

    if (addr < FUZZ_BASE || addr - FUZZ_BASE >= target->size) return NULL;
    *avail = target->size - (addr - FUZZ_BASE);
    return target->bytes + (addr - FUZZ_BASE);
}

bool fuzz_target_init(struct fuzz_target *target, const unsigned char *bytes, size_t size)
{
    enum { OLDEST = 19, VERSIONS = 9 };

    if (size == 0) return false;
    *target = (struct fuzz_target){.bytes = bytes + 1, .size = size - 1};
    target->mem = (struct gt_memory){target, map};
    target->version.minor = OLDEST + bytes[0] % VERSIONS;
    gt_known_find(&target->version, bytes[0] & 128 ? GT_ARCH_ARM64 : GT_ARCH_AMD64, &target->known);
    target->facts = gt_known_facts(&target->known);
    struct gt_error *error = gt_layout_resolve(&target->facts, &target->version, &target->layout);
    gt_error_free(error);
    return !error;
}

int fuzz_file_open(const unsigned char *bytes, size_t size, char path[32])
{
    int fd = memfd_create("input", MFD_CLOEXEC);

    if (fd < 0) return -1;
    if (write(fd, bytes, size) != (ssize_t)size) {
        close(fd);
        return -1;
    }
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

void fuzz_file_close(int fd)
{
    close(fd);
}
