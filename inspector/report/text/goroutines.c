/* The goroutines for a terminal: grouped by stack, or one by one with style->all. */
#include "inspector/base/str.h"
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/text/summary.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { COLUMN = 8, SHOWN_IDS = 10, SHOWN_LOST = 5 };

static void put_process(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str text = {0};

    gt_page_process(page, report);
    gt_page_crash(page, report);
    gt_summary_goroutines(&text, report);
    gt_page_line(page, 0, 2);
    gt_page_format(page, GT_PLAIN, "goroutines: %s", gt_str_text(&text));
    gt_page_deinit(page);
    gt_str_deinit(&text);
}

static const char *why(const struct gt_goroutine_group *group)
{
    return gt_state_name(group->wait_reason, group->status);
}

static void put_ids(struct gt_page *page, const struct gt_goroutine_group *group)
{
    size_t shown = group->id_count < SHOWN_IDS ? group->id_count : SHOWN_IDS;

    if (shown == 0) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_put(page, GT_DIM, shown == 1 && group->count == 1 ? "goroutine " : "goroutines ");
    for (size_t i = 0; i < shown; i++)
        gt_page_format(page, GT_DIM, "%s%" PRIu64, i ? ", " : "", group->ids[i]);
    if (shown < group->count)
        gt_page_format(page, GT_DIM, " and %s more", gt_count(group->count - shown).text);
    gt_page_deinit(page);
}

/* "keep 1.2 MiB of heap in 3,400 objects, 1 MiB of it by main.worker variable buf []byte" */
static void put_retained(struct gt_page *page, const struct gt_goroutine_group *group)
{
    if (group->retained_bytes == GT_UNKNOWN || !group->retained_objects) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(
        page, GT_PLAIN, "keep%s %s%s of heap in %s object%s", group->count == 1 ? "s" : "",
        group->retained_exact ? "" : "about ", gt_bytes((uint64_t)group->retained_bytes).text,
        gt_count((uint64_t)group->retained_objects).text, group->retained_objects == 1 ? "" : "s");
    if (group->kept_count && group->kept[0].path.count) {
        gt_page_format(page, GT_PLAIN, ", %s of it by ", gt_bytes(group->kept[0].bytes).text);
        gt_page_path(page, &group->kept[0].path);
    }
    gt_page_deinit(page);
}

/* "created by main.serve in goroutine 7", if they all have this one parent. */
static void put_stack(struct gt_page *page, unsigned column, const struct gt_goroutine_group *group,
                      uint64_t parent)
{
    struct gt_source_location from = group->created_by;
    struct gt_str name = {0};

    if (from.function && parent) {
        gt_str_format(&name, "%s in goroutine %" PRIu64, from.function, parent);
        from.function = gt_str_text(&name);
    }
    gt_page_stack(page, column, &group->stack, &from);
    gt_str_deinit(&name);
}

static void put_ancestors(struct gt_page *page, unsigned column,
                          const struct gt_goroutine_group *group)
{
    for (size_t i = 0; i < group->ancestor_count; i++) {
        const struct gt_ancestor *ancestor = &group->ancestors[i];
        gt_page_line(page, column, column + 4);
        if (ancestor->goroutine)
            gt_page_format(page, GT_DIM, "started by goroutine %" PRIu64 ", then in",
                           ancestor->goroutine);
        else
            gt_page_put(page, GT_DIM, "started by goroutines then in");
        gt_page_deinit(page);
        gt_page_stack(page, column + 4, &ancestor->stack, &ancestor->created_by);
    }
}

/* The parent of all of them; 0 when they differ or it is not known. */
static uint64_t parent_of(const struct gt_goroutine_group *group)
{
    if (!group->parents) return 0;
    for (size_t i = 1; i < group->id_count; i++)
        if (group->parents[i] != group->parents[0]) return 0;
    return group->id_count ? group->parents[0] : 0;
}

/* The waiting time is shown only for goroutines that wait. */
static void put_waited(struct gt_page *page, const struct gt_report *report,
                       const struct gt_goroutine_group *group, int64_t wait_ns, size_t count)
{
    if (group->wait_reason || wait_ns != GT_UNKNOWN)
        gt_page_waited(page, wait_ns, count, report->gc.cycles);
}

static void put_group(struct gt_page *page, const struct gt_report *report,
                      const struct gt_goroutine_group *group)
{
    gt_page_line(page, 0, COLUMN);
    gt_page_format(page, GT_BOLD, "%6s  %s", gt_count(group->count).text, why(group));
    put_waited(page, report, group, group->wait_ns_max, group->count);
    if (group->system) gt_page_put(page, GT_DIM, ", of the runtime");
    gt_page_format(page, GT_PLAIN, ", %s of stacks", gt_bytes(group->stack_bytes).text);
    gt_page_deinit(page);
    put_stack(page, COLUMN, group, parent_of(group));
    put_ancestors(page, COLUMN, group);
    gt_page_labels(page, COLUMN, group->labels, group->label_count);
    put_retained(page, group);
    put_ids(page, group);
}

static void put_one(struct gt_page *page, const struct gt_report *report,
                    const struct gt_goroutine_group *group, size_t index)
{
    int64_t wait_ns = gt_wait_of(group, index);

    gt_page_line(page, 0, 4);
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64 ": %s", group->ids[index], why(group));
    put_waited(page, report, group, wait_ns, 1);
    if (group->system) gt_page_put(page, GT_DIM, ", of the runtime");
    gt_page_deinit(page);
    put_stack(page, 4, group, group->parents ? group->parents[index] : 0);
    put_ancestors(page, 4, group);
    gt_page_labels(page, 4, group->labels, group->label_count);
}

static void put_each(struct gt_page *page, const struct gt_report *report,
                     const struct gt_goroutine_group *group)
{
    for (size_t i = 0; i < group->id_count; i++) {
        gt_page_deinit(page);
        put_one(page, report, group, i);
    }
}

/* A goroutine of the runtime that died is shown with those of the program. Returns how many were
 * shown. */
static size_t put_died(struct gt_page *page, const struct gt_report *report)
{
    const struct gt_goroutine_group *first = report->goroutines.groups;
    size_t index = report->goroutines.group_count ? gt_died_in(report, first) : 0;

    if (!report->goroutines.group_count || !first->system || index == first->id_count) return 0;
    gt_page_deinit(page);
    put_one(page, report, first, index);
    return 1;
}

/* The groups of the program, or those of the runtime. */
static void put_groups(struct gt_page *page, const struct gt_report *report, bool system)
{
    for (size_t i = 0; i < report->goroutines.group_count; i++) {
        const struct gt_goroutine_group *group = &report->goroutines.groups[i];
        if (group->system != system) continue;
        if (page->all) {
            put_each(page, report, group);
        } else {
            gt_page_deinit(page);
            put_group(page, report, group);
        }
    }
}

static void put_lost(struct gt_page *page, const struct gt_report *report)
{
    size_t count = report->coverage.note_count;
    size_t shown = page->all || count < SHOWN_LOST ? count : SHOWN_LOST;

    if (count) gt_page_deinit(page);
    for (size_t i = 0; i < shown; i++) {
        gt_page_line(page, 0, 4);
        gt_page_format(page, GT_YELLOW, "not read: %s", report->coverage.notes[i]);
        gt_page_deinit(page);
    }
    if (shown == count) return;
    gt_page_format(page, GT_YELLOW, "not read: %s more; see --all", gt_count(count - shown).text);
    gt_page_deinit(page);
}

bool gt_text_goroutines(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    put_process(&page, report);
    uint64_t hidden = report->goroutines.system - (page.all ? 0 : put_died(&page, report));
    put_groups(&page, report, false);
    if (page.all) {
        put_groups(&page, report, true);
    } else if (hidden) {
        gt_page_deinit(&page);
        gt_page_format(&page, GT_DIM, "not shown: %s of the runtime; see --all",
                       gt_count(hidden).text);
        gt_page_deinit(&page);
    }
    put_lost(&page, report);
    return true;
}
