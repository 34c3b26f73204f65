/* Spreads types into static data and out of it. */
#include "inspector/base/search.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"

/* Words of globals are sorted by address within each section: one ascending run each. */
struct run {
    const struct gt_vec *words; /* struct gt_root */
    size_t first, end;
};

static uint64_t address_at(const struct gt_vec *words, size_t index)
{
    return ((const struct gt_root *)gt_vec_at(words, index))->addr;
}

static void add_runs(struct gt_vec *runs, const struct gt_vec *words)
{
    for (size_t i = 0; i < words->len; i++) {
        struct run *last = runs->len ? gt_vec_at(runs, runs->len - 1) : NULL;
        if (((const struct gt_root *)gt_vec_at(words, i))->kind != GT_ROOT_GLOBAL) return;
        if (last && last->words == words && address_at(words, i - 1) < address_at(words, i)) {
            last->end = i + 1;
        } else {
            struct run run = {words, i, i + 1};
            gt_vec_add(runs, &run);
        }
    }
}

static uint64_t address_in_run(const void *run, size_t index)
{
    return address_at(((const struct run *)run)->words, index);
}

/* The first word of a run at or after addr. */
static size_t first_in_run(const struct run *run, uint64_t addr)
{
    return gt_lower_bound(run, run->first, run->end, addr, address_in_run);
}

static void claim_root(struct gt_typing *typing, const struct gt_root *root)
{
    struct gt_word word;

    gt_root_word(typing, root, &word);
    gt_claim_word(typing, &word);
}

/* Variables with a type of their own are no areas: words that lead only there are not read. */
static bool leads_to_variable(const struct gt_typing *typing, uint64_t value)
{
    const struct gt_debug_global *global = gt_process_global_at(typing->process, value);

    return global && gt_types_find(typing->types, global->type) != GT_NO_TYPE;
}

void gt_claim_statics(struct gt_typing *typing)
{
    const struct gt_vec *statics = &typing->roots->statics;

    typing->static_runs = GT_VEC_OF(struct run);
    add_runs(&typing->static_runs, &typing->roots->list);
    add_runs(&typing->static_runs, statics);
    for (size_t i = 0; i < statics->len; i++) {
        const struct gt_root *word = gt_vec_at(statics, i);
        if (!leads_to_variable(typing, word->value)) claim_root(typing, word);
    }
}

bool gt_claim_static(struct gt_typing *typing, const struct gt_word *word)
{
    bool is_pointer = word->kind == GT_P_POINTER;

    if (!gt_static_is_area(typing->statics, word->value)) return false;
    if (is_pointer || word->kind == GT_P_SLICE)
        gt_static_claim(typing->statics, word->value, word->type, is_pointer ? 1 : word->cap,
                        word->addr);
    return true;
}

static void claim_area(void *ctx, const struct gt_static_area *area)
{
    struct gt_typing *typing = ctx;
    uint64_t end = area->addr + area->size;

    for (size_t i = 0; i < typing->static_runs.len; i++) {
        const struct run *run = gt_vec_at(&typing->static_runs, i);
        for (size_t at = first_in_run(run, area->addr);
             at < run->end && address_at(run->words, at) < end; at++)
            claim_root(typing, gt_vec_at(run->words, at));
    }
}

bool gt_spread_statics(struct gt_typing *typing)
{
    return gt_static_settle(typing->statics, claim_area, typing);
}
