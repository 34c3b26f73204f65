#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum {
    BLOCK = 4096,       /* the unit of holes */
    OUT_SIZE = 1 << 20, /* a multiple of BLOCK */
    IN_STEP = 1 << 20,  /* progress is told this often */
    WINDOW_LOG = 31,    /* what zstd --long=31 needs; memory is touched only as it is used */
};

struct unpacking {
    const char *path;
    ZSTD_DStream *stream;
    ZSTD_inBuffer in;
    ZSTD_outBuffer out;
    unsigned char *buffer; /* out.dst */
    int fd;
    uint64_t written;
    size_t state; /* of the last call: 0 at the end of a frame */
};

bool gt_is_zstd(const unsigned char *bytes, uint64_t size)
{
    if (size < 4) return false;
    uint32_t magic = gt_load32(bytes);
    /* pzstd puts a skippable frame in front of each real one. */
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static const char *temp_dir(void)
{
    const char *dir = getenv("TMPDIR");
    return dir && *dir ? dir : "/tmp";
}

/* Some file systems lack O_TMPFILE. */
static int named_temp(void)
{
    char *name = gt_format("%s/gotopsy-XXXXXX", temp_dir());
    int fd = mkostemp(name, O_CLOEXEC);
    int why = errno;

    if (fd >= 0) unlink(name);
    free(name);
    errno = why;
    return fd;
}

static struct gt_error *open_temp(const char *path, int *fd)
{
    *fd = open(temp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) *fd = named_temp();
    if (*fd >= 0) return NULL;
    return gt_error_new(GT_ERR_IO,
                        "%s: cannot unpack it into %s: %s; set TMPDIR to a directory with room",
                        path, temp_dir(), strerror(errno));
}

static struct gt_error *write_error(const struct unpacking *un)
{
    return gt_error_new(GT_ERR_IO,
                        "%s: cannot unpack it into %s after %llu bytes: %s; "
                        "set TMPDIR to a directory with room",
                        un->path, temp_dir(), (unsigned long long)un->written, strerror(errno));
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool write_all(int fd, const unsigned char *bytes, size_t size, uint64_t at)
{
    while (size > 0) {
        ssize_t done = pwrite(fd, bytes, size, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        bytes += done, size -= (size_t)done, at += (uint64_t)done;
    }
    return true;
}

static size_t block_at(size_t from, size_t size)
{
    return size - from < BLOCK ? size - from : BLOCK;
}

/* Writes runs of blocks that hold something, and steps over the others. */
static bool write_sparse(int fd, const unsigned char *bytes, size_t size, uint64_t at)
{
    size_t run = 0;

    for (size_t here = 0, step; here < size; here += step) {
        step = block_at(here, size);
        if (!is_zero(bytes + here, step)) continue;
        if (!write_all(fd, bytes + run, here - run, at + run)) return false;
        run = here + step;
    }
    return write_all(fd, bytes + run, size - run, at + run);
}

static struct gt_error *flush(struct unpacking *un)
{
    if (!write_sparse(un->fd, un->buffer, un->out.pos, un->written)) return write_error(un);
    un->written += un->out.pos;
    un->out.pos = 0;
    return NULL;
}

/* Consumes un->in up to its size, and all that the stream has ready after it. */
static struct gt_error *feed(struct unpacking *un)
{
    bool full = false;

    while (un->in.pos < un->in.size || (full && un->state != 0)) {
        un->state = ZSTD_decompressStream(un->stream, &un->out, &un->in);
        if (ZSTD_isError(un->state))
            return gt_error_new(GT_ERR_FORMAT,
                                "%s: expected zstd data, found damage near byte %zu (%s); "
                                "copy it again from where it was made",
                                un->path, un->in.pos, ZSTD_getErrorName(un->state));
        full = un->out.pos == un->out.size;
        struct gt_error *error = full ? flush(un) : NULL;
        if (error) return error;
    }
    return NULL;
}

static struct gt_error *unpack_all(struct unpacking *un, uint64_t total, gt_progress_fn *progress,
                                   void *progress_ctx)
{
    while (un->in.pos < total) {
        un->in.size = total - un->in.pos < IN_STEP ? total : un->in.pos + IN_STEP;
        struct gt_error *error = feed(un);
        if (error) return error;
        if (progress) progress(progress_ctx, "unpacking", un->in.pos, total);
    }
    struct gt_error *error = flush(un);
    if (error) return error;
    /* Holes at the end are not in the file until it is given its size. */
    return ftruncate(un->fd, (off_t)un->written) == 0 ? NULL : write_error(un);
}

static void init(struct unpacking *un, const char *path, const struct gt_mapped *in, int fd)
{
    *un = (struct unpacking){.path = path, .fd = fd, .state = 1};
    un->in.src = in->bytes;
    un->buffer = gt_alloc(OUT_SIZE);
    un->out = (ZSTD_outBuffer){un->buffer, OUT_SIZE, 0};
    un->stream = ZSTD_createDStream();
    if (un->stream) ZSTD_DCtx_setParameter(un->stream, ZSTD_d_windowLogMax, WINDOW_LOG);
}

static void deinit(struct unpacking *un)
{
    ZSTD_freeDStream(un->stream);
    free(un->buffer);
}

struct gt_error *gt_unpack(const char *path, const struct gt_mapped *in, gt_progress_fn *progress,
                           void *progress_ctx, int *fd, bool *cut)
{
    struct unpacking un;
    struct gt_error *error = open_temp(path, fd);

    if (error) return error;
    init(&un, path, in, *fd);
    if (un.stream)
        error = unpack_all(&un, in->size, progress, progress_ctx);
    else
        error = gt_error_new(GT_ERR_IO, "%s: no memory to unpack it; unpack it with zstd -d", path);
    *cut = un.state != 0;
    deinit(&un);
    return error;
}
