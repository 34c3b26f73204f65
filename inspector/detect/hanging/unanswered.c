/* A fixpoint over code. The calls that running goroutines can reach are noted as answers. A
 * goroutine that one of them answers runs, too, and its code is added. Functions that the heap
 * leads to are added last, if a crowd is still left. */
#include "inspector/detect/hanging/unanswered.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/hanging/one_answer.h"
#include "inspector/runtime/waits/blocked.h"
#include "inspector/runtime/waits/code_reach.h"
#include "inspector/runtime/waits/stack_reach.h"
#include "inspector/runtime/waits/unseen_callers.h"

#include <string.h>

enum {
    MAX_ROUNDS = 64, /* rounds of waking; if they do not suffice, no goroutine is judged */
    MAX_SKIPPED = 16 /* frames of the runtime and of sync above the program's */
};

struct answer_finder {
    struct gt_heap_analysis *analysis;
    const struct gt_abandoned *abandoned;
    struct gt_code_reach reach;
    struct gt_map parked; /* pcs at which running goroutines wait for channels that are known */
    struct gt_answers answers;
    struct gt_map places;  /* same_place -> what its goroutines are, + 1 */
    struct gt_map sharers; /* channel or condition -> how many receive from it, or wait for it */
    struct gt_map boxed;   /* those of them that are in an interface, as a context's channel is */
    bool heap_read;        /* `boxed` has all of them */
    bool locks;            /* many wait for locks */
    uint8_t *needs;        /* by goroutine: not known to be answered */
    bool *runs;            /* by goroutine: its code was added */
};

/* The call at which a running goroutine waits is left out: its wait says better what it answers. */
static void take_call(void *ctx, const struct gt_reached_call *call)
{
    struct answer_finder *finder = ctx;

    if (call->place != call->next || !gt_map_find(&finder->parked, call->place))
        gt_answers_take(&finder->answers, call);
}

/* ---- what goroutines need ------------------------------------------------------------------ */

static enum gt_answer need_of(const struct gt_blocked *blocked)
{
    if (blocked->what == GT_THING_CHANNEL)
        return blocked->action == GT_ACTION_SEND ? GT_ANSWER_RECEIVE : GT_ANSWER_SEND;
    if (blocked->what == GT_THING_CONDITION) return GT_ANSWER_SIGNAL;
    if (blocked->what == GT_THING_MUTEX || blocked->what == GT_THING_RWMUTEX)
        return GT_ANSWER_UNLOCK;
    return blocked->what == GT_THING_WAIT_GROUP ? GT_ANSWER_DONE : 0;
}

static struct gt_blocked blocked_on(const struct answer_finder *finder, uint32_t number, size_t i)
{
    const struct gt_heap_analysis *analysis = finder->analysis;

    return gt_blocked_on(&analysis->baseline->waits, &analysis->goroutines->list[number],
                         &analysis->baseline->wait[number], i);
}

static gt_type_id element_of(const struct gt_process *process, uint64_t channel)
{
    uint64_t type;

    return gt_process_field(process, channel, GT_F_hchan_elemtype, &type)
               ? gt_types_at(process->types, type)
               : GT_NO_TYPE;
}

/* Does Go's library itself send on channels of this type? */
static bool is_librarys(const struct gt_process *process, gt_type_id element)
{
    static const char *const packages[] = {"time.", "os.",   "os/",      "net.",    "net/",
                                           "rpc.",  "http.", "context.", "reflect."};
    const char *name = gt_types_name(process->types, element);

    name += strspn(name, "*[]");
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strncmp(name, packages[i], strlen(packages[i])) == 0) return true;
    return false;
}

static void count_sharers(struct answer_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        for (size_t j = 0; analysis->baseline->blocks[i] && j < wait->objects.len; j++) {
            struct gt_blocked blocked = blocked_on(finder, i, j);
            if (need_of(&blocked) & (GT_ANSWER_SEND | GT_ANSWER_SIGNAL))
                ++*gt_map_put(&finder->sharers, blocked.address, NULL);
        }
    }
}

/* A reply comes on a channel that one goroutine alone receives from. Goroutines that share a
 * channel wait for work or for a signal. A condition is different: many share it. */
static bool may_lack(const struct answer_finder *finder, const struct gt_blocked *blocked)
{
    const uint64_t *sharers = gt_map_find(&finder->sharers, blocked->address);
    unsigned need = need_of(blocked);

    if (!(need & (GT_ANSWER_SEND | GT_ANSWER_SIGNAL))) return need != 0;
    return sharers && (need == GT_ANSWER_SIGNAL) == (*sharers > 1);
}

/* What the goroutine needs; 0 if it counts as running. */
static unsigned needs_by_things(const struct answer_finder *finder, uint32_t number)
{
    const struct gt_process *process = finder->analysis->process;
    const struct gt_wait *wait = &finder->analysis->baseline->wait[number];
    unsigned needs = 0;

    for (size_t i = 0; i < wait->objects.len; i++) {
        enum gt_case is = gt_abandoned_case(finder->abandoned, wait->objects.at[i]);
        struct gt_blocked blocked = blocked_on(finder, number, i);
        if (is == GT_CASE_SIGNAL) continue;
        if (is != GT_CASE_OWN || !may_lack(finder, &blocked)) return 0;
        gt_type_id element =
            blocked.what == GT_THING_CHANNEL ? element_of(process, blocked.address) : GT_NO_TYPE;
        if (blocked.what == GT_THING_CHANNEL && (!element || is_librarys(process, element)))
            return 0;
        needs |= need_of(&blocked);
    }
    return needs;
}

/* The first frame that is neither the runtime's nor of sync; frame_count if it is in Go's
 * library. */
static uint32_t first_own(struct answer_finder *finder, const struct gt_goroutine *g)
{
    const struct gt_heap_analysis *analysis = finder->analysis;

    for (uint32_t i = 0; i < g->frame_count && i < MAX_SKIPPED; i++) {
        uint64_t pc = gt_g_frame(analysis->goroutines, g, i)->pc - 1;
        const char *name = gt_process_function(analysis->process, pc);
        if (gt_code_is_programs(&finder->reach, pc)) return i;
        if (!gt_is_runtimes(name) && !gt_is_in_package(name, "sync") &&
            !gt_is_in_package(name, "internal/sync"))
            break;
    }
    return g->frame_count;
}

enum place { RUNS, ONE_ANSWER, SENDS };

/* Goroutines of one place have the same frames. */
static enum place place_of(struct answer_finder *finder, uint32_t number, unsigned needs)
{
    const struct gt_goroutine *g = &finder->analysis->goroutines->list[number];
    bool added, certain = needs & (GT_ANSWER_RECEIVE | GT_ANSWER_DONE | GT_ANSWER_UNLOCK);
    uint64_t *known = gt_map_put(&finder->places, g->same_place, &added);

    if (!added) return (enum place)(*known - 1);
    uint32_t first = first_own(finder, g);
    *known = RUNS + 1;
    if (first == g->frame_count) return RUNS;
    if (certain)
        *known = SENDS + 1;
    else if (gt_waits_for_one_answer(finder->analysis, g, first, needs & GT_ANSWER_SIGNAL))
        *known = ONE_ANSWER + 1;
    return (enum place)(*known - 1);
}

/* A goroutine that holds a lock while it waits stops all that wait for the lock. */
static bool many_wait_for_locks(const struct answer_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    size_t count = 0;

    for (uint32_t i = 0; i < analysis->goroutines->count && count < GT_MANY_ALIKE; i++) {
        if (!analysis->baseline->blocks[i] || analysis->baseline->wait[i].kind != GT_WAIT_SYNC)
            continue;
        struct gt_blocked blocked = blocked_on(finder, i, 0);
        count += blocked.what == GT_THING_MUTEX || blocked.what == GT_THING_RWMUTEX;
    }
    return count >= GT_MANY_ALIKE;
}

static bool may_wait_in_vain(const struct answer_finder *finder, uint32_t number)
{
    return finder->analysis->baseline->blocks[number] && !finder->abandoned->hangs[number] &&
           !finder->abandoned->is[number];
}

/* Are many goroutines left at one place, or one with a lock for which many wait? */
static bool has_crowd(const struct answer_finder *finder)
{
    const struct gt_goroutines *all = finder->analysis->goroutines;
    struct gt_map counts = {0};
    bool many = false;

    for (uint32_t i = 0; i < all->count && !many; i++) {
        if (!finder->needs[i] || finder->needs[i] == GT_ANSWER_UNLOCK) continue;
        many =
            finder->locks || ++*gt_map_put(&counts, all->list[i].same_place, NULL) >= GT_MANY_ALIKE;
    }
    gt_map_deinit(&counts);
    return many;
}

/* The code is read only if there is a crowd to judge. */
static void find_needs(struct answer_finder *finder)
{
    uint32_t count = finder->analysis->goroutines->count;

    count_sharers(finder);
    for (uint32_t i = 0; i < count; i++)
        if (may_wait_in_vain(finder, i)) finder->needs[i] = (uint8_t)needs_by_things(finder, i);
    if (!has_crowd(finder)) return;
    for (uint32_t i = 0; i < count; i++)
        if (finder->needs[i] && place_of(finder, i, finder->needs[i]) == RUNS) finder->needs[i] = 0;
}

/* ---- the goroutines that run --------------------------------------------------------------- */

/* The first word of an interface is no pointer to the collector, so all words are looked at. */
static void take_words(struct answer_finder *finder, uint64_t from, uint64_t to)
{
    const struct gt_heap *heap = &finder->analysis->heap->graph;
    const struct gt_memory *mem = finder->analysis->process->mem;
    const unsigned char *bytes = to > from ? gt_mem_at(mem, from, to - from) : NULL;

    for (uint64_t at = 0; bytes && at + 8 <= to - from; at += 8) {
        uint64_t word = gt_load64(bytes + at);
        if (!word || gt_heap_object(heap, word) != GT_NO_OBJECT) continue;
        uint64_t next = at + 16 <= to - from ? gt_load64(bytes + at + 8) : 0;
        gt_code_reach_interface(&finder->reach, word, next);
        if (gt_map_find(&finder->sharers, next) && gt_code_is_type(finder->analysis->process, word))
            gt_map_put(&finder->boxed, next, NULL);
    }
}

/* A goroutine that waits for channels answers only channels with the same types of elements. */
static void note_parked(struct answer_finder *finder, uint32_t number)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_goroutine *g = &analysis->goroutines->list[number];
    const struct gt_wait *wait = &analysis->baseline->wait[number];
    uint32_t first = first_own(finder, g);

    if (wait->kind != GT_WAIT_CHANNEL || first == g->frame_count) return;
    gt_map_put(&finder->parked, gt_g_frame(analysis->goroutines, g, first)->pc, NULL);
    for (size_t i = 0; i < wait->objects.len; i++) {
        struct gt_blocked blocked = blocked_on(finder, number, i);
        gt_type_id element = element_of(analysis->process, blocked.address);
        bool sends = blocked.action == GT_ACTION_SEND;
        gt_answers_take_type(&finder->answers, element, sends ? GT_ANSWER_SEND : GT_ANSWER_RECEIVE);
    }
}

static void add_goroutine(struct answer_finder *finder, uint32_t number)
{
    struct gt_process *process = finder->analysis->process;
    const struct gt_goroutine *g = &finder->analysis->goroutines->list[number];

    if (finder->runs[number]) return;
    finder->runs[number] = true;
    note_parked(finder, number);
    for (uint32_t i = 0; i < g->frame_count; i++) {
        uint64_t pc = gt_g_frame(finder->analysis->goroutines, g, i)->pc;
        if (gt_process_is_entry(process, pc))
            gt_code_reach_entry(&finder->reach, pc);
        else
            gt_code_reach_frame(&finder->reach, pc);
    }
    gt_code_reach_stack(&finder->reach, process, g);
    take_words(finder, g->at.sp, g->stack_hi);
    if (g->cut_off) finder->reach.whole = false;
}

/* All goroutines but those that wait in vain. */
static void add_running(struct answer_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        bool never = analysis->baseline->blocks[i] && wait->kind == GT_WAIT_NEVER;
        if (!never && !finder->needs[i] && !finder->abandoned->hangs[i] &&
            !finder->abandoned->is[i])
            add_goroutine(finder, i);
    }
}

static void take_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    struct answer_finder *finder = ctx;

    (void)offset;
    if (gt_heap_object(&finder->analysis->heap->graph, value) == GT_NO_OBJECT)
        gt_code_reach_value(&finder->reach, value);
}

/* A closure begins with its function; other objects lead to func values that are static. */
static void add_heap(struct answer_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_heap *heap = &analysis->heap->graph;

    for (uint32_t i = 0; i < heap->objects; i++) {
        if (!gt_bit(&analysis->live, i)) continue;
        gt_code_reach_value(&finder->reach, gt_heap_address(heap, i));
        if (i >= heap->scan_objects) continue;
        gt_heap_words(heap, i, take_pointer, finder);
        uint64_t addr = gt_heap_address(heap, i);
        take_words(finder, addr, addr + gt_heap_size(heap, i));
    }
}

/* Finalizers and cleanups: their functions may be static. */
static void add_specials(struct answer_finder *finder)
{
    const struct gt_specials *specials = finder->analysis->specials;

    for (size_t i = 0; i < specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(specials, i);
        for (size_t j = 0; j < sizeof special->words / sizeof *special->words; j++)
            gt_code_reach_value(&finder->reach, special->words[j]);
    }
}

/* ---- the goroutines that are answered ------------------------------------------------------ */

static bool is_answered(struct answer_finder *finder, uint32_t number)
{
    const struct gt_process *process = finder->analysis->process;
    const struct gt_wait *wait = &finder->analysis->baseline->wait[number];

    for (size_t i = 0; i < wait->objects.len; i++) {
        struct gt_blocked blocked = blocked_on(finder, number, i);
        unsigned need = need_of(&blocked);
        if (gt_abandoned_case(finder->abandoned, wait->objects.at[i]) == GT_CASE_SIGNAL) continue;
        gt_type_id element =
            blocked.what == GT_THING_CHANNEL ? element_of(process, blocked.address) : GT_NO_TYPE;
        if (gt_answers_has(&finder->answers, blocked.address, element, need)) return true;
        if (finder->heap_read && finder->reach.cancels && need == GT_ANSWER_SEND &&
            gt_map_find(&finder->boxed, blocked.address))
            return true;
    }
    return false;
}

/* Returns whether it woke any. */
static bool wake_answered(struct answer_finder *finder)
{
    bool any = false;

    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++) {
        if (!finder->needs[i] || !is_answered(finder, i)) continue;
        finder->needs[i] = 0;
        add_goroutine(finder, i);
        any = true;
    }
    return any;
}

static void settle(struct answer_finder *finder)
{
    unsigned rounds = 0;

    do
        gt_code_reach_follow(&finder->reach);
    while (wake_answered(finder) && ++rounds < MAX_ROUNDS);
    if (rounds == MAX_ROUNDS) finder->reach.whole = false;
}

/* Goroutines that wait for a lock are reported with the lock's owner (waiting/lock_roles.h). */
static void leave_out_locks(struct answer_finder *finder)
{
    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++)
        if (finder->needs[i] == GT_ANSWER_UNLOCK) finder->needs[i] = 0;
}

/* Why no goroutine is judged; NULL if they are. */
static const char *why_not(const struct answer_finder *finder)
{
    if (!finder->reach.whole) return "parts of the program's code were not understood";
    return gt_has_unseen_callers(finder->analysis->process)
               ? "C code or net/rpc may call functions of the program"
               : NULL;
}

/* False if there is no goroutine to report. */
static bool find(struct answer_finder *finder)
{
    find_needs(finder);
    if (!has_crowd(finder)) return false;
    gt_code_reach_open(&finder->reach);
    add_running(finder);
    add_specials(finder);
    settle(finder);
    if (has_crowd(finder)) {
        add_heap(finder);
        finder->heap_read = true;
        settle(finder);
    }
    const char *why = why_not(finder);
    gt_answers_note_limits(finder->analysis->process, why);
    leave_out_locks(finder);
    return !why && has_crowd(finder);
}

void gt_unanswered_find(struct gt_unanswered *unanswered, struct gt_heap_analysis *analysis,
                        const struct gt_abandoned *abandoned)
{
    struct answer_finder finder = {.analysis = analysis, .abandoned = abandoned};
    size_t count = (size_t)analysis->goroutines->count + 1;

    finder.needs = unanswered->needs = gt_calloc(count, sizeof *finder.needs);
    finder.runs = gt_calloc(count, sizeof *finder.runs);
    finder.locks = many_wait_for_locks(&finder);
    gt_answers_init(&finder.answers, analysis->process);
    gt_code_reach_init(&finder.reach, analysis->process, take_call, &finder);
    if (!find(&finder)) memset(finder.needs, 0, count * sizeof *finder.needs);
    gt_code_reach_deinit(&finder.reach);
    gt_map_deinit(&finder.parked);
    gt_answers_deinit(&finder.answers);
    gt_map_deinit(&finder.places);
    gt_map_deinit(&finder.sharers);
    gt_map_deinit(&finder.boxed);
    gt_free(finder.runs);
}

void gt_unanswered_deinit(struct gt_unanswered *unanswered)
{
    gt_free(unanswered->needs);
}
