/* The evidence that a goroutine holds a lock: its words, its code, its deferred calls. */
#include "inspector/base/loop.h"
#include "inspector/detect/waiting/lock_owners_impl.h"
#include "inspector/runtime/roots/stackscan.h"
#include "inspector/runtime/typing/static_areas.h"

#include <stdlib.h>

enum {
    WORD = 8,
    REACH = 4096,           /* bytes of a struct that may contain a mutex */
    MAX_NEAR = 16,          /* locks that one word leads to */
    MAX_CAPTURED = 4,       /* words of a closure that are read */
    MAX_DEFERS = 1 << 10,   /* of one goroutine */
    MAX_FOUND = 1 << 16,    /* in one goroutine */
    MAX_HOLDINGS = 1 << 20, /* in all */
    MAX_STEPS = 1 << 28,
    MAX_AROUND = 64, /* calls in one function that are compared with one another */
};

struct seeker { /* what one goroutine holds */
    struct gt_lock_owners *owners;
    struct gt_lock_sites *sites;
    const struct gt_goroutine *g;
    uint32_t number;
    struct gt_vec found; /* struct gt_ownership */
    uint64_t steps;      /* steps that are left; bounds the work on damaged memory */
};

/* ---- one word ------------------------------------------------------------------------------ */

/* The size of what a frame's word points to; 0 when its type is not known. */
static uint64_t extent(const struct seeker *seeker, const struct gt_stack_word *word)
{
    const struct gt_heap_analysis *analysis = seeker->owners->analysis;
    struct gt_root root = {.value = word->value,
                           .addr = word->addr,
                           .owner = seeker->number,
                           .frame = word->frame,
                           .kind = GT_ROOT_FRAME,
                           .in = word->in};
    struct gt_types *types = analysis->process->types;
    uint64_t offset = 0;
    gt_type_id type = GT_NO_TYPE;

    gt_typing_variable(analysis->typing, &root, &type, &offset);
    if (!type || offset || gt_types_get(types, type)->kind != GT_T_POINTER) return 0;
    type = gt_types_elem(types, type);
    return type ? gt_types_get(types, type)->size : 0;
}

/* Are both in one object, or in one package variable? */
static bool is_together(const struct gt_heap_analysis *analysis, uint64_t value, uint64_t thing)
{
    const struct gt_heap *heap = &analysis->heap->graph;
    uint32_t object = gt_heap_object(heap, value);

    if (object != GT_NO_OBJECT) return object == gt_heap_object(heap, thing);
    const struct gt_debug_global *global = gt_process_global_at(analysis->process, value);
    const struct gt_static_area *area = gt_static_area_at(analysis->typing->statics, value);
    if (global) return thing - global->addr < global->size;
    return (area && thing - area->addr < area->size) || value >= thing; /* inside of it */
}

/* ---- frames -------------------------------------------------------------------------------- */

static bool is_about(const struct gt_lock_owners *owners, const struct gt_lock_site *site,
                     uint32_t thing, bool by_word)
{
    return site->target ? gt_thing_at(owners, site->target) == thing : by_word;
}

/* The evidence of a frame's code: the last call before the frame's pc decides. With `by_word`,
 * calls whose mutex is not known count too. */
static void ask_code(struct seeker *seeker, struct gt_ownership *ownership, bool by_word)
{
    const struct gt_lock_site *locked = NULL;
    size_t count;
    uint64_t at =
        gt_g_frame(seeker->owners->analysis->goroutines, seeker->g, ownership->frame)->pc - 1;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeker->sites, at, &count);
    if (seeker->owners->things[ownership->thing].counts || seeker->steps < count) return;
    seeker->steps -= count;
    for (size_t i = 0; i < count && sites[i].from <= at; i++) {
        if (at < sites[i].to) {
            ownership->at_wait |= by_word && !sites[i].unlocks;
            continue;
        }
        if (sites[i].counts || !is_about(seeker->owners, &sites[i], ownership->thing, by_word))
            continue;
        locked = sites[i].unlocks ? NULL : &sites[i];
    }
    if (!locked) return;
    ownership->evidence = GT_EVIDENCE_LOCK;
    ownership->reads = locked->reads;
    ownership->site = locked->from;
}

static struct gt_ownership holding_of(const struct seeker *seeker, uint32_t thing, uint32_t frame)
{
    return (struct gt_ownership){.thing = thing, .goroutine = seeker->number, .frame = frame};
}

/* A closure on the stack whose function calls Unlock or Done, for a defer that needs no record. The
 * word is what it captured. */
static void ask_closure(struct seeker *seeker, struct gt_ownership *ownership)
{
    const struct gt_process *process = seeker->owners->analysis->process;
    uint64_t entry;
    size_t count;

    if (!gt_mem_u64(process->mem, ownership->word - 8, &entry)) return;
    const struct gt_lock_site *sites = gt_lock_sites_at(seeker->sites, entry, &count);
    for (size_t i = 0; i < count; i++) {
        if (!sites[i].unlocks || sites[i].target) continue;
        ownership->evidence = GT_EVIDENCE_DEFERRED;
        ownership->reads = sites[i].reads;
        ownership->at_wait = false;
        ownership->captured = true;
        return;
    }
}

static void take_near(struct seeker *seeker, const struct gt_stack_word *word, uint32_t thing,
                      bool far)
{
    const struct gt_thing *near = &seeker->owners->things[thing];
    struct gt_ownership ownership = holding_of(seeker, thing, word->frame);

    ownership.word = word->addr;
    ownership.value = word->value;
    if (near->address > word->value) {
        ownership.distance = (uint16_t)(near->address - word->value);
        ownership.far = far;
    }
    ask_code(seeker, &ownership, true);
    if (ownership.at_wait) gt_ask_reader(seeker->owners, seeker->sites, &ownership);
    if (ownership.word) ask_closure(seeker, &ownership);
    gt_vec_add(&seeker->found, &ownership);
}

/* Frames of the runtime, and of the calls that wait, hold no lock for the program. */
static bool is_theirs(const struct seeker *seeker, uint32_t frame)
{
    static const char *const theirs[] = {"sync.(*Mutex).", "internal/sync.(*Mutex).",
                                         "sync.(*RWMutex).", "sync.(*WaitGroup)."};
    const struct gt_heap_analysis *analysis = seeker->owners->analysis;
    const char *function = gt_process_function(
        analysis->process, gt_g_frame(analysis->goroutines, seeker->g, frame)->pc - 1);

    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (strncmp(function, theirs[i], strlen(theirs[i])) == 0) return true;
    return gt_is_runtimes(function);
}

static void take_word(void *ctx, const struct gt_stack_word *word)
{
    struct seeker *seeker = ctx;
    const struct gt_lock_owners *owners = seeker->owners;
    uint64_t reach = 0;
    bool asked = false;

    if (word->frame >= seeker->g->frame_count || seeker->found.len >= MAX_FOUND) return;
    uint32_t first = gt_first_thing(owners, word->value);
    for (uint32_t i = first; i < owners->thing_count && i - first < MAX_NEAR; i++) {
        const struct gt_thing *thing = &owners->things[i];
        if (thing->address > word->value + REACH) break;
        if (thing->address + thing->size <= word->value ||
            !is_together(owners->analysis, word->value, thing->address))
            continue;
        if (is_theirs(seeker, word->frame)) return;
        if (!asked && thing->address > word->value) reach = extent(seeker, word);
        asked |= thing->address > word->value;
        if (reach && thing->address > word->value && thing->address - word->value >= reach) break;
        take_near(seeker, word, i, !reach);
        if (!asked && thing->address == word->value && !extent(seeker, word)) break;
    }
}

/* Code that refers to a package variable by its address needs no word for it. */
static void take_code(struct seeker *seeker, uint32_t frame)
{
    const struct gt_lock_owners *owners = seeker->owners;
    uint64_t at = gt_g_frame(owners->analysis->goroutines, seeker->g, frame)->pc - 1;
    size_t count;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeker->sites, at, &count);

    for (size_t i = 0; i < count && sites[i].from <= at; i++) {
        uint32_t thing = sites[i].target ? gt_thing_at(owners, sites[i].target) : GT_NO_THING;
        if (thing == GT_NO_THING || sites[i].unlocks || at < sites[i].to) continue;
        struct gt_ownership ownership = holding_of(seeker, thing, frame);
        ask_code(seeker, &ownership, false);
        if (!ownership.evidence) gt_ask_reader(owners, seeker->sites, &ownership);
        if (ownership.evidence == GT_EVIDENCE_LOCK) gt_vec_add(&seeker->found, &ownership);
    }
}

/* ---- locks that frames do not show --------------------------------------------------------- */

/* The nearest calls before and after a frame's pc, for certain locks. */
struct around {
    const struct gt_lock_site *before, *after;
    bool waits; /* the pc is in one of them */
};

/* For the lock at this address; for 0: for calls whose lock is not in the code. */
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

/* Does the order of the calls allow that it is locked there? */
static bool may_be_locked(const struct around *around)
{
    if (around->before && !around->before->unlocks) return true;
    return !around->waits && around->after && around->after->unlocks;
}

/* The lock of the frame is known: a word of the frame leads to it. */
static bool is_explained(const struct seeker *seeker, uint32_t frame)
{
    for (size_t i = 0; i < seeker->found.len; i++) {
        const struct gt_ownership *ownership = gt_vec_at(&seeker->found, i);
        if (ownership->frame == frame && ownership->evidence >= GT_EVIDENCE_LOCK) return true;
    }
    return false;
}

static void set_loose(struct seeker *seeker)
{
    struct gt_lock_owners *owners = seeker->owners;

    owners->loose_count += !owners->loose[seeker->number];
    owners->loose[seeker->number] = true;
}

/* The locks in this memory may be held, except `not`. */
static void take_within(struct gt_lock_owners *owners, uint64_t addr, uint64_t size, uint32_t not )
{
    uint32_t first = gt_first_thing(owners, addr), i = first;

    for (; i < owners->thing_count && i - first < MAX_AROUND; i++) {
        if (owners->things[i].address >= addr + size) return;
        owners->things[i].may_hold |= i != not &&owners->things[i].address >= addr;
    }
    owners->unread |= i < owners->thing_count;
}

/* Code that loads a pointer from a variable refers to the variable, and means the pointer's
 * target. */
static void take_behind(struct gt_lock_owners *owners, const struct gt_debug_global *global,
                        uint32_t not )
{
    const struct gt_heap *graph = &owners->analysis->heap->graph;
    uint64_t value;

    for (uint64_t at = 0; at + WORD <= global->size && at < MAX_AROUND * WORD; at += WORD) {
        if (!gt_mem_u64(owners->analysis->process->mem, global->addr + at, &value)) return;
        uint32_t object = gt_heap_object(graph, value);
        if (object != GT_NO_OBJECT)
            take_within(owners, gt_heap_address(graph, object), gt_heap_size(graph, object), not );
        else if (value)
            take_within(owners, value, REACH, not );
    }
}

/* Code that refers to a lock may mean any other lock in the same variable, which may be an array.
 * An Unlock later in the code cannot be of the lock that the goroutine itself waits for. */
static void take_named(struct seeker *seeker, uint32_t frame, uint64_t target, bool locked)
{
    struct gt_lock_owners *owners = seeker->owners;
    const struct gt_debug_global *global = gt_process_global_at(owners->analysis->process, target);

    if (!global && !is_explained(seeker, frame)) set_loose(seeker);
    if (!global) return;
    uint32_t not = locked ? GT_NO_THING : owners->waits[seeker->number].thing;
    take_within(owners, global->addr, global->size, not );
    take_behind(owners, global, not );
}

/* Frames whose code may have locked something that no word shows. */
static void take_loose(struct seeker *seeker, uint32_t frame)
{
    struct gt_lock_owners *owners = seeker->owners;
    uint64_t at = gt_g_frame(owners->analysis->goroutines, seeker->g, frame)->pc - 1;
    size_t count;
    const struct gt_lock_site *sites = gt_lock_sites_of(seeker->sites, at, &count);

    if (!count || is_theirs(seeker, frame)) return;
    if (count > MAX_AROUND) {
        owners->unread = true;
        return;
    }
    struct around unnamed = look_around(sites, count, at, 0);
    if (may_be_locked(&unnamed) && !is_explained(seeker, frame)) set_loose(seeker);
    for (size_t i = 0; i < count; i++) {
        if (!sites[i].target) continue;
        struct around named = look_around(sites, count, at, sites[i].target);
        if (may_be_locked(&named))
            take_named(seeker, frame, sites[i].target, named.before && !named.before->unlocks);
    }
}

/* ---- deferred calls ------------------------------------------------------------------------ */

static void take_deferred_of(struct seeker *seeker, const struct gt_lock_site *site,
                             uint64_t record, uint64_t addr)
{
    struct gt_process *process = seeker->owners->analysis->process;
    uint32_t thing = gt_thing_at(seeker->owners, addr);
    uint64_t pc;
    size_t count;

    if (thing == GT_NO_THING) return;
    struct gt_ownership ownership = holding_of(seeker, thing, GT_NO_FRAME);
    ownership.evidence = GT_EVIDENCE_DEFERRED;
    ownership.reads = site->reads;
    ownership.value = addr;
    bool counts = site->counts;
    if (!counts && gt_process_field(process, record, GT_F__defer_pc, &pc)) {
        const struct gt_lock_site *sites = gt_lock_sites_of(seeker->sites, pc, &count);
        for (size_t i = 0; i < count && sites[i].to <= pc; i++)
            if (!sites[i].unlocks) ownership.site = sites[i].from;
    }
    gt_vec_add(&seeker->found, &ownership);
}

/* A deferred call's closure calls Unlock, on what it captured or what its code refers to. */
static void take_deferred(struct seeker *seeker, uint64_t record)
{
    const struct gt_process *process = seeker->owners->analysis->process;
    uint64_t fn, entry, captured;
    size_t count;

    if (!gt_process_field(process, record, GT_F__defer_fn, &fn) || !fn ||
        !gt_mem_u64(process->mem, fn, &entry))
        return;
    const struct gt_lock_site *sites = gt_lock_sites_at(seeker->sites, entry, &count);
    while (count && !sites->unlocks)
        sites++, count--;
    if (!count) return;
    struct gt_lock_site site = *sites; /* a copy, since the list may move */
    if (site.target) take_deferred_of(seeker, &site, record, site.target);
    size_t known = seeker->found.len;
    for (unsigned i = 1; !site.target && i <= MAX_CAPTURED; i++)
        if (gt_mem_u64(process->mem, fn + i * 8, &captured))
            take_deferred_of(seeker, &site, record, captured);
    if (!site.target && !site.counts && seeker->found.len == known) set_loose(seeker);
}

static void take_all_deferred(struct seeker *seeker)
{
    const struct gt_process *process = seeker->owners->analysis->process;
    struct gt_loop loop = {0};
    uint64_t record;

    if (!gt_process_field(process, seeker->g->address, GT_F_g__defer, &record)) return;
    for (size_t i = 0; record && i < MAX_DEFERS && !gt_loop_closed(&loop, record); i++) {
        take_deferred(seeker, record);
        if (!gt_process_field(process, record, GT_F__defer_link, &record)) return;
    }
}

/* ---- all of them --------------------------------------------------------------------------- */

/* A variable is better evidence than what a closure captured. */
static void take_variable(struct gt_ownership *ownership, const struct gt_ownership *other)
{
    if (!ownership->captured || other->captured || !other->word) return;
    ownership->captured = false;
    ownership->word = other->word;
    ownership->value = other->value;
    ownership->frame = other->frame;
}

/* Of the evidence found in one goroutine, keeps the strongest for each lock, as reader and as
 * writer. */
static void keep_found(struct gt_lock_owners *owners, struct gt_vec *found)
{
    const struct gt_ownership *all = found->data;
    struct gt_ownership *last = NULL;

    if (found->len) qsort(found->data, found->len, sizeof *all, gt_ownership_order);
    for (size_t i = 0; i < found->len; i++) {
        bool known = last && last->thing == all[i].thing;
        if (known && (last->reads == all[i].reads || all[i].evidence == GT_EVIDENCE_POINTER)) {
            take_variable(last, &all[i]);
            continue;
        }
        if (owners->list.len >= MAX_HOLDINGS) break;
        last = gt_vec_add(&owners->list, &all[i]);
    }
    gt_vec_clear(found);
}

static void seek_in(struct seeker *seeker)
{
    struct gt_stack_counts counts = {0};

    gt_stack_scan(seeker->owners->analysis->process, seeker->g, take_word, seeker, &counts);
    for (uint32_t i = 0; i < seeker->g->frame_count; i++)
        take_code(seeker, i);
    for (uint32_t i = 0; i < seeker->g->frame_count; i++)
        take_loose(seeker, i);
    take_all_deferred(seeker);
    seeker->owners->unread |= !seeker->g->frame_count;
    keep_found(seeker->owners, &seeker->found);
}

void gt_lock_owners_find(struct gt_lock_owners *owners, bool waiters)
{
    const struct gt_goroutines *goroutines = owners->analysis->goroutines;
    struct seeker seeker = {.owners = owners,
                            .sites = gt_lock_sites_create(owners->analysis->process),
                            .found = GT_VEC_OF(struct gt_ownership),
                            .steps = MAX_STEPS};

    for (; seeker.number < goroutines->count; seeker.number++) {
        seeker.g = &goroutines->list[seeker.number];
        if (waiters && owners->waits[seeker.number].thing == GT_NO_THING) continue;
        if (!seeker.g->system) seek_in(&seeker);
    }
    gt_lock_sites_destroy(seeker.sites);
    gt_vec_deinit(&seeker.found);
}
