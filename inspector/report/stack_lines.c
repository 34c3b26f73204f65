/* A stack for a terminal: a line a place, recursion folded, the middle of a long one left out. */
#include "inspector/base/str.h"
#include "inspector/base/vec.h"
#include "inspector/report/escape.h"
#include "inspector/report/pieces.h"
#include "inspector/report/units.h"

#include <string.h>

#define CREATED_BY "created by "

enum {
    SHOWN_INNER = 5, /* lines at the inner end of a stack */
    SHOWN_OUTER = 3, /* lines at the outer end */
    MAX_PERIOD = 4,  /* functions that call one another in a circle */
};

/* ---- places --------------------------------------------------------------------------------- */

bool gt_is_gap(const struct gt_place *place)
{
    return strncmp(place->function, "...", 3) == 0;
}

bool gt_is_internal(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (!stack->places[i].internal && !gt_is_gap(&stack->places[i])) return false;
    return true;
}

/* The places to be shown, as pointers. */
static struct gt_vec shown_places(const struct gt_stack *stack, bool all)
{
    struct gt_vec shown = GT_VEC_OF(const struct gt_place *);
    bool whole = all || gt_is_internal(stack);

    for (size_t i = 0; i < stack->count; i++) {
        const struct gt_place *place = &stack->places[i];
        if (whole || !place->internal) gt_vec_add(&shown, &place);
    }
    return shown;
}

static bool same_place(const struct gt_place *a, const struct gt_place *b)
{
    bool same_file = a->file == b->file || (a->file && b->file && strcmp(a->file, b->file) == 0);

    return a->line == b->line && same_file && strcmp(a->function, b->function) == 0;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Places of a stack that are told together: `period` of them, which follow one another so many
 * times. Recursion, also of several functions that call one another, is one fold. */
struct fold {
    size_t first, period, times;
};

static bool same_run(const struct gt_place *const *a, const struct gt_place *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!same_place(a[i], b[i])) return false;
    return true;
}

static size_t times_of(const struct gt_place *const *places, size_t count, size_t period)
{
    size_t times = 1;

    while ((times + 1) * period <= count && same_run(places, places + times * period, period))
        times++;
    return times;
}

static struct fold fold_at(const struct gt_place *const *places, size_t count, size_t first,
                           bool all)
{
    struct fold fold = {first, 1, 1};

    for (size_t period = 1; !all && period <= MAX_PERIOD; period++) {
        size_t times = times_of(places + first, count - first, period);
        if (times >= (period == 1 ? 2 : 3)) return (struct fold){first, period, times};
    }
    return fold;
}

static struct gt_vec folds_of(const struct gt_vec *shown, bool all)
{
    struct gt_vec folds = GT_VEC_OF(struct fold);

    for (size_t i = 0; i < shown->len;) {
        struct fold fold = fold_at(shown->data, shown->len, i, all);
        gt_vec_add(&folds, &fold);
        i += fold.period * fold.times;
    }
    return folds;
}

static size_t lines_of(const struct fold *fold)
{
    return fold->period > 1 ? fold->period + 1 : 1;
}

/* Which folds are left out, from *first up to before *end: those in the middle. The outermost tell
 * who it is. */
static void find_middle(const struct gt_vec *folds, bool all, size_t *first, size_t *end)
{
    const struct fold *list = folds->data;
    size_t lines = 0;

    *first = *end = folds->len;
    for (size_t i = 0; i < folds->len; i++)
        lines += lines_of(&list[i]);
    if (all || lines <= SHOWN_INNER + SHOWN_OUTER + 1) return;
    *first = 0;
    for (size_t told = 0; *first < folds->len && told < SHOWN_INNER; ++*first)
        told += lines_of(&list[*first]);
    for (size_t told = 0; *end > *first && told < SHOWN_OUTER; --*end)
        told += lines_of(&list[*end - 1]);
}

/* ---- text ----------------------------------------------------------------------------------- */

static unsigned text_columns(const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    unsigned columns = gt_columns(gt_str_text(&safe), safe.len);
    gt_str_free(&safe);
    return columns;
}

static void put_place(struct gt_page *page, unsigned column, unsigned sites, const char *before,
                      const struct gt_place *place, size_t times)
{
    gt_page_line(page, column, column + 4);
    gt_page_put(page, GT_PLAIN, before);
    gt_page_put(page, GT_PLAIN, place->function);
    if (place->file) { /* C's functions have none */
        gt_page_tab(page, sites);
        gt_page_site(page, place);
    }
    if (times > 1) gt_page_format(page, GT_DIM, ", %s times", gt_count(times).text);
    gt_page_end(page);
}

/* Where the sites of a stack line up; what is longer than half a line does not count. */
static unsigned site_column(const struct gt_page *page, unsigned column,
                            const struct gt_place *const *places, size_t count,
                            const struct gt_place *created_by)
{
    unsigned widest = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned columns = text_columns(places[i]->function);
        if (columns > widest && columns <= page->width / 2) widest = columns;
    }
    if (created_by && created_by->function) {
        unsigned columns = text_columns(created_by->function) + sizeof CREATED_BY - 1;
        if (columns > widest && columns <= page->width / 2) widest = columns;
    }
    return column + widest + 2;
}

static void put_fold(struct gt_page *page, unsigned column, unsigned sites,
                     const struct gt_place *const *places, const struct fold *fold)
{
    if (fold->period == 1) {
        put_place(page, column, sites, "", places[fold->first], fold->times);
        return;
    }
    for (size_t i = 0; i < fold->period; i++)
        put_place(page, column, sites, "", places[fold->first + i], 1);
    gt_page_line(page, column, column);
    gt_page_format(page, GT_DIM, "... the %zu frames above, %s times in all", fold->period,
                   gt_count(fold->times).text);
    gt_page_end(page);
}

static void put_middle(struct gt_page *page, unsigned column, const struct gt_vec *folds,
                       size_t first, size_t end)
{
    size_t places = 0;

    for (size_t i = first; i < end; i++) {
        const struct fold *fold = gt_vec_at(folds, i);
        places += fold->period * fold->times;
    }
    gt_page_line(page, column, column);
    gt_page_format(page, GT_DIM, "... %s more", gt_count(places).text);
    gt_page_end(page);
}

void gt_page_stack(struct gt_page *page, unsigned column, const struct gt_stack *stack,
                   const struct gt_place *created_by)
{
    struct gt_vec shown = shown_places(stack, page->all), folds = folds_of(&shown, page->all);
    unsigned sites = site_column(page, column, shown.data, shown.len, created_by);
    size_t first, end;

    find_middle(&folds, page->all, &first, &end);
    for (size_t i = 0; i < first; i++)
        put_fold(page, column, sites, shown.data, gt_vec_at(&folds, i));
    if (first < end) put_middle(page, column, &folds, first, end);
    for (size_t i = end; i < folds.len; i++)
        put_fold(page, column, sites, shown.data, gt_vec_at(&folds, i));
    if (created_by && created_by->function)
        put_place(page, column, sites, CREATED_BY, created_by, 1);
    gt_vec_free(&folds);
    gt_vec_free(&shown);
}
