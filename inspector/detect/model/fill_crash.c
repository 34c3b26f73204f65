/* How the process ended, for the report. */
#include "inspector/detect/model/fill_crash.h"

#include "inspector/detect/model/fill_panics.h"
#include "inspector/detect/model/fill_signal.h"
#include "inspector/runtime/goroutines/crash.h"

#include <string.h>

/* Moves the group of the goroutine that died before all others. */
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

void gt_fill_crash(const struct gt_source_process *source, bool show_data, struct gt_report *report)
{
    struct gt_crash crash;

    gt_crash_read(source->process, source->goroutines, &crash);
    report->crash.died = crash.death.died;
    if (!crash.death.died) return;
    gt_fill_signal(source, &crash.death, report);
    if (crash.fatal_error[0])
        report->crash.fatal_error =
            gt_arena_strndup(report->storage, crash.fatal_error, strlen(crash.fatal_error));
    gt_fill_panics(source, crash.death.g, show_data, report);
    if (!crash.death.g) return;
    report->crash.goroutine = crash.death.g->id;
    put_first((struct gt_goroutine_group *)report->goroutines.groups,
              report->goroutines.group_count, crash.death.g->id);
}
