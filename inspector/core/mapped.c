/* Maps a whole file for reading, or the unpacked data of a compressed file or a pipe.
 *
 * The mapping is aligned, so that the kernel can use large pages for it. Reads of a heap jump: on
 * small pages, each page costs a fault, and most reads miss the TLB. */
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

#define LARGE_PAGE ((uint64_t)2 << 20)

static uint64_t align(uint64_t size, uint64_t to)
{
    return (size + to - 1) / to * to;
}

static void release(uintptr_t start, uintptr_t end)
{
    if (end > start) munmap((void *)start, end - start);
}

/* Address space of `size` bytes, a multiple of the page size, from a multiple of LARGE_PAGE on. */
static void *reserve(uint64_t size)
{
    void *room = mmap(NULL, size + LARGE_PAGE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return NULL;
    uintptr_t from = (uintptr_t)room, at = align(from, LARGE_PAGE);
    release(from, at);
    release(at + size, from + size + LARGE_PAGE);
    return (void *)at;
}

/* Where no room can be reserved, the kernel chooses a place. */
static void *map_aligned(int fd, uint64_t size)
{
    uint64_t whole = align(size < INT64_MAX ? size : 0, (uint64_t)sysconf(_SC_PAGESIZE));
    void *at = whole >= LARGE_PAGE ? reserve(whole) : NULL;
    void *bytes =
        mmap(at, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE | (at ? MAP_FIXED : 0), fd, 0);
    int why = errno;

    if (at && bytes == MAP_FAILED) release((uintptr_t)at, (uintptr_t)at + whole);
    errno = why;
    return bytes;
}

static void unmap(void *bytes, size_t size)
{
    munmap(bytes, size);
}

static struct gt_error *map(const char *path, int fd, uint64_t size, struct gt_mapped *mapped)
{
    void *bytes = map_aligned(fd, size);

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
