/* Takes the parts of the memory that a table has words for, and keeps the four largest that are at
 * least a tenth of what exceeds the live heap. */
#include "inspector/report/why_resident.h"

#include "inspector/report/units.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MIN_BYTES = 4 << 20, /* bytes beside the live heap; every Go process has less than that */
    MIN_SHARE = 10,      /* a cause is at least 1/10 of that */
    MAX_CAUSES = 4,
};

/* ---- the text of a cause ------------------------------------------------------------------- */

static void say_gogc(struct gt_str *to, const struct gt_pacing *pacing)
{
    if (pacing->gogc == GT_UNKNOWN)
        gt_str_add(to, "GOGC is not known");
    else if (pacing->gogc < 0)
        gt_str_add(to, "GOGC=off");
    else
        gt_str_format(to, "GOGC=%" PRId64, pacing->gogc);
}

void gt_say_pacing(struct gt_str *to, const struct gt_pacing *pacing)
{
    say_gogc(to, pacing);
    if (pacing->memory_limit > 0 && pacing->memory_limit < INT64_MAX)
        gt_str_format(to, ", GOMEMLIMIT=%s", gt_bytes((uint64_t)pacing->memory_limit).text);
    if (pacing->heap_goal > 0 && pacing->heap_goal < INT64_MAX)
        gt_str_format(to, ": the next collection ends at a heap of %s",
                      gt_bytes((uint64_t)pacing->heap_goal).text);
}

static void say_garbage(struct gt_str *to, const struct gt_report *report)
{
    gt_str_add(to, "garbage that waits for a collection (");
    gt_say_pacing(to, &report->memory.pacing);
    gt_str_add(to, ")");
}

static const struct gt_size_class *most_free(const struct gt_report *report)
{
    const struct gt_size_class *most = NULL;

    for (size_t i = 0; i < report->memory.size_class_count; i++) {
        const struct gt_size_class *class = &report->memory.size_classes[i];
        if (!most || class->free_bytes > most->free_bytes) most = class;
    }
    return most;
}

static void say_free_slots(struct gt_str *to, const struct gt_report *report)
{
    const struct gt_size_class *most = most_free(report);

    gt_str_add(to, "free slots beside live objects (fragmentation)");
    if (most)
        gt_str_format(to, ", %s of them for objects of %s bytes", gt_bytes(most->free_bytes).text,
                      gt_exact(most->size).text);
}

static void say_idle(struct gt_str *to, const struct gt_report *report)
{
    (void)report;
    gt_str_add(to, "free pages that Go has not returned to the system yet");
}

static void say_stacks(struct gt_str *to, const struct gt_report *report)
{
    gt_str_format(to, "stacks of %s goroutine%s", gt_count(report->goroutines.total).text,
                  gt_s(report->goroutines.total));
}

static void say_c_heap(struct gt_str *to, const struct gt_report *report)
{
    (void)report;
    gt_str_add(to, "of C's heap, which Go's collector does not see");
}

static void say_anonymous(struct gt_str *to, const struct gt_report *report)
{
    (void)report;
    gt_str_add(to, "mapped by C or by the program itself, outside of Go's heap");
}

typedef void say_fn(struct gt_str *to, const struct gt_report *report);

static const struct words {
    enum gt_memory_kind part;
    say_fn *say; /* NULL: the name is enough */
} words[] = {
    {GT_MEMORY_GARBAGE, say_garbage}, {GT_MEMORY_FREE_SLOTS, say_free_slots},
    {GT_MEMORY_IDLE_PAGES, say_idle}, {GT_MEMORY_STACKS, say_stacks},
    {GT_MEMORY_C_HEAP, say_c_heap},   {GT_MEMORY_ANONYMOUS, say_anonymous},
    {GT_MEMORY_SPAN_ENDS, NULL},      {GT_MEMORY_METADATA, NULL},
    {GT_MEMORY_GLOBALS, NULL},        {GT_MEMORY_THREAD_STACKS, NULL},
};

static const struct words *words_of(enum gt_memory_kind part)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].part == part) return &words[i];
    return NULL;
}

/* ---- causes -------------------------------------------------------------------------------- */

struct cause {
    const struct words *words;
    uint64_t bytes;
};

/* Inserts a cause among the largest so far. */
static void rank(struct cause *causes, size_t *count, struct cause cause)
{
    size_t at = *count < MAX_CAUSES ? (*count)++ : MAX_CAUSES;

    while (at && causes[at - 1].bytes < cause.bytes) {
        if (at < MAX_CAUSES) causes[at] = causes[at - 1];
        at--;
    }
    if (at < MAX_CAUSES) causes[at] = cause;
}

static size_t find_causes(const struct gt_report *report, uint64_t excess, struct cause *causes)
{
    size_t count = 0;

    for (size_t i = 0; i < report->memory.tree_count; i++) {
        const struct gt_memory_part *part = &report->memory.tree[i];
        const struct words *found = words_of(part->what);
        if (found && part->resident_bytes >= excess / MIN_SHARE)
            rank(causes, &count, (struct cause){found, part->resident_bytes});
    }
    return count;
}

static void say_causes(struct gt_str *to, const struct gt_report *report, uint64_t excess)
{
    struct cause causes[MAX_CAUSES];
    size_t count = find_causes(report, excess, causes);

    for (size_t i = 0; i < count; i++) {
        gt_str_format(to, "%s%s ", i ? "; " : ": ", gt_bytes(causes[i].bytes).text);
        if (causes[i].words->say)
            causes[i].words->say(to, report);
        else
            gt_str_add(to, gt_memory_kind_name(causes[i].words->part));
    }
}

/* Requires at least 1.5 times the live heap, and at least MIN_BYTES more. */
void gt_say_why_resident(struct gt_str *to, const struct gt_report *report)
{
    uint64_t resident = report->memory.resident_bytes, live = report->live.bytes;

    if (resident < live + live / 2 || resident - live < MIN_BYTES) return;
    gt_str_format(to, "%s%s of memory is resident",
                  report->memory.resident_is_least ? "at least " : "", gt_bytes(resident).text);
    if (live) gt_str_format(to, ", %.1f times the live heap", (double)resident / (double)live);
    say_causes(to, report, resident - live);
}
