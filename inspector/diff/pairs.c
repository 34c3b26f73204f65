/* A hash table leads from a key to its row. The rows are sorted by the size of their change, then
 * cut to the limit, then sorted by growth. */
#include "inspector/diff/pairs.h"

#include <stdlib.h>
#include <string.h>

void gt_pairs_init(struct gt_pairs *pairs, struct gt_arena *storage)
{
    *pairs = (struct gt_pairs){.rows = GT_VEC_OF(struct gt_growth), .storage = storage};
}

void gt_pairs_deinit(struct gt_pairs *pairs)
{
    gt_strmap_deinit(&pairs->places);
    gt_vec_deinit(&pairs->rows);
}

static const char *copy(struct gt_pairs *pairs, const char *text)
{
    return text ? gt_arena_strndup(pairs->storage, text, strlen(text)) : NULL;
}

static struct gt_growth *row_of(struct gt_pairs *pairs, const char *key)
{
    uint64_t *place = gt_strmap_put(&pairs->places, key, NULL);
    const struct gt_growth none = {0};

    if (!*place) {
        gt_vec_add(&pairs->rows, &none);
        *place = pairs->rows.len;
    }
    return gt_vec_at(&pairs->rows, *place - 1);
}

void gt_pairs_add(struct gt_pairs *pairs, bool newer, const struct gt_thing *thing)
{
    struct gt_growth *row = row_of(pairs, thing->key);
    bool first = newer ? !row->new_count : !row->name;

    if (first) {
        row->name = copy(pairs, thing->name);
        row->where = copy(pairs, thing->where);
    }
    *(newer ? &row->new_count : &row->old_count) += thing->count;
    *(newer ? &row->new_bytes : &row->old_bytes) += thing->bytes;
}

/* ---- order and limit ----------------------------------------------------------------------- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The largest growth first. */
static int by_growth(const void *a, const void *b)
{
    const struct gt_growth *left = a, *right = b;
    int order = by_number(gt_growth_bytes(right), gt_growth_bytes(left));

    if (!order)
        order = by_number((int64_t)(right->new_count - right->old_count),
                          (int64_t)(left->new_count - left->old_count));
    return order ? order : strcmp(left->name, right->name);
}

static uint64_t size_of(int64_t change)
{
    return change < 0 ? -(uint64_t)change : (uint64_t)change;
}

static bool changed(const struct gt_growth *row)
{
    return row->old_bytes != row->new_bytes || row->old_count != row->new_count;
}

static void leave_out(struct gt_growth_section *section, const struct gt_growth *row)
{
    section->left_out++;
    section->left_out_growth += gt_growth_bytes(row);
}

static int by_change(const void *a, const void *b)
{
    const struct gt_growth *left = a, *right = b;
    uint64_t first = size_of(gt_growth_bytes(left)), second = size_of(gt_growth_bytes(right));

    return first != second ? (first > second ? -1 : 1) : by_growth(a, b);
}

/* The rows with the largest changes come first, so that the limit keeps them. */
static size_t cut(struct gt_pairs *pairs, const struct gt_diff_options *options,
                  struct gt_growth_section *section)
{
    size_t kept = 0;

    for (size_t i = 0; i < pairs->rows.len; i++) {
        struct gt_growth row = *(const struct gt_growth *)gt_vec_at(&pairs->rows, i);
        if (!changed(&row))
            section->unchanged++;
        else if (size_of(gt_growth_bytes(&row)) < options->min_bytes || kept == options->top)
            leave_out(section, &row);
        else
            memcpy(gt_vec_at(&pairs->rows, kept++), &row, sizeof row);
    }
    return kept;
}

void gt_pairs_fill(struct gt_pairs *pairs, const struct gt_diff_options *options,
                   struct gt_growth_section *section)
{
    size_t size = sizeof(struct gt_growth);

    *section = (struct gt_growth_section){0};
    if (pairs->rows.len) qsort(pairs->rows.data, pairs->rows.len, size, by_change);
    section->count = cut(pairs, options, section);
    struct gt_growth *rows = gt_arena_alloc(pairs->storage, (section->count + 1) * size);
    if (section->count) {
        qsort(pairs->rows.data, section->count, size, by_growth);
        memcpy(rows, pairs->rows.data, section->count * size);
    }
    section->rows = rows;
}
