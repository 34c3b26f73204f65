/* The report's account of how the process was ended. */
#include "inspector/api/analysis.h"
#include "inspector/api/make_signal.h"
#include "inspector/runtime/goroutines/crash.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_TEXT = 1024, WORD = 8 };

struct making {
    struct gt_process *process;
    struct gt_arena *storage;
    bool show_data;
};

static const char *number_text(const struct making *making, uint8_t kind, uint64_t bits)
{
    bool is_signed = kind >= GT_T_INT && kind <= GT_T_INT64;

    if (kind == GT_T_BOOL) return bits & 0xff ? "true" : "false";
    return is_signed ? gt_arena_format(making->storage, "%" PRId64, (int64_t)bits)
                     : gt_arena_format(making->storage, "%" PRIu64, bits);
}

/* An interface's data word points to a value that is no pointer. */
static const char *read_number(const struct making *making, const struct gt_type *type,
                               uint64_t data)
{
    uint64_t bits;

    if (type->size > WORD || !gt_mem_uint(making->process->mem, data, (unsigned)type->size, &bits))
        return NULL;
    if (type->kind >= GT_T_INT && type->kind <= GT_T_INT64 && type->size < WORD) {
        unsigned unused = (unsigned)(WORD - type->size) * 8;
        bits = (uint64_t)((int64_t)(bits << unused) >> unused);
    }
    return number_text(making, type->kind, bits);
}

static const char *read_text(const struct making *making, uint64_t data)
{
    const char *text = gt_process_string(making->process, data, MAX_TEXT);

    return text ? gt_arena_strndup(making->storage, text, strlen(text)) : NULL;
}

/* What the program says is its own affair; what the runtime says is everybody's. */
static const char *value_of(const struct making *making, const struct gt_type *type,
                            const struct gt_panic_record *record, bool by_runtime)
{
    if (type->kind == GT_T_STRING)
        return by_runtime || making->show_data ? read_text(making, record->data) : NULL;
    return type->kind >= GT_T_BOOL && type->kind <= GT_T_UINTPTR
               ? read_number(making, type, record->data)
               : NULL;
}

static struct gt_panic panic_of(const struct making *making, const struct gt_panic_record *record)
{
    struct gt_panic panic = {.recovered = record->recovered, .goexit = record->goexit};
    gt_type_id id = record->goexit ? GT_NO_TYPE : gt_types_at(making->process->types, record->type);

    if (id == GT_NO_TYPE) return panic;
    const char *name = gt_types_name(making->process->types, id);
    panic.type = gt_arena_strndup(making->storage, name, strlen(name));
    panic.by_runtime = record->by_runtime || strncmp(name, "runtime.", 8) == 0;
    panic.value =
        value_of(making, gt_types_get(making->process->types, id), record, panic.by_runtime);
    return panic;
}

/* The first one first, as Go tells them. */
static void fill_panics(const struct making *making, const struct gt_analysis *analysis,
                        const struct gt_goroutine *g, struct gt_report *report)
{
    struct gt_panic_record records[GT_MAX_PANICS];
    size_t count = gt_panics_of(making->process, analysis->goroutines, g, records, GT_MAX_PANICS);
    struct gt_panic *panics = gt_arena_alloc(making->storage, count * sizeof *panics);

    for (size_t i = 0; i < count; i++)
        panics[i] = panic_of(making, &records[count - 1 - i]);
    report->crash.panics = panics;
    report->crash.panic_count = count;
}

/* The group of the goroutine that died goes before all others. */
static void put_first(struct gt_goroutine_group *groups, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < groups[i].id_count; j++) {
            if (groups[i].ids[j] != id) continue;
            struct gt_goroutine_group first = groups[i];
            memmove(groups + 1, groups, i * sizeof *groups);
            groups[0] = first;
            return;
        }
}

void gt_fill_crash(const struct gt_analysis *analysis, bool show_data, struct gt_report *report)
{
    const struct making making = {analysis->process, report->storage, show_data};
    struct gt_crash crash;

    gt_crash_read(analysis->process, analysis->goroutines, &crash);
    report->crash.died = crash.death.died;
    if (!crash.death.died) return;
    gt_fill_signal(analysis, &crash.death, report);
    if (crash.fatal_error[0])
        report->crash.fatal_error =
            gt_arena_strndup(report->storage, crash.fatal_error, strlen(crash.fatal_error));
    if (!crash.death.g) return;
    report->crash.goroutine = crash.death.g->id;
    fill_panics(&making, analysis, crash.death.g, report);
    put_first((struct gt_goroutine_group *)report->goroutines.groups,
              report->goroutines.group_count, crash.death.g->id);
}
