/*
 * Deferred calls that pile up. A defer in a loop makes a record in each iteration, and no record
 * runs before the function returns. More than a few records of one frame from one site prove the
 * loop. The piles of one function are one cause, for all sites and goroutines, since one change
 * fixes its loop.
 *
 * A pile keeps its records and what their closures hold. The cause takes away every edge into the
 * records (from the g, from record to record, from the roots that the collector makes of them), the
 * roots of their closures, and timers that only these calls could stop.
 */
#include "inspector/base/hash.h"
#include "inspector/base/search.h"
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/timers/deferred_timers.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    LOOP = 8,   /* more records than this from one site of one frame prove a loop */
    MANY = 100, /* calls that are reported even if they keep little */
};

struct record {
    uint64_t address, sp, pc, fn;
    uint64_t from; /* the word that leads to it: in the g, or the link of the record before it */
};

struct pile {
    uint32_t goroutine;
    size_t first, count; /* indices of its records in `piled` */
};

struct pile_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    uint32_t goroutine;
    struct gt_vec records; /* struct record: of one goroutine */
    struct gt_map seen;    /* all records, so that lists that share records are read once */
    struct gt_vec piled;   /* struct record: of all piles; those of one pile are adjacent and sorted
                            * by address */
    struct gt_vec piles;   /* struct pile */
    struct gt_groups functions; /* number of a pile, by the function that defers */
};

static bool read_record(const struct gt_process *process, uint64_t addr, struct record *record)
{
    return gt_process_field(process, addr, GT_F__defer_sp, &record->sp) &&
           gt_process_field(process, addr, GT_F__defer_pc, &record->pc) &&
           gt_process_field(process, addr, GT_F__defer_fn, &record->fn);
}

/* The records of a list, innermost first. A record of a range-over-func body stands for the list at
 * *head instead (1.22+, runtime/panic.go, deferrangefunc). */
static void read_list(struct pile_finder *pile_finder, uint64_t addr, uint64_t from, uint64_t sp,
                      uint64_t pc)
{
    struct gt_process *process = pile_finder->analysis->process;

    while (addr) {
        struct record record = {.address = addr, .from = from};
        uint64_t ranged = 0, head = 0, list = 0;
        bool added;
        gt_map_put(&pile_finder->seen, addr, &added);
        if (!added || !read_record(process, addr, &record)) {
            gt_process_lost(process, GT_OF_DEFERS, "deferred call at 0x%" PRIx64 ": %s", addr,
                            added ? "not in the core" : "listed twice");
            if (!added) gt_vec_clear(&pile_finder->records);
            return;
        }
        if (sp) record.sp = sp, record.pc = record.pc ? record.pc : pc;
        gt_process_field(process, addr, GT_F__defer_rangefunc, &ranged);
        if (!sp && ranged && gt_process_field(process, addr, GT_F__defer_head, &head) &&
            gt_mem_u64(process->mem, head, &list))
            read_list(pile_finder, list, head, record.sp ? record.sp : addr, record.pc);
        else
            gt_vec_add(&pile_finder->records, &record);
        from = addr + gt_off(&process->layout, GT_F__defer_link);
        if (!gt_process_field(process, addr, GT_F__defer_link, &addr)) return;
    }
}

static int by_site(const void *a, const void *b)
{
    const struct record *left = a, *right = b;

    if (left->sp != right->sp) return left->sp < right->sp ? -1 : 1;
    if (left->pc != right->pc) return left->pc < right->pc ? -1 : 1;
    return left->address < right->address ? -1 : left->address > right->address;
}

static uint64_t address_of(const void *records, size_t index)
{
    return ((const struct record *)records)[index].address;
}

/* The records of one site are sorted by address. */
static bool holds(const struct record *records, size_t count, uint64_t addr, uint64_t size)
{
    size_t up_to = gt_upper_bound(records, 0, count, addr, address_of);

    return up_to && addr - records[up_to - 1].address < size;
}

static const struct pile *pile_at(const struct pile_finder *pile_finder, uint32_t number)
{
    return gt_vec_at(&pile_finder->piles, number);
}

static const struct record *records_of(const struct pile_finder *pile_finder,
                                       const struct pile *pile)
{
    return gt_vec_at(&pile_finder->piled, pile->first);
}

static void take_records(const struct pile_finder *pile_finder, const struct pile *pile,
                         struct gt_cause *cause)
{
    const struct gt_heap_analysis *analysis = pile_finder->analysis;
    const struct record *records = records_of(pile_finder, pile);
    size_t count = pile->count;
    uint64_t size = analysis->process->layout.size[GT_S__defer];
    uint32_t first = analysis->baseline->first_root[pile->goroutine];

    for (size_t i = 0; i < count; i++)
        gt_u64s_add(&cause->edges.words, records[i].from);
    for (uint32_t i = 0; i < analysis->baseline->root_count[pile->goroutine]; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, first + i);
        uint32_t number = first + i;
        if (root->kind == GT_ROOT_DEFER &&
            (holds(records, count, root->value, size) || holds(records, count, root->addr, size)))
            gt_u32s_add(&cause->edges.roots, number);
    }
}

/* The frame that defers: its stack pointer is the one in the records. */
static struct gt_stack site_of(const struct pile_finder *pile_finder, const struct record *record)
{
    return gt_locations_at(pile_finder->analysis->process, pile_finder->analysis->storage,
                           record->pc, true);
}

static void fill_instance(struct pile_finder *pile_finder, const struct pile *pile,
                          struct gt_instance *instance)
{
    struct gt_heap_analysis *analysis = pile_finder->analysis;
    const struct record *record = records_of(pile_finder, pile);
    struct gt_stack stack = site_of(pile_finder, record);

    instance->deferred.goroutine = analysis->goroutines->list[pile->goroutine].id;
    instance->deferred.site =
        stack.count ? stack.locations[0] : (struct gt_source_location){.function = "?"};
    instance->deferred.deferred_function =
        gt_heap_analysis_keep(analysis, gt_process_closure(analysis->process, record->fn));
    instance->deferred.calls = pile->count;
}

/* The piles of one function, the largest first: the number of calls, and of goroutines. */
struct extent {
    size_t calls, goroutines;
    bool same_function; /* all calls are of one function */
};

static struct extent extent_of(const struct pile_finder *pile_finder,
                               const struct gt_member *members, size_t count)
{
    struct extent extent = {.same_function = true};
    const struct gt_process *process = pile_finder->analysis->process;
    uint64_t pc, first = 0;
    struct gt_map goroutines = {0};

    for (size_t i = 0; i < count; i++) {
        const struct pile *pile = pile_at(pile_finder, members[i].item);
        bool added;
        gt_map_put(&goroutines, (uint64_t)pile->goroutine + 1, &added);
        extent.goroutines += added;
        extent.calls += pile->count;
        if (!gt_mem_u64(process->mem, records_of(pile_finder, pile)->fn, &pc)) pc = 0;
        if (!i) first = pc;
        extent.same_function = extent.same_function && pc == first;
    }
    gt_map_deinit(&goroutines);
    return extent;
}

static const char *title_of(struct gt_heap_analysis *analysis, const struct gt_instance *first,
                            const struct extent *extent)
{
    const char *of = extent->same_function ? " of " : "";
    const char *deferred = extent->same_function ? first->deferred.deferred_function : "";
    const char *in = "";

    if (extent->goroutines > 1)
        in = gt_arena_format(analysis->storage, "%s goroutines in ",
                             gt_heap_analysis_count(analysis, extent->goroutines));
    return gt_arena_format(analysis->storage,
                           "%s deferred calls%s%s pile up in %s%s, which has not returned",
                           gt_heap_analysis_count(analysis, extent->calls), of, deferred, in,
                           first->deferred.site.function);
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct pile_finder *pile_finder = ctx;
    struct gt_heap_analysis *analysis = pile_finder->analysis;
    struct gt_cause *cause = gt_causes_add(pile_finder->causes, GT_DEFERRED_CALLS, GT_PROVEN);
    struct extent extent = extent_of(pile_finder, members, count);
    const struct pile *largest = pile_at(pile_finder, members[0].item);

    gt_cause_count(cause, analysis, count);
    cause->count = extent.calls;
    cause->always = extent.calls >= MANY;
    for (size_t i = 0; i < count; i++)
        take_records(pile_finder, pile_at(pile_finder, members[i].item), cause);
    for (size_t i = 0; i < cause->instance_count; i++)
        fill_instance(pile_finder, pile_at(pile_finder, members[i].item), &cause->instances[i]);
    struct gt_instance first;
    fill_instance(pile_finder, largest, &first);
    cause->title = title_of(analysis, &first, &extent);
    struct gt_advice_facts facts = {.kind = GT_DEFERRED_CALLS,
                                    .stack = site_of(pile_finder, records_of(pile_finder, largest)),
                                    .name = first.deferred.site.function};
    cause->advice = gt_advice_text(analysis, &facts);
}

/* A function without a name is identified by its frame's pc. */
static void add_pile(struct pile_finder *pile_finder, const struct record *records, size_t count)
{
    struct pile pile = {pile_finder->goroutine, pile_finder->piled.len, count};
    struct gt_stack stack = site_of(pile_finder, records);
    const char *function = stack.count ? stack.locations[0].function : NULL;

    if (!function)
        function = gt_arena_format(pile_finder->analysis->storage, "0x%" PRIx64, records->pc);
    for (size_t i = 0; i < count; i++)
        gt_vec_add(&pile_finder->piled, &records[i]);
    gt_groups_add(&pile_finder->functions, function, count, (uint32_t)pile_finder->piles.len);
    gt_vec_add(&pile_finder->piles, &pile);
}

static void look_at_goroutine(struct pile_finder *pile_finder)
{
    const struct gt_process *process = pile_finder->analysis->process;
    uint64_t g = pile_finder->analysis->goroutines->list[pile_finder->goroutine].address, head;

    gt_vec_clear(&pile_finder->records);
    if (!gt_process_field(process, g, GT_F_g__defer, &head) || !head) return;
    read_list(pile_finder, head, g + gt_off(&process->layout, GT_F_g__defer), 0, 0);
    struct record *records = pile_finder->records.data;
    size_t count = pile_finder->records.len;
    if (count) qsort(records, count, sizeof *records, by_site);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count; next++)
            if (records[next].sp != records[i].sp || records[next].pc != records[i].pc) break;
        if (next - i > LOOP) add_pile(pile_finder, &records[i], next - i);
    }
}

void gt_detect_deferred(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct pile_finder pile_finder = {.analysis = analysis,
                                      .causes = causes,
                                      .records = GT_VEC_OF(struct record),
                                      .piled = GT_VEC_OF(struct record),
                                      .piles = GT_VEC_OF(struct pile)};
    size_t first = causes->list.len;

    gt_groups_init(&pile_finder.functions);
    for (pile_finder.goroutine = 0; pile_finder.goroutine < analysis->goroutines->count;
         pile_finder.goroutine++)
        look_at_goroutine(&pile_finder);
    gt_groups_visit(&pile_finder.functions, make_cause, &pile_finder);
    gt_deferred_take_timers(analysis, causes, first);
    gt_groups_deinit(&pile_finder.functions);
    gt_vec_deinit(&pile_finder.piles);
    gt_vec_deinit(&pile_finder.piled);
    gt_map_deinit(&pile_finder.seen);
    gt_vec_deinit(&pile_finder.records);
}
