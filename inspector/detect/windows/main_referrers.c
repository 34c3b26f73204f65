/* Gives each key of a referrer a number, and sums up the bytes of its blocks. Each block takes the
 * referrer with the largest sum. Referrers with one look have one key, which is made once. */
#include "inspector/detect/windows/main_referrers.h"

#include "inspector/detect/describe/own_names.h"

enum {
    MAX_LOOKED_AT = 16, /* windows of one block that count */
    MAX_SHOWN = 4,      /* names in one text */
};

struct holding { /* the totals of one key */
    uint64_t bytes;
    bool named; /* the referrer is a field of a named struct, or a variable */
};

struct chooser {
    struct gt_heap_analysis *analysis;
    struct gt_windows *windows;
    struct gt_keys keys;
    struct gt_map by_look;   /* look -> number of its key + 1 */
    struct gt_strmap by_key; /* key -> number + 1 */
    struct gt_vec holdings;  /* struct holding, by number */
};

static size_t looked_at(const struct gt_window_block *block)
{
    return block->count < MAX_LOOKED_AT ? block->count : MAX_LOOKED_AT;
}

/* The number of a referrer's key. */
static uint32_t number_of(struct chooser *chooser, const struct gt_referrer *referrer)
{
    uint64_t *by_look =
        gt_map_put(&chooser->by_look, gt_look_of(chooser->analysis, referrer), NULL);
    bool added;

    if (*by_look) return (uint32_t)(*by_look - 1);
    uint64_t *by_key = gt_strmap_put(&chooser->by_key, gt_key_of(&chooser->keys, referrer), &added);
    if (added) {
        struct holding holding = {.named = referrer->object == GT_NO_OBJECT ||
                                           gt_referrer_field(chooser->analysis, referrer)};
        gt_vec_add(&chooser->holdings, &holding);
        *by_key = chooser->holdings.len;
    }
    *by_look = *by_key;
    return (uint32_t)(*by_key - 1);
}

/* The numbers of a block's referrers, by window. */
static void numbers_of(struct chooser *chooser, const struct gt_window_block *block,
                       uint32_t *numbers)
{
    for (size_t i = 0; i < looked_at(block); i++)
        numbers[i] = number_of(chooser, &gt_window_of(chooser->windows, block, i)->referrer);
}

static struct holding *holding_at(const struct chooser *chooser, uint32_t number)
{
    return gt_vec_at(&chooser->holdings, number);
}

/* A referrer of several windows of the block counts once. */
static void weigh(struct chooser *chooser, const struct gt_window_block *block)
{
    uint32_t numbers[MAX_LOOKED_AT];

    numbers_of(chooser, block, numbers);
    for (size_t i = 0; i < looked_at(block); i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= numbers[j] == numbers[i];
        if (!again) holding_at(chooser, numbers[i])->bytes += block->size;
    }
}

/* Equal totals are ordered by which was seen first, so that blocks with the same referrers get the
 * same one. */
static bool is_better(const struct chooser *chooser, uint32_t number, uint32_t than)
{
    const struct holding *a = holding_at(chooser, number), *b = holding_at(chooser, than);

    if (a->bytes != b->bytes) return a->bytes > b->bytes;
    if (a->named != b->named) return a->named;
    return number < than;
}

static void choose(struct chooser *chooser, struct gt_window_block *block)
{
    uint32_t numbers[MAX_LOOKED_AT];

    numbers_of(chooser, block, numbers);
    for (size_t i = 1; i < looked_at(block); i++)
        if (is_better(chooser, numbers[i], numbers[block->main])) block->main = i;
}

/* If every block has one window, there is nothing to choose. */
static bool any_choice(const struct gt_windows *windows)
{
    for (size_t i = 0; i < windows->blocks.len; i++)
        if (((const struct gt_window_block *)gt_vec_at(&windows->blocks, i))->count > 1)
            return true;
    return false;
}

void gt_main_referrers_choose(struct gt_heap_analysis *analysis, struct gt_windows *windows)
{
    struct chooser chooser = {
        .analysis = analysis, .windows = windows, .holdings = GT_VEC_OF(struct holding)};

    if (!any_choice(windows)) return;
    gt_keys_init(&chooser.keys, analysis);
    for (size_t i = 0; i < windows->blocks.len; i++)
        weigh(&chooser, gt_vec_at(&windows->blocks, i));
    for (size_t i = 0; i < windows->blocks.len; i++)
        choose(&chooser, gt_vec_at(&windows->blocks, i));
    gt_map_deinit(&chooser.by_look);
    gt_strmap_deinit(&chooser.by_key);
    gt_vec_deinit(&chooser.holdings);
    gt_keys_deinit(&chooser.keys);
}

/* ---- names for advice ---------------------------------------------------------------------- */

/* Is it a global without a name? Each word of one would be a place of its own. */
static bool is_unnamed(const char *name)
{
    return strncmp(name, "the global at ", strlen("the global at ")) == 0;
}

#define KEYS "the keys of "
#define BOTH "the keys and values of "

/* The map whose keys have this name; NULL if it is no name of keys. */
static const char *map_of_keys(const char *name)
{
    return strncmp(name, KEYS, sizeof KEYS - 1) == 0 ? name + sizeof KEYS - 1 : NULL;
}

/* One name for two, if they are equal, or the keys and the values of one map; else NULL. */
static const char *joined(const char *left, const char *right, struct gt_arena *storage)
{
    const char *left_map = map_of_keys(left), *right_map = map_of_keys(right);

    if (strcmp(left, right) == 0) return left;
    if (strncmp(left, BOTH, sizeof BOTH - 1) == 0)
        return strcmp(left + sizeof BOTH - 1, right_map ? right_map : right) == 0 ? left : NULL;
    if (left_map && strcmp(left_map, right) == 0) return gt_arena_format(storage, BOTH "%s", right);
    if (right_map && strcmp(right_map, left) == 0) return gt_arena_format(storage, BOTH "%s", left);
    return NULL;
}

static void add_name(struct gt_referrer_names *names, const char *name, struct gt_arena *storage)
{
    if (strcmp(name, "it") == 0 || names->count == GT_MOST_REFERRERS) return;
    if (is_unnamed(name) && names->unnamed) return;
    names->unnamed |= is_unnamed(name);
    for (size_t i = 0; i < names->count; i++) {
        const char *one = joined(names->at[i], name, storage);
        if (one) names->at[i] = one;
        if (one) return;
    }
    names->at[names->count++] = name;
}

void gt_referrer_names_add(struct gt_referrer_names *names, struct gt_keys *keys,
                           const struct gt_windows *windows, const struct gt_window_block *block)
{
    struct gt_arena *storage = keys->analysis->storage;

    add_name(names, gt_own_name(keys, &gt_window_main(windows, block)->referrer), storage);
    for (size_t i = 0; i < looked_at(block); i++)
        add_name(names, gt_own_name(keys, &gt_window_of(windows, block, i)->referrer), storage);
}

const char *gt_referrer_names_others(const struct gt_referrer_names *names,
                                     struct gt_arena *storage)
{
    if (names->count < 2) return NULL;
    if (names->count == 2) return names->at[1];
    return gt_arena_format(storage, "%s and %s", names->at[1], names->at[2]);
}

const char *gt_referrer_names_text(const struct gt_referrer_names *names, struct gt_arena *storage)
{
    size_t shown = names->count <= MAX_SHOWN + 1 ? names->count : MAX_SHOWN;
    const char *text = shown ? names->at[0] : NULL;

    for (size_t i = 1; i < shown; i++)
        text = gt_arena_format(storage, "%s%s in %s", text, i + 1 == names->count ? " and" : ",",
                               names->at[i]);
    if (shown < names->count)
        text = gt_arena_format(storage, "%s and in %zu more places", text, names->count - shown);
    return text;
}
