/* The program, other files and the kernel's own pages, by the core's list of mapped files and its
 * auxiliary vector. */
#include "inspector/base/search.h"
#include "inspector/runtime/ledger/readers.h"

#include <elf.h>
#include <string.h>

enum { PAGE = 4096 };

/* ---- files --------------------------------------------------------------------------------- */

static bool is_program(const struct gt_process *process, const struct gt_file_mapping *of,
                       const struct gt_file_mapping *mappings, size_t count)
{
    for (size_t i = 0; i < count && process->module_count; i++)
        if (process->modules[0].text >= mappings[i].start &&
            process->modules[0].text < mappings[i].end)
            return strcmp(mappings[i].path, of->path) == 0;
    return false;
}

static uint64_t end_of_segment(const void *segments, size_t index)
{
    return ((const struct gt_segment *)segments)[index].end;
}

static uint32_t flags_at(const struct gt_core *core, uint64_t addr)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);
    size_t i = gt_upper_bound(segments, 0, count, addr, end_of_segment);

    return i < count && segments[i].start <= addr ? segments[i].flags : 0;
}

static bool has_code(const struct gt_core *core, const char *path,
                     const struct gt_file_mapping *mappings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flags_at(core, mappings[i].start) & PF_X && strcmp(mappings[i].path, path) == 0)
            return true;
    return false;
}

static enum gt_part part_of(const struct gt_process *process, const struct gt_file_mapping *of,
                            const struct gt_file_mapping *mappings, size_t count)
{
    if (is_program(process, of, mappings, count))
        return flags_at(process->core, of->start) & PF_W ? GT_PART_GLOBALS : GT_PART_CODE;
    return has_code(process->core, of->path, mappings, count) ? GT_PART_LIBRARIES : GT_PART_FILES;
}

enum { MOST_FILES = 1 << 12 }; /* files whose kind is determined; the rest count as other files */

static void claim_files(struct gt_reader *reader)
{
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(reader->process->core, &count);

    for (size_t i = 0; i < count; i++) {
        enum gt_part part = i < MOST_FILES ? part_of(reader->process, &mappings[i], mappings,
                                                     count < MOST_FILES ? count : MOST_FILES)
                                           : GT_PART_FILES;
        if (mappings[i].end > mappings[i].start)
            gt_claims_add(&reader->claims, mappings[i].start, mappings[i].end - mappings[i].start,
                          part);
    }
}

static void claim_modules(struct gt_reader *reader)
{
    for (size_t i = 0; i < reader->process->module_count; i++) {
        const struct gt_module *module = &reader->process->modules[i];
        const uint64_t data[][2] = {{module->noptrdata, module->enoptrdata},
                                    {module->data, module->edata},
                                    {module->bss, module->ebss},
                                    {module->noptrbss, module->enoptrbss}};
        for (size_t j = 0; j < sizeof data / sizeof *data; j++)
            gt_claims_add(&reader->claims, data[j][0], data[j][1] - data[j][0], GT_PART_GLOBALS);
        gt_claims_add(&reader->claims, module->text, module->etext - module->text, GT_PART_CODE);
        gt_claims_add(&reader->claims, module->types, module->etypes - module->types, GT_PART_CODE);
    }
}

/* The memory of the program's file, and the pages of zeros after it, which also hold C's
 * variables. */
static void claim_program(struct gt_reader *reader)
{
    struct gt_load load;

    for (size_t i = 0; gt_binary_load(reader->process->binary, i, &load); i++) {
        uint64_t start = load.addr / PAGE * PAGE, end = load.addr + load.size;
        if (end < load.addr || end > UINT64_MAX - PAGE) continue;
        gt_claims_add(&reader->claims, start, (end + PAGE - 1) / PAGE * PAGE - start,
                      load.flags & PF_W ? GT_PART_GLOBALS : GT_PART_CODE);
    }
}

/* ---- segments ------------------------------------------------------------------------------ */

/* The only page there that a process has is vsyscall's. */
static const uint64_t KERNEL_HALF = (uint64_t)1 << 63;

/* The kernel's pages are adjacent: first read-only data, then code. */
static void claim_kernel(struct gt_reader *reader)
{
    const struct gt_run_of_segments *code, *data;
    uint64_t vdso;

    gt_claims_add(&reader->claims, KERNEL_HALF, UINT64_MAX - KERNEL_HALF, GT_PART_KERNEL);
    if (!gt_core_auxv(reader->process->core, AT_SYSINFO_EHDR, &vdso)) return;
    code = gt_run_at(&reader->runs, vdso);
    if (!code || code->start != vdso) return;
    gt_claims_add(&reader->claims, code->start, code->end - code->start, GT_PART_KERNEL);
    data = gt_run_at(&reader->runs, vdso - 1);
    if (data && data->flags == PF_R)
        gt_claims_add(&reader->claims, data->start, data->end - data->start, GT_PART_KERNEL);
}

void gt_claim_mappings(struct gt_reader *reader)
{
    claim_modules(reader);
    claim_program(reader);
    claim_files(reader);
    claim_kernel(reader);
}
