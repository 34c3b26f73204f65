/* A table has the functions that must use each variable. The addresses of data that all of these
 * functions refer to are the candidates, and the variable's check is run on each of them. */
#include "inspector/runtime/process/landmarks.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/process/landmark_checks.h"
#include "inspector/unwind/references.h"

enum {
    MAX_USES = 4,
    MAX_CANDIDATES = 4096,
    NO_FIELD = -1,
    HALF = 4,
    WORD = 8,
    WIDE = 32, /* alignment that Go's linker gives to anything that large */
};

/* A function that refers to a variable, or to this field of it. */
struct use {
    const char *function;
    int field; /* enum gt_field_id */
};

/*
 * One row a variable, with its alignment. Alignment excludes wrong candidates: an address in an
 * instruction is known only up to a trailing immediate, and memory 4 bytes after an empty variable
 * looks empty too. Functions that a program does not link are skipped.
 */
static const struct landmark {
    const char *name;
    gt_landmark_check *check;
    uint64_t align;
    struct use uses[MAX_USES];
} landmarks[] = {
    {"runtime.mheap_",
     gt_like_mheap,
     WORD,
     {{"runtime.mallocinit", NO_FIELD}, {"runtime.gcSweep", NO_FIELD}}},
    {"runtime.allgs",
     gt_like_allgs,
     WORD,
     {{"runtime.allgadd", NO_FIELD}, {"runtime.forEachG", NO_FIELD}}},
    {"runtime.allp",
     gt_like_allp,
     WORD,
     {{"runtime.procresize", NO_FIELD}, {"runtime.gcMarkTinyAllocs", NO_FIELD}}},
    {"runtime.allm",
     gt_like_allm,
     WORD,
     {{"runtime.mcommoninit", NO_FIELD}, {"runtime.mexit", NO_FIELD}}},
    {"runtime.sched",
     gt_like_sched,
     WORD,
     {{"runtime.newproc1", GT_F_sched_goidgen},
      {"runtime.mcommoninit", GT_F_sched_lock},
      {"runtime.checkmcount", GT_F_sched_mnext},
      {"runtime.mReserveID", GT_F_sched_mnext}}},
    {"runtime.semtable",
     gt_like_semtable,
     WORD,
     {{"runtime.semacquire1", NO_FIELD}, {"runtime.semrelease1", NO_FIELD}}},
    {"runtime.allfin",
     gt_like_allfin,
     WORD,
     {{"runtime.markroot", NO_FIELD}, {"runtime.queuefinalizer", NO_FIELD}}},
    {"runtime.gcCleanups",
     gt_like_cleanups,
     WORD,
     {{"runtime.findRunnable", NO_FIELD}, {"runtime.freeSpecial", NO_FIELD}}},
    {"runtime.memstats",
     gt_like_memstats,
     WORD,
     {{"runtime.gcMarkTermination", GT_F_mstats_numgc},
      {"runtime.gcMarkTermination", GT_F_mstats_last_gc_nanotime},
      {"runtime.gcMarkTermination", GT_F_mstats_last_gc_unix}}},
    {"runtime.gcController",
     gt_like_controller,
     WORD,
     {{"runtime.gcStart", NO_FIELD},
      {"runtime.gcMarkDone", NO_FIELD},
      {"runtime.gcinit", NO_FIELD}}},
    {"runtime.gcphase",
     gt_like_gcphase,
     HALF,
     {{"runtime.gcSweep", NO_FIELD},
      {"runtime.stackfree", NO_FIELD},
      {"runtime.gcMarkTermination", NO_FIELD},
      {"runtime.gcTrigger.test", NO_FIELD}}},
    {"runtime.waitReasonStrings", gt_like_reasons, WORD, {{"runtime.waitReason.String", NO_FIELD}}},
    {"runtime.printBacklog", gt_like_backlog, WIDE, {{"runtime.recordForPanic", NO_FIELD}}},
    {"runtime.printBacklogIndex",
     gt_like_backlog_index,
     WORD,
     {{"runtime.recordForPanic", NO_FIELD}}},
    {"runtime.mbuckets",
     gt_like_buckets,
     WORD,
     {{"runtime.stkbucket", NO_FIELD}, {"runtime.mProf_FlushLocked", NO_FIELD}}},
    {"runtime.MemProfileRate",
     gt_like_profile_rate,
     WORD,
     {{"runtime.profilealloc", NO_FIELD}, {"runtime.allocmcache", NO_FIELD}}},
    {"runtime.mProfCycle",
     gt_like_profile_cycle,
     HALF,
     {{"runtime.mProf_Malloc", NO_FIELD},
      {"runtime.mProf_PostSweep", NO_FIELD},
      {"runtime.gcMarkTermination", NO_FIELD}}},
};

enum { LANDMARKS = sizeof landmarks / sizeof *landmarks };

struct gt_landmarks {
    struct gt_process *process;
    struct gt_facts facts;
    bool sought[LANDMARKS];
    uint64_t found[LANDMARKS]; /* 0: not found */
};

/* ---- candidates ---------------------------------------------------------------------------- */

struct candidates {
    const struct gt_process *process;
    uint64_t align;
    uint64_t offset; /* of the field that the function refers to */
    uint64_t addr[MAX_CANDIDATES];
    size_t count;
};

static bool in_data(const struct gt_process *process, uint64_t addr)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        const uint64_t ranges[][2] = {{module->noptrdata, module->enoptrdata},
                                      {module->data, module->edata},
                                      {module->bss, module->ebss},
                                      {module->noptrbss, module->enoptrbss}};
        for (size_t j = 0; j < sizeof ranges / sizeof *ranges; j++)
            if (addr >= ranges[j][0] && addr < ranges[j][1]) return true;
    }
    return false;
}

static void add_candidate(void *ctx, uint64_t addr)
{
    struct candidates *candidates = ctx;

    addr -= candidates->offset;
    if (addr % candidates->align || candidates->count == MAX_CANDIDATES ||
        !in_data(candidates->process, addr))
        return;
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->addr[i] == addr) return;
    candidates->addr[candidates->count++] = addr;
}

/* Collects what a function refers to; false when the program has no such function. */
static bool gather(const struct gt_process *process, const struct use *use, uint64_t align,
                   struct candidates *candidates)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;
    struct gt_func func;

    *candidates = (struct candidates){.process = process, .align = align};
    if (use->field != NO_FIELD) {
        if (!gt_has(&process->layout, (enum gt_field_id)use->field)) return false;
        candidates->offset = gt_off(&process->layout, (enum gt_field_id)use->field);
    }
    for (size_t i = 0; i < process->code.tab_count; i++)
        if (gt_func_named(process->code.tabs[i], use->function, &func)) {
            (arm64 ? gt_references_arm64 : gt_references_amd64)(process->mem, func.entry, func.end,
                                                                add_candidate, candidates);
            return true;
        }
    return false;
}

static bool holds(const struct candidates *candidates, uint64_t addr)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->addr[i] == addr) return true;
    return false;
}

static void keep_common(struct candidates *common, const struct candidates *other)
{
    size_t kept = 0;

    for (size_t i = 0; i < common->count; i++)
        if (holds(other, common->addr[i])) common->addr[kept++] = common->addr[i];
    common->count = kept;
}

/* ---- the choice ---------------------------------------------------------------------------- */

/* The one candidate with the structure. If there is none, any empty one, since they all read the
 * same. */
static uint64_t choose(const struct landmark *landmark, const struct candidates *common)
{
    uint64_t found = 0, empty = 0;

    for (size_t i = 0; i < common->count; i++) {
        enum gt_likeness likeness = landmark->check(common->process, common->addr[i]);
        if (likeness == GT_EMPTY) empty = common->addr[i];
        if (likeness != GT_ALIKE) continue;
        if (found) return 0;
        found = common->addr[i];
    }
    return found ? found : empty;
}

static uint64_t seek(const struct gt_process *process, const struct landmark *landmark)
{
    struct candidates *common = gt_alloc(2 * sizeof *common), *other = common + 1;
    bool any = false;

    for (size_t i = 0; i < MAX_USES && landmark->uses[i].function; i++) {
        if (!gather(process, &landmark->uses[i], landmark->align, any ? other : common)) continue;
        if (any) keep_common(common, other);
        any = true;
    }
    uint64_t found = any ? choose(landmark, common) : 0;
    gt_free(common);
    return found;
}

/* ---- the provider -------------------------------------------------------------------------- */

/* The ring's text has a structure only if it is whole lines, which it need not be. */
static bool is_certain(const struct landmark *landmark)
{
    return landmark->check != gt_like_backlog && landmark->check != gt_like_backlog_index;
}

/* A symbol may be wrong, in a damaged binary or in one of another build. */
static bool leads_astray(struct gt_process *process, const struct landmark *landmark, uint64_t addr)
{
    if (!is_certain(landmark) || landmark->check(process, addr) != GT_UNLIKE) return false;
    gt_process_lost(process, GT_OF_NAMES,
                    "the symbol %s is not believed: what it leads to is something else",
                    landmark->name);
    return true;
}

static uint64_t find(struct gt_process *process, const struct landmark *landmark)
{
    uint64_t addr, size;

    if (gt_binary_symbol(process->binary, landmark->name, &addr, &size) &&
        !leads_astray(process, landmark, addr))
        return addr;
    return seek(process, landmark);
}

static const struct landmark *landmark_named(const char *name)
{
    for (size_t i = 0; i < LANDMARKS; i++)
        if (strcmp(landmarks[i].name, name) == 0) return &landmarks[i];
    return NULL;
}

static bool by_landmark(struct gt_landmarks *from, const struct landmark *landmark, uint64_t *addr)
{
    size_t i = (size_t)(landmark - landmarks);

    if (!from->sought[i]) from->found[i] = find(from->process, landmark);
    from->sought[i] = true;
    *addr = from->found[i];
    return *addr;
}

static bool global(void *ctx, const char *name, struct gt_debug_global *out)
{
    struct gt_landmarks *from = ctx;
    const struct landmark *landmark = landmark_named(name);
    uint64_t addr, size = 0;

    *out = (struct gt_debug_global){.name = name};
    bool named = gt_binary_symbol(from->process->binary, name, &addr, &size);
    if (landmark ? !by_landmark(from, landmark, &out->addr) : !named) return false;
    if (!landmark) out->addr = addr;
    out->size = named && size ? size : gt_known_global_size(&from->process->known, name);
    return true;
}

struct gt_landmarks *gt_landmarks_create(struct gt_process *process)
{
    struct gt_landmarks *from = gt_calloc(1, sizeof *from);

    from->process = process;
    from->facts = (struct gt_facts){.ctx = from, .global = global};
    return from;
}

void gt_landmarks_destroy(struct gt_landmarks *from)
{
    gt_free(from);
}

const struct gt_facts *gt_landmarks_facts(const struct gt_landmarks *from)
{
    return &from->facts;
}
