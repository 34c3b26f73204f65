#include "inspector/core/core_impl.h"

#include "inspector/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gt_error *check_kind(const char *path, const struct stat *info)
{
    if (S_ISDIR(info->st_mode))
        return gt_error_new(GT_ERR_FORMAT,
                            "%s: expected an ELF file, found a directory; name the file in it",
                            path);
    if (!S_ISREG(info->st_mode))
        return gt_error_new(GT_ERR_FORMAT,
                            "%s: expected an ELF file, found a pipe, socket or device; "
                            "copy its contents to a file first",
                            path);
    if (info->st_size == 0)
        return gt_error_new(GT_ERR_FORMAT,
                            "%s: expected an ELF file, found an empty one; "
                            "was it held back by ulimit -c or a full disk?",
                            path);
    return NULL;
}

static struct gt_error *map(const char *path, int fd, uint64_t size, struct gt_mapped *mapped)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 0);

    if (bytes == MAP_FAILED)
        return gt_error_new(GT_ERR_IO,
                            "%s: cannot map its %llu bytes: %s; raise the limit of address space "
                            "(ulimit -v)",
                            path, (unsigned long long)size, strerror(errno));
    mapped->bytes = bytes;
    mapped->size = size;
    return NULL;
}

static struct gt_error *map_unpacked(const char *path, int fd, bool cut, struct gt_mapped *mapped)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return gt_error_new(GT_ERR_IO, "%s: cannot examine what was unpacked: %s", path,
                            strerror(errno));
    if (info.st_size == 0)
        return gt_error_new(GT_ERR_FORMAT,
                            "%s: expected a zstd-compressed ELF file, found nothing in it; "
                            "copy it again from where it was made",
                            path);
    mapped->mtime_ns = GT_UNKNOWN;
    mapped->cut = cut;
    return map(path, fd, (uint64_t)info.st_size, mapped);
}

/* Puts the unpacked file in the place of the compressed one. */
static struct gt_error *replace(const char *path, gt_progress_fn *progress, void *progress_ctx,
                                struct gt_mapped *mapped)
{
    struct gt_mapped packed = *mapped;
    int fd = -1;
    bool cut = false;

    *mapped = (struct gt_mapped){0};
    struct gt_error *error = gt_unpack(path, &packed, progress, progress_ctx, &fd, &cut);
    if (!error) error = map_unpacked(path, fd, cut, mapped);
    if (fd >= 0) close(fd);
    gt_mapped_close(&packed);
    return error;
}

static struct gt_error *map_open_file(const char *path, int fd, struct gt_mapped *mapped)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return gt_error_new(GT_ERR_IO, "%s: cannot examine it: %s", path, strerror(errno));
    struct gt_error *error = check_kind(path, &info);
    if (error) return error;
    mapped->mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    return map(path, fd, (uint64_t)info.st_size, mapped);
}

struct gt_error *gt_mapped_open(const char *path, gt_progress_fn *progress, void *progress_ctx,
                                struct gt_mapped *mapped)
{
    *mapped = (struct gt_mapped){0};
    /* Without O_NONBLOCK, opening a pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return gt_error_new(GT_ERR_IO, "%s: cannot open it: %s; check the path and its permissions",
                            path, strerror(errno));
    struct gt_error *error = map_open_file(path, fd, mapped);
    close(fd);
    if (error || !gt_is_zstd(mapped->bytes, mapped->size)) return error;
    return replace(path, progress, progress_ctx, mapped);
}

void gt_mapped_close(struct gt_mapped *mapped)
{
    if (mapped->bytes) munmap((void *)mapped->bytes, mapped->size);
    *mapped = (struct gt_mapped){0};
}

const unsigned char *gt_mapped_at(const struct gt_mapped *mapped, uint64_t offset, uint64_t size)
{
    if (offset > mapped->size || size > mapped->size - offset) return NULL;
    return mapped->bytes + offset;
}
