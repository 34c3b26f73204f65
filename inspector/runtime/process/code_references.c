/* Reads the functions in the order of their tables, and passes over one that begins before the last
 * one ended. Each thread takes the next part of a table. */
#include "inspector/runtime/process/code_references.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"
#include "inspector/unwind/references.h"

#include <stdatomic.h>

enum {
    PART = 256,     /* functions */
    MANY_PARTS = 4, /* fewer are not worth another thread */
};

struct part {
    const struct gt_pclntab *tab;
    size_t first;  /* function */
    uint64_t done; /* the end of the last one before it */
    struct gt_code_notes notes;
};

struct work { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_process *process;
    struct gt_reference_range range; /* of all modules */
    gt_code_note_fn *note;
    const void *ctx;
    struct gt_vec parts; /* struct part */
    atomic_size_t next;
};

void gt_code_references_in(const struct gt_process *process, uint64_t from, uint64_t to,
                           gt_target_fn *visit, void *ctx)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    (arm64 ? gt_references_arm64 : gt_references_amd64)(process->mem, from, to, visit, ctx);
}

/* ---- the range of all modules --------------------------------------------------------------- */

static void widen(struct gt_reference_range *range, uint64_t from, uint64_t to)
{
    if (from >= to) return;
    if (from < range->least) range->least = from;
    if (to > range->end) range->end = to;
}

/* What code refers to is its program's code, or data of a section. */
static struct gt_reference_range range_of(const struct gt_process *process)
{
    struct gt_reference_range range = {UINT64_MAX, 0};

    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        widen(&range, module->text, module->etext);
        widen(&range, module->minpc, module->maxpc);
        widen(&range, module->types, module->etypes);
        widen(&range, module->noptrdata, module->enoptrdata);
        widen(&range, module->data, module->edata);
        widen(&range, module->bss, module->ebss);
        widen(&range, module->noptrbss, module->enoptrbss);
    }
    if (range.end == 0) range.least = 0;
    return range;
}

/* ---- parts --------------------------------------------------------------------------------- */

/* The next function of the table that begins where the last one has ended. */
static bool next_function(const struct gt_pclntab *tab, size_t index, uint64_t *done,
                          struct gt_func *func)
{
    if (!gt_func_at(tab, index, func) || func->entry < *done) return false;
    *done = func->end;
    return true;
}

static void list_parts(struct work *work, const struct gt_pclntab *tab, size_t elem_size)
{
    struct part part = {.tab = tab, .notes.list.elem_size = elem_size};
    struct gt_func func;

    for (size_t i = 0; i < gt_pclntab_count(tab); i++) {
        part.first = i;
        if (i % PART == 0) gt_vec_add(&work->parts, &part);
        next_function(tab, i, &part.done, &func);
    }
}

struct reader { /* of one function */
    const struct work *work;
    struct gt_code_notes *notes;
    uint64_t entry;
};

static void visit_target(void *ctx, uint64_t target)
{
    const struct reader *reader = ctx;

    reader->work->note(reader->work->ctx, reader->notes, reader->entry, target);
}

static void read_function(const struct work *work, const struct gt_func *func,
                          struct reader *reader)
{
    const struct gt_process *process = work->process;

    if (gt_core_machine(process->core) == GT_MACHINE_ARM64)
        gt_references_arm64(process->mem, func->entry, func->end, visit_target, reader);
    else
        gt_references_amd64_to_words(process->mem, func->entry, func->end, work->range,
                                     visit_target, reader);
}

static void read_part(const struct work *work, struct part *part)
{
    struct reader reader = {.work = work, .notes = &part->notes};
    uint64_t done = part->done;
    struct gt_func func;

    for (size_t i = part->first; i < part->first + PART; i++) {
        if (!next_function(part->tab, i, &done, &func)) continue;
        reader.entry = func.entry;
        part->notes.kept = 0;
        read_function(work, &func, &reader);
    }
}

static struct gt_error *read_parts(void *args)
{
    struct work *work = args;

    for (size_t next; (next = atomic_fetch_add(&work->next, 1)) < work->parts.len;)
        read_part(work, gt_vec_at(&work->parts, next));
    return NULL;
}

static void take_notes(struct part *part, struct gt_vec *out)
{
    for (size_t i = 0; i < part->notes.list.len; i++)
        gt_vec_add(out, gt_vec_at(&part->notes.list, i));
    gt_vec_deinit(&part->notes.list);
}

void gt_code_references(const struct gt_process *process, unsigned threads, gt_code_note_fn *note,
                        const void *ctx, struct gt_vec *out)
{
    struct work *work = gt_calloc(1, sizeof *work);

    work->process = process;
    work->range = range_of(process);
    work->note = note;
    work->ctx = ctx;
    work->parts = GT_VEC_OF(struct part);
    for (size_t i = 0; i < process->code.tab_count; i++)
        list_parts(work, process->code.tabs[i], out->elem_size);
    gt_task_share(work->parts.len < MANY_PARTS ? 1 : threads, read_parts, work);
    for (size_t i = 0; i < work->parts.len; i++)
        take_notes(gt_vec_at(&work->parts, i), out);
    gt_vec_deinit(&work->parts);
    gt_free(work);
}
