#include "inspector/detect/waiting/holders_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/retention/contest.h"

#include <stdlib.h>

enum { MAX_SIZE = 24 }; /* bytes of the largest of sync's types: RWMutex */

/* ---- things -------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const struct gt_thing *left = a, *right = b;

    return left->address < right->address ? -1 : left->address > right->address;
}

static uint64_t reach_of(const void *things, size_t index)
{
    return ((const struct gt_thing *)things)[index].address + MAX_SIZE;
}

uint32_t gt_first_thing(const struct gt_holders *holders, uint64_t addr)
{
    return (uint32_t)gt_upper_bound(holders->things, 0, holders->thing_count, addr, reach_of);
}

uint32_t gt_thing_at(const struct gt_holders *holders, uint64_t addr)
{
    for (uint32_t i = gt_first_thing(holders, addr); i < holders->thing_count; i++) {
        if (holders->things[i].address > addr) break;
        if (addr - holders->things[i].address < holders->things[i].size) return i;
    }
    return GT_NO_THING;
}

static uint64_t size_of(const char *what)
{
    static const struct {
        const char *what;
        uint64_t size;
    } rows[] = {{"mutex", 8}, {"once", 12}, {"wait group", 12}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(what, rows[i].what) == 0) return rows[i].size;
    return MAX_SIZE;
}

static void keep_things(struct gt_holders *holders, struct gt_vec *all)
{
    if (all->len) qsort(all->data, all->len, sizeof(struct gt_thing), by_address);
    holders->things = gt_alloc((all->len + 1) * sizeof *holders->things);
    for (size_t i = 0; i < all->len; i++) {
        const struct gt_thing *thing = gt_vec_at(all, i);
        uint32_t known = holders->thing_count;
        if (!known || thing->address != holders->things[known - 1].address)
            holders->things[holders->thing_count++] = *thing;
    }
}

static void find_writers(struct gt_holders *holders)
{
    holders->writers = gt_alloc((holders->thing_count + 1) * sizeof *holders->writers);
    for (uint32_t i = 0; i < holders->thing_count; i++)
        holders->writers[i] = GT_NO_GOROUTINE;
    for (uint32_t i = 0; i < holders->study->goroutines->count; i++)
        if (holders->waits[i].role == GT_ROLE_WRITE && holders->waits[i].thing != GT_NO_THING)
            holders->writers[holders->waits[i].thing] = i;
}

/* Which of sync's types goroutines wait for. */
static void find_things(struct gt_holders *holders)
{
    const struct gt_study *study = holders->study;
    uint32_t count = study->goroutines->count;
    uint64_t *addresses = gt_calloc(count + 1, sizeof *addresses);
    struct gt_vec all = GT_VEC_OF(struct gt_thing);

    holders->waits = gt_calloc(count + 1, sizeof *holders->waits);
    for (uint32_t i = 0; i < count; i++) {
        const struct gt_wait *wait = &study->contest->wait[i];
        holders->waits[i].thing = GT_NO_THING;
        if (wait->kind != GT_WAIT_SYNC || !wait->objects.len) continue;
        struct gt_blocked blocked =
            gt_blocked_on(&study->contest->waits, &study->goroutines->list[i], wait, 0);
        holders->waits[i].what = blocked.what;
        holders->waits[i].role = blocked.role;
        if (blocked.role == GT_ROLE_OTHER) continue;
        struct gt_thing thing = {.address = blocked.address,
                                 .size = size_of(blocked.what),
                                 .counts = blocked.role == GT_ROLE_WAIT};
        addresses[i] = blocked.address;
        gt_vec_add(&all, &thing);
    }
    keep_things(holders, &all);
    for (uint32_t i = 0; i < count; i++)
        if (addresses[i]) holders->waits[i].thing = gt_thing_at(holders, addresses[i]);
    find_writers(holders);
    gt_vec_free(&all);
    gt_free(addresses);
}

/* ---- all of them --------------------------------------------------------------------------- */

int gt_holding_order(const void *a, const void *b)
{
    const struct gt_holding *left = a, *right = b;

    if (left->thing != right->thing) return left->thing < right->thing ? -1 : 1;
    if (left->goroutine != right->goroutine) return left->goroutine < right->goroutine ? -1 : 1;
    if (left->speaks != right->speaks) return left->speaks > right->speaks ? -1 : 1;
    if (left->at_wait != right->at_wait) return left->at_wait ? 1 : -1;
    if (left->value != right->value) return left->value > right->value ? -1 : 1;
    /* Arguments, which have names, lie above what else a frame has. */
    return left->word > right->word ? -1 : left->word < right->word;
}

void gt_holders_init(struct gt_holders *holders, struct gt_study *study, bool waiters)
{
    *holders = (struct gt_holders){
        .study = study, .list = GT_VEC_OF(struct gt_holding), .unread = waiters};
    holders->loose = gt_calloc((size_t)study->goroutines->count + 1, sizeof *holders->loose);
    find_things(holders);
    if (holders->thing_count) gt_holders_seek(holders, waiters);
    if (holders->list.len)
        qsort(holders->list.data, holders->list.len, sizeof(struct gt_holding), gt_holding_order);
}

void gt_holders_deinit(struct gt_holders *holders)
{
    gt_free(holders->things);
    gt_free(holders->waits);
    gt_free(holders->writers);
    gt_free(holders->loose);
    gt_vec_free(&holders->list);
}

/* ---- asking -------------------------------------------------------------------------------- */

/* Does the thing's own state say that somebody has it? */
static bool is_held(const struct gt_holders *holders, uint64_t thing, enum gt_blocked_role role,
                    const char *what)
{
    enum { READER_COUNT = 16, READER_WAIT = 20, ONCE_MUTEX = 4 };
    const struct gt_memory *mem = holders->study->process->mem;
    uint64_t counter;
    uint32_t state;

    if (role == GT_ROLE_LOCK)
        return gt_mem_u32(mem, thing + (strcmp(what, "once") ? 0 : ONCE_MUTEX), &state) &&
               state & 1;
    if (role == GT_ROLE_READ)
        return gt_mem_u32(mem, thing + READER_COUNT, &state) && (int32_t)state < 0;
    if (role == GT_ROLE_WRITE)
        return gt_mem_u32(mem, thing + READER_WAIT, &state) && (int32_t)state > 0;
    return gt_mem_u64(mem, thing, &counter) && counter >> 32;
}

bool gt_is_held(const struct gt_holders *holders, uint32_t goroutine)
{
    const struct gt_sync_wait *wait = &holders->waits[goroutine];

    return wait->thing != GT_NO_THING &&
           is_held(holders, holders->things[wait->thing].address, wait->role, wait->what);
}

/* Does it speak for a holder that keeps somebody of this role waiting? Whoever waits for the thing
 * himself has it only if more than a pointer says so. */
static bool is_meant(const struct gt_holders *holders, const struct gt_holding *holding,
                     enum gt_blocked_role role)
{
    bool waits = holders->waits[holding->goroutine].thing == holding->thing;
    bool knows = holding->speaks != GT_SPEAKS_POINTER;

    if (role == GT_ROLE_WAIT) return !waits;
    if (knows && role == GT_ROLE_WRITE && !holding->reads) return false;
    if (knows && role == GT_ROLE_READ && holding->reads) return false;
    return !waits || (knows && !holding->at_wait);
}

/* A writer that waits for readers lets no more of them in, nor other writers. */
static void add_writer(const struct gt_holders *holders, uint32_t thing, struct gt_vec *out)
{
    struct gt_holding holding = {.thing = thing,
                                 .goroutine = holders->writers[thing],
                                 .speaks = GT_SPEAKS_WAIT,
                                 .frame = GT_NO_FRAME};

    if (holding.goroutine != GT_NO_GOROUTINE) gt_vec_add(out, &holding);
}

static uint64_t thing_of(const void *list, size_t index)
{
    return ((const struct gt_holding *)gt_vec_at(list, index))->thing;
}

static size_t first_holding(const struct gt_holders *holders, uint32_t thing)
{
    return gt_lower_bound(&holders->list, 0, holders->list.len, thing, thing_of);
}

/* Where it is not known how far pointers reach, the nearest are meant. */
static void drop_far(struct gt_vec *out)
{
    uint16_t nearest = UINT16_MAX;
    size_t kept = 0;

    for (size_t i = 0; i < out->len; i++) {
        const struct gt_holding *holding = gt_vec_at(out, i);
        if (holding->distance < nearest) nearest = holding->distance;
    }
    for (size_t i = 0; i < out->len; i++) {
        struct gt_holding holding = *(struct gt_holding *)gt_vec_at(out, i);
        if (!holding.far || holding.distance == nearest)
            *(struct gt_holding *)gt_vec_at(out, kept++) = holding;
    }
    out->len = kept;
}

void gt_holders_of(const struct gt_holders *holders, uint32_t goroutine, struct gt_vec *out)
{
    uint32_t thing = holders->waits[goroutine].thing;
    enum gt_blocked_role role = holders->waits[goroutine].role;
    const char *what = holders->waits[goroutine].what;
    uint8_t best = 0;

    if (!gt_is_held(holders, goroutine)) return;
    if (role == GT_ROLE_READ || (role == GT_ROLE_LOCK && strcmp(what, "rwmutex") == 0))
        add_writer(holders, thing, out);
    if (out->len) return;
    for (size_t i = first_holding(holders, thing); i < holders->list.len; i++) {
        const struct gt_holding *holding = gt_vec_at(&holders->list, i);
        if (holding->thing != thing) break;
        if (!is_meant(holders, holding, role)) continue;
        if (holding->speaks > best) gt_vec_clear(out);
        if (holding->speaks >= best) gt_vec_add(out, holding);
        best = holding->speaks > best ? holding->speaks : best;
    }
    drop_far(out);
}
