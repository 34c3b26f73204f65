/* Reads all claims, and sums what they come to. */
#include "inspector/runtime/ledger/partition.h"

#include "inspector/runtime/ledger/readers.h"

#include "inspector/base/error.h"

uint64_t gt_reader_global(const struct gt_reader *reader, const char *name)
{
    uint64_t addr, word;
    struct gt_error *error = gt_process_global(reader->process, name, &addr);

    gt_error_destroy(error);
    return !error && gt_mem_u64(reader->process->mem, addr, &word) ? word : 0;
}

bool gt_reader_slice(const struct gt_reader *reader, enum gt_field_id field, struct gt_slice *out)
{
    const struct gt_process *process = reader->process;
    uint64_t words[3];

    if (!gt_has(&process->layout, field) ||
        !gt_mem_read(process->mem, reader->mheap + gt_off(&process->layout, field), words,
                     sizeof words))
        return false;
    *out = (struct gt_slice){words[0], words[1], words[2]};
    return out->len <= out->cap;
}

struct summing {
    const struct gt_core *core;
    struct gt_partition *partition;
};

static void sum(void *ctx, const struct gt_piece *piece)
{
    const struct summing *summing = ctx;
    struct gt_part_sum *amount = &summing->partition->of[piece->part];
    uint64_t size = piece->end - piece->start;

    uint64_t resident =
        piece->reserved ? 0 : gt_core_resident(summing->core, piece->start, piece->end);

    summing->partition->mapped += size;
    if (piece->reserved) {
        amount->reserved += size;
        return;
    }
    amount->bytes += size;
    if (piece->part == GT_PART_CODE || piece->part == GT_PART_LIBRARIES ||
        piece->part == GT_PART_FILES)
        summing->partition->file_bytes += size - resident;
    amount->resident += resident;
}

void gt_partition_read(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       struct gt_partition *out)
{
    struct gt_reader reader = {heap->process, heap, goroutines, heap->mheap, {{0}}};
    const struct gt_core *core = heap->process->core;

    *out = (struct gt_partition){.resident_is_least = gt_core_resident_is_least(core)};
    gt_claims_init(&reader.claims);
    gt_claim_spans(&reader);
    gt_claim_pages(&reader);
    gt_claim_stacks(&reader);
    gt_claim_index(&reader);
    gt_claim_metadata(&reader);
    gt_claim_mappings(&reader);
    gt_claim_c_heap(&reader);
    gt_claims_settle(&reader.claims, core, sum, &(struct summing){core, out});
    gt_claims_deinit(&reader.claims);
}
