/* Sorts the blocks into rows by look, which is quick. Only the largest rows get keys, and those
 * with one key are joined. A table leads from the first rows to the joined ones, so that each block
 * finds its row again to be weighed. */
#include "inspector/detect/windows/undecided.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/blocks_retained.h"
#include "inspector/detect/windows/window_words.h"

#include <stdlib.h>

enum {
    MAX_ALIKE = 1 << 13, /* the most rows by look */
    MAX_KEYED = 256,     /* the largest of them, whose referrers are named */
    MAX_ROWS = 50,
    HEAVY_BLOCK = 1 << 10, /* bytes; what smaller blocks keep is not counted */
    MAX_FIELD = 160,
};

struct row {                       /* blocks with one look */
    struct gt_undecided_word word; /* into the largest of them */
    uint64_t largest, count, bytes;
    uint32_t number; /* its number in by_look */
};

struct lister {
    struct gt_heap_analysis *analysis;
    struct gt_keys keys;
    struct gt_vec rows;    /* struct row */
    struct gt_map by_look; /* look of a word -> a row's number */
    uint32_t *place;       /* by number: the index of its row, after rows with one referrer were
                            * joined */
};

#define NO_ROW UINT32_MAX

/* ---- rows by look -------------------------------------------------------------------------- */

static uint64_t look_of(const struct lister *lister, const struct gt_undecided_word *word)
{
    return gt_look_blend(gt_look_of(lister->analysis, &word->referrer), word->verdict);
}

static void add_block(struct lister *lister, const struct gt_undecided_word *word)
{
    uint64_t size = gt_heap_size(&lister->analysis->heap->graph, word->block);
    uint64_t look = look_of(lister, word), *number = gt_map_find(&lister->by_look, look);

    if (!number) {
        if (lister->rows.len == MAX_ALIKE) return;
        number = gt_map_put(&lister->by_look, look, NULL);
        *number = lister->rows.len;
        ((struct row *)gt_vec_push(&lister->rows))->number = (uint32_t)*number;
    }
    struct row *row = gt_vec_at(&lister->rows, *number);
    row->count++;
    row->bytes += size;
    if (size <= row->largest) return;
    row->largest = size;
    row->word = *word;
}

static int by_bytes(const void *a, const void *b)
{
    const struct row *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->word.block < right->word.block ? -1 : left->word.block > right->word.block;
}

static void sort_rows(struct lister *lister)
{
    if (lister->rows.len) qsort(lister->rows.data, lister->rows.len, sizeof(struct row), by_bytes);
}

/* ---- rows by referrer ------------------------------------------------------------------------ */

static void join_rows(struct row *into, const struct row *row)
{
    into->count += row->count;
    into->bytes += row->bytes;
    if (row->largest <= into->largest) return;
    into->largest = row->largest;
    into->word = row->word;
}

static const char *key_of(struct lister *lister, const struct gt_undecided_word *word)
{
    bool none = word->referrer.object == GT_NO_OBJECT && word->referrer.root == GT_NO_ROOT;

    return gt_arena_format(lister->analysis->storage, "%u%s", word->verdict,
                           none ? "" : gt_key_of(&lister->keys, &word->referrer));
}

/* The largest rows; those with one referrer are joined. */
static void join_alike(struct lister *lister)
{
    struct gt_strmap known = {0};
    size_t kept = 0;
    bool added;

    sort_rows(lister);
    for (size_t i = 0; i < lister->rows.len && i < MAX_KEYED; i++) {
        struct row *row = gt_vec_at(&lister->rows, i);
        uint64_t *first = gt_strmap_put(&known, key_of(lister, &row->word), &added);
        if (added) *first = kept;
        lister->place[row->number] = (uint32_t)*first;
        if (added)
            memmove(gt_vec_at(&lister->rows, kept++), row, sizeof *row);
        else
            join_rows(gt_vec_at(&lister->rows, *first), row);
    }
    lister->rows.len = kept;
    gt_strmap_deinit(&known);
}

/* Sorts the joined rows. Only the first few are reported. */
static void order_joined(struct lister *lister, size_t rows)
{
    uint32_t now[MAX_KEYED];

    for (size_t i = 0; i < lister->rows.len; i++)
        ((struct row *)gt_vec_at(&lister->rows, i))->number = (uint32_t)i;
    sort_rows(lister);
    for (uint32_t i = 0; i < lister->rows.len; i++)
        now[((struct row *)gt_vec_at(&lister->rows, i))->number] = i < MAX_ROWS ? i : NO_ROW;
    for (size_t i = 0; i < rows; i++)
        if (lister->place[i] != NO_ROW) lister->place[i] = now[lister->place[i]];
    if (lister->rows.len > MAX_ROWS) lister->rows.len = MAX_ROWS;
}

static void make_rows(struct lister *lister)
{
    size_t rows = lister->rows.len;

    lister->place = gt_alloc((rows + 1) * sizeof *lister->place);
    for (size_t i = 0; i < rows; i++)
        lister->place[i] = NO_ROW;
    join_alike(lister);
    order_joined(lister, rows);
}

/* ---- what they keep ------------------------------------------------------------------------ */

/* The index of a block's row; NO_ROW when it has none. */
static uint32_t place_of(const struct lister *lister, const struct gt_undecided_word *word)
{
    const uint64_t *number = gt_map_find(&lister->by_look, look_of(lister, word));

    return number ? lister->place[*number] : NO_ROW;
}

static bool may_be_heavy(const struct lister *lister, uint32_t block)
{
    const struct gt_heap *graph = &lister->analysis->heap->graph;

    return block < graph->scan_objects && gt_heap_size(graph, block) >= HEAVY_BLOCK;
}

/* Blocks without pointers keep nothing. Small blocks are left out. */
static void weigh_rows(const struct lister *lister, struct gt_undecided *out)
{
    const struct gt_vec *words = &lister->analysis->windows->undecided_words;
    struct gt_u32s groups[MAX_ROWS] = {0};
    uint64_t bytes[MAX_ROWS] = {0};
    bool any = false;

    for (size_t i = 0; i < words->len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(words, i);
        if (!gt_bit(&lister->analysis->windows->undecided, word->block) ||
            !may_be_heavy(lister, word->block))
            continue;
        uint32_t place = place_of(lister, word);
        if (place == NO_ROW) continue;
        gt_u32s_add(&groups[place], word->block);
        any = true;
    }
    if (any) gt_blocks_retained(lister->analysis, groups, (uint32_t)lister->rows.len, bytes);
    for (size_t i = 0; i < lister->rows.len; i++) {
        if (groups[i].len) out[i].retained_bytes = (int64_t)bytes[i];
        gt_u32s_deinit(&groups[i]);
    }
}

/* ---- the report's words -------------------------------------------------------------------- */

static const char *root_text(const struct gt_heap_analysis *analysis, uint32_t root)
{
    char field[MAX_FIELD];
    gt_type_id type;
    const char *name = gt_root_name(analysis, gt_root_at(analysis->roots, root), false, field,
                                    sizeof field, &type);

    return gt_arena_format(analysis->storage, "%s%s", name, field);
}

static const char *holder_text(const struct gt_heap_analysis *analysis,
                               const struct gt_referrer *referrer, const struct gt_path *path)
{
    if (referrer->object == GT_NO_OBJECT) return root_text(analysis, referrer->root);
    const char *field = gt_referrer_field(analysis, referrer);
    if (field || !path->count || !path->steps[0].what) return field;
    return gt_arena_format(analysis->storage, "an object that %s leads to", path->steps[0].what);
}

static uint64_t word_address(const struct gt_heap_analysis *analysis,
                             const struct gt_referrer *referrer)
{
    uint64_t user;

    if (referrer->object == GT_NO_OBJECT) return gt_root_at(analysis->roots, referrer->root)->addr;
    return gt_goheap_user(analysis->heap, referrer->object, &user) + referrer->offset;
}

static void describe_row(struct lister *lister, const struct row *row, struct gt_undecided *out)
{
    const struct gt_heap_analysis *analysis = lister->analysis;
    const struct gt_referrer *referrer = &row->word.referrer;

    bool pointers = row->word.block < analysis->heap->graph.scan_objects;
    *out = (struct gt_undecided){.count = row->count,
                                 .bytes = row->bytes,
                                 .block = gt_block_of(analysis, row->word.block),
                                 .reason = gt_verdict_reason(row->word.verdict),
                                 .retained_bytes = pointers ? GT_UNKNOWN : 0};
    if (referrer->object == GT_NO_OBJECT && referrer->root == GT_NO_ROOT) return;
    out->path = gt_path_to(&lister->keys, referrer);
    out->holder = holder_text(analysis, referrer, &out->path);
    out->word = word_address(analysis, referrer);
}

static void describe_rows(struct lister *lister, struct gt_report *report)
{
    size_t count = lister->rows.len;
    struct gt_undecided *out = gt_arena_alloc(lister->analysis->storage, count * sizeof *out);

    for (size_t i = 0; i < count; i++)
        describe_row(lister, gt_vec_at(&lister->rows, i), &out[i]);
    weigh_rows(lister, out);
    report->undecided = out;
    report->undecided_count = count;
}

static void sum_up(const struct gt_heap_analysis *analysis, struct gt_report *report)
{
    const struct gt_bitmap *undecided = &analysis->windows->undecided;
    uint64_t bytes[2] = {0}; /* in blocks without pointers, and in blocks with pointers */

    for (size_t i = gt_bitmap_next(undecided, 0); i < undecided->bits;
         i = gt_bitmap_next(undecided, i + 1)) {
        report->coverage.undecided_blocks++;
        bytes[i < analysis->heap->graph.scan_objects] +=
            gt_heap_size(&analysis->heap->graph, (uint32_t)i);
    }
    report->coverage.undecided_bytes = bytes[false] + bytes[true];
    report->coverage.undecided_of[GT_SUBSTRING] = bytes[false];
    report->coverage.undecided_of[GT_SUBSLICE] = bytes[false] + bytes[true];
    report->coverage.undecided_of[GT_LOST_ELEMENTS] = bytes[true];
    for (size_t i = 0; i < report->undecided_count; i++)
        if (report->undecided[i].retained_bytes > 0)
            report->coverage.undecided_of[GT_LOST_ELEMENTS] +=
                (uint64_t)report->undecided[i].retained_bytes;
}

void gt_undecided_describe(struct gt_heap_analysis *analysis, struct gt_report *report)
{
    struct lister lister = {.analysis = analysis, .rows = GT_VEC_OF(struct row)};
    struct gt_bitmap *undecided = &analysis->windows->undecided;
    const struct gt_vec *words = &analysis->windows->undecided_words;

    for (size_t i = 0; i < (undecided->bits + 63) / 64; i++)
        undecided->words[i] &= analysis->innocent.words[i];
    gt_keys_init(&lister.keys, analysis);
    for (size_t i = 0; i < words->len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(words, i);
        if (gt_bit(undecided, word->block)) add_block(&lister, word);
    }
    make_rows(&lister);
    describe_rows(&lister, report);
    sum_up(analysis, report);
    gt_keys_deinit(&lister.keys);
    gt_vec_deinit(&lister.rows);
    gt_map_deinit(&lister.by_look);
    gt_free(lister.place);
}
