/* The PT_LOAD headers of a core: sorted, without overlaps, and limited to the bytes that the file
 * has. */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <stdlib.h>

struct load { /* a PT_LOAD that becomes a segment */
    struct gt_segment segment;
    uint64_t declared; /* file bytes according to the header, at most end - start */
    uint64_t offset;
};

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Counts the bytes of [offset, offset + declared) that the file has. */
static void clip(struct gt_core *core, struct load *load)
{
    uint64_t size = core->file.size;
    uint64_t held = load->offset < size ? min64(load->declared, size - load->offset) : 0;

    load->segment.file_bytes = held;
    load->segment.cut = held < load->declared;
    if (load->segment.cut) core->truncated = true;
}

/* A segment that wraps around the address space is damaged, and is left out. */
static void add(struct gt_core *core, struct gt_vec *loads, const GElf_Phdr *header)
{
    struct load load = {.offset = header->p_offset};

    load.segment.start = header->p_vaddr;
    load.segment.flags = header->p_flags & (PF_R | PF_W | PF_X);
    if (header->p_memsz == 0 || !gt_add(header->p_vaddr, header->p_memsz, &load.segment.end))
        return;
    load.declared = min64(header->p_filesz, header->p_memsz);
    clip(core, &load);
    gt_vec_add(loads, &load);
}

static int by_start(const void *a, const void *b)
{
    const struct load *left = a, *right = b;

    if (left->segment.start != right->segment.start)
        return left->segment.start < right->segment.start ? -1 : 1;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

/* Removes `bytes` from the front of a segment. */
static void cut_front(struct load *load, uint64_t bytes)
{
    load->segment.start += bytes;
    load->offset += min64(bytes, load->declared);
    load->segment.file_bytes -= min64(bytes, load->segment.file_bytes);
    load->declared -= min64(bytes, load->declared);
    load->segment.cut = load->segment.file_bytes < load->declared;
}

static void add_run(struct gt_core *core, const struct load *load)
{
    if (load->segment.file_bytes == 0) return;
    struct gt_memory_run run = {load->segment.start, load->segment.start + load->segment.file_bytes,
                                core->file.bytes + load->offset};
    struct gt_memory_run *last = core->runs.len ? gt_vec_at(&core->runs, core->runs.len - 1) : NULL;

    if (last && last->end == run.start && last->bytes + (last->end - last->start) == run.bytes)
        last->end = run.end;
    else
        gt_vec_add(&core->runs, &run);
}

/* Of two segments that overlap, the one that starts first has the bytes. */
static void settle(struct gt_core *core, struct gt_vec *loads)
{
    uint64_t end = 0;

    for (size_t i = 0; i < loads->len; i++) {
        struct load *load = gt_vec_at(loads, i);
        if (load->segment.end <= end) continue;
        if (load->segment.start < end) cut_front(load, end - load->segment.start);
        end = load->segment.end;
        gt_vec_add(&core->segments, &load->segment);
        gt_u64s_add(&core->declared, load->declared);
        add_run(core, load);
    }
}

struct gt_error *gt_segments_load(struct gt_core *core, const GElf_Phdr *headers, size_t count)
{
    struct gt_vec loads = GT_VEC_OF(struct load);

    for (size_t i = 0; i < count; i++)
        if (headers[i].p_type == PT_LOAD) add(core, &loads, &headers[i]);
    if (loads.len > 0) qsort(loads.data, loads.len, sizeof(struct load), by_start);
    settle(core, &loads);
    gt_vec_deinit(&loads);
    if (core->segments.len > 0) return NULL;
    return gt_error_in_file(GT_ERR_FORMAT, core->path,
                            "expected a core with memory in it, found no PT_LOAD segment; "
                            "was it made with coredump_filter 0?");
}
