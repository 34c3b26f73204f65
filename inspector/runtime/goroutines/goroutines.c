/* Reads each g of runtime.allgs in the list's order: its fields, the point where it continues, and
 * its frames, by unwinding from that point. Go's frames, C's frames and callbacks of all goroutines
 * are in three vectors. A goroutine has its first index and its count in each. */
#include "inspector/runtime/goroutines/goroutines.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/runtime/goroutines/callbacks.h"
#include "inspector/runtime/goroutines/read_ahead.h"
#include "inspector/runtime/goroutines/registers.h"
#include "inspector/runtime/goroutines/same_place.h"

#include <inttypes.h>

enum {
    SCAN_BIT = 0x1000,     /* _Gscan */
    MAX_REASON_BYTES = 64, /* the longest name in waitReasonStrings is under 40 */
    MAX_REASONS = 256,     /* waitReason is a byte */
    AHEAD = 8,             /* goroutines: how far ahead memory is prefetched */
    MAX_NATIVES = 64,      /* C frames kept for one goroutine */
};

struct reader { /* what the functions that read one list need */
    struct gt_process *process;
    struct gt_goroutines *all;
    struct gt_places places;
    struct gt_known_stacks *known;
    const char *reasons[MAX_REASONS];
    uint64_t last_start; /* of the last goroutine, since most start as the one before */
    bool last_is_system;
};

static const enum gt_goroutine_status statuses[] = {
    [GT_G_IDLE] = GT_STATUS_IDLE,           [GT_G_RUNNABLE] = GT_STATUS_RUNNABLE,
    [GT_G_RUNNING] = GT_STATUS_RUNNING,     [GT_G_SYSCALL] = GT_STATUS_SYSCALL,
    [GT_G_WAITING] = GT_STATUS_WAITING,     [GT_G_DEAD] = GT_STATUS_DEAD,
    [GT_G_COPYSTACK] = GT_STATUS_COPYSTACK, [GT_G_PREEMPTED] = GT_STATUS_PREEMPTED,
    [GT_G_LEAKED] = GT_STATUS_LEAKED,       [GT_G_DEADEXTRA] = GT_STATUS_DEAD,
};

enum gt_goroutine_status gt_g_status(const struct gt_goroutine *g)
{
    size_t known = sizeof statuses / sizeof *statuses;

    return g->status < known ? statuses[g->status] : GT_STATUS_UNKNOWN;
}

/* The names come from the runtime's table, since the numbers change from version to version. */
static void read_reasons(struct reader *reader)
{
    struct gt_debug_global table;
    const struct gt_facts *facts = reader->process->facts;

    if (!facts->global(facts->ctx, "runtime.waitReasonStrings", &table)) {
        gt_process_lost(reader->process, GT_OF_NAMES,
                        "the names of wait reasons: no such variable");
        return;
    }
    for (uint64_t i = 0; i < MAX_REASONS && (i + 1) * 16 <= table.size; i++)
        reader->reasons[i] =
            gt_process_string(reader->process, table.addr + i * 16, MAX_REASON_BYTES);
}

/* runtime.isSystemGoroutine, by the function that the goroutine was started with. */
static bool is_system(const char *function)
{
    static const char *const user[] = {"runtime.main", "runtime.handleAsyncEvent",
                                       "runtime.corostart"};

    if (!gt_is_in_package(function, "runtime")) return false;
    for (size_t i = 0; i < sizeof user / sizeof *user; i++)
        if (strcmp(function, user[i]) == 0) return false;
    return true;
}

static bool starts_as_system(struct reader *reader, uint64_t start)
{
    if (start != reader->last_start)
        reader->last_is_system = is_system(gt_process_function(reader->process, start));
    reader->last_start = start;
    return reader->last_is_system;
}

/* Some goroutines of the runtime run functions of the program, and are the program's meanwhile:
 * those of finalizers and cleanups, and of C threads that call Go, which no go statement
 * started. */
static bool runs_program(const struct reader *reader, const struct gt_goroutine *g)
{
    static const char *const starts[] = {"runtime.runfinq", "runtime.runFinalizers",
                                         "runtime.runCleanups", "runtime.goexit"};
    const char *start = gt_process_function(reader->process, g->start_pc);
    bool may = false;

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        may = may || strcmp(start, starts[i]) == 0;
    for (uint32_t i = 0; may && i < g->frame_count; i++) {
        uint64_t pc = gt_g_frame(reader->all, g, i)->pc;
        if (!gt_is_runtimes(gt_process_function(reader->process, pc - (i > 0)))) return true;
    }
    return false;
}

/* What a traceback adds in its header. */
static void read_traits(const struct gt_process *process, struct gt_goroutine *g)
{
    uint64_t locked, bubble, ancestors;

    g->locked = gt_process_field(process, g->address, GT_F_g_lockedm, &locked) && locked;
    if (gt_process_field(process, g->address, GT_F_g_bubble, &bubble) && bubble)
        gt_process_field(process, bubble, GT_F_bubble_id, &g->bubble);
    g->has_ancestors =
        gt_process_field(process, g->address, GT_F_g_ancestors, &ancestors) && ancestors;
}

static void read_wait(struct reader *reader, struct gt_goroutine *g)
{
    uint64_t reason = 0;

    if (g->status != GT_G_WAITING && g->status != GT_G_LEAKED) return;
    gt_process_field(reader->process, g->address, GT_F_g_waitsince, &g->wait_since);
    gt_process_field(reader->process, g->address, GT_F_g_waitreason, &reason);
    if (reason < MAX_REASONS) g->wait_reason = reader->reasons[reason];
}

/* Where a goroutine that is not running will resume. */
static void read_resume_point(const struct gt_process *process, struct gt_goroutine *g)
{
    if (gt_process_field(process, g->address, GT_F_g_syscallsp, &g->at.sp) && g->at.sp) {
        gt_process_field(process, g->address, GT_F_g_syscallpc, &g->at.pc);
        return;
    }
    gt_process_field(process, g->address, GT_F_g_sched_sp, &g->at.sp);
    gt_process_field(process, g->address, GT_F_g_sched_pc, &g->at.pc);
    gt_process_field(process, g->address, GT_F_g_sched_lr, &g->at.lr);
}

/* In the vDSO (time.Now) the thread is on g0's stack, and its m keeps the caller's pc and sp. */
static bool read_vdso_point(const struct gt_process *process, struct gt_goroutine *g)
{
    uint64_t m, sp, pc;

    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m) return false;
    if (!gt_process_field(process, m, GT_F_m_vdsoSP, &sp) || sp <= g->stack_lo ||
        sp >= g->stack_hi || !gt_process_field(process, m, GT_F_m_vdsoPC, &pc))
        return false;
    g->at = (struct gt_position){.pc = pc, .sp = sp};
    return true;
}

static void read_position(const struct gt_process *process, struct gt_goroutine *g)
{
    struct gt_registers regs;

    if (g->status == GT_G_RUNNING && gt_registers_of(process, g, &regs)) {
        g->at = regs.at;
        g->thread = regs.thread;
        g->from_signal = true;
        return;
    }
    if (g->status == GT_G_RUNNING && read_vdso_point(process, g)) return;
    read_resume_point(process, g);
}

/* Frames are lost when memory is missing, or when a walk fails in memory that is there. */
static void lose_frames(struct gt_process *process, const struct gt_goroutine *g, const char *why)
{
    gt_process_lost(process, GT_OF_GOROUTINES, "goroutine %" PRIu64 ": its stack ends early, at %s",
                    g->id, why);
    if (gt_mem_at(process->mem, g->stack_lo, g->stack_hi - g->stack_lo)) process->unwalked++;
}

/* The place where it continues was saved when it stopped. */
static bool is_parked(const struct gt_goroutine *g)
{
    return g->status == GT_G_WAITING || g->status == GT_G_LEAKED || g->status == GT_G_RUNNABLE;
}

/* Walks a stack that is not known. */
static void walk_frames(struct reader *reader, struct gt_goroutine *g)
{
    struct gt_vec *frames = &reader->all->frames;
    const struct gt_text *code = &reader->process->code;
    struct gt_unwinder walk;
    struct gt_known_stack stack = {.first = (uint32_t)frames->len};

    gt_unwind_start(&walk, code, &g->at, g->stack_lo, g->stack_hi);
    while (walk.valid) {
        struct gt_frame frame = {walk.frame.pc, walk.frame.fp - g->at.sp};
        gt_vec_add(frames, &frame);
        gt_unwind_next(&walk);
    }
    stack.count = (uint32_t)frames->len - stack.first;
    g->first_frame = stack.first;
    g->frame_count = stack.count;
    g->cut_off = walk.broken || !(walk.frame.func.flag & GT_FUNC_TOP_FRAME);
    if (!g->cut_off)
        gt_known_stacks_add(reader->known, code, &g->at, gt_vec_at(frames, stack.first), &stack);
    if (walk.broken) lose_frames(reader->process, g, walk.broken);
    if (!walk.broken && g->cut_off && is_parked(g))
        gt_contradict(&reader->process->contradictions, GT_CONTRADICTION_FRAMES, 1, g->address);
}

static void read_frames(struct reader *reader, struct gt_goroutine *g)
{
    const struct gt_text *code = &reader->process->code;
    const struct gt_known_stack *known = gt_known_stacks_find(
        reader->known, code, reader->all->frames.data, &g->at, g->stack_lo, g->stack_hi);

    if (!known) {
        walk_frames(reader, g);
        return;
    }
    g->first_frame = known->first;
    g->frame_count = known->count;
}

/* Up to Go 1.23 a wait group's wait has no reason of its own. */
static void name_wait_group(const struct reader *reader, struct gt_goroutine *g)
{
    enum { MAX_PARKED = 8 }; /* frames of the runtime and of sync */

    g->go_wait_reason = g->wait_reason;
    if (!g->wait_reason || strcmp(g->wait_reason, "semacquire") != 0) return;
    for (uint32_t i = 0; i < g->frame_count && i < MAX_PARKED; i++) {
        uint64_t pc = gt_g_frame(reader->all, g, i)->pc - 1;
        if (strcmp(gt_process_function(reader->process, pc), "sync.(*WaitGroup).Wait") == 0)
            g->wait_reason = "sync.WaitGroup.Wait";
    }
}

size_t gt_count_natives(const struct gt_process *process, const struct gt_native_frame *frames,
                        size_t count)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    size_t natives = 0;

    while (natives < count &&
           !gt_text_find(&process->code, gt_native_lookup_pc(&frames[natives]), &tab, &func))
        natives++;
    return natives;
}

/* For Go, a goroutine that calls C is in a system call. */
static void read_natives(struct reader *reader, struct gt_goroutine *g)
{
    struct gt_process *process = reader->process;
    struct gt_native_frame frames[MAX_NATIVES];
    struct gt_thread thread;
    const char *why;

    g->first_native = (uint32_t)reader->all->natives.len;
    if (g->status != GT_G_SYSCALL || !gt_registers_in_c(process, g, &thread)) return;
    gt_read_ahead_end(&reader->all->ahead); /* libraries change the memory map */
    gt_process_libraries(process);
    size_t walked = gt_native_unwind(process->core, &thread, frames, MAX_NATIVES, &why);
    g->native_count = (uint32_t)gt_count_natives(process, frames, walked);
    for (uint32_t i = 0; i < g->native_count; i++)
        gt_vec_add(&reader->all->natives, &frames[i]);
    if (g->native_count == walked && why)
        gt_process_lost(process, GT_OF_NAMES, "goroutine %" PRIu64 ": its C frames end early: %s",
                        g->id, why);
}

static bool read_goroutine(struct reader *reader, uint64_t addr, struct gt_goroutine *g)
{
    struct gt_process *process = reader->process;
    uint64_t status;

    *g = (struct gt_goroutine){.address = addr};
    if (!gt_process_field(process, addr, GT_F_g_atomicstatus, &status) ||
        !gt_process_field(process, addr, GT_F_g_goid, &g->id) ||
        !gt_process_field(process, addr, GT_F_g_stack_lo, &g->stack_lo) ||
        !gt_process_field(process, addr, GT_F_g_stack_hi, &g->stack_hi))
        return false;
    g->status = (uint8_t)(status & ~(uint64_t)SCAN_BIT);
    g->moving = g->status == GT_G_COPYSTACK || status & SCAN_BIT;
    gt_process_field(process, addr, GT_F_g_parentGoid, &g->parent_id);
    gt_process_field(process, addr, GT_F_g_gopc, &g->go_pc);
    gt_process_field(process, addr, GT_F_g_startpc, &g->start_pc);
    return true;
}

static void take(struct reader *reader, uint64_t addr)
{
    struct gt_goroutine g;

    if (!read_goroutine(reader, addr, &g)) {
        gt_process_lost(reader->process, GT_OF_GOROUTINES,
                        "goroutine at 0x%" PRIx64 ": not in the core", addr);
        return;
    }
    if (g.status == GT_G_IDLE || g.status == GT_G_DEAD || g.status == GT_G_DEADEXTRA) return;
    if (g.stack_lo >= g.stack_hi) {
        gt_process_lost(reader->process, GT_OF_GOROUTINES,
                        "goroutine %" PRIu64 ": its stack bounds are reversed", g.id);
        reader->process->unwalked++;
        reader->all->unplaced++;
        return;
    }
    g.system = starts_as_system(reader, g.start_pc);
    read_wait(reader, &g);
    read_traits(reader->process, &g);
    read_position(reader->process, &g);
    read_frames(reader, &g);
    name_wait_group(reader, &g);
    read_natives(reader, &g);
    gt_callbacks_read(reader->process, reader->all, &g);
    if (g.system) g.system = !runs_program(reader, &g);
    reader->all->list[reader->all->count] = g;
    g.same_place = gt_places_number(&reader->places, reader->all, reader->all->count);
    reader->all->list[reader->all->count++].same_place = g.same_place;
}

/* Prefetches the g of a later goroutine, and the stack of a nearer one, whose g must be read for
 * that. */
static void fetch_ahead(const struct reader *reader, const struct gt_slice *allgs, uint64_t index)
{
    const struct gt_process *process = reader->process;
    uint64_t g, sp;

    if (index + AHEAD < allgs->len &&
        gt_mem_u64(process->mem, allgs->ptr + (index + AHEAD) * 8, &g))
        gt_mem_fetch(process->mem, g, GT_G_FETCHED);
    if (index + AHEAD / 2 < allgs->len &&
        gt_mem_u64(process->mem, allgs->ptr + (index + AHEAD / 2) * 8, &g) &&
        gt_process_field(process, g, GT_F_g_sched_sp, &sp))
        gt_mem_fetch(process->mem, sp, GT_READ_STACK);
}

/* The kernel reads so many bytes around each small page that is asked for. If that is the whole
 * file, reading it in large pages costs no more. */
static void ask_for_pages(const struct gt_process *process, uint64_t goroutines)
{
    enum { READ_AROUND = 128 << 10 };

    if (goroutines > gt_core_file_bytes(process->core) / READ_AROUND)
        gt_core_read_in_large_pages(process->core);
}

struct gt_error *gt_goroutines_open(struct gt_process *process, unsigned threads,
                                    struct gt_goroutines **out)
{
    struct gt_slice allgs;
    uint64_t addr, g;
    struct gt_error *error = gt_process_global(process, "runtime.allgs", &addr);

    if (error) return error;
    if (!gt_process_slice(process, addr, 8, &allgs) || allgs.len > UINT32_MAX / 2)
        return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                           "the core lacks runtime.allgs: expected the list of "
                                           "goroutines; take the core with all anonymous memory "
                                           "(coredump_filter 0x33)"),
                           addr);
    struct gt_goroutines *all = gt_calloc(1, sizeof *all);
    all->list = gt_calloc(allgs.len, sizeof *all->list);
    all->frames = GT_VEC_OF(struct gt_frame);
    all->natives = GT_VEC_OF(struct gt_native_frame);
    all->callbacks = GT_VEC_OF(struct gt_callback_frame);
    struct reader reader = {.process = process, .all = all, .known = gt_known_stacks_create()};
    read_reasons(&reader);
    ask_for_pages(process, allgs.len);
    all->ahead = gt_read_ahead_start(process, threads, &allgs);
    for (uint64_t i = 0; i < allgs.len; i++) {
        gt_read_ahead_note(all->ahead, i);
        fetch_ahead(&reader, &allgs, i);
        if (gt_mem_u64(process->mem, allgs.ptr + i * 8, &g)) take(&reader, g);
    }
    gt_read_ahead_end(&all->ahead);
    gt_known_stacks_destroy(reader.known);
    gt_places_deinit(&reader.places);
    *out = all;
    return NULL;
}

void gt_goroutines_close(struct gt_goroutines *goroutines)
{
    if (!goroutines) return;
    gt_free(goroutines->list);
    gt_vec_deinit(&goroutines->frames);
    gt_vec_deinit(&goroutines->natives);
    gt_vec_deinit(&goroutines->callbacks);
    gt_free(goroutines);
}
