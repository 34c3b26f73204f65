/* What speaks for each goroutine that it holds something: its words, its code, what it deferred. */
#include "inspector/base/loop.h"
#include "inspector/detect/waiting/holders_impl.h"
#include "inspector/runtime/roots/stackscan.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/waits/lock_sites.h"

#include <stdlib.h>

enum {
    REACH = 4096,           /* bytes of a struct before the mutex in it */
    MAX_NEAR = 16,          /* things that one word leads to */
    MAX_CAPTURED = 4,       /* words of a closure that are looked at */
    MAX_DEFERS = 1 << 10,   /* of one goroutine */
    MAX_FOUND = 1 << 16,    /* in one goroutine */
    MAX_HOLDINGS = 1 << 20, /* in all */
    MAX_STEPS = 1 << 28,
    MAX_AROUND = 64, /* calls in one function that are compared with one another */
};

struct seeking { /* what one goroutine holds */
    struct gt_holders *holders;
    struct gt_lock_sites *sites;
    const struct gt_goroutine *g;
    uint32_t number;
    struct gt_vec found; /* struct gt_holding */
    uint64_t steps;      /* that may still be taken: damage must not make them endless */
};

/* ---- one word ------------------------------------------------------------------------------ */

/* How many bytes what a frame's word points to has; 0 when its type is not known. */
static uint64_t extent(const struct seeking *seeking, const struct gt_stack_word *word)
{
    const struct gt_study *study = seeking->holders->study;
    struct gt_root root = {.value = word->value,
                           .addr = word->addr,
                           .owner = seeking->number,
                           .frame = word->frame,
                           .kind = GT_ROOT_FRAME,
                           .in = word->in};
    struct gt_types *types = study->process->types;
    uint64_t offset = 0;
    gt_type_id type = GT_NO_TYPE;

    gt_typing_variable(study->typing, &root, &type, &offset);
    if (!type || offset || gt_types_get(types, type)->kind != GT_T_POINTER) return 0;
    type = gt_types_elem(types, type);
    return type ? gt_types_get(types, type)->size : 0;
}

/* Do they lie in one object, or one variable of a package? */
static bool is_together(const struct gt_study *study, uint64_t value, uint64_t thing)
{
    const struct gt_heap *heap = &study->heap->graph;
    uint32_t object = gt_heap_object(heap, value);

    if (object != GT_NO_OBJECT) return object == gt_heap_object(heap, thing);
    const struct gt_debug_global *global = gt_process_global_at(study->process, value);
    const struct gt_static_area *area = gt_static_area_at(study->typing->statics, value);
    if (global) return thing - global->addr < global->size;
    return (area && thing - area->addr < area->size) || value >= thing; /* inside of it */
}

/* ---- frames -------------------------------------------------------------------------------- */

static bool is_about(const struct gt_holders *holders, const struct gt_lock_site *site,
                     uint32_t thing, bool by_word)
{
    return site->target ? gt_thing_at(holders, site->target) == thing : by_word;
}

/* What a frame's code says of a thing: the last call before the frame's place decides. With
 * `by_word` calls whose mutex is not known count too. */
static void ask_code(struct seeking *seeking, struct gt_holding *holding, bool by_word)
{
    const struct gt_lock_site *locked = NULL;
    size_t count;
    uint64_t at =
        gt_g_frame(seeking->holders->study->goroutines, seeking->g, holding->frame)->pc - 1;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeking->sites, at, &count);
    if (seeking->holders->things[holding->thing].counts || seeking->steps < count) return;
    seeking->steps -= count;
    for (size_t i = 0; i < count && sites[i].from <= at; i++) {
        if (at < sites[i].to) {
            holding->at_wait |= by_word && !sites[i].unlocks;
            continue;
        }
        if (sites[i].counts || !is_about(seeking->holders, &sites[i], holding->thing, by_word))
            continue;
        locked = sites[i].unlocks ? NULL : &sites[i];
    }
    if (!locked) return;
    holding->speaks = GT_SPEAKS_LOCK;
    holding->reads = locked->reads;
    holding->site = locked->from;
}

static struct gt_holding holding_of(const struct seeking *seeking, uint32_t thing, uint32_t frame)
{
    return (struct gt_holding){.thing = thing, .goroutine = seeking->number, .frame = frame};
}

/* A closure on the stack whose function is to unlock, or to be done: of a defer that needs no
 * record. The word is what it captured. */
static void ask_closure(struct seeking *seeking, struct gt_holding *holding)
{
    const struct gt_process *process = seeking->holders->study->process;
    uint64_t entry;
    size_t count;

    if (!gt_mem_u64(process->mem, holding->word - 8, &entry)) return;
    const struct gt_lock_site *sites = gt_lock_sites_at(seeking->sites, entry, &count);
    for (size_t i = 0; i < count; i++) {
        if (!sites[i].unlocks || sites[i].target) continue;
        holding->speaks = GT_SPEAKS_DEFERRED;
        holding->reads = sites[i].reads;
        holding->at_wait = false;
        holding->captured = true;
        return;
    }
}

static void take_near(struct seeking *seeking, const struct gt_stack_word *word, uint32_t thing,
                      bool far)
{
    const struct gt_thing *near = &seeking->holders->things[thing];
    struct gt_holding holding = holding_of(seeking, thing, word->frame);

    holding.word = word->addr;
    holding.value = word->value;
    if (near->address > word->value) {
        holding.distance = (uint16_t)(near->address - word->value);
        holding.far = far;
    }
    ask_code(seeking, &holding, true);
    if (holding.word) ask_closure(seeking, &holding);
    gt_vec_add(&seeking->found, &holding);
}

/* Frames of the runtime, and of the calls that wait, hold nothing for the program. */
static bool is_theirs(const struct seeking *seeking, uint32_t frame)
{
    static const char *const theirs[] = {"runtime.", "sync.(*Mutex).", "internal/sync.(*Mutex).",
                                         "sync.(*RWMutex).", "sync.(*WaitGroup)."};
    const struct gt_study *study = seeking->holders->study;
    const char *function = gt_process_function(
        study->process, gt_g_frame(study->goroutines, seeking->g, frame)->pc - 1);

    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (strncmp(function, theirs[i], strlen(theirs[i])) == 0) return true;
    return false;
}

static void take_word(void *ctx, const struct gt_stack_word *word)
{
    struct seeking *seeking = ctx;
    const struct gt_holders *holders = seeking->holders;
    uint64_t reach = 0;
    bool asked = false;

    if (word->frame >= seeking->g->frame_count || seeking->found.len >= MAX_FOUND) return;
    uint32_t first = gt_first_thing(holders, word->value);
    for (uint32_t i = first; i < holders->thing_count && i - first < MAX_NEAR; i++) {
        const struct gt_thing *thing = &holders->things[i];
        if (thing->address > word->value + REACH) break;
        if (thing->address + thing->size <= word->value ||
            !is_together(holders->study, word->value, thing->address))
            continue;
        if (is_theirs(seeking, word->frame)) return;
        if (!asked && thing->address > word->value) reach = extent(seeking, word);
        asked |= thing->address > word->value;
        if (reach && thing->address > word->value && thing->address - word->value >= reach) break;
        take_near(seeking, word, i, !reach);
        if (!asked && thing->address == word->value && !extent(seeking, word)) break;
    }
}

/* Code that names a variable of a package needs no word for it. */
static void take_code(struct seeking *seeking, uint32_t frame)
{
    const struct gt_holders *holders = seeking->holders;
    uint64_t at = gt_g_frame(holders->study->goroutines, seeking->g, frame)->pc - 1;
    size_t count;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeking->sites, at, &count);

    for (size_t i = 0; i < count && sites[i].from <= at; i++) {
        uint32_t thing = sites[i].target ? gt_thing_at(holders, sites[i].target) : GT_NO_THING;
        if (thing == GT_NO_THING || sites[i].unlocks || at < sites[i].to) continue;
        struct gt_holding holding = holding_of(seeking, thing, frame);
        ask_code(seeking, &holding, false);
        if (holding.speaks == GT_SPEAKS_LOCK) gt_vec_add(&seeking->found, &holding);
    }
}

/* ---- what frames do not tell ---------------------------------------------------------------- */

/* Calls before and after a frame's place, of the things that `about` says. */
struct around {
    const struct gt_lock_site *before, *after;
    bool waits; /* the place is in one of them */
};

/* Of the lock at this address; of 0: of those that the code does not name. */
static struct around look_around(const struct gt_lock_site *sites, size_t count, uint64_t at,
                                 uint64_t target)
{
    struct around around = {0};

    for (size_t i = 0; i < count; i++) {
        if (sites[i].counts || sites[i].target != target) continue;
        if (sites[i].to <= at)
            around.before = &sites[i];
        else if (sites[i].from <= at)
            around.waits |= !sites[i].unlocks;
        else if (!around.after)
            around.after = &sites[i];
    }
    return around;
}

/* Is it locked there, for all that the order of the calls says? */
static bool may_be_locked(const struct around *around)
{
    if (around->before && !around->before->unlocks) return true;
    return !around->waits && around->after && around->after->unlocks;
}

/* What the frame has locked is known: a word of it leads there. */
static bool is_explained(const struct seeking *seeking, uint32_t frame)
{
    for (size_t i = 0; i < seeking->found.len; i++) {
        const struct gt_holding *holding = gt_vec_at(&seeking->found, i);
        if (holding->frame == frame && holding->speaks >= GT_SPEAKS_LOCK) return true;
    }
    return false;
}

static void set_loose(struct seeking *seeking)
{
    struct gt_holders *holders = seeking->holders;

    holders->loose_count += !holders->loose[seeking->number];
    holders->loose[seeking->number] = true;
}

/* Code that names a lock may mean any other in the same variable: it may be an array. */
static void take_named(struct seeking *seeking, uint32_t frame, uint64_t target)
{
    struct gt_holders *holders = seeking->holders;
    const struct gt_debug_global *global = gt_process_global_at(holders->study->process, target);

    if (!global && !is_explained(seeking, frame)) set_loose(seeking);
    if (!global) return;
    uint32_t first = gt_first_thing(holders, global->addr), i = first;
    for (; i < holders->thing_count && i - first < MAX_AROUND; i++) {
        if (holders->things[i].address >= global->addr + global->size) return;
        holders->things[i].may_hold |= holders->things[i].address >= global->addr;
    }
    holders->unread |= i < holders->thing_count;
}

/* Frames whose code may have something locked, of which no holding tells. */
static void take_loose(struct seeking *seeking, uint32_t frame)
{
    struct gt_holders *holders = seeking->holders;
    uint64_t at = gt_g_frame(holders->study->goroutines, seeking->g, frame)->pc - 1;
    size_t count;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeking->sites, at, &count);

    if (!count || is_theirs(seeking, frame)) return;
    if (count > MAX_AROUND) {
        holders->unread = true;
        return;
    }
    struct around unnamed = look_around(sites, count, at, 0);
    if (may_be_locked(&unnamed) && !is_explained(seeking, frame)) set_loose(seeking);
    for (size_t i = 0; i < count; i++) {
        if (!sites[i].target) continue;
        struct around named = look_around(sites, count, at, sites[i].target);
        if (may_be_locked(&named)) take_named(seeking, frame, sites[i].target);
    }
}

/* ---- deferred calls ------------------------------------------------------------------------ */

static void take_deferred_of(struct seeking *seeking, const struct gt_lock_site *site,
                             uint64_t record, uint64_t addr)
{
    struct gt_process *process = seeking->holders->study->process;
    uint32_t thing = gt_thing_at(seeking->holders, addr);
    uint64_t pc;
    size_t count;

    if (thing == GT_NO_THING) return;
    struct gt_holding holding = holding_of(seeking, thing, GT_NO_FRAME);
    holding.speaks = GT_SPEAKS_DEFERRED;
    holding.reads = site->reads;
    holding.value = addr;
    bool counts = site->counts;
    if (!counts && gt_process_field(process, record, GT_F__defer_pc, &pc)) {
        const struct gt_lock_site *sites = gt_lock_sites_of(seeking->sites, pc, &count);
        for (size_t i = 0; i < count && sites[i].to <= pc; i++)
            if (!sites[i].unlocks) holding.site = sites[i].from;
    }
    gt_vec_add(&seeking->found, &holding);
}

/* A deferred call's closure calls Unlock, of what it captured or what its code names. */
static void take_deferred(struct seeking *seeking, uint64_t record)
{
    const struct gt_process *process = seeking->holders->study->process;
    uint64_t fn, entry, captured;
    size_t count;

    if (!gt_process_field(process, record, GT_F__defer_fn, &fn) || !fn ||
        !gt_mem_u64(process->mem, fn, &entry))
        return;
    const struct gt_lock_site *sites = gt_lock_sites_at(seeking->sites, entry, &count);
    while (count && !sites->unlocks)
        sites++, count--;
    if (!count) return;
    struct gt_lock_site site = *sites; /* the list moves */
    if (site.target) take_deferred_of(seeking, &site, record, site.target);
    size_t known = seeking->found.len;
    for (unsigned i = 1; !site.target && i <= MAX_CAPTURED; i++)
        if (gt_mem_u64(process->mem, fn + i * 8, &captured))
            take_deferred_of(seeking, &site, record, captured);
    if (!site.target && !site.counts && seeking->found.len == known) set_loose(seeking);
}

static void take_all_deferred(struct seeking *seeking)
{
    const struct gt_process *process = seeking->holders->study->process;
    struct gt_loop loop = {0};
    uint64_t record;

    if (!gt_process_field(process, seeking->g->address, GT_F_g__defer, &record)) return;
    for (size_t i = 0; record && i < MAX_DEFERS && !gt_loop_closed(&loop, record); i++) {
        take_deferred(seeking, record);
        if (!gt_process_field(process, record, GT_F__defer_link, &record)) return;
    }
}

/* ---- all of them --------------------------------------------------------------------------- */

/* A variable says more than what a closure captured. */
static void take_variable(struct gt_holding *holding, const struct gt_holding *other)
{
    if (!holding->captured || other->captured || !other->word) return;
    holding->captured = false;
    holding->word = other->word;
    holding->value = other->value;
    holding->frame = other->frame;
}

/* Of what was found in one goroutine the strongest for each thing, as reader and as writer. */
static void keep_found(struct gt_holders *holders, struct gt_vec *found)
{
    const struct gt_holding *all = found->data;
    struct gt_holding *last = NULL;

    if (found->len) qsort(found->data, found->len, sizeof *all, gt_holding_order);
    for (size_t i = 0; i < found->len; i++) {
        bool known = last && last->thing == all[i].thing;
        if (known && (last->reads == all[i].reads || all[i].speaks == GT_SPEAKS_POINTER)) {
            take_variable(last, &all[i]);
            continue;
        }
        if (holders->list.len >= MAX_HOLDINGS) break;
        last = gt_vec_add(&holders->list, &all[i]);
    }
    gt_vec_clear(found);
}

static void seek_in(struct seeking *seeking)
{
    struct gt_stack_counts counts = {0};

    gt_stack_scan(seeking->holders->study->process, seeking->g, take_word, seeking, &counts);
    for (uint32_t i = 0; i < seeking->g->frame_count; i++)
        take_code(seeking, i);
    for (uint32_t i = 0; i < seeking->g->frame_count; i++)
        take_loose(seeking, i);
    take_all_deferred(seeking);
    seeking->holders->unread |= !seeking->g->frame_count;
    keep_found(seeking->holders, &seeking->found);
}

void gt_holders_seek(struct gt_holders *holders, bool waiters)
{
    const struct gt_goroutines *goroutines = holders->study->goroutines;
    struct seeking seeking = {.holders = holders,
                              .sites = gt_lock_sites_create(holders->study->process),
                              .found = GT_VEC_OF(struct gt_holding),
                              .steps = MAX_STEPS};

    for (; seeking.number < goroutines->count; seeking.number++) {
        seeking.g = &goroutines->list[seeking.number];
        if (waiters && holders->waits[seeking.number].thing == GT_NO_THING) continue;
        if (!seeking.g->system) seek_in(&seeking);
    }
    gt_lock_sites_free(seeking.sites);
    gt_vec_free(&seeking.found);
}
