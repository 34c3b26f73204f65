/* A stack for a terminal: one line for each location, with recursion folded and the middle of a
 * long stack left out. */
#include "inspector/base/str.h"
#include "inspector/base/vec.h"
#include "inspector/report/escape.h"
#include "inspector/report/folds.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <string.h>

#define CREATED_BY "created by "

enum {
    SHOWN_INNER = 5, /* folds at the inner end of a stack */
    SHOWN_OUTER = 3, /* folds at the outer end */
};

/* ---- places --------------------------------------------------------------------------------- */

bool gt_is_internal(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (!stack->locations[i].internal && !gt_is_gap(&stack->locations[i])) return false;
    return true;
}

/* The locations that are shown, as pointers. */
static struct gt_vec shown_places(const struct gt_stack *stack, bool all)
{
    struct gt_vec shown = GT_VEC_OF(const struct gt_source_location *);
    bool whole = all || gt_is_internal(stack);

    for (size_t i = 0; i < stack->count; i++) {
        const struct gt_source_location *place = &stack->locations[i];
        if (whole || !place->internal) gt_vec_add(&shown, &place);
    }
    return shown;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The folds in the middle that are left out: from *first up to before *end. The outermost ones
 * identify the goroutine. A recursion counts as one fold, whatever its length. */
static void find_middle(const struct gt_vec *folds, bool all, size_t *first, size_t *end)
{
    bool whole = all || folds->len <= SHOWN_INNER + SHOWN_OUTER + 1;

    *first = whole ? folds->len : SHOWN_INNER;
    *end = whole ? folds->len : folds->len - SHOWN_OUTER;
}

/* ---- text ----------------------------------------------------------------------------------- */

static unsigned text_columns(const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    unsigned columns = gt_columns(gt_str_text(&safe), safe.len);
    gt_str_deinit(&safe);
    return columns;
}

static void put_place(struct gt_page *page, unsigned column, unsigned sites, const char *before,
                      const struct gt_source_location *place, size_t times)
{
    gt_page_line(page, column, column + 4);
    gt_page_put(page, GT_PLAIN, before);
    gt_page_put(page, GT_PLAIN, place->function);
    if (place->file) { /* C functions have none */
        gt_page_tab(page, sites);
        gt_page_site(page, place);
    }
    if (times > 1) gt_page_format(page, GT_DIM, ", %s times", gt_count(times).text);
    gt_page_deinit(page);
}

/* The column at which the sites of a stack are aligned. Names longer than half a line do not
 * count. */
static unsigned site_column(const struct gt_page *page, unsigned column,
                            const struct gt_source_location *const *places, size_t count,
                            const struct gt_source_location *created_by)
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

static void put_recursion(struct gt_page *page, unsigned column, const struct gt_fold *fold)
{
    bool many = fold->shown_count > 1;

    gt_page_line(page, column, column);
    if (fold->times)
        gt_page_format(page, GT_DIM, "... the %zu frames above, %s times in all", fold->shown_count,
                       gt_count(fold->times).text);
    else if (many)
        gt_page_format(page, GT_DIM,
                       "... the %zu functions above call one another, %s calls in all",
                       fold->shown_count, gt_count(fold->locations).text);
    else
        gt_page_format(page, GT_DIM, "... the function above calls itself, %s calls in all",
                       gt_count(fold->locations).text);
    gt_page_deinit(page);
}

static void put_fold(struct gt_page *page, unsigned column, unsigned sites,
                     const struct gt_vec *shown, const struct gt_fold *fold)
{
    size_t times = fold->shown_count == 1 && fold->times ? fold->times : 1;

    for (size_t i = 0; i < fold->shown_count; i++)
        put_place(page, column, sites, "",
                  *(const struct gt_source_location *const *)gt_vec_at(shown, fold->shown[i]),
                  times);
    if (fold->shown_count > 1 || !fold->times) put_recursion(page, column, fold);
}

static void put_middle(struct gt_page *page, unsigned column, const struct gt_vec *folds,
                       size_t first, size_t end)
{
    uint64_t places = 0;

    for (size_t i = first; i < end; i++)
        places += ((const struct gt_fold *)gt_vec_at(folds, i))->locations;
    gt_page_line(page, column, column);
    gt_page_format(page, GT_DIM, "... %s more", gt_count(places).text);
    gt_page_deinit(page);
}

void gt_page_stack(struct gt_page *page, unsigned column, const struct gt_stack *stack,
                   const struct gt_source_location *created_by)
{
    struct gt_vec shown = shown_places(stack, page->all), folds = gt_folds_of(&shown, !page->all);
    unsigned sites = site_column(page, column, shown.data, shown.len, created_by);
    size_t first, end;

    find_middle(&folds, page->all, &first, &end);
    for (size_t i = 0; i < first; i++)
        put_fold(page, column, sites, &shown, gt_vec_at(&folds, i));
    if (first < end) put_middle(page, column, &folds, first, end);
    for (size_t i = end; i < folds.len; i++)
        put_fold(page, column, sites, &shown, gt_vec_at(&folds, i));
    if (created_by && created_by->function)
        put_place(page, column, sites, CREATED_BY, created_by, 1);
    gt_vec_deinit(&folds);
    gt_vec_deinit(&shown);
}
