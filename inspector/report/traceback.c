/*
 * The goroutines as Go prints them when a program crashes, for tools that read that:
 *
 *     goroutine 12 [chan send, 3 minutes]:
 *     main.fetch(...)
 *             /src/fetch.go:88
 *     created by main.serve
 *             /src/serve.go:31
 *
 * Arguments and offsets into functions are left out: a report does not hold them.
 */
#include "inspector/base/str.h"
#include "inspector/report/escape.h"
#include "inspector/report/pieces.h"
#include "inspector/report/sinks.h"

static void put(FILE *to, const char *before, const char *text, const char *after)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    fprintf(to, "%s%s%s", before, gt_str_text(&safe), after);
    gt_str_free(&safe);
}

static void put_place(FILE *to, const char *before, const struct gt_place *place, const char *after)
{
    put(to, before, place->function, after);
    put(to, "\t", place->file ? place->file : "??", "");
    fprintf(to, ":%u\n", place->line);
}

static void put_goroutine(FILE *to, const struct gt_goroutine_group *group, size_t index, bool all)
{
    size_t first, end;

    int64_t wait_ns = gt_wait_of(group, index);
    long long minutes = wait_ns == GT_UNKNOWN ? 0 : (long long)(wait_ns / 60000000000);

    fprintf(to, "goroutine %llu [", (unsigned long long)group->ids[index]);
    put(to, "", group->wait_reason ? group->wait_reason : group->status, "");
    if (minutes >= 1) fprintf(to, ", %lld minutes", minutes);
    fputs("]:\n", to);
    gt_shown_frames(&group->stack, all || group->system, &first, &end);
    for (size_t i = first; i < end; i++)
        put_place(to, "", &group->stack.places[i], "(...)\n");
    if (group->created_by.function) put_place(to, "created by ", &group->created_by, "\n");
}

bool gt_traceback(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    const char *between = "";
    bool all = style && style->all;

    for (size_t i = 0; i < report->goroutines.group_count; i++) {
        const struct gt_goroutine_group *group = &report->goroutines.groups[i];
        if (group->system && !all) continue; /* as Go does without GOTRACEBACK=system */
        for (size_t j = 0; j < group->id_count; j++) {
            fputs(between, to);
            put_goroutine(to, group, j, all);
            between = "\n";
        }
    }
    return true;
}
