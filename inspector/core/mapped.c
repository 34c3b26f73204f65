/* Maps a whole file for reading, or the unpacked data of a compressed file or a pipe. */
#include "inspector/core/core_impl.h"

#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/core/decoders.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gt_error *check_kind(const char *path, const struct stat *info)
{
    if (S_ISDIR(info->st_mode))
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected an ELF file, found a directory; name the file in it");
    if (!S_ISREG(info->st_mode))
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected an ELF file, found a pipe, socket or device; "
                                "pipe it into gotopsy - instead");
    if (info->st_size == 0)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected an ELF file, found an empty one; "
                                "was it held back by ulimit -c or a full disk?");
    return NULL;
}

static void unmap(void *bytes, size_t size)
{
    munmap(bytes, size);
}

static struct gt_error *map(const char *path, int fd, uint64_t size, struct gt_mapped *mapped)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 0);

    if (bytes == MAP_FAILED)
        return gt_error_io(path,
                           "cannot map its %" PRIu64 " bytes: %s; raise the limit of address space "
                           "(ulimit -v)",
                           size, strerror(errno));
    mapped->held = gt_hold(bytes, size, unmap);
    mapped->bytes = bytes;
    mapped->size = size;
    gt_find_data(fd, size, &mapped->data);
    gt_limit_reading_ahead(mapped);
    return NULL;
}

/* Maps the unpacked data instead of the file. */
static struct gt_error *map_unpacked(const struct gt_source *source, struct gt_mapped *mapped)
{
    struct gt_scratch scratch = {.fd = -1};
    bool cut = false;

    *mapped = (struct gt_mapped){.mtime_ns = GT_UNKNOWN};
    struct gt_error *error = gt_unpack(source, &scratch, &cut);
    if (!error) error = map(source->path, scratch.fd, scratch.written, mapped);
    mapped->cut = cut;
    gt_scratch_close(&scratch);
    return error;
}

static bool is_compressed(int fd)
{
    unsigned char magic[GT_MAGIC_BYTES];
    ssize_t size = pread(fd, magic, sizeof magic, 0);

    return size > 0 && gt_decoder_of(magic, (size_t)size);
}

static struct gt_error *map_file(const struct gt_source *source, struct gt_mapped *mapped)
{
    struct stat info;

    if (fstat(source->fd, &info) != 0)
        return gt_error_io(source->path, "cannot examine it: %s", strerror(errno));
    struct gt_error *error = check_kind(source->path, &info);
    if (error) return error;
    struct gt_source sized = *source;
    sized.size = (uint64_t)info.st_size;
    if (is_compressed(source->fd)) return map_unpacked(&sized, mapped);
    mapped->mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    return map(source->path, source->fd, sized.size, mapped);
}

/* Standard input. A redirected file is handled as a named one. */
static struct gt_error *map_input(const struct gt_opening *how, struct gt_mapped *mapped)
{
    struct gt_source source = {.path = "standard input", .fd = STDIN_FILENO, .how = how};
    struct stat info;

    if (isatty(STDIN_FILENO))
        return gt_error_in_file(GT_ERR_FORMAT, source.path,
                                "expected a core, found a terminal; pipe one into it");
    if (fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode)) return map_file(&source, mapped);
    return map_unpacked(&source, mapped);
}

struct gt_error *gt_mapped_open(const char *path, const struct gt_opening *how,
                                struct gt_mapped *mapped)
{
    static const struct gt_opening usual = {0};

    *mapped = (struct gt_mapped){0};
    if (!how) how = &usual;
    if (strcmp(path, "-") == 0) return map_input(how, mapped);
    /* Without O_NONBLOCK, opening a pipe would wait for its writer. */
    struct gt_source source = {path, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), 0, how};
    if (source.fd < 0)
        return gt_error_io(path, "cannot open it: %s; check the path and its permissions",
                           strerror(errno));
    struct gt_resource *held = gt_hold_file(source.fd);
    struct gt_error *error = map_file(&source, mapped);
    gt_let_go(held);
    return error;
}

void gt_mapped_close(struct gt_mapped *mapped)
{
    gt_let_go(mapped->held);
    gt_vec_deinit(&mapped->data);
    *mapped = (struct gt_mapped){0};
}

const unsigned char *gt_mapped_at(const struct gt_mapped *mapped, uint64_t offset, uint64_t size)
{
    if (offset > mapped->size || size > mapped->size - offset) return NULL;
    return mapped->bytes + offset;
}
