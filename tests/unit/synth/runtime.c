/* The runtime's own variables, the one P, the one thread, and the module's data. */
#include "tests/unit/synth/synth_impl.h"

enum { G0_STACK = 4096, P_MASK = 4096 };

static uint64_t variable(struct synth *synth, const char *name, uint64_t size)
{
    uint64_t addr = synth_alloc(synth, SYNTH_NOPTRDATA, size, 32);

    synth_symbol(synth, name, addr, size);
    return addr;
}

static uint64_t struct_variable(struct synth *synth, const char *name, const char *type)
{
    return variable(synth, name, synth_size_of(synth, type));
}

static void start_thread(struct synth *synth)
{
    uint64_t m = struct_variable(synth, "runtime.m0", "runtime.m");
    uint64_t g0 = struct_variable(synth, "runtime.g0", "runtime.g");
    uint64_t stack = synth_alloc(synth, SYNTH_OFF_HEAP, G0_STACK, 16);

    synth_set(synth, m, GT_F_m_g0, g0);
    synth_set(synth, m, GT_F_m_procid, SYNTH_THREAD);
    synth_set(synth, g0, GT_F_g_m, m);
    synth_set(synth, g0, GT_F_g_stack_lo, stack);
    synth_set(synth, g0, GT_F_g_stack_hi, stack + G0_STACK);
    synth_put(synth, variable(synth, "runtime.allm", 8), m);
    synth->g0_stack = stack;
}

void synth_scheduler_holds(struct synth *synth, uint64_t value)
{
    synth->thread.rax = value;
    synth->thread.rip = synth_call(synth, "runtime.schedule");
    synth->thread.rsp = synth->g0_stack + G0_STACK - 64;
    synth_put(synth, synth->thread.rsp, synth_call(synth, "runtime.goexit")); /* its return address
                                                                               */
}

void synth_scheduler_had(struct synth *synth, uint64_t value)
{
    synth_scheduler_holds(synth, 0);
    synth_put(synth, synth->thread.rsp, synth_call(synth, "runtime.mcall"));
    synth_put(synth, synth->thread.rsp + 8, value);
}

/* The P's pointers into the heap. */
static void start_p(struct synth *synth)
{
    static const enum gt_field_id pointers[] = {GT_F_p_timers_heap, GT_F_p_timers,
                                                GT_F_p_sudogcache, GT_F_p_deferpool};
    unsigned char mask[P_MASK] = {0};
    uint64_t size = synth_size_of(synth, "runtime.p");
    uint64_t all = synth_alloc(synth, SYNTH_DATA, 24, 8);
    uint64_t list = synth_alloc(synth, SYNTH_OFF_HEAP, 8, 8);

    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        uint64_t word = gt_off(&synth->layout, pointers[i]) / 8;
        bool is_struct = pointers[i] == GT_F_p_timers && synth_has(synth, GT_F_p_timers_heap);
        if (synth_has(synth, pointers[i]) && !is_struct)
            mask[word / 8] |= (unsigned char)(1 << word % 8);
    }
    synth->p = synth_tiled(synth, size, synth_struct_type(synth, size, mask, size / 8 * 8));
    synth_set(synth, synth->p, GT_F_p_mcache,
              synth_alloc(synth, SYNTH_OFF_HEAP, synth_size_of(synth, "runtime.mcache"), 8));
    synth_put(synth, list, synth->p);
    synth_put_slice(synth, all, list, 1);
    synth_symbol(synth, "runtime.allp", all, 24);
    synth_global(synth, "runtime.gotopsy_test_p", synth->p); /* where allp's array would have it */
}

static void start_collector(struct synth *synth)
{
    uint64_t stats = struct_variable(synth, "runtime.memstats", "runtime.mstats");
    uint64_t pacer = struct_variable(synth, "runtime.gcController", "runtime.gcControllerState");

    variable(synth, "runtime.gcphase", 4);
    synth_set(synth, stats, GT_F_mstats_numgc, 3);
    synth_set(synth, stats, GT_F_mstats_last_gc_nanotime, SYNTH_NOW);
    synth_set(synth, stats, GT_F_mstats_last_gc_unix, UINT64_C(1700000000000000000));
    synth_set(synth, pacer, GT_F_gcController_heapLive, 8192);
    synth_set(synth, pacer, GT_F_gcController_heapMarked, 8192);
}

void synth_start_runtime(struct synth *synth)
{
    struct_variable(synth, "runtime.firstmoduledata", "runtime.moduledata");
    synth->mheap = struct_variable(synth, "runtime.mheap_", "runtime.mheap");
    synth->semtable = variable(synth, "runtime.semtable",
                               gt_known_global_size(&synth->known, "runtime.semtable"));
    variable(synth, "runtime.allfin", 8);
    if (synth_has(synth, GT_F_cleanupQueue_all))
        struct_variable(synth, "runtime.gcCleanups", "runtime.cleanupQueue");
    start_thread(synth);
    start_p(synth);
    start_collector(synth);
    synth_start_goroutines(synth);
}

/* ---- the module ---------------------------------------------------------------------------- */

static uint64_t end_of(const struct synth *synth, enum synth_area area)
{
    return synth->area[area].base + synth->area[area].used;
}

/* The program that makes the mask: one pointer, repeated. moduledata has it before bss's and
 * `types`. */
static void put_program(struct synth *synth, uint64_t module, uint64_t words)
{
    enum { LITERAL = 1, POINTER = 1, REPEAT_ONE = 0x81, MORE = 0x80, SIZE = 16 };
    uint64_t program = synth_alloc(synth, SYNTH_RODATA, SIZE, 8), at = program;
    uint64_t times = words ? words - 1 : 0;

    synth_put(synth, module + gt_off(&synth->layout, GT_F_moduledata_types) - 16, program);
    synth_put_sized(synth, at++, 1, LITERAL);
    synth_put_sized(synth, at++, 1, POINTER);
    synth_put_sized(synth, at++, 1, REPEAT_ONE);
    for (; times >= MORE; times >>= 7)
        synth_put_sized(synth, at++, 1, MORE | (times & (MORE - 1)));
    synth_put_sized(synth, at++, 1, times);
}

/* All words of variables are pointers. */
static void put_mask(struct synth *synth, uint64_t module)
{
    uint64_t words = synth->area[SYNTH_DATA].used / 8;
    uint64_t mask = synth_alloc(synth, SYNTH_RODATA, words / 8 + 1, 16);
    uint64_t at = module + gt_off(&synth->layout, GT_F_moduledata_gcdatamask);

    for (uint64_t i = 0; i < words / 8 + 1; i++)
        synth_put_sized(synth, mask + i, 1, 0xff);
    synth_put(synth, at, words);
    synth_put(synth, at + 8, mask);
    put_program(synth, module, words);
}

static void put_range(struct synth *synth, uint64_t module, enum gt_field_id from,
                      enum gt_field_id to, enum synth_area area)
{
    synth_set(synth, module, from, synth->area[area].base);
    synth_set(synth, module, to, end_of(synth, area));
}

void synth_finish_module(struct synth *synth)
{
    uint64_t module = synth_symbol_at(synth, "runtime.firstmoduledata");

    synth_put_functions(synth, module);
    put_mask(synth, module);
    put_range(synth, module, GT_F_moduledata_text, GT_F_moduledata_etext, SYNTH_TEXT);
    put_range(synth, module, GT_F_moduledata_minpc, GT_F_moduledata_maxpc, SYNTH_TEXT);
    put_range(synth, module, GT_F_moduledata_noptrdata, GT_F_moduledata_enoptrdata,
              SYNTH_NOPTRDATA);
    put_range(synth, module, GT_F_moduledata_data, GT_F_moduledata_edata, SYNTH_DATA);
    put_range(synth, module, GT_F_moduledata_types, GT_F_moduledata_etypes, SYNTH_TYPES);
    synth_set(synth, module, GT_F_moduledata_rodata, synth->area[SYNTH_RODATA].base);
}
