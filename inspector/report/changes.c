/* Formats the difference as an amount (units.h), and puts a sign before it. A rate is the growth
 * divided by the time. */
#include "inspector/report/changes.h"

#include <stdio.h>

static const int64_t second = 1000000000, minute = 60 * (int64_t)1000000000;

static struct gt_amount signed_amount(char sign, struct gt_amount amount)
{
    struct gt_amount out;

    snprintf(out.text, sizeof out.text, "%c%.46s", sign, amount.text);
    return out;
}

struct gt_amount gt_change_bytes(uint64_t from, uint64_t to)
{
    if (to == from) return gt_bytes(0);
    return to > from ? signed_amount('+', gt_bytes(to - from))
                     : signed_amount('-', gt_bytes(from - to));
}

struct gt_amount gt_change_count(uint64_t from, uint64_t to)
{
    if (to == from) return gt_count(0);
    return to > from ? signed_amount('+', gt_count(to - from))
                     : signed_amount('-', gt_count(from - to));
}

/* The rate is per largest unit of time that the time between the cores contains. */
struct gt_amount gt_change_rate(uint64_t from, uint64_t to, int64_t elapsed_ns)
{
    struct gt_amount out = {""};
    bool minutes = elapsed_ns >= minute;

    if (to <= from || elapsed_ns < second) return out;
    double times = (double)elapsed_ns / (double)(minutes ? minute : second);
    snprintf(out.text, sizeof out.text, "%.24s a %s",
             gt_bytes((uint64_t)((double)(to - from) / times)).text, minutes ? "minute" : "second");
    return out;
}

struct gt_amount gt_change_span(const struct gt_diff *diff)
{
    struct gt_amount out = {"perhaps one process, perhaps two"};

    if (diff->process == GT_DIFFERENT) snprintf(out.text, sizeof out.text, "two processes");
    if (diff->process == GT_SAME && diff->elapsed_ns == GT_UNKNOWN)
        snprintf(out.text, sizeof out.text, "one process, at one time as far as it tells");
    if (diff->process == GT_SAME && diff->elapsed_ns != GT_UNKNOWN)
        snprintf(out.text, sizeof out.text, "one process, about %.20s apart",
                 gt_duration(diff->elapsed_ns).text);
    return out;
}

const char *gt_growth_unit(enum gt_growth_of what)
{
    static const char *const units[] = {
        [GT_GROWTH_FINDINGS] = "items",        [GT_GROWTH_HOLDERS] = "objects",
        [GT_GROWTH_GOROUTINES] = "goroutines", [GT_GROWTH_TYPES] = "objects",
        [GT_GROWTH_ROOTS] = "objects",         [GT_GROWTH_SITES] = "objects",
    };
    _Static_assert(sizeof units / sizeof *units == GT_GROWTHS, "each section has a unit");

    return units[what];
}
