/*
 * C's heap, as glibc lays it out in anonymous memory: the heap of brk, the heaps of arenas, and
 * blocks that malloc maps alone. Each is recognized by its structure, so no symbol is needed.
 * Memory that another part claims belongs to that part.
 */
#include "inspector/runtime/ledger/readers.h"

#include "inspector/runtime/heap/arenas.h"

#include <elf.h>

enum {
    PAGE = 4096,
    HEAP_BYTES = 64 << 20, /* HEAP_MAX_SIZE, to which heaps of arenas are aligned */
    HEAP_HEADER = 0x40,    /* size of struct heap_info, at most */
    CHUNK_FLAGS = 7,
    IS_MMAPPED = 2,
    MIN_MMAPPED = 64 << 10,
};

/* A heap begins with its arena's address and the address of the heap before it. The first heap
 * contains the arena itself (malloc/arena.c, heap_info). */
static bool is_heap(const struct gt_process *process, uint64_t at)
{
    uint64_t words[2];

    if (!gt_mem_read(process->mem, at, words, sizeof words)) return false;
    if (!words[1]) return words[0] - at - 1 < HEAP_HEADER;
    return words[1] % HEAP_BYTES == 0 && words[0] % HEAP_BYTES - 1 < HEAP_HEADER;
}

/* The first heap from `at` on, or `end`. */
static uint64_t next_heap(const struct gt_process *process, uint64_t at, uint64_t end)
{
    uint64_t left = end - at, step = (HEAP_BYTES - at % HEAP_BYTES) % HEAP_BYTES;

    for (; step < left; step += HEAP_BYTES)
        if (is_heap(process, at + step)) return at + step;
    return end;
}

/* The heap of brk begins at most 1 GiB after the program (arch_randomize_brk). */
static bool is_of_brk(const struct gt_segment *segment, uint64_t program_end)
{
    return program_end && segment->start >= program_end &&
           segment->start - program_end < (uint64_t)1 << 30;
}

/* The size of a block that malloc has mapped alone, by its header (malloc.c, IS_MMAPPED); 0: there
 * is none. Kernels merge such blocks with adjacent mappings. */
static uint64_t mapped_alone(const struct gt_process *process, uint64_t at, uint64_t end)
{
    uint64_t words[2];

    if (!gt_mem_read(process->mem, at, words, sizeof words)) return 0;
    uint64_t size = words[1] & ~(uint64_t)CHUNK_FLAGS;
    if (words[0] || (words[1] & CHUNK_FLAGS) != IS_MMAPPED || size % PAGE || size < MIN_MMAPPED ||
        size > end - at)
        return 0;
    return size;
}

/* The first page from `at` on that may begin with a header: others are zeros, and are not read. */
static uint64_t next_page(const struct gt_process *process, uint64_t at, uint64_t end)
{
    uint64_t page = gt_mem_filled(process->mem, at, end).start & ~(uint64_t)(PAGE - 1);

    return page > at ? page : at;
}

static void claim_blocks(struct gt_reader *reader, uint64_t start, uint64_t end)
{
    uint64_t at = next_page(reader->process, start, end);

    while (end - at >= MIN_MMAPPED) {
        uint64_t size = mapped_alone(reader->process, at, end);
        gt_claims_add(&reader->claims, at, size, GT_PART_C_HEAP);
        at = next_page(reader->process, at + (size ? size : PAGE), end);
    }
}

/* Kernels merge heaps with adjacent mappings too, so a heap may begin inside the segment. */
static void claim_heaps_and_blocks(struct gt_reader *reader, const struct gt_segment *segment)
{
    for (uint64_t at = segment->start; at < segment->end;) {
        uint64_t heap = next_heap(reader->process, at, segment->end);
        uint64_t left = segment->end - heap, size = left < HEAP_BYTES ? left : HEAP_BYTES;
        claim_blocks(reader, at, heap);
        gt_claims_add(&reader->claims, heap, size, GT_PART_C_HEAP);
        at = heap + size;
    }
}

static bool is_go_heap(const struct gt_arenas *arenas, const struct gt_segment *segment)
{
    return gt_arena_at(arenas, gt_arena_number(arenas, segment->start));
}

static void claim_segment(struct gt_reader *reader, const struct gt_segment *segment,
                          uint64_t program_end)
{
    if (is_of_brk(segment, program_end))
        gt_claims_add(&reader->claims, segment->start, segment->end - segment->start,
                      GT_PART_C_HEAP);
    else
        claim_heaps_and_blocks(reader, segment);
}

/* A program without libraries has only Go's memory, unless its C code was linked statically. */
static bool has_c(const struct gt_reader *reader)
{
    size_t count, others = 0;
    const struct gt_file_mapping *mappings = gt_core_mappings(reader->process->core, &count);

    for (size_t i = 1; i < count; i++)
        if (strcmp(mappings[i].path, mappings[0].path) != 0) others++;
    return others || (gt_reader_global(reader, "runtime.iscgo") & 1);
}

void gt_claim_c_heap(struct gt_reader *reader)
{
    const struct gt_process *process = reader->process;
    uint64_t end = process->module_count ? process->modules[0].enoptrbss : 0;
    struct gt_arenas arenas;
    size_t count;
    const struct gt_segment *segments = gt_core_segments(process->core, &count);

    if (!has_c(reader) || !gt_arenas_find(process, reader->mheap, &arenas)) return;
    for (size_t i = 0; i < count; i++)
        if (segments[i].flags == (PF_R | PF_W) && !is_go_heap(&arenas, &segments[i]))
            claim_segment(reader, &segments[i], end);
}
