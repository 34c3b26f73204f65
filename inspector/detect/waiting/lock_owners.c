/* The objects that are waited for are sorted by address, and the evidence by object and goroutine,
 * the strongest first. So a query reads one run of evidence, after the lock's state has said that
 * it is held. */
#include "inspector/detect/waiting/lock_owners_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/runtime/waits/lock_paths.h"

#include <stdlib.h>

/* ---- locks -------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const struct gt_thing *left = a, *right = b;

    return left->address < right->address ? -1 : left->address > right->address;
}

static uint64_t start_of(const void *things, size_t index)
{
    return ((const struct gt_thing *)things)[index].address;
}

uint32_t gt_first_thing(const struct gt_lock_owners *owners, uint64_t addr)
{
    if (addr < owners->largest) return 0;
    return (uint32_t)gt_upper_bound(owners->things, 0, owners->thing_count, addr - owners->largest,
                                    start_of);
}

uint32_t gt_thing_at(const struct gt_lock_owners *owners, uint64_t addr)
{
    for (uint32_t i = gt_first_thing(owners, addr); i < owners->thing_count; i++) {
        if (owners->things[i].address > addr) break;
        if (addr - owners->things[i].address < owners->things[i].size) return i;
    }
    return GT_NO_THING;
}

static uint64_t size_of(const struct gt_lock_owners *owners, enum gt_thing_kind what)
{
    static const enum gt_struct_id structs[] = {[GT_THING_MUTEX] = GT_S_mutex,
                                                [GT_THING_RWMUTEX] = GT_S_rwmutex,
                                                [GT_THING_WAIT_GROUP] = GT_S_waitGroup,
                                                [GT_THING_ONCE] = GT_S_once};

    return owners->analysis->process->layout.size[structs[what]];
}

static void keep_things(struct gt_lock_owners *owners, struct gt_vec *all)
{
    if (all->len) qsort(all->data, all->len, sizeof(struct gt_thing), by_address);
    owners->things = gt_alloc((all->len + 1) * sizeof *owners->things);
    for (size_t i = 0; i < all->len; i++) {
        const struct gt_thing *thing = gt_vec_at(all, i);
        uint32_t known = owners->thing_count;
        if (!known || thing->address != owners->things[known - 1].address)
            owners->things[owners->thing_count++] = *thing;
    }
}

static void find_writers(struct gt_lock_owners *owners)
{
    owners->writers = gt_alloc((owners->thing_count + 1) * sizeof *owners->writers);
    for (uint32_t i = 0; i < owners->thing_count; i++)
        owners->writers[i] = GT_NO_GOROUTINE;
    for (uint32_t i = 0; i < owners->analysis->goroutines->count; i++)
        if (owners->waits[i].action == GT_ACTION_WRITE && owners->waits[i].thing != GT_NO_THING)
            owners->writers[owners->waits[i].thing] = i;
}

/* Lists the objects of sync's types that goroutines wait for. */
static void find_things(struct gt_lock_owners *owners)
{
    const struct gt_heap_analysis *analysis = owners->analysis;
    uint32_t count = analysis->goroutines->count;
    uint64_t *addresses = gt_calloc(count + 1, sizeof *addresses);
    struct gt_vec all = GT_VEC_OF(struct gt_thing);

    owners->waits = gt_calloc(count + 1, sizeof *owners->waits);
    for (uint32_t i = 0; i < count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        owners->waits[i].thing = GT_NO_THING;
        if (wait->kind != GT_WAIT_SYNC || !wait->objects.len) continue;
        struct gt_blocked blocked =
            gt_blocked_on(&analysis->baseline->waits, &analysis->goroutines->list[i], wait, 0);
        owners->waits[i].what = blocked.what;
        owners->waits[i].action = blocked.action;
        if (blocked.action == GT_ACTION_UNKNOWN) continue;
        struct gt_thing thing = {.address = blocked.address,
                                 .size = size_of(owners, blocked.what),
                                 .counts = blocked.action == GT_ACTION_WAIT};
        if (thing.size > owners->largest) owners->largest = thing.size;
        addresses[i] = blocked.address;
        gt_vec_add(&all, &thing);
    }
    keep_things(owners, &all);
    for (uint32_t i = 0; i < count; i++)
        if (addresses[i]) owners->waits[i].thing = gt_thing_at(owners, addresses[i]);
    find_writers(owners);
    gt_vec_deinit(&all);
    gt_free(addresses);
}

/* ---- read locks ---------------------------------------------------------------------------- */

void gt_ask_reader(const struct gt_lock_owners *owners, struct gt_lock_sites *sites,
                   struct gt_ownership *ownership)
{
    const struct gt_goroutines *all = owners->analysis->goroutines;
    const struct gt_sync_wait *wait = &owners->waits[ownership->goroutine];
    const struct gt_goroutine *g = &all->list[ownership->goroutine];

    if (wait->thing != ownership->thing || wait->what != GT_THING_RWMUTEX) return;
    uint64_t site = gt_reads_before(sites, gt_g_frame(all, g, ownership->frame)->pc,
                                    owners->things[ownership->thing].address, ownership->distance);
    if (!site) return;
    ownership->evidence = GT_EVIDENCE_LOCK;
    ownership->reads = true;
    ownership->at_wait = false;
    ownership->site = site;
}

/* ---- all of them --------------------------------------------------------------------------- */

int gt_ownership_order(const void *a, const void *b)
{
    const struct gt_ownership *left = a, *right = b;

    if (left->thing != right->thing) return left->thing < right->thing ? -1 : 1;
    if (left->goroutine != right->goroutine) return left->goroutine < right->goroutine ? -1 : 1;
    if (left->evidence != right->evidence) return left->evidence > right->evidence ? -1 : 1;
    if (left->at_wait != right->at_wait) return left->at_wait ? 1 : -1;
    if (left->value != right->value) return left->value > right->value ? -1 : 1;
    /* Arguments, which have names, are above the other words of a frame. */
    return left->word > right->word ? -1 : left->word < right->word;
}

void gt_lock_owners_init(struct gt_lock_owners *owners, struct gt_heap_analysis *analysis,
                         bool waiters)
{
    *owners = (struct gt_lock_owners){
        .analysis = analysis, .list = GT_VEC_OF(struct gt_ownership), .unread = waiters};
    owners->loose = gt_calloc((size_t)analysis->goroutines->count + 1, sizeof *owners->loose);
    find_things(owners);
    if (owners->thing_count) gt_lock_owners_find(owners, waiters);
    if (owners->list.len)
        qsort(owners->list.data, owners->list.len, sizeof(struct gt_ownership), gt_ownership_order);
}

void gt_lock_owners_deinit(struct gt_lock_owners *owners)
{
    gt_free(owners->things);
    gt_free(owners->waits);
    gt_free(owners->writers);
    gt_free(owners->loose);
    gt_vec_deinit(&owners->list);
}

/* ---- queries ------------------------------------------------------------------------------- */

static enum gt_field_id state_of(enum gt_thing_kind what)
{
    return what == GT_THING_RWMUTEX ? GT_F_rwmutex_w_state
           : what == GT_THING_ONCE  ? GT_F_once_m_state
                                    : GT_F_mutex_state;
}

/* Does the lock's own state say that it is held? */
static bool is_held(const struct gt_lock_owners *owners, uint64_t thing, enum gt_action action,
                    enum gt_thing_kind what)
{
    const struct gt_process *process = owners->analysis->process;
    uint64_t state;

    if (action == GT_ACTION_LOCK)
        return gt_process_field(process, thing, state_of(what), &state) && state & 1;
    if (action == GT_ACTION_READ)
        return gt_process_field(process, thing, GT_F_rwmutex_readerCount, &state) &&
               (int32_t)state < 0;
    if (action == GT_ACTION_WRITE)
        return gt_process_field(process, thing, GT_F_rwmutex_readerWait, &state) &&
               (int32_t)state > 0;
    return gt_process_field(process, thing, GT_F_waitGroup_state, &state) && state >> 32;
}

bool gt_is_held(const struct gt_lock_owners *owners, uint32_t goroutine)
{
    const struct gt_sync_wait *wait = &owners->waits[goroutine];

    return wait->thing != GT_NO_THING &&
           is_held(owners, owners->things[wait->thing].address, wait->action, wait->what);
}

/* Is it evidence for an owner that keeps a waiter with this action waiting? A goroutine that itself
 * waits for the lock owns it only if there is more evidence than a pointer. */
static bool is_meant(const struct gt_lock_owners *owners, const struct gt_ownership *ownership,
                     enum gt_action action)
{
    bool waits = owners->waits[ownership->goroutine].thing == ownership->thing;
    bool knows = ownership->evidence != GT_EVIDENCE_POINTER;

    if (action == GT_ACTION_WAIT) return !waits;
    if (knows && action == GT_ACTION_WRITE && !ownership->reads) return false;
    if (knows && action == GT_ACTION_READ && ownership->reads) return false;
    return !waits || (knows && !ownership->at_wait);
}

/* A writer that waits for readers blocks further readers and other writers. */
static void add_writer(const struct gt_lock_owners *owners, uint32_t thing, struct gt_vec *out)
{
    struct gt_ownership ownership = {.thing = thing,
                                     .goroutine = owners->writers[thing],
                                     .evidence = GT_EVIDENCE_WAIT,
                                     .frame = GT_NO_FRAME};

    if (ownership.goroutine != GT_NO_GOROUTINE) gt_vec_add(out, &ownership);
}

static uint64_t thing_of(const void *list, size_t index)
{
    return ((const struct gt_ownership *)gt_vec_at(list, index))->thing;
}

static size_t first_ownership(const struct gt_lock_owners *owners, uint32_t thing)
{
    return gt_lower_bound(&owners->list, 0, owners->list.len, thing, thing_of);
}

/* If it is not known how far pointers reach, the nearest ones count. */
static void drop_far(struct gt_vec *out)
{
    uint16_t nearest = UINT16_MAX;
    size_t kept = 0;

    for (size_t i = 0; i < out->len; i++) {
        const struct gt_ownership *ownership = gt_vec_at(out, i);
        if (ownership->distance < nearest) nearest = ownership->distance;
    }
    for (size_t i = 0; i < out->len; i++) {
        struct gt_ownership ownership = *(struct gt_ownership *)gt_vec_at(out, i);
        if (!ownership.far || ownership.distance == nearest)
            *(struct gt_ownership *)gt_vec_at(out, kept++) = ownership;
    }
    out->len = kept;
}

void gt_lock_owners_of(const struct gt_lock_owners *owners, uint32_t goroutine, struct gt_vec *out)
{
    uint32_t thing = owners->waits[goroutine].thing;
    enum gt_action action = owners->waits[goroutine].action;
    enum gt_thing_kind what = owners->waits[goroutine].what;
    uint8_t best = 0;

    if (!gt_is_held(owners, goroutine)) return;
    if (action == GT_ACTION_READ || (action == GT_ACTION_LOCK && what == GT_THING_RWMUTEX))
        add_writer(owners, thing, out);
    if (out->len) return;
    for (size_t i = first_ownership(owners, thing); i < owners->list.len; i++) {
        const struct gt_ownership *ownership = gt_vec_at(&owners->list, i);
        if (ownership->thing != thing) break;
        if (!is_meant(owners, ownership, action)) continue;
        if (ownership->evidence > best) gt_vec_clear(out);
        if (ownership->evidence >= best) gt_vec_add(out, ownership);
        best = ownership->evidence > best ? ownership->evidence : best;
    }
    drop_far(out);
}
