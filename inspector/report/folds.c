/* At each location, two sorts of folds are tried: 1 to 16 locations that repeat in order, and up to
 * 4 functions in any order. The second sort is used only if it covers more than twice as many
 * frames. */
#include "inspector/report/folds.h"

#include <string.h>

enum {
    MAX_FUNCTIONS = 4, /* functions that call one another in no fixed order */
    LEAST_CALLS = 8,   /* calls of each of them, on average */
};

typedef const struct gt_source_location *const *places;

bool gt_is_gap(const struct gt_source_location *place)
{
    return strncmp(place->function, "...", 3) == 0;
}

static bool same_place(const struct gt_source_location *a, const struct gt_source_location *b)
{
    bool same_file = a->file == b->file || (a->file && b->file && strcmp(a->file, b->file) == 0);

    return a->line == b->line && same_file && strcmp(a->function, b->function) == 0;
}

static struct gt_fold alone(places list, size_t first)
{
    uint64_t places = gt_is_gap(list[first]) ? list[first]->left_out : 1;

    return (struct gt_fold){first, first + 1, {first}, 1, places, 1};
}

/* An incomplete last repetition is not part of the fold, unless it was left out. */
static void round_down(places list, struct gt_fold *fold)
{
    for (uint64_t over = fold->locations % fold->shown_count; over; over--) {
        if (gt_is_gap(list[fold->end - 1])) return;
        fold->end--;
        fold->locations--;
    }
}

/* Whether `period` locations repeat in the same order. */
static bool fold_in_order(places list, size_t count, size_t first, size_t period,
                          struct gt_fold *fold)
{
    *fold = (struct gt_fold){.first = first, .end = first, .shown_count = period};
    for (; fold->end < count; fold->end++) {
        const struct gt_source_location *place = list[fold->end];
        uint64_t at = fold->locations;
        if (gt_is_gap(place)) {
            if (at < period || place->period != period) break;
            fold->locations += place->left_out;
            continue;
        }
        if (at < period)
            fold->shown[at] = fold->end;
        else if (!same_place(place, list[fold->shown[at % period]]))
            break;
        fold->locations++;
    }
    fold->times = fold->locations / period;
    if (fold->times < (period == 1 ? 2 : 3)) return false;
    round_down(list, fold);
    return true;
}

/* The index, among the shown locations, of the one with this location's function. */
static size_t shown_index(places list, const struct gt_fold *fold,
                          const struct gt_source_location *place)
{
    size_t i = 0;

    while (i < fold->shown_count && strcmp(list[fold->shown[i]]->function, place->function) != 0)
        i++;
    return i;
}

/* Is each function called more than once? A function that is called once is no part of a
 * recursion. */
static bool all_recur(const struct gt_fold *fold, const size_t *calls)
{
    for (size_t i = 0; i < fold->shown_count; i++)
        if (calls[i] < 2) return false;
    return true;
}

/* Whether the locations are of at most `most` functions, in any order. */
static bool fold_functions(places list, size_t count, size_t first, size_t most,
                           struct gt_fold *fold)
{
    size_t calls[MAX_FUNCTIONS] = {0};

    *fold = (struct gt_fold){.first = first, .end = first};
    for (; fold->end < count; fold->end++) {
        const struct gt_source_location *place = list[fold->end];
        if (gt_is_gap(place) && (!place->recursive || fold->end == first)) break;
        fold->locations += gt_is_gap(place) ? place->left_out : 0;
        if (gt_is_gap(place)) continue;
        size_t index = shown_index(list, fold, place);
        if (index == most) break;
        if (index == fold->shown_count) fold->shown[fold->shown_count++] = fold->end;
        calls[index]++;
        fold->locations++;
    }
    return fold->shown_count == most && fold->locations >= most * LEAST_CALLS &&
           all_recur(fold, calls);
}

static struct gt_fold in_order(places list, size_t count, size_t first)
{
    struct gt_fold fold;

    for (size_t period = 1; period <= GT_MAX_FOLDED; period++)
        if (fold_in_order(list, count, first, period, &fold)) return fold;
    return alone(list, first);
}

/* An order that repeats only a few times, in a recursion without order, is there by chance and is
 * not used. The innermost call may be at a line of its own. */
static struct gt_fold fold_at(places list, size_t count, size_t first)
{
    struct gt_fold ordered = in_order(list, count, first), fold;
    uint64_t places = ordered.locations;

    if (ordered.end < count) places += in_order(list, count, ordered.end).locations;
    for (size_t most = 1; most <= MAX_FUNCTIONS; most++)
        if (fold_functions(list, count, first, most, &fold) && fold.locations > 2 * places)
            return fold;
    return ordered;
}

struct gt_vec gt_folds_of(const struct gt_vec *shown, bool folding)
{
    struct gt_vec folds = GT_VEC_OF(struct gt_fold);

    for (size_t i = 0; i < shown->len;) {
        struct gt_fold fold = folding ? fold_at(shown->data, shown->len, i) : alone(shown->data, i);
        gt_vec_add(&folds, &fold);
        i = fold.end;
    }
    return folds;
}
