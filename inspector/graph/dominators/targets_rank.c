/* Targets are handled in runs, in two passes: ranks are found and the entries of leaves are
 * fetched, then lists are written. A list is never longer than the one that it replaces, so it is
 * written over lists that were read. */
#include "inspector/graph/dominators/targets.h"

enum { RUN = 128, AHEAD = 64 };

struct ranker {
    struct gt_targets *targets;
    const struct gt_ranks *ranks;
    const struct gt_targets_tables *tables;
    uint32_t from;        /* rank of the inner object whose list is read */
    uint32_t first, next; /* where the list begins that is written for it, and where it ends */
    uint32_t found[RUN];
};

/* Fetches what the next run needs, and the entries of this run's leaves. */
static void find_ranks(struct ranker *ranker, uint32_t begin, uint32_t count)
{
    const struct gt_ranks *ranks = ranker->ranks;
    const uint32_t *list = ranker->targets->list + begin;
    uint32_t left = ranker->targets->count - begin;

    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < left)
            __builtin_prefetch(&ranks->words[(list[i + AHEAD] & ~GT_TARGETS_LAST) >> 6]);
        ranker->found[i] = gt_ranks_of(ranks, list[i] & ~GT_TARGETS_LAST);
        if (ranker->found[i] >= ranks->first_leaf)
            __builtin_prefetch(&ranker->tables->place[ranker->found[i]], 1);
    }
}

static void end_list(struct ranker *ranker)
{
    bool is_empty = ranker->next == ranker->first;

    if (!is_empty) ranker->targets->list[ranker->next - 1] |= GT_TARGETS_LAST;
    ranker->tables->place[ranker->from++] =
        is_empty ? GT_TARGETS_NONE : GT_TARGETS_UNSEEN | ranker->first;
    ranker->first = ranker->next;
}

static void write_lists(struct ranker *ranker, uint32_t begin, uint32_t count)
{
    uint32_t *list = ranker->targets->list;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t rank = ranker->found[i];
        bool is_last = list[begin + i] & GT_TARGETS_LAST;
        if (rank >= ranker->ranks->first_leaf)
            gt_targets_add_leaf(ranker->tables, ranker->from, rank);
        else if (rank != ranker->from)
            list[ranker->next++] = rank;
        if (is_last) end_list(ranker);
    }
}

void gt_targets_rank(struct gt_targets *targets, const struct gt_ranks *ranks,
                     const struct gt_targets_tables *tables)
{
    struct ranker ranker = {.targets = targets, .ranks = ranks, .tables = tables};

    gt_targets_clear(tables, ranks->first_leaf, targets->plain);
    for (uint32_t begin = 0; begin < targets->count; begin += RUN) {
        uint32_t left = targets->count - begin, count = left < RUN ? left : RUN;
        find_ranks(&ranker, begin, count);
        write_lists(&ranker, begin, count);
    }
    targets->count = ranker.next;
    while (ranker.from < ranks->first_leaf)
        tables->place[ranker.from++] = GT_TARGETS_UNLISTED;
}
