/* Reads the inlined calls from the function's table, then searches its code for calls of the
 * functions that lock or unlock. The sites of a function are sorted by address and kept. */
#include "inspector/runtime/waits/lock_sites.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/unwind/references.h"

#include <stdlib.h>

enum {
    MAX_INLINED = 16,
    MAX_CODE = 1 << 18,  /* bytes of a function; the rest is not read */
    MAX_SITES = 1 << 10, /* of one function */
    NEAR = 24,           /* bytes before a call that set its argument */
    GAP = 32,            /* bytes in an inlined call that belong to the code around it */
};

#define NO_RANGE UINT64_MAX

struct range { /* indices in the list of all sites */
    size_t first, count;
};

struct gt_lock_sites {
    const struct gt_process *process;
    bool arm64;
    struct gt_map functions; /* entry -> index in ranges */
    struct gt_map pcs;       /* a pc that was asked for -> index in ranges, or NO_RANGE */
    struct gt_vec ranges;    /* struct range */
    struct gt_vec list;      /* struct gt_lock_site */
};

struct gt_lock_sites *gt_lock_sites_create(const struct gt_process *process)
{
    struct gt_lock_sites *sites = gt_calloc(1, sizeof *sites);

    *sites = (struct gt_lock_sites){.process = process,
                                    .arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64,
                                    .ranges = GT_VEC_OF(struct range),
                                    .list = GT_VEC_OF(struct gt_lock_site)};
    return sites;
}

void gt_lock_sites_destroy(struct gt_lock_sites *sites)
{
    if (!sites) return;
    gt_map_deinit(&sites->functions);
    gt_map_deinit(&sites->pcs);
    gt_vec_deinit(&sites->ranges);
    gt_vec_deinit(&sites->list);
    gt_free(sites);
}

const struct gt_process *gt_lock_sites_process(const struct gt_lock_sites *sites)
{
    return sites->process;
}

/* ---- functions that lock ----------------------------------------------------------------- */

static const struct locker {
    const char *function;
    bool unlocks, reads, counts;
} lockers[] = {
    {"sync.(*Mutex).Lock", false, false, false},    {"sync.(*RWMutex).Lock", false, false, false},
    {"sync.(*RWMutex).RLock", false, true, false},  {"sync.(*Mutex).Unlock", true, false, false},
    {"sync.(*RWMutex).Unlock", true, false, false}, {"sync.(*RWMutex).RUnlock", true, true, false},
    {"sync.(*WaitGroup).Done", true, false, true},
};

static const struct locker *locker_named(const char *function)
{
    size_t length = strlen(function);

    if (length > 3 && strcmp(function + length - 3, "-fm") == 0) length -= 3; /* a method value */
    for (size_t i = 0; i < sizeof lockers / sizeof *lockers; i++)
        if (strlen(lockers[i].function) == length &&
            memcmp(lockers[i].function, function, length) == 0)
            return &lockers[i];
    return NULL;
}

struct reader { /* reads one function */
    struct gt_lock_sites *sites;
    const struct gt_pclntab *tab;
    struct gt_func func;
    size_t first; /* the first of its sites */
    uint64_t target;
    uint32_t line; /* of the last inlined call */
};

/* One inlined call may be several ranges of code: since Go 1.24 Lock is two calls, one inside the
 * other, and the compiler moves instructions from around a call into it. */
static bool continues(const struct reader *reader, const struct gt_lock_site *last,
                      const struct gt_lock_site *site, uint32_t line)
{
    if (last->unlocks != site->unlocks || last->reads != site->reads) return false;
    return last->to == site->from || (line && line == reader->line && site->from - last->to <= GAP);
}

/* `line` is that of an inlined call, else 0. */
static void add(struct reader *reader, const struct locker *locker, uint64_t from, uint64_t to,
                uint32_t line)
{
    struct gt_vec *list = &reader->sites->list;
    struct gt_lock_site site = {.from = from,
                                .to = to,
                                .unlocks = locker->unlocks,
                                .reads = locker->reads,
                                .counts = locker->counts};
    size_t known = list->len - reader->first;
    struct gt_lock_site *last = known ? gt_vec_at(list, list->len - 1) : NULL;

    if (last && continues(reader, last, &site, line))
        last->to = to;
    else if (known < MAX_SITES)
        gt_vec_add(list, &site);
    reader->line = line;
}

/* ---- inlined calls ------------------------------------------------------------------------- */

static void add_inlined(void *ctx, uint64_t from, uint64_t to, int32_t value)
{
    struct reader *reader = ctx;
    struct gt_source_pos positions[MAX_INLINED];

    if (value < 0) return;
    size_t count = gt_func_positions(reader->tab, &reader->func, from, positions, MAX_INLINED);
    for (size_t i = 0; i + 1 < count; i++) {
        const struct locker *locker = locker_named(positions[i].function);
        if (!locker) continue;
        add(reader, locker, from, to, positions[i + 1].line);
        return;
    }
}

/* ---- calls --------------------------------------------------------------------------------- */

static const struct locker *locker_at(const struct gt_lock_sites *sites, uint64_t target)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_text_find(&sites->process->code, target, &tab, &func) || func.entry != target)
        return NULL;
    return locker_named(gt_func_name(tab, &func));
}

static void add_calls_amd64(struct reader *reader, const unsigned char *code, uint64_t size)
{
    uint64_t entry = reader->func.entry;

    for (uint64_t at = 0; at + 5 <= size; at++) {
        if (code[at] != 0xe8) continue; /* CALL rel32 */
        uint64_t next = entry + at + 5;
        const struct locker *locker =
            locker_at(reader->sites, next + (uint64_t)(int64_t)(int32_t)gt_load32(code + at + 1));
        if (locker) add(reader, locker, entry + at, next, 0);
    }
}

static void add_calls_arm64(struct reader *reader, const unsigned char *code, uint64_t size)
{
    uint64_t entry = reader->func.entry;

    for (uint64_t at = 0; at + 4 <= size; at += 4) {
        uint32_t instruction = gt_load32(code + at);
        if (instruction >> 26 != 0x25) continue; /* BL */
        int64_t distance = (int64_t)((uint64_t)(instruction & 0x3ffffff) << 38) >> 36;
        const struct locker *locker = locker_at(reader->sites, entry + at + (uint64_t)distance);
        if (locker) add(reader, locker, entry + at, entry + at + 4, 0);
    }
}

/* ---- the locks ---------------------------------------------------------------------------- */

/* The last one is the nearest to the call. */
static void take_target(void *ctx, uint64_t addr)
{
    struct reader *reader = ctx;

    if (addr % 4 == 0 && gt_process_is_static(reader->sites->process, addr)) reader->target = addr;
}

static void find_target(struct reader *reader, struct gt_lock_site *site)
{
    const struct gt_lock_sites *sites = reader->sites;
    uint64_t entry = reader->func.entry;
    uint64_t from = site->from - entry > NEAR ? site->from - NEAR : entry;

    reader->target = 0;
    (sites->arm64 ? gt_references_arm64 : gt_references_amd64)(sites->process->mem, from, site->to,
                                                               take_target, reader);
    site->target = reader->target;
}

static int by_place(const void *a, const void *b)
{
    const struct gt_lock_site *left = a, *right = b;

    return left->from < right->from ? -1 : left->from > right->from;
}

static struct range read_function(struct gt_lock_sites *sites, const struct gt_pclntab *tab,
                                  const struct gt_func *func)
{
    struct reader reader = {sites, tab, *func, sites->list.len, 0, 0};
    uint64_t size = func->end - func->entry;
    const unsigned char *code =
        size <= MAX_CODE ? gt_mem_at(sites->process->mem, func->entry, size) : NULL;

    if (!code) return (struct range){0};
    gt_func_pcdata_runs(tab, func, GT_PCDATA_INL_TREE, add_inlined, &reader);
    (sites->arm64 ? add_calls_arm64 : add_calls_amd64)(&reader, code, size);
    struct range range = {reader.first, sites->list.len - reader.first};
    for (size_t i = 0; i < range.count; i++)
        find_target(&reader, gt_vec_at(&sites->list, range.first + i));
    if (range.count)
        qsort(gt_vec_at(&sites->list, range.first), range.count, sizeof(struct gt_lock_site),
              by_place);
    return range;
}

static uint64_t range_of(struct gt_lock_sites *sites, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    bool added;

    if (!gt_text_find(&sites->process->code, pc, &tab, &func)) return NO_RANGE;
    uint64_t *place = gt_map_put(&sites->functions, func.entry, &added);
    if (added) {
        struct range range = read_function(sites, tab, &func);
        *place = sites->ranges.len;
        gt_vec_add(&sites->ranges, &range);
    }
    return *place;
}

const struct gt_lock_site *gt_lock_sites_of(struct gt_lock_sites *sites, uint64_t pc, size_t *count)
{
    bool added;
    uint64_t *place = gt_map_put(&sites->pcs, pc, &added);

    if (added) *place = range_of(sites, pc);
    *count = 0;
    if (*place == NO_RANGE) return NULL;
    const struct range *range = gt_vec_at(&sites->ranges, *place);
    *count = range->count;
    return range->count ? gt_vec_at(&sites->list, range->first) : NULL;
}

const struct gt_lock_site *gt_lock_sites_at(struct gt_lock_sites *sites, uint64_t entry,
                                            size_t *count)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    *count = 0;
    if (!gt_text_find(&sites->process->code, entry, &tab, &func) || func.entry != entry)
        return NULL;
    return gt_lock_sites_of(sites, entry, count);
}
