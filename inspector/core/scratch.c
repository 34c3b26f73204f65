/* Examines each block of 4 KiB, and writes the runs between blocks of zeros at their places; the
 * gaps become holes. In memory, the machine's free memory is checked for every 64 MiB. */
#include "inspector/core/scratch.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BLOCK = 4096,            /* the unit of holes */
    LOOK_EVERY = 64 << 20,   /* bytes kept in memory between two checks of the free memory */
    LEFT_ALONE = 256u << 20, /* bytes of the machine's memory that stay free */
};

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
    gt_free(name);
    errno = why;
    return fd;
}

static int open_temp(void)
{
    int fd = open(temp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    return fd >= 0 ? fd : named_temp();
}

struct gt_error *gt_scratch_open(const char *path, bool in_memory, struct gt_scratch *scratch)
{
    *scratch = (struct gt_scratch){.path = path, .in_memory = in_memory};
    scratch->fd = in_memory ? memfd_create("gotopsy", MFD_CLOEXEC) : open_temp();
    if (scratch->fd >= 0) {
        scratch->held = gt_hold_file(scratch->fd);
        return NULL;
    }
    if (in_memory) return gt_error_io(path, "cannot unpack it into memory: %s", strerror(errno));
    return gt_error_io(path,
                       "cannot unpack it into %s: %s; set TMPDIR to a directory with room, "
                       "or unpack into memory with --in-memory",
                       temp_dir(), strerror(errno));
}

static struct gt_error *write_error(const struct gt_scratch *scratch)
{
    return gt_error_io(
        scratch->path, "cannot unpack it into %s after %" SCNu64 " bytes: %s; %s",
        scratch->in_memory ? "memory" : temp_dir(), scratch->written, strerror(errno),
        scratch->in_memory ? "leave out --in-memory"
                           : "set TMPDIR to a directory with room, or use --in-memory");
}

/* The memory that the machine has available. If the machine does not report it, there is enough. */
static uint64_t memory_left(void)
{
    uint64_t kilobytes = UINT64_MAX >> 10;
    char line[128];
    FILE *meminfo = fopen("/proc/meminfo", "re");

    while (meminfo && fgets(line, sizeof line, meminfo))
        if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kilobytes) == 1) break;
    if (meminfo) fclose(meminfo);
    return kilobytes << 10;
}

/* Counts the bytes to keep. False when there is no room for them, with the reason in errno. */
static bool has_room(struct gt_scratch *scratch, size_t size)
{
    bool look = scratch->kept / LOOK_EVERY != (scratch->kept + size) / LOOK_EVERY;

    scratch->kept += size;
    if (!scratch->in_memory || !look || memory_left() > LEFT_ALONE) return true;
    errno = ENOMEM;
    return false;
}

static bool write_all(struct gt_scratch *scratch, const unsigned char *bytes, size_t size,
                      uint64_t at)
{
    if (!has_room(scratch, size)) return false;
    while (size > 0) {
        ssize_t done = pwrite(scratch->fd, bytes, size, (off_t)at);
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

/* Writes runs of blocks that are not zero, and skips the others. */
static bool write_sparse(struct gt_scratch *scratch, const unsigned char *bytes, size_t size)
{
    size_t run = 0;
    uint64_t at = scratch->written;

    for (size_t here = 0, step; here < size; here += step) {
        step = block_at(here, size);
        if (!gt_are_zeros(bytes + here, step)) continue;
        if (!write_all(scratch, bytes + run, here - run, at + run)) return false;
        run = here + step;
    }
    return write_all(scratch, bytes + run, size - run, at + run);
}

struct gt_error *gt_scratch_write(struct gt_scratch *scratch, const unsigned char *bytes,
                                  size_t size)
{
    if (!write_sparse(scratch, bytes, size)) return write_error(scratch);
    scratch->written += size;
    return NULL;
}

struct gt_error *gt_scratch_finish(struct gt_scratch *scratch)
{
    return ftruncate(scratch->fd, (off_t)scratch->written) == 0 ? NULL : write_error(scratch);
}

void gt_scratch_close(struct gt_scratch *scratch)
{
    gt_let_go(scratch->held);
    scratch->held = NULL;
    scratch->fd = -1;
}
