/*
 * The target's memory as one table of runs: the core's bytes, and the images' in the gaps. One
 * search per look-up serves both, so core and images cost the same.
 */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

static bool holds(const struct gt_memory_run *run, uint64_t addr)
{
    return addr - run->start < run->end - run->start; /* wraps below start, and is too large */
}

static const struct gt_memory_run *search(const struct gt_core *core, uint64_t addr)
{
    const struct gt_memory_run *low = core->runs.data;
    size_t count = core->runs.len;

    if (count == 0) return NULL;
    while (count > 1) {
        size_t half = count / 2;
        low += low[half].start <= addr ? half : 0;
        count -= half;
    }
    return holds(low, addr) ? low : NULL;
}

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct gt_core *core = ctx;
    const struct gt_memory_run *run = &core->widest;

    if (!holds(run, addr)) run = search(core, addr);
    if (!run) return NULL;
    *avail = run->end - addr;
    return run->bytes + (addr - run->start);
}

static struct gt_filled filled(const void *ctx, uint64_t addr, uint64_t end)
{
    const struct gt_core *core = ctx;
    const struct gt_memory_run *run = &core->widest;

    if (!holds(run, addr)) run = search(core, addr);
    if (!run || !gt_lies_in(&core->file, run->bytes)) return (struct gt_filled){addr, end};
    uint64_t stop = run->end < end ? run->end : end;
    uint64_t to_offset = (uint64_t)(run->bytes - core->file.bytes) - run->start;
    struct gt_extent part = gt_next_data(&core->file, addr + to_offset, stop + to_offset);
    if (part.start == part.end && stop < end) return (struct gt_filled){stop, end};
    return (struct gt_filled){part.start - to_offset, part.end - to_offset};
}

static void pick_widest(struct gt_core *core)
{
    const struct gt_memory_run *runs = core->runs.data;

    for (size_t i = 0; i < core->runs.len; i++)
        if (runs[i].end - runs[i].start > core->widest.end - core->widest.start)
            core->widest = runs[i];
}

void gt_memory_init(struct gt_core *core)
{
    core->memory = (struct gt_memory){.ctx = core, .map = map, .filled = filled};
    pick_widest(core);
}

static void add_piece(struct gt_vec *runs, const struct gt_memory_run *image, uint64_t start,
                      uint64_t end)
{
    struct gt_memory_run piece = {start, end, image->bytes + (start - image->start)};
    gt_vec_add(runs, &piece);
}

/* The old runs, with the image in the gaps between them. */
static struct gt_vec fill_gaps(const struct gt_vec *old, const struct gt_memory_run *image)
{
    struct gt_vec runs = GT_VEC_OF(struct gt_memory_run);
    uint64_t at = image->start; /* the image is placed, or hidden by a run, below this address */

    gt_vec_reserve(&runs, old->len + 2);
    for (size_t i = 0; i < old->len; i++) {
        const struct gt_memory_run *run = gt_vec_at(old, i);
        uint64_t stop = run->start < image->end ? run->start : image->end;
        if (at < stop) add_piece(&runs, image, at, stop);
        gt_vec_add(&runs, run);
        if (at < run->end) at = run->end;
    }
    if (at < image->end) add_piece(&runs, image, at, image->end);
    return runs;
}

void gt_core_add_image(struct gt_core *core, uint64_t addr, const unsigned char *bytes,
                       uint64_t size)
{
    struct gt_memory_run image = {.start = addr, .bytes = bytes};

    if (size == 0 || !gt_add(addr, size, &image.end)) return;
    struct gt_vec runs = fill_gaps(&core->runs, &image);
    gt_vec_deinit(&core->runs);
    core->runs = runs;
    pick_widest(core);
}

/* The old runs, with `over` in the place of what they have there. */
static struct gt_vec cover(const struct gt_vec *old, const struct gt_memory_run *over)
{
    struct gt_vec runs = GT_VEC_OF(struct gt_memory_run);
    bool placed = false;

    gt_vec_reserve(&runs, old->len + 2);
    for (size_t i = 0; i < old->len; i++) {
        const struct gt_memory_run *run = gt_vec_at(old, i);
        uint64_t start = run->start > over->end ? run->start : over->end;
        if (run->start < over->start)
            add_piece(&runs, run, run->start, run->end < over->start ? run->end : over->start);
        if (!placed && run->end > over->start) {
            gt_vec_add(&runs, over);
            placed = true;
        }
        if (start < run->end) add_piece(&runs, run, start, run->end);
    }
    if (!placed) gt_vec_add(&runs, over);
    return runs;
}

void gt_memory_replace(struct gt_core *core, uint64_t addr, const unsigned char *bytes,
                       uint64_t size)
{
    struct gt_memory_run over = {.start = addr, .bytes = bytes};

    if (size == 0 || !gt_add(addr, size, &over.end)) return;
    struct gt_vec runs = cover(&core->runs, &over);
    gt_vec_deinit(&core->runs);
    core->runs = runs;
    pick_widest(core);
}
