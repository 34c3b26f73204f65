#include "inspector/detect/windows/undecided.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/blocks_retained.h"
#include "inspector/detect/windows/window_words.h"

#include <stdlib.h>

enum {
    MAX_ALIKE = 1 << 13, /* rows by what is quickly seen of a word */
    MAX_KEYED = 256,     /* the largest of them, whose holders are looked up */
    MAX_TOLD = 50,
    HEAVY_BLOCK = 1 << 10, /* what hangs off smaller ones is not looked at */
    MAX_FIELD = 160,
};

struct row {                       /* alike blocks */
    struct gt_undecided_word word; /* into the largest of them */
    uint64_t largest, count, bytes;
    uint32_t number; /* by_look's */
};

struct listing {
    struct gt_study *study;
    struct gt_keys keys;
    struct gt_vec rows;    /* struct row */
    struct gt_map by_look; /* what is quickly seen of a word -> a row's number */
    uint32_t *place;       /* by number: the place of the row, once alike rows were joined */
};

#define NOT_TOLD UINT32_MAX

/* ---- rows by what is quickly seen ---------------------------------------------------------- */

static uint64_t look_of(const struct listing *listing, const struct gt_undecided_word *word)
{
    return gt_look_blend(gt_look_of(listing->study, &word->holder), word->verdict);
}

static void add_block(struct listing *listing, const struct gt_undecided_word *word)
{
    uint64_t size = gt_heap_size(&listing->study->heap->graph, word->block);
    uint64_t look = look_of(listing, word), *number = gt_map_find(&listing->by_look, look);

    if (!number) {
        if (listing->rows.len == MAX_ALIKE) return;
        number = gt_map_put(&listing->by_look, look, NULL);
        *number = listing->rows.len;
        ((struct row *)gt_vec_push(&listing->rows))->number = (uint32_t)*number;
    }
    struct row *row = gt_vec_at(&listing->rows, *number);
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

static void sort_rows(struct listing *listing)
{
    if (listing->rows.len)
        qsort(listing->rows.data, listing->rows.len, sizeof(struct row), by_bytes);
}

/* ---- rows by holder ------------------------------------------------------------------------ */

static void join_rows(struct row *into, const struct row *row)
{
    into->count += row->count;
    into->bytes += row->bytes;
    if (row->largest <= into->largest) return;
    into->largest = row->largest;
    into->word = row->word;
}

static const char *key_of(struct listing *listing, const struct gt_undecided_word *word)
{
    bool none = word->holder.object == GT_NO_OBJECT && word->holder.root == GT_NO_ROOT;

    return gt_arena_format(listing->study->storage, "%u%s", word->verdict,
                           none ? "" : gt_key_of(&listing->keys, &word->holder));
}

/* The largest rows, with those joined that have alike holders. */
static void join_alike(struct listing *listing)
{
    struct gt_strmap known = {0};
    size_t kept = 0;
    bool added;

    sort_rows(listing);
    for (size_t i = 0; i < listing->rows.len && i < MAX_KEYED; i++) {
        struct row *row = gt_vec_at(&listing->rows, i);
        uint64_t *first = gt_strmap_put(&known, key_of(listing, &row->word), &added);
        if (added) *first = kept;
        listing->place[row->number] = (uint32_t)*first;
        if (added)
            memmove(gt_vec_at(&listing->rows, kept++), row, sizeof *row);
        else
            join_rows(gt_vec_at(&listing->rows, *first), row);
    }
    listing->rows.len = kept;
    gt_strmap_free(&known);
}

/* Orders the joined rows; those after the first few are not told. */
static void order_joined(struct listing *listing, size_t rows)
{
    uint32_t now[MAX_KEYED];

    for (size_t i = 0; i < listing->rows.len; i++)
        ((struct row *)gt_vec_at(&listing->rows, i))->number = (uint32_t)i;
    sort_rows(listing);
    for (uint32_t i = 0; i < listing->rows.len; i++)
        now[((struct row *)gt_vec_at(&listing->rows, i))->number] = i < MAX_TOLD ? i : NOT_TOLD;
    for (size_t i = 0; i < rows; i++)
        if (listing->place[i] != NOT_TOLD) listing->place[i] = now[listing->place[i]];
    if (listing->rows.len > MAX_TOLD) listing->rows.len = MAX_TOLD;
}

static void make_rows(struct listing *listing)
{
    size_t rows = listing->rows.len;

    listing->place = gt_alloc((rows + 1) * sizeof *listing->place);
    for (size_t i = 0; i < rows; i++)
        listing->place[i] = NOT_TOLD;
    join_alike(listing);
    order_joined(listing, rows);
}

/* ---- what hangs off them ------------------------------------------------------------------- */

/* The place of the row that tells of a block; NOT_TOLD when none does. */
static uint32_t place_of(const struct listing *listing, const struct gt_undecided_word *word)
{
    const uint64_t *number = gt_map_find(&listing->by_look, look_of(listing, word));

    return number ? listing->place[*number] : NOT_TOLD;
}

static bool may_be_heavy(const struct listing *listing, uint32_t block)
{
    const struct gt_heap *graph = &listing->study->heap->graph;

    return block < graph->scan_objects && gt_heap_size(graph, block) >= HEAVY_BLOCK;
}

/* Blocks without pointers keep nothing; of small ones it is not asked. */
static void weigh_rows(const struct listing *listing, struct gt_undecided *told)
{
    const struct gt_vec *words = &listing->study->windows->undecided_words;
    struct gt_vec groups[MAX_TOLD];
    uint64_t bytes[MAX_TOLD] = {0};
    bool any = false;

    for (size_t i = 0; i < listing->rows.len; i++)
        groups[i] = GT_VEC_OF(uint32_t);
    for (size_t i = 0; i < words->len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(words, i);
        if (!gt_bit(&listing->study->windows->undecided, word->block) ||
            !may_be_heavy(listing, word->block))
            continue;
        uint32_t place = place_of(listing, word);
        if (place == NOT_TOLD) continue;
        gt_vec_add(&groups[place], &word->block);
        any = true;
    }
    if (any) gt_blocks_retained(listing->study, groups, (uint32_t)listing->rows.len, bytes);
    for (size_t i = 0; i < listing->rows.len; i++) {
        if (groups[i].len) told[i].retained_bytes = (int64_t)bytes[i];
        gt_vec_free(&groups[i]);
    }
}

/* ---- telling ------------------------------------------------------------------------------- */

static const char *root_text(const struct gt_study *study, uint32_t root)
{
    char field[MAX_FIELD];
    gt_type_id type;
    const char *name =
        gt_root_name(study, gt_root_at(study->roots, root), false, field, sizeof field, &type);

    return gt_arena_format(study->storage, "%s%s", name, field);
}

static const char *holder_text(const struct gt_study *study, const struct gt_holder *holder,
                               const struct gt_path *path)
{
    if (holder->object == GT_NO_OBJECT) return root_text(study, holder->root);
    const char *field = gt_holder_field(study, holder);
    if (field || !path->count) return field;
    return gt_arena_format(study->storage, "an object that %s leads to", path->steps[0].what);
}

static uint64_t word_address(const struct gt_study *study, const struct gt_holder *holder)
{
    uint64_t user;

    if (holder->object == GT_NO_OBJECT) return gt_root_at(study->roots, holder->root)->addr;
    return gt_goheap_user(study->heap, holder->object, &user) + holder->offset;
}

static void tell_row(struct listing *listing, const struct row *row, struct gt_undecided *out)
{
    const struct gt_study *study = listing->study;
    const struct gt_holder *holder = &row->word.holder;

    bool pointers = row->word.block < study->heap->graph.scan_objects;
    *out = (struct gt_undecided){.count = row->count,
                                 .bytes = row->bytes,
                                 .block = gt_block_of(study, row->word.block),
                                 .reason = gt_verdict_name(row->word.verdict),
                                 .retained_bytes = pointers ? GT_UNKNOWN : 0};
    if (holder->object == GT_NO_OBJECT && holder->root == GT_NO_ROOT) return;
    out->path = gt_path_to(&listing->keys, holder);
    out->holder = holder_text(study, holder, &out->path);
    out->word = word_address(study, holder);
}

static void tell_rows(struct listing *listing, struct gt_report *report)
{
    size_t count = listing->rows.len;
    struct gt_undecided *told = gt_arena_alloc(listing->study->storage, count * sizeof *told);

    for (size_t i = 0; i < count; i++)
        tell_row(listing, gt_vec_at(&listing->rows, i), &told[i]);
    weigh_rows(listing, told);
    report->undecided = told;
    report->undecided_count = count;
}

static void sum_up(const struct gt_study *study, struct gt_report *report)
{
    const struct gt_bitmap *undecided = &study->windows->undecided;
    uint64_t bytes[2] = {0}; /* in blocks without pointers; and with */

    for (size_t i = gt_bitmap_next(undecided, 0); i < undecided->bits;
         i = gt_bitmap_next(undecided, i + 1)) {
        report->coverage.undecided_blocks++;
        bytes[i < study->heap->graph.scan_objects] +=
            gt_heap_size(&study->heap->graph, (uint32_t)i);
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

void gt_undecided_tell(struct gt_study *study, struct gt_report *report)
{
    struct listing listing = {.study = study, .rows = GT_VEC_OF(struct row)};
    struct gt_bitmap *undecided = &study->windows->undecided;
    const struct gt_vec *words = &study->windows->undecided_words;

    for (size_t i = 0; i < (undecided->bits + 63) / 64; i++)
        undecided->words[i] &= study->innocent.words[i];
    gt_keys_init(&listing.keys, study);
    for (size_t i = 0; i < words->len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(words, i);
        if (gt_bit(undecided, word->block)) add_block(&listing, word);
    }
    make_rows(&listing);
    tell_rows(&listing, report);
    sum_up(study, report);
    gt_keys_deinit(&listing.keys);
    gt_vec_free(&listing.rows);
    gt_map_free(&listing.by_look);
    gt_free(listing.place);
}
