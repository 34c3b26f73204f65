/* Writes a line for the group, its stack, then a line for each goroutine: eight of them, unless all
 * are asked for. */
#include "inspector/report/text/outside.h"

#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { COLUMN = 8, SHOWN_WAITS = 8, SHOWN_THINGS = 4 };

static const char *said_of(const struct gt_outside_group *group)
{
    static const char *const said[] = {[GT_OUTSIDE_NONE] = "",
                                       [GT_OUTSIDE_IO] = "waits for I/O",
                                       [GT_OUTSIDE_SLEEP] = "waits for time",
                                       [GT_OUTSIDE_BUBBLE] = "waits in a synctest bubble"};

    return said[group->kind];
}

static void put_time(struct gt_page *page, const struct gt_outside_wait *wait)
{
    if (wait->due_in_ns == GT_UNKNOWN) return;
    gt_page_format(page, GT_PLAIN, " wakes in %s%s", gt_duration(wait->due_in_ns).text,
                   wait->in_bubble ? " by its bubble's clock" : "");
}

static void put_io(struct gt_page *page, const struct gt_outside_wait *wait)
{
    bool writes = wait->action == GT_ACTION_WRITE;

    if (!wait->action) return;
    gt_page_format(page, GT_PLAIN, " waits to %s", writes ? "write to" : "read from");
    if (wait->fd == GT_UNKNOWN)
        gt_page_put(page, GT_PLAIN, " a file");
    else
        gt_page_format(page, GT_BOLD, " fd %" PRId64, wait->fd);
}

static void put_things(struct gt_page *page, const struct gt_outside_wait *wait)
{
    for (size_t i = 0; i < wait->blocked_count && i < SHOWN_THINGS; i++) {
        gt_page_put(page, GT_PLAIN, i ? " or " : " waits ");
        gt_page_wanted(page, &wait->blocked[i]);
    }
    if (wait->blocked_count > SHOWN_THINGS)
        gt_page_format(page, GT_DIM, " or for %s more",
                       gt_count(wait->blocked_count - SHOWN_THINGS).text);
}

static void put_wait(struct gt_page *page, const struct gt_outside_wait *wait)
{
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "goroutine %" PRIu64, wait->goroutine);
    put_io(page, wait);
    put_time(page, wait);
    put_things(page, wait);
    gt_page_deinit(page);
}

static void put_head(struct gt_page *page, const struct gt_report *process,
                     const struct gt_outside_group *group)
{
    int64_t longest = GT_UNKNOWN;

    for (size_t i = 0; i < group->wait_count; i++)
        if (group->waits[i].wait_ns > longest) longest = group->waits[i].wait_ns;
    gt_page_deinit(page);
    gt_page_line(page, 0, COLUMN);
    gt_page_format(page, GT_BOLD, "%6s  %s", gt_count(group->wait_count).text, group->wait_reason);
    gt_page_waited(page, longest, group->wait_count, process->gc.cycles);
    if (group->bubble) gt_page_format(page, GT_PLAIN, ", in bubble %" PRIu64, group->bubble);
    gt_page_right(page, GT_PLAIN, said_of(group));
    gt_page_deinit(page);
}

void gt_page_outside(struct gt_page *page, const struct gt_report *process,
                     const struct gt_outside_group *group)
{
    size_t shown = page->all || group->wait_count < SHOWN_WAITS ? group->wait_count : SHOWN_WAITS;

    put_head(page, process, group);
    gt_page_stack(page, COLUMN, &group->stack, &group->created_by);
    for (size_t i = 0; i < shown; i++)
        put_wait(page, &group->waits[i]);
    if (shown == group->wait_count) return;
    gt_page_line(page, COLUMN, COLUMN + 4);
    gt_page_format(page, GT_DIM, "and %s more", gt_count(group->wait_count - shown).text);
    gt_page_deinit(page);
}
