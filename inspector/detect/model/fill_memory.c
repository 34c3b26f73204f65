/* A table has the nodes of the tree, parents first, and where the bytes of each leaf come from.
 * Sums are added up from the last node to the first. */
#include "inspector/detect/model/fill_memory.h"

#include "inspector/detect/model/heap_shares.h"
#include "inspector/runtime/ledger/counters.h"
#include "inspector/runtime/ledger/partition.h"

enum source { SUM, PART, SHARE, CLASS, RESERVED };

static const struct row {
    enum gt_memory_kind what;
    unsigned depth, which;
    enum source source;
    bool in_report;
} rows[] = {
#define ROW(depth, what, source, which, in_report) {what, depth, which, source, in_report},
#include "inspector/detect/model/memory_tree.def"
#undef ROW
};

enum { ROWS = sizeof rows / sizeof *rows, MAX_DEPTH = 4 };

struct filler {
    struct gt_arena *storage;
    struct gt_partition partition;
    struct gt_heap_shares shares;
    struct gt_memory_part *tree;
    size_t count;
    struct gt_memory_part *parts;
    size_t part_count;
};

/* ---- leaves -------------------------------------------------------------------------------- */

/* The node for the reserved bytes of a part. Reserved bytes of spans are damage, and are in the
 * shares of spans. */
static unsigned reserved_for(enum gt_part part)
{
    switch (part) {
    case GT_PART_SPANS:
        return GT_PART_SPANS;
    case GT_PART_IDLE_PAGES:
    case GT_PART_RELEASED_PAGES:
    case GT_PART_PADDING_PAGES:
    case GT_PART_ARENAS:
        return GT_PART_ARENAS;
    case GT_PART_PAGE_INDEX:
    case GT_PART_ARENA_INDEX:
        return GT_PART_PAGE_INDEX;
    default:
        return GT_PARTS;
    }
}

static uint64_t reserved(const struct gt_partition *partition, unsigned purpose)
{
    uint64_t sum = 0;

    for (unsigned part = 0; part < GT_PARTS; part++)
        if (reserved_for((enum gt_part)part) == purpose) sum += partition->of[part].reserved;
    return sum;
}

static void add_node(struct filler *filler, const struct row *row, uint64_t bytes,
                     uint64_t resident)
{
    filler->tree[filler->count++] =
        (struct gt_memory_part){row->what, row->depth, bytes, resident, GT_UNKNOWN, 0};
}

static void add_classes(struct filler *filler, const struct row *row)
{
    for (unsigned i = 0; i < GT_SIZE_CLASSES; i++) {
        const struct gt_size_class *class = &filler->shares.classes[i];
        if (!class->free_bytes) continue;
        filler->tree[filler->count++] = (struct gt_memory_part){row->what,
                                                                row->depth,
                                                                class->free_bytes,
                                                                filler->shares.free_resident[i],
                                                                (int64_t) class->spans,
                                                                class->size};
    }
}

static void add_row(struct filler *filler, const struct row *row)
{
    const struct gt_part_sum *part = &filler->partition.of[row->which];

    switch (row->source) {
    case SUM:
        add_node(filler, row, 0, 0);
        break;
    case PART:
        add_node(filler, row, part->bytes, part->resident);
        break;
    case SHARE:
        add_node(filler, row, filler->shares.bytes[row->which],
                 filler->shares.resident[row->which]);
        break;
    case CLASS:
        add_classes(filler, row);
        break;
    case RESERVED:
        add_node(filler, row, reserved(&filler->partition, row->which), 0);
        break;
    }
}

/* ---- sums ---------------------------------------------------------------------------------- */

/* Adds each node to its parent. Going backwards, children come before their parents. */
static void sum_up(struct filler *filler)
{
    size_t under[MAX_DEPTH] = {0},
           *parents = gt_arena_alloc(filler->storage, filler->count * sizeof *parents);

    for (size_t i = 0; i < filler->count; i++) {
        unsigned depth = filler->tree[i].depth;
        under[depth] = i;
        parents[i] = depth ? under[depth - 1] : i;
    }
    for (size_t i = filler->count; i--;) {
        if (parents[i] == i) continue;
        filler->tree[parents[i]].bytes += filler->tree[i].bytes;
        filler->tree[parents[i]].resident_bytes += filler->tree[i].resident_bytes;
    }
}

static bool in_report(enum gt_memory_kind what)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].what == what) return rows[i].in_report;
    return false;
}

static void pick_parts(struct filler *filler)
{
    filler->parts = gt_arena_alloc(filler->storage, ROWS * sizeof *filler->parts);
    for (size_t i = 0; i < filler->count; i++)
        if (in_report(filler->tree[i].what)) filler->parts[filler->part_count++] = filler->tree[i];
}

static void keep_classes(const struct filler *filler, struct gt_report *report)
{
    struct gt_size_class *kept = gt_arena_alloc(filler->storage, sizeof filler->shares.classes);
    size_t count = 0;

    for (unsigned i = 1; i <= GT_SIZE_CLASSES; i++) {
        const struct gt_size_class *class = &filler->shares.classes[i % GT_SIZE_CLASSES];
        if (class->spans) kept[count++] = *class;
    }
    report->memory.size_classes = kept;
    report->memory.size_class_count = count;
}

static void keep(const struct filler *filler, struct gt_report *report)
{
    report->memory.mapped_bytes = filler->partition.mapped;
    report->memory.parts = filler->parts;
    report->memory.part_count = filler->part_count;
    report->memory.tree = filler->tree;
    report->memory.tree_count = filler->count;
    report->memory.resident_is_least = filler->partition.resident_is_least;
    for (unsigned part = 0; part < GT_PARTS; part++)
        report->memory.resident_bytes += filler->partition.of[part].resident;
    report->memory.file_bytes = filler->partition.file_bytes;
    keep_classes(filler, report);
}

void gt_fill_memory(const struct gt_heap_analysis *analysis, struct gt_report *report)
{
    struct filler *filler = gt_arena_alloc(report->storage, sizeof *filler);

    filler->storage = report->storage;
    filler->tree = gt_arena_alloc(report->storage, (ROWS + GT_SIZE_CLASSES) * sizeof *filler->tree);
    gt_partition_read(analysis->heap, analysis->goroutines, &filler->partition);
    gt_heap_shares_read(analysis, &filler->shares);
    for (size_t i = 0; i < ROWS; i++)
        add_row(filler, &rows[i]);
    sum_up(filler);
    pick_parts(filler);
    keep(filler, report);
    gt_counters_read(analysis->process, &report->memory.counters);
    gt_pacing_read(analysis->process, &report->memory.pacing);
}

/* ---- coverage ------------------------------------------------------------------------------ */

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
