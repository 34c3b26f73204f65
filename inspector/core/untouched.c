/*
 * Memory that nobody wrote and that the kernel therefore left out: the zeros behind a file's
 * variables (.bss and .noptrbss, which are one mapping), and variables of a file of which no page
 * was written.
 *
 * The kernel dumps no byte of an anonymous mapping without a written page (fs/coredump.c,
 * vma_dump_size), and says as little of one that is not to be dumped (MADV_DONTDUMP) or that
 * coredump_filter leaves out. So zeros are known only where all of this holds: the stacks of
 * threads, which are private anonymous memory too, were dumped; the segment is writable, without a
 * byte, and of no file; it is all that the loader mapped for the zeros at the end of a file's last
 * pages, by the file's own headers. A program that keeps a part of its memory out of dumps divides
 * the segment.
 *
 * A private file mapping without a written page is left out, too, unless coredump_filter asks for
 * it; gcore does the same. Its bytes are the file's. A file whose zeros begin within a page of its
 * variables has that page written by the loader.
 */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/core/binary_impl.h"

#include <sys/mman.h>

#define PAGE UINT64_C(4096)
#define MAX_ZEROS ((uint64_t)1 << 30)
#define MAX_COPIED ((uint64_t)1 << 28) /* in all */

enum { MAX_LOOKED_AT = 256, MAX_HEADS = 4 }; /* bounds for a damaged core */

/* True if anonymous memory was dumped: the stacks of threads are. */
static bool dumps_anonymous(const struct gt_core *core)
{
    uint64_t avail;

    for (size_t i = 0; i < core->threads.len && i < MAX_LOOKED_AT; i++) {
        const struct gt_thread *thread = gt_vec_at(&core->threads, i);
        if (core->memory.map(core, thread->sp, &avail)) return true;
    }
    return false;
}

/* The file mapping that ends at an address. NULL if there is none, or a file is mapped in
 * [start, end). */
static const struct gt_file_mapping *file_before(const struct gt_core *core, uint64_t start,
                                                 uint64_t end)
{
    const struct gt_file_mapping *before = NULL;

    for (size_t i = 0; i < core->mappings.len; i++) {
        const struct gt_file_mapping *file = gt_vec_at(&core->mappings, i);
        if (file->start < end && start < file->end) return NULL;
        if (file->end == start) before = file;
    }
    return before;
}

static uint64_t page_end(uint64_t addr)
{
    return (addr + PAGE - 1) & ~(PAGE - 1);
}

/* True if one of the file's PT_LOADs has bytes up to `start`, and zeros from there to `end`. */
static bool has_zeros(const struct gt_program *file, uint64_t bias, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < file->loads.len; i++) {
        const Elf64_Phdr *load = gt_vec_at(&file->loads, i);
        uint64_t from = load->p_vaddr + bias;
        if (load->p_flags & PF_W && load->p_filesz < load->p_memsz &&
            page_end(from + load->p_filesz) == start && page_end(from + load->p_memsz) == end)
            return true;
    }
    return false;
}

static uint64_t first_linked(const struct gt_program *file)
{
    const Elf64_Phdr *first = gt_vec_at(&file->loads, 0);

    return first->p_vaddr - first->p_offset;
}

static bool is_bss(const struct gt_core *core, const struct gt_segment *segment)
{
    const struct gt_file_mapping *before = file_before(core, segment->start, segment->end);
    struct gt_program file;
    bool found = false;
    int heads = 0;

    for (size_t i = 0; before && i < core->mappings.len && !found; i++) {
        const struct gt_file_mapping *head = gt_vec_at(&core->mappings, i);
        if (head->offset != 0 || strcmp(head->path, before->path) != 0) continue;
        if (heads++ == MAX_HEADS) break;
        gt_program_at(core, head->start, &file);
        found = file.loads.len &&
                has_zeros(&file, head->start - first_linked(&file), segment->start, segment->end);
        gt_program_deinit(&file);
    }
    return found;
}

/* ---- the zeros ----------------------------------------------------------------------------- */

static void unmap(void *bytes, size_t size)
{
    munmap(bytes, size);
}

/* Maps zeros, with a copy of the segment before them: a file's variables are read as one block.
 * Zeros cost nothing until they are read. */
static void add_zeros(struct gt_core *core, const struct gt_segment *data,
                      const struct gt_segment *zeros, uint64_t *copied)
{
    uint64_t before = data->end - data->start, size = before + (zeros->end - zeros->start);
    uint64_t avail = 0;
    const unsigned char *from = core->memory.map(core, data->start, &avail);
    unsigned char *bytes;

    if (!from || avail < before || before > MAX_COPIED - *copied) return;
    *copied += before;
    bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
    if (bytes == MAP_FAILED) return;
    struct gt_extended extended = {gt_hold(bytes, size, unmap), bytes, zeros->start};
    gt_vec_add(&core->extended, &extended);
    memcpy(bytes, from, before);
    gt_memory_replace(core, data->start, bytes, size);
}

static bool may_be_bss(const struct gt_core *core, size_t index)
{
    const struct gt_segment *data = gt_vec_at(&core->segments, index - 1);
    const struct gt_segment *zeros = gt_vec_at(&core->segments, index);

    return core->declared.at[index] == 0 && (zeros->flags & (PF_R | PF_W)) == (PF_R | PF_W) &&
           data->end == zeros->start && zeros->end - zeros->start <= MAX_ZEROS;
}

void gt_untouched_add(struct gt_core *core)
{
    int looked_at = 0;
    uint64_t copied = 0;

    if (core->from_gcore || !dumps_anonymous(core)) return;
    for (size_t i = 1; i < core->segments.len && looked_at < MAX_LOOKED_AT; i++) {
        if (!may_be_bss(core, i)) continue;
        looked_at++;
        if (is_bss(core, gt_vec_at(&core->segments, i)))
            add_zeros(core, gt_vec_at(&core->segments, i - 1), gt_vec_at(&core->segments, i),
                      &copied);
    }
}

/* ---- a file's variables -------------------------------------------------------------------- */

/* True if the segment is a part of this file, `offset` bytes from its start, and the core was not
 * meant to have any of it. */
static bool is_unwritten(const struct gt_core *core, size_t index, uint64_t offset)
{
    const struct gt_segment *segment = gt_vec_at(&core->segments, index);

    if (core->declared.at[index] || !(segment->flags & PF_W)) return false;
    for (size_t i = 0; i < core->mappings.len; i++) {
        const struct gt_file_mapping *file = gt_vec_at(&core->mappings, i);
        if (file->start <= segment->start && segment->end <= file->end)
            return file->offset + (segment->start - file->start) == offset;
    }
    return false;
}

static void add_variables(struct gt_core *core, uint64_t bias, const GElf_Phdr *load,
                          const unsigned char *bytes)
{
    uint64_t start = load->p_vaddr + bias, end;

    if (!gt_add(start, load->p_filesz, &end)) return;
    for (size_t i = 0; i < core->segments.len; i++) {
        const struct gt_segment *segment = gt_vec_at(&core->segments, i);
        uint64_t from = segment->start > start ? segment->start : start;
        uint64_t to = segment->end < end ? segment->end : end;
        if (from < to && is_unwritten(core, i, load->p_offset - (start - segment->start)))
            gt_core_add_image(core, from, bytes + (from - start), to - from);
    }
}

void gt_untouched_variables(struct gt_core *core, const struct gt_binary *binary)
{
    if (!dumps_anonymous(core)) return;
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        const unsigned char *bytes = gt_mapped_at(&binary->file, load->p_offset, load->p_filesz);
        if (bytes && load->p_flags & PF_W) add_variables(core, binary->bias, load, bytes);
    }
}
