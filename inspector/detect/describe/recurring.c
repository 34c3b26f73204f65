/* Counts the different pcs of the part, tries each period up to the frames that lie around it, and
 * compares the functions of its pcs with those of the frames before and behind. */
#include "inspector/detect/describe/recurring.h"

enum { AROUND = 16 }; /* frames on either side that are compared */

struct stretch {
    const struct gt_process *process;
    const struct gt_goroutines *goroutines;
    const struct gt_goroutine *g;
    uint32_t first, end;
};

static uint64_t pc_at(const struct stretch *stretch, uint32_t frame)
{
    return gt_g_frame(stretch->goroutines, stretch->g, frame)->pc;
}

static bool count_pc(struct gt_recurring *found, uint64_t pc)
{
    size_t i = 0;

    while (i < found->count && found->pcs[i] != pc)
        i++;
    if (i == GT_MAX_RECURRING) return false;
    if (i == found->count) found->pcs[found->count++] = pc;
    found->times[i]++;
    return true;
}

static bool is_periodic(const struct stretch *stretch, uint32_t period)
{
    for (uint32_t i = stretch->first; i < stretch->end; i++)
        if (pc_at(stretch, i) != pc_at(stretch, i - period)) return false;
    return true;
}

static uint64_t entry_of(const struct gt_process *process, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, pc - 1, &tab, &func) ? func.entry : 0;
}

/* Is the pc in a function of the frames [first, end)? */
static bool is_of(const struct stretch *stretch, uint64_t pc, uint32_t first, uint32_t end)
{
    uint64_t entry = entry_of(stretch->process, pc);

    for (uint32_t i = first; i < end; i++)
        if (entry && entry_of(stretch->process, pc_at(stretch, i)) == entry) return true;
    return false;
}

static bool are_around(const struct stretch *stretch, const struct gt_recurring *found)
{
    for (size_t i = 0; i < found->count; i++) {
        uint64_t pc = found->pcs[i];
        if (!is_of(stretch, pc, stretch->first - AROUND, stretch->first) ||
            !is_of(stretch, pc, stretch->end, stretch->end + AROUND))
            return false;
    }
    return true;
}

bool gt_find_recurring(const struct gt_process *process, const struct gt_goroutines *goroutines,
                       const struct gt_goroutine *g, uint32_t first, uint32_t count,
                       struct gt_recurring *out)
{
    const struct stretch stretch = {process, goroutines, g, first, first + count};

    *out = (struct gt_recurring){0};
    if (first < AROUND || stretch.end + AROUND > g->frame_count) return false;
    for (uint32_t i = first; i < stretch.end; i++)
        if (!count_pc(out, pc_at(&stretch, i))) return false;
    for (uint32_t period = 1; !out->period && period <= AROUND; period++)
        if (is_periodic(&stretch, period)) out->period = period;
    out->same_functions = are_around(&stretch, out);
    return out->period || out->same_functions;
}
