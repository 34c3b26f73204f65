/* A table says what each section consists of: findings, holders, goroutines, or the rows of a
 * table. The things of both cores go into one set of pairs, which then fills the section. */
#include "inspector/diff/diff.h"

#include "inspector/diff/things.h"

#include <string.h>

typedef void add_fn(struct gt_pairs *pairs, bool newer, const struct gt_report *report);

static const struct row {
    add_fn *add; /* NULL: the section is made of a table's rows, or of holders */
    enum gt_heap_by by;
} rows[] = {
    [GT_GROWTH_FINDINGS] = {gt_things_findings, GT_HEAP_BYS},
    [GT_GROWTH_HOLDERS] = {NULL, GT_HEAP_BYS},
    [GT_GROWTH_GOROUTINES] = {gt_things_goroutines, GT_HEAP_BYS},
    [GT_GROWTH_TYPES] = {NULL, GT_HEAP_BY_TYPE},
    [GT_GROWTH_ROOTS] = {NULL, GT_HEAP_BY_ROOT},
    [GT_GROWTH_SITES] = {NULL, GT_HEAP_BY_SITE},
};
_Static_assert(sizeof rows / sizeof *rows == GT_GROWTHS, "each section has a row");

enum gt_heap_by gt_growth_table(enum gt_growth_of what)
{
    return rows[what].by;
}

static void add_all(struct gt_pairs *pairs, bool newer, const struct gt_diff_side *documents,
                    const struct row *row)
{
    if (row->add)
        row->add(pairs, newer, documents->report);
    else if (documents->tables[row->by])
        gt_things_rows(pairs, newer, documents->tables[row->by]);
}

static void add_both(struct gt_pairs *pairs, enum gt_growth_of what,
                     const struct gt_diff_side *older, const struct gt_diff_side *newer,
                     enum gt_sameness process)
{
    if (what == GT_GROWTH_HOLDERS) {
        gt_things_holders(pairs, older->report, newer->report, process == GT_SAME);
        return;
    }
    add_all(pairs, false, older, &rows[what]);
    add_all(pairs, true, newer, &rows[what]);
}

/* A program that samples no allocations has no sites, whatever it allocates. */
static const char *why_not_known(const struct row *row, const struct gt_diff_side *documents)
{
    const struct gt_heap_table *table = row->by == GT_HEAP_BYS ? NULL : documents->tables[row->by];

    if (row->by != GT_HEAP_BY_SITE || !table || table->profile_rate > 0) return NULL;
    return table->profile_rate == 0 ? "the program sampled no allocations (runtime.MemProfile)"
                                    : "the program's heap profile was not found";
}

/* ---- notes --------------------------------------------------------------------------------- */

static bool differ(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) != 0 : one != other;
}

static void add_notes(struct gt_diff *diff)
{
    const struct gt_report *older = diff->older, *newer = diff->newer;
    const char *notes[4];
    size_t count = 0;

    if (differ(older->binary.build_id, newer->binary.build_id))
        notes[count++] = "the binaries differ: what has another name now stands as gone and as new";
    if (diff->process == GT_SAMENESS_UNKNOWN)
        notes[count++] = "a core lacks what tells processes apart, so no rate is given";
    if (older->gc.cycles == 0 || newer->gc.cycles == 0)
        notes[count++] = "no collection was completed before one of the cores";
    if (older->coverage.note_count || newer->coverage.note_count)
        notes[count++] = "memory is missing from a core, so what it had may stand as gone or as "
                         "new; 'gotopsy report --coverage' says what";
    diff->notes =
        count ? memcpy(gt_arena_alloc(diff->storage, sizeof notes), notes, count * sizeof *notes)
              : NULL;
    diff->note_count = count;
}

void gt_diff_fill(const struct gt_diff_side *older, const struct gt_diff_side *newer,
                  const struct gt_diff_options *options, struct gt_diff *diff)
{
    for (unsigned what = 0; what < GT_GROWTHS; what++) {
        struct gt_pairs pairs;
        gt_pairs_init(&pairs, diff->storage);
        add_both(&pairs, what, older, newer, diff->process);
        gt_pairs_fill(&pairs, options, &diff->sections[what]);
        diff->sections[what].not_known = why_not_known(&rows[what], older);
        if (!diff->sections[what].not_known)
            diff->sections[what].not_known = why_not_known(&rows[what], newer);
        gt_pairs_deinit(&pairs);
    }
    add_notes(diff);
}
