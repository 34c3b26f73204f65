/* Reads all claims, and sums the pieces. */
#include "inspector/runtime/ledger/partition.h"

#include "inspector/base/error.h"
#include "inspector/runtime/ledger/readers.h"

#include <elf.h>
#include <string.h>

enum { PAGE = 4096 };

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

struct adder {
    const struct gt_process *process;
    struct gt_partition *partition;
};

/* Pages of the program's data that equal the file's bytes: they were not written to, so the kernel
 * counts them as the file's, although they are in the core. */
static uint64_t unwritten_in(const struct gt_process *process, const struct gt_load *load,
                             uint64_t start, uint64_t end)
{
    uint64_t size, sum = 0;
    const unsigned char *file = gt_binary_file(process->binary, &size);

    if (start < load->addr) start = load->addr;
    if (end > load->addr + load->file_size) end = load->addr + load->file_size;
    for (uint64_t at = start, next; at < end; at = next) {
        next = at / PAGE * PAGE + PAGE < end ? at / PAGE * PAGE + PAGE : end;
        const unsigned char *bytes = gt_mem_at(process->mem, at, next - at);
        uint64_t offset = load->offset + (at - load->addr);
        if (bytes && offset <= size && next - at <= size - offset &&
            memcmp(bytes, file + offset, next - at) == 0)
            sum += next - at;
    }
    return sum;
}

static uint64_t unwritten(const struct gt_process *process, uint64_t start, uint64_t end)
{
    struct gt_load load;
    uint64_t sum = 0;

    for (size_t i = 0; gt_binary_load(process->binary, i, &load); i++)
        if (load.flags & PF_W && load.addr < end && load.file_size <= UINT64_MAX - load.addr &&
            load.addr + load.file_size > start)
            sum += unwritten_in(process, &load, start, end);
    return sum;
}

static uint64_t resident_of(const struct gt_process *process, const struct gt_piece *piece)
{
    uint64_t resident = gt_core_resident(process->core, piece->start, piece->end);
    uint64_t of_file = piece->part == GT_PART_GLOBALS && resident
                           ? unwritten(process, piece->start, piece->end)
                           : 0;

    return resident > of_file ? resident - of_file : 0;
}

static bool is_of_file(enum gt_part part)
{
    return part == GT_PART_CODE || part == GT_PART_LIBRARIES || part == GT_PART_FILES;
}

/* No core shows which pages of files were in memory, even if it has all of them. */
static void sum(void *ctx, const struct gt_piece *piece)
{
    const struct adder *adder = ctx;
    struct gt_part_sum *of_part = &adder->partition->of[piece->part];
    uint64_t size = piece->end - piece->start;

    adder->partition->mapped += size;
    if (piece->reserved) {
        of_part->reserved += size;
        return;
    }
    of_part->bytes += size;
    if (is_of_file(piece->part))
        adder->partition->file_bytes += size;
    else
        of_part->resident += resident_of(adder->process, piece);
}

void gt_partition_read(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       struct gt_partition *out)
{
    struct gt_reader reader = {
        heap->process, heap, goroutines, heap->mheap, gt_runs_of_segments(heap->process->core),
        {{0}}};
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
    gt_claims_settle(&reader.claims, core, sum, &(struct adder){heap->process, out});
    gt_vec_deinit(&reader.runs);
    gt_claims_deinit(&reader.claims);
}
