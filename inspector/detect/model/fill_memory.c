#include "inspector/detect/model/fill_memory.h"

void gt_fill_memory(const struct gt_heap_analysis *analysis, struct gt_report *report)
{
    const struct gt_goheap *heap = analysis->heap;
    struct gt_count *parts = gt_arena_alloc(report->storage, 5 * sizeof *parts);
    uint64_t allocated = gt_heap_bytes_of(&heap->graph, &heap->graph.allocated);
    uint64_t mapped = 0, told = heap->heap_bytes + heap->stack_bytes;
    size_t count;
    const struct gt_segment *segments = gt_core_segments(analysis->process->core, &count);

    for (size_t i = 0; i < count; i++)
        mapped += segments[i].end - segments[i].start;
    if (mapped < told) mapped = told; /* a core that lost segments */
    parts[0] = (struct gt_count){"live objects", report->live.bytes};
    parts[1] = (struct gt_count){"garbage", allocated - report->live.bytes};
    parts[2] = (struct gt_count){"free slots", heap->heap_bytes - allocated};
    parts[3] = (struct gt_count){"stacks", heap->stack_bytes};
    parts[4] = (struct gt_count){"other and reserved", mapped - told};
    report->memory.mapped_bytes = mapped;
    report->memory.parts = parts;
    report->memory.part_count = 5;
}

void gt_fill_coverage(const struct gt_heap_analysis *analysis, struct gt_report *report)
{
    const struct gt_process *process = analysis->process;

    report->coverage.typed_bytes = analysis->typing->typed_bytes;
    report->coverage.untyped_bytes = analysis->typing->untyped_bytes;
    report->coverage.names_disputed = analysis->typing->names_disputed;
    report->coverage.frames_precise = analysis->roots->frames_precise;
    report->coverage.frames_conservative = analysis->roots->frames_conservative;
    report->coverage.missing_bytes = process->missing_bytes;
}
