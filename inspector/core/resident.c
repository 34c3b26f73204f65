/*
 * Holes of the core's file. The pages that are in no hole are those that the process touched.
 *
 * The kernel reads ahead in a mapped file, and fills memory with zeros for the holes there. A page
 * among holes then costs as much as a whole window of pages. So nothing is read ahead in a file
 * that is mostly holes, but where it has long parts without any; and no large pages are asked for.
 */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    MAX_EXTENTS = 1 << 22, /* if a file has more, the rest counts as having no holes */
    CHUNK = 1 << 20,       /* bytes that are read before their pages are dropped again */
    WORTH = 64 << 10,      /* bytes for which that is worth a system call */
    LONG_PART = 256 << 10, /* bytes that are worth reading ahead */
    MAX_LONG_PARTS = 1024, /* each takes a mapping of its own in this process */
};

/* ---- holes --------------------------------------------------------------------------------- */

static void add_extent(struct gt_vec *data, uint64_t start, uint64_t end)
{
    struct gt_extent extent = {start, end};

    gt_vec_add(data, &extent);
}

void gt_find_data(int fd, uint64_t size, struct gt_vec *data)
{
    off_t before = lseek(fd, 0, SEEK_CUR);
    uint64_t at = 0;

    *data = GT_VEC_OF(struct gt_extent);
    while (at < size && data->len < MAX_EXTENTS) {
        off_t start = lseek(fd, (off_t)at, SEEK_DATA);
        off_t end = start < 0 ? -1 : lseek(fd, start, SEEK_HOLE);
        if (end <= start) break;
        add_extent(data, (uint64_t)start, (uint64_t)end);
        at = (uint64_t)end;
    }
    if (!data->len || data->len == MAX_EXTENTS) add_extent(data, at, size);
    if (before >= 0) lseek(fd, before, SEEK_SET);
}

static uint64_t end_of_extent(const void *extents, size_t index)
{
    return ((const struct gt_extent *)extents)[index].end;
}

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

struct gt_extent gt_next_data(const struct gt_mapped *file, uint64_t start, uint64_t end)
{
    const struct gt_extent *extents = file->data.data;
    size_t i = gt_upper_bound(extents, 0, file->data.len, start, end_of_extent);

    if (i == file->data.len || extents[i].start >= end) return (struct gt_extent){end, end};
    return (struct gt_extent){max64(start, extents[i].start), min64(end, extents[i].end)};
}

/* How many of the file's bytes [start, end) are in no hole. */
static uint64_t in_no_hole(const struct gt_mapped *file, uint64_t start, uint64_t end)
{
    const struct gt_extent *extents = file->data.data;
    uint64_t sum = 0;

    for (size_t i = gt_upper_bound(extents, 0, file->data.len, start, end_of_extent);
         i < file->data.len && extents[i].start < end; i++)
        sum += min64(end, extents[i].end) - max64(start, extents[i].start);
    return sum;
}

static bool is_mostly_holes(const struct gt_mapped *file)
{
    return in_no_hole(file, 0, file->size) <= file->size / 2;
}

/* The advice is a hint, so its result is ignored. */
static void advise(const struct gt_mapped *file, uint64_t start, uint64_t end, int advice)
{
    uint64_t from = start / PAGE * PAGE;

    (void)madvise((void *)(uintptr_t)(file->bytes + from), end - from, advice);
}

void gt_limit_reading_ahead(const struct gt_mapped *file)
{
    const struct gt_extent *extents = file->data.data;
    size_t parts = 0;

    if (!is_mostly_holes(file)) return;
    advise(file, 0, file->size, MADV_RANDOM);
    for (size_t i = 0; i < file->data.len && parts < MAX_LONG_PARTS; i++) {
        if (extents[i].end - extents[i].start < LONG_PART) continue;
        advise(file, extents[i].start, min64(extents[i].end, file->size), MADV_NORMAL);
        parts++;
    }
}

/* A large page is read for each byte of it that is asked for. So the file must fit in memory, where
 * nothing is read twice. */
static bool fits_in_memory(const struct gt_mapped *file)
{
    return file->size / PAGE <= (uint64_t)sysconf(_SC_PHYS_PAGES) / 2;
}

void gt_core_read_in_large_pages(const struct gt_core *core)
{
    const struct gt_mapped *file = &core->file;

    if (fits_in_memory(file) && !is_mostly_holes(file)) advise(file, 0, file->size, MADV_HUGEPAGE);
}

/* ---- zeros --------------------------------------------------------------------------------- */

static bool has_content(const unsigned char *bytes, uint64_t size)
{
    for (; size && (uintptr_t)bytes % 8; bytes++, size--)
        if (*bytes) return true;
    for (; size >= 8; bytes += 8, size -= 8)
        if (*(const uint64_t *)(const void *)bytes) return true;
    for (; size; bytes++, size--)
        if (*bytes) return true;
    return false;
}

/* Drops pages that were only read, since the file still has them. This is a hint, so its result is
 * ignored. */
static void let_go(const unsigned char *bytes, uint64_t size)
{
    uintptr_t from = ((uintptr_t)bytes + PAGE - 1) / PAGE * PAGE;
    uintptr_t end = ((uintptr_t)bytes + size) / PAGE * PAGE;

    if (size >= WORTH && end > from) (void)madvise((void *)from, end - from, MADV_DONTNEED);
}

static uint64_t pages_not_zero(const struct gt_memory_run *run, uint64_t start, uint64_t end)
{
    uint64_t sum = 0;

    for (uint64_t at = start; at < end;) {
        uint64_t page = at / PAGE * PAGE, next = min64(end, page + PAGE);
        uint64_t from = max64(page, run->start), to = min64(page + PAGE, run->end);
        if (has_content(run->bytes + (from - run->start), to - from)) sum += next - at;
        at = next;
    }
    return sum;
}

/* How many of the bytes [start, end) of a run are in pages that are not all zeros. */
static uint64_t not_zero(const struct gt_memory_run *run, uint64_t start, uint64_t end)
{
    uint64_t sum = 0;

    for (uint64_t at = start, next; at < end; at = next) {
        next = min64(end, at + CHUNK);
        sum += pages_not_zero(run, at, next);
        let_go(run->bytes + (at - run->start), next - at);
    }
    return sum;
}

/* ---- both ---------------------------------------------------------------------------------- */

bool gt_core_resident_is_least(const struct gt_core *core)
{
    return core->from_gcore || core->file.data.len < 2 || core->file.mtime_ns == GT_UNKNOWN;
}

bool gt_lies_in(const struct gt_mapped *file, const unsigned char *bytes)
{
    return bytes >= file->bytes && bytes < file->bytes + file->size;
}

/* Of a copy of the core's bytes, without the zeros behind them. */
static uint64_t copied(const struct gt_core *core, const struct gt_memory_run *run, uint64_t start,
                       uint64_t end)
{
    for (size_t i = 0; i < core->extended.len; i++) {
        const struct gt_extended *of = gt_vec_at(&core->extended, i);
        if (of->bytes == run->bytes && start < of->zeros_at)
            return pages_not_zero(run, start, min64(end, of->zeros_at));
    }
    return 0;
}

static uint64_t resident_of(const struct gt_core *core, const struct gt_memory_run *run,
                            uint64_t start, uint64_t end)
{
    uint64_t offset = (uint64_t)(run->bytes - core->file.bytes);

    if (!gt_lies_in(&core->file, run->bytes)) return copied(core, run, start, end);
    if (gt_core_resident_is_least(core)) return not_zero(run, start, end);
    return in_no_hole(&core->file, offset + (start - run->start), offset + (end - run->start));
}

static uint64_t end_of_run(const void *runs, size_t index)
{
    return ((const struct gt_memory_run *)runs)[index].end;
}

uint64_t gt_core_resident(const struct gt_core *core, uint64_t start, uint64_t end)
{
    const struct gt_memory_run *runs = core->runs.data;
    uint64_t sum = 0;

    for (size_t i = gt_upper_bound(runs, 0, core->runs.len, start, end_of_run);
         i < core->runs.len && runs[i].start < end; i++)
        sum += resident_of(core, &runs[i], max64(start, runs[i].start), min64(end, runs[i].end));
    return sum;
}
