#include "inspector/detect/windows/main_holders.h"

enum { MAX_LOOKED_AT = 16 }; /* windows of one block */

struct holding { /* of one key */
    uint64_t bytes;
    bool named; /* the holder is a field of a named struct, or a variable */
};

struct choosing {
    struct gt_study *study;
    struct gt_windows *windows;
    struct gt_keys keys;
    struct gt_map by_look;   /* look -> number of its key + 1 */
    struct gt_strmap by_key; /* key -> number + 1 */
    struct gt_vec holdings;  /* struct holding, by number */
};

static size_t looked_at(const struct gt_windowed *block)
{
    return block->count < MAX_LOOKED_AT ? block->count : MAX_LOOKED_AT;
}

/* The number of a holder's key. */
static uint32_t number_of(struct choosing *choosing, const struct gt_holder *holder)
{
    uint64_t *by_look = gt_map_put(&choosing->by_look, gt_look_of(choosing->study, holder), NULL);
    bool added;

    if (*by_look) return (uint32_t)(*by_look - 1);
    uint64_t *by_key = gt_strmap_put(&choosing->by_key, gt_key_of(&choosing->keys, holder), &added);
    if (added) {
        struct holding holding = {.named = holder->object == GT_NO_OBJECT ||
                                           gt_holder_field(choosing->study, holder)};
        gt_vec_add(&choosing->holdings, &holding);
        *by_key = choosing->holdings.len;
    }
    *by_look = *by_key;
    return (uint32_t)(*by_key - 1);
}

/* The numbers of a block's holders, by window. */
static void numbers_of(struct choosing *choosing, const struct gt_windowed *block,
                       uint32_t *numbers)
{
    for (size_t i = 0; i < looked_at(block); i++)
        numbers[i] = number_of(choosing, &gt_window_of(choosing->windows, block, i)->holder);
}

static struct holding *holding_at(const struct choosing *choosing, uint32_t number)
{
    return gt_vec_at(&choosing->holdings, number);
}

/* A holder of several windows of the block counts once. */
static void weigh(struct choosing *choosing, const struct gt_windowed *block)
{
    uint32_t numbers[MAX_LOOKED_AT];

    numbers_of(choosing, block, numbers);
    for (size_t i = 0; i < looked_at(block); i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= numbers[j] == numbers[i];
        if (!again) holding_at(choosing, numbers[i])->bytes += block->size;
    }
}

/* Those that weigh the same are told apart by which was seen first: alike blocks get the same. */
static bool is_better(const struct choosing *choosing, uint32_t number, uint32_t than)
{
    const struct holding *a = holding_at(choosing, number), *b = holding_at(choosing, than);

    if (a->bytes != b->bytes) return a->bytes > b->bytes;
    if (a->named != b->named) return a->named;
    return number < than;
}

static void choose(struct choosing *choosing, struct gt_windowed *block)
{
    uint32_t numbers[MAX_LOOKED_AT];

    numbers_of(choosing, block, numbers);
    for (size_t i = 1; i < looked_at(block); i++)
        if (is_better(choosing, numbers[i], numbers[block->main])) block->main = i;
}

/* Where every block has one window there is nothing to choose. */
static bool any_choice(const struct gt_windows *windows)
{
    for (size_t i = 0; i < windows->blocks.len; i++)
        if (((const struct gt_windowed *)gt_vec_at(&windows->blocks, i))->count > 1) return true;
    return false;
}

void gt_main_holders_choose(struct gt_study *study, struct gt_windows *windows)
{
    struct choosing choosing = {
        .study = study, .windows = windows, .holdings = GT_VEC_OF(struct holding)};

    if (!any_choice(windows)) return;
    gt_keys_init(&choosing.keys, study);
    for (size_t i = 0; i < windows->blocks.len; i++)
        weigh(&choosing, gt_vec_at(&windows->blocks, i));
    for (size_t i = 0; i < windows->blocks.len; i++)
        choose(&choosing, gt_vec_at(&windows->blocks, i));
    gt_map_free(&choosing.by_look);
    gt_strmap_free(&choosing.by_key);
    gt_vec_free(&choosing.holdings);
    gt_keys_deinit(&choosing.keys);
}

const char *gt_main_holders_others(struct gt_keys *keys, const struct gt_windows *windows,
                                   const struct gt_windowed *block)
{
    const struct gt_study *study = keys->study;
    const char *told[3] = {gt_key_of(keys, &gt_window_main(windows, block)->holder)};
    const char *others = NULL;
    size_t count = 1;

    for (size_t i = 0; i < looked_at(block) && count < sizeof told / sizeof *told; i++) {
        const struct gt_holder *holder = &gt_window_of(windows, block, i)->holder;
        const char *key = gt_key_of(keys, holder), *name = gt_holder_name(keys, holder);
        bool again = strcmp(name, "it") == 0;
        for (size_t j = 0; j < count; j++)
            again |= strcmp(key, told[j]) == 0;
        if (again) continue;
        told[count++] = key;
        others = others ? gt_arena_format(study->storage, "%s and %s", others, name) : name;
    }
    return others;
}
