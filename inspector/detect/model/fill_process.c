/* The process, for the report: its core, its binary and its collector. */
#include "inspector/detect/model/fill_process.h"

#include "inspector/runtime/heap/gcmarks.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

static const char *copy(struct gt_report *report, const char *text)
{
    return text ? gt_arena_strndup(report->storage, text, strlen(text)) : NULL;
}

/* Arguments may hold passwords and tokens. */
static void fill_command(const char *command, struct gt_report *report)
{
    size_t length = command ? strcspn(command, " ") : 0;

    report->core.arguments_hidden = command && command[length];
    report->core.command = command ? gt_arena_strndup(report->storage, command, length) : NULL;
}

void gt_fill_command_line(const struct gt_source_process *source, struct gt_report *report)
{
    report->core.command = copy(report, gt_core_command(source->process->core));
    report->core.arguments_hidden = false;
}

static void fill_core(const struct gt_source_process *source, struct gt_report *report)
{
    const struct gt_core *core = source->process->core;

    report->core.path = copy(report, gt_core_path(core));
    report->core.origin = gt_core_from_gcore(core) ? GT_CORE_BY_GCORE : GT_CORE_BY_KERNEL;
    report->core.bytes = gt_core_file_bytes(core);
    report->core.truncated = gt_core_truncated(core);
    report->core.pid = gt_core_pid(core);
    fill_command(gt_core_command(core), report);
    report->core.signal = gt_core_from_gcore(core) ? 0 : gt_core_signal(core);
}

static void fill_code(const struct gt_binary *binary, struct gt_report *report)
{
    struct gt_load load;

    for (size_t i = 0; gt_binary_load(binary, i, &load); i++) {
        if (!(load.flags & PF_X)) continue;
        report->binary.code_start = load.addr;
        report->binary.code_end = load.addr + load.size;
        report->binary.code_offset = load.offset;
        return;
    }
}

static void fill_binary(const struct gt_source_process *source, struct gt_report *report)
{
    const struct gt_process *process = source->process;
    const struct gt_go_version *version = &process->version;
    const char **experiments =
        gt_arena_alloc(report->storage, version->experiment_count * sizeof *experiments);

    report->binary.path = copy(report, gt_binary_path(process->binary));
    report->binary.build_id = copy(report, gt_binary_build_id(process->binary));
    report->binary.verified_by = gt_binary_verified_by(process->binary);
    report->binary.go_version = copy(report, version->text);
    report->binary.goarch = gt_core_machine(process->core) == GT_MACHINE_AMD64 ? "amd64" : "arm64";
    report->binary.dwarf = process->dwarf;
    report->binary.symbols = gt_binary_has_symbols(process->binary) ||
                             (process->debug && gt_binary_has_symbols(process->debug));
    for (size_t i = 0; i < version->experiment_count; i++)
        experiments[i] = copy(report, version->experiments[i]);
    fill_code(process->binary, report);
    report->binary.experiments = experiments;
    report->binary.experiment_count = version->experiment_count;
}

/* Adds the contradictions before all other notes, since they take proofs back. */
static void fill_contradictions(const struct gt_process *process, struct gt_report *report)
{
    const struct gt_contradictions *all = &process->contradictions;
    struct gt_coverage_contradiction *list =
        gt_arena_alloc(report->storage, all->kinds * sizeof *list);
    size_t count = 0;

    for (int i = 0; i < GT_CONTRADICTIONS; i++)
        if (all->of[i].count)
            list[count++] =
                (struct gt_coverage_contradiction){gt_contradiction_text((enum gt_contradiction)i),
                                                   all->of[i].count, all->of[i].example};
    report->coverage.contradictions = list;
    report->coverage.contradiction_count = count;
}

static const char *contradiction_note(const struct gt_coverage_contradiction *of,
                                      struct gt_arena *storage)
{
    const char *note =
        gt_arena_format(storage, "the core contradicts itself: %s: %" PRIu64, of->what, of->count);

    if (!of->example) return note;
    return gt_arena_format(storage, "%s, the first at 0x%" PRIx64, note, of->example);
}

/* What is missing of the debug information is not the same as what it does not have. */
static const char *debug_note(const struct gt_process *process, struct gt_arena *storage)
{
    size_t faults = process->dwarf ? gt_dwarf_faults(process->dwarf) : 0;

    if (!faults) return NULL;
    return gt_arena_format(storage,
                           "%zu parts of the debug information could not be read: names and types "
                           "of variables may be missing",
                           faults);
}

void gt_fill_notes(const struct gt_source_process *source, struct gt_report *report)
{
    const struct gt_vec *losses = &source->process->losses;

    fill_contradictions(source->process, report);
    const char *debug = debug_note(source->process, report->storage);
    size_t first = report->coverage.contradiction_count, count = 0;
    const char **notes = gt_arena_alloc(report->storage, (first + losses->len + 1) * sizeof *notes);
    for (size_t i = 0; i < first; i++)
        notes[count++] = contradiction_note(&report->coverage.contradictions[i], report->storage);
    for (size_t i = 0; i < losses->len; i++)
        notes[count++] = copy(report, *(const char **)gt_vec_at(losses, i));
    if (debug) notes[count++] = debug;
    report->coverage.notes = notes;
    report->coverage.note_count = count;
}

void gt_fill_process(const struct gt_source_process *source, struct gt_report *report)
{
    struct gt_gc_state state;

    fill_core(source, report);
    fill_binary(source, report);
    gt_gc_state_read(source->process, &state);
    report->gc.cycles = state.cycles;
    report->gc.phase = state.phase;
    report->gc.heap_marked = state.heap_marked;
}
