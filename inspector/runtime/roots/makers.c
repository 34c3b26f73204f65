/* Takes return addresses from the stacks that were used, reads the code of their functions up to
 * these addresses, and then all code of the functions that it calls, two calls deep. What this code
 * refers to gives the kinds that it may make. */
#include "inspector/runtime/roots/makers.h"

#include "inspector/base/hash.h"
#include "inspector/base/numbers.h"
#include "inspector/runtime/process/callers.h"
#include "inspector/runtime/process/code_references.h"
#include "inspector/runtime/roots/kinds.h"
#include "inspector/runtime/roots/stack_use.h"

enum { WORD = 8 };

struct functions {
    struct gt_map known;    /* an entry -> up to where the function has run */
    struct gt_u64s entries; /* in the order in which they were found */
};

struct finder {
    const struct gt_goheap *heap;
    struct gt_map kinds;      /* a kind of the wanted -> whether code has run that makes objects of
                               * it */
    struct functions ran;     /* functions that have run */
    struct functions called;  /* functions that they called */
    struct functions callees; /* functions that these call */
    struct gt_map seen;       /* addresses that code refers to */
};

static uint64_t *add(struct functions *functions, uint64_t entry)
{
    bool added;
    uint64_t *to = gt_map_put(&functions->known, entry, &added);

    if (added) gt_u64s_add(&functions->entries, entry);
    return to;
}

static void deinit(struct functions *functions)
{
    gt_map_deinit(&functions->known);
    gt_u64s_deinit(&functions->entries);
}

/* ---- what has run -------------------------------------------------------------------------- */

static bool find_function(const struct finder *finder, uint64_t pc, struct gt_func *out)
{
    const struct gt_pclntab *tab;

    return gt_text_find(&finder->heap->process->code, pc, &tab, out);
}

/* Records that the function has run up to pc. A return address is after a call, so never at a
 * function's first instruction. */
static void run_to(struct finder *finder, uint64_t pc)
{
    struct gt_func func;

    if (!find_function(finder, pc, &func) || func.entry == pc) return;
    uint64_t *to = add(&finder->ran, func.entry);
    if (pc > *to) *to = pc;
}

static void look_through_stack(void *ctx, uint64_t from, uint64_t to, enum gt_stack_use use)
{
    struct finder *finder = ctx;
    uint64_t word;

    if (use != GT_STACK_USED) return;
    for (uint64_t at = from; at + WORD <= to; at += WORD) {
        if (!gt_mem_u64(finder->heap->process->mem, at, &word)) return;
        run_to(finder, word);
    }
}

/* ---- what it makes ------------------------------------------------------------------------- */

static void make(struct finder *finder, uint64_t kind)
{
    uint64_t *made = gt_map_find(&finder->kinds, kind);

    if (made) *made = true;
}

static void see_target(void *ctx, uint64_t target)
{
    struct finder *finder = ctx;
    uint64_t kinds[GT_KINDS_OF_TARGET];
    bool added;

    gt_map_put(&finder->seen, target, &added);
    size_t count = added ? gt_kinds_of_target(finder->heap, target, kinds) : 0;
    for (size_t i = 0; i < count; i++)
        make(finder, kinds[i]);
}

static void see_call(void *ctx, uint64_t target, uint64_t pc)
{
    struct finder *finder = ctx;

    (void)pc;
    add(&finder->called, target);
}

static void see_function(struct finder *finder, uint64_t entry, uint64_t to)
{
    const struct gt_process *process = finder->heap->process;

    see_target(finder, entry);
    gt_code_references_in(process, entry, to, see_target, finder);
    gt_calls_in(process, entry, to, see_call, finder);
}

static void see_callee(void *ctx, uint64_t target, uint64_t pc)
{
    struct finder *finder = ctx;

    (void)pc;
    if (!gt_map_find(&finder->called.known, target)) add(&finder->callees, target);
}

static void see_called(struct finder *finder, uint64_t entry, bool calls_too)
{
    const struct gt_process *process = finder->heap->process;
    struct gt_func func;

    if (!find_function(finder, entry, &func) || func.entry != entry) return;
    gt_code_references_in(process, entry, func.end, see_target, finder);
    if (calls_too) gt_calls_in(process, entry, func.end, see_callee, finder);
}

static void see_all(struct finder *finder)
{
    for (size_t i = 0; i < finder->ran.entries.len; i++) {
        uint64_t entry = finder->ran.entries.at[i];
        see_function(finder, entry, *gt_map_find(&finder->ran.known, entry));
    }
    for (size_t i = 0; i < finder->called.entries.len; i++)
        see_called(finder, finder->called.entries.at[i], true);
    for (size_t i = 0; i < finder->callees.entries.len; i++)
        see_called(finder, finder->callees.entries.at[i], false);
}

void gt_makers_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_bitmap *recent, const struct gt_bitmap *wanted,
                    struct gt_bitmap *made)
{
    struct finder finder = {.heap = heap};

    for (size_t i = gt_bitmap_next(wanted, 0); i < wanted->bits; i = gt_bitmap_next(wanted, i + 1))
        gt_map_put(&finder.kinds, gt_kind_of(heap, (uint32_t)i), NULL);
    gt_stack_use(heap, goroutines, recent, look_through_stack, &finder);
    gt_stack_use_freed(heap, recent, look_through_stack, &finder);
    see_all(&finder);
    for (size_t i = gt_bitmap_next(wanted, 0); i < wanted->bits; i = gt_bitmap_next(wanted, i + 1))
        if (*gt_map_find(&finder.kinds, gt_kind_of(heap, (uint32_t)i))) gt_bit_set(made, i);
    gt_map_deinit(&finder.kinds);
    deinit(&finder.ran);
    deinit(&finder.called);
    deinit(&finder.callees);
    gt_map_deinit(&finder.seen);
}
