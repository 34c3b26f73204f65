/* Walks the frames from the innermost on and visits their words by the stack maps, or visits the
 * words of the stack's plan, of which the frames need not be walked. Pointers into
 * the stack itself are kept until all frames are walked. Then they are followed into the stack
 * objects, which are sorted by address. */
#include "inspector/runtime/roots/stackscan.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/runtime/process/reflect_frames.h"
#include "inspector/runtime/roots/goroutine_words.h"
#include "inspector/unwind/stack_maps.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    WORD = 8,
    RECORD = 16,             /* stackObjectRecord: off, size, ptrBytes i32; gcdataoff u32 */
    MAX_IN_OBJECT = 1 << 25, /* words; larger stack objects have no position of their words */
    MAX_OBJECTS = 1 << 14,   /* stack objects of a function; no compiler makes as many */
};

struct pending { /* a pointer into the stack that is not followed yet */
    uint64_t addr;
    bool conservative;
};

struct scan {
    struct gt_process *process;
    const struct gt_goroutine *g;
    gt_stack_word_fn *found;
    void *ctx;
    struct gt_stack_counts *counts;
    const unsigned char *stack; /* where the host has stack_lo; NULL when the core lacks it */
    struct gt_vec objects;      /* struct gt_stack_object */
    struct gt_vec pending;      /* struct pending */
    size_t own;                 /* objects from here on belong to the current frame */
    struct gt_stack_plan *plan; /* that is being made, or NULL */
    bool conservative;          /* the next frame is conservative too: it may be stopped anywhere */
};

static void word_in(struct scan *scan, uint64_t addr, uint64_t value, uint32_t frame,
                    bool conservative, struct gt_in_object in)
{
    if (value >= scan->g->stack_lo && value < scan->g->stack_hi) {
        struct pending pending = {value, conservative};
        gt_vec_add(&scan->pending, &pending);
    } else if (value) {
        struct gt_stack_word found = {addr, value, frame, conservative, in};
        scan->found(scan->ctx, &found);
    }
}

static void word(void *scan, uint64_t addr, uint64_t value, uint32_t frame, bool conservative)
{
    word_in(scan, addr, value, frame, conservative, (struct gt_in_object){0});
}

/* An object has no pointers after its mask. */
static bool is_pointer(const struct gt_stack_object *object, const unsigned char *mask,
                       uint64_t index)
{
    return index < object->words && mask[index / 8] >> index % 8 & 1;
}

static struct gt_in_object place_in(const struct gt_stack_object *object, const unsigned char *mask,
                                    uint64_t index)
{
    struct gt_in_object in = {.before = index && !is_pointer(object, mask, index - 1)};
    uint64_t end = index + 1;

    while (end < index + 3 && end < object->size / WORD && !is_pointer(object, mask, end))
        end++;
    in.after = (end - index - 1) & 3;
    in.any = index < MAX_IN_OBJECT;
    in.offset = (index * WORD) & 0xfffffff;
    return in;
}

static uint64_t address_of(const void *objects, size_t index)
{
    return ((const struct gt_stack_object *)gt_vec_at(objects, index))->addr;
}

/* The object that holds addr, among those from `first` on, which are sorted; or NULL. */
static struct gt_stack_object *object_at(const struct scan *scan, size_t first, uint64_t addr)
{
    size_t up_to = gt_upper_bound(&scan->objects, first, scan->objects.len, addr, address_of);

    if (up_to == first) return NULL;
    struct gt_stack_object *object = gt_vec_at(&scan->objects, up_to - 1);
    return addr - object->addr < object->size ? object : NULL;
}

/* Where a word is in a stack object of its own frame. The compiler sorts these by address. */
static struct gt_in_object place_in_own(const struct scan *scan, uint64_t addr)
{
    const struct gt_stack_object *object = object_at(scan, scan->own, addr);

    return object && object->mask ? place_in(object, object->mask, (addr - object->addr) / WORD)
                                  : (struct gt_in_object){0};
}

static uint64_t from_sp(const struct scan *scan, uint64_t addr)
{
    return addr - scan->g->at.sp;
}

/* The words of [addr, addr + 8 * words) whose mask bit is set; every word when mask is NULL. */
static void words(struct scan *scan, uint64_t addr, uint64_t count, const unsigned char *mask,
                  uint32_t frame, bool conservative)
{
    uint64_t lo = scan->g->stack_lo, hi = scan->g->stack_hi;

    if (!count) return;
    if (addr < lo || addr > hi || count > (hi - addr) / WORD) {
        scan->counts->lost++;
        return;
    }
    if (scan->plan)
        gt_stack_plan_reach(scan->plan, from_sp(scan, addr), from_sp(scan, addr + count * WORD));
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = addr + i * WORD;
        if (mask && !(mask[i / 8] >> (i % 8) & 1)) continue;
        struct gt_in_object in = place_in_own(scan, at);
        word_in(scan, at, gt_load64(scan->stack + (at - lo)), frame, conservative, in);
        if (scan->plan) gt_stack_plan_add_word(scan->plan, from_sp(scan, at), frame, in);
    }
}

static bool has_words(const struct scan *scan, const struct gt_go_frame *frame)
{
    return frame->varp > frame->sp + scan->process->code.rules->least_locals;
}

static void scan_locals(struct scan *scan, const struct gt_go_frame *frame,
                        const struct gt_stack_maps *maps, uint32_t number)
{
    uint64_t bits = maps->local_bits;

    if (!has_words(scan, frame)) return;
    if (maps->locals)
        words(scan, frame->varp - bits * WORD, bits, maps->locals, number, false);
    else
        scan->counts->lost++;
}

static void plan_object(struct scan *scan, const struct gt_stack_object *object)
{
    struct gt_stack_object planned = *object;

    planned.addr = from_sp(scan, object->addr);
    gt_stack_plan_reach(scan->plan, planned.addr, planned.addr + planned.size);
    gt_stack_plan_add_object(scan->plan, &planned);
}

static void add_object(struct scan *scan, const struct gt_stack_object *object)
{
    if (scan->plan) plan_object(scan, object);
    if (object->addr < scan->g->stack_lo || object->addr > scan->g->stack_hi ||
        object->size > scan->g->stack_hi - object->addr || object->words > object->size / WORD)
        scan->counts->lost++;
    else
        gt_vec_add(&scan->objects, object);
}

/* Scans what a call by reflection passed on the stack and in registers; false for another frame. */
static bool scan_reflect_args(struct scan *scan, const struct gt_go_frame *frame, uint32_t number,
                              bool conservative)
{
    struct gt_reflect_frame reflect;
    enum gt_reflect_answer answer = gt_reflect_frame(scan->process, frame, &reflect);

    if (answer == GT_NO_REFLECT) return false;
    if (scan->plan) scan->plan->failed = true; /* what it has is in the stack's memory */
    if (answer == GT_REFLECT_LOST) scan->counts->lost++;
    words(scan, frame->argp, reflect.words, conservative ? NULL : reflect.args, number,
          conservative);
    if (conservative || !reflect.registers) return true;
    struct gt_stack_object object = {.addr = reflect.registers,
                                     .size = reflect.registers_size,
                                     .mask = reflect.pointers,
                                     .words = reflect.register_words,
                                     .frame = number};
    add_object(scan, &object);
    return true;
}

static void scan_args(struct scan *scan, const struct gt_go_frame *frame,
                      const struct gt_stack_maps *maps, uint32_t number)
{
    if (scan_reflect_args(scan, frame, number, false) || frame->func.args == 0 ||
        frame->func.args > INT32_MAX)
        return;
    if (maps->args) words(scan, frame->argp, maps->arg_bits, maps->args, number, false);
}

static const struct gt_module *module_of(const struct gt_process *process, uint64_t pc)
{
    for (size_t i = 0; i < process->module_count; i++)
        if (pc >= process->modules[i].minpc && pc < process->modules[i].maxpc)
            return &process->modules[i];
    return NULL;
}

/* If the count is negative, a GC program describes the pointers (up to Go 1.23). */
static void add_record(struct scan *scan, const struct gt_go_frame *frame,
                       const unsigned char *record, uint64_t rodata, uint32_t number)
{
    int64_t off = (int32_t)gt_load32(record);
    int64_t size = (int32_t)gt_load32(record + 4), pointers = (int32_t)gt_load32(record + 8);
    uint64_t addr = (off < 0 ? frame->varp : frame->argp) + (uint64_t)off;
    uint64_t data = rodata + gt_load32(record + 12);

    if (addr < frame->sp || size <= 0) return; /* not yet allocated, or damaged */
    struct gt_stack_object object = {.addr = addr, .size = (uint64_t)size, .frame = number};
    object.words = (uint64_t)(pointers < 0 ? -pointers : pointers) / WORD;
    if (pointers < 0)
        object.program = data;
    else
        object.mask = gt_mem_at(scan->process->mem, data, (object.words + 7) / 8);
    if (object.mask || object.program)
        add_object(scan, &object);
    else
        scan->counts->lost++;
}

static void add_objects(struct scan *scan, const struct gt_go_frame *frame, uint64_t list,
                        uint32_t number)
{
    const struct gt_module *module = list ? module_of(scan->process, frame->pc) : NULL;
    uint64_t count;

    if (!module || !gt_mem_u64(scan->process->mem, list, &count)) return;
    const unsigned char *records =
        count <= MAX_OBJECTS ? gt_mem_at(scan->process->mem, list + WORD, count * RECORD) : NULL;
    if (!records) {
        scan->counts->lost++;
        return;
    }
    for (uint64_t i = 0; i < count; i++)
        add_record(scan, frame, records + i * RECORD, module->rodata, number);
}

static void scan_conservatively(struct scan *scan, const struct gt_go_frame *frame, uint32_t number)
{
    const struct gt_process *process = scan->process;
    uint64_t size = frame->varp > frame->sp ? frame->varp - frame->sp : 0;

    scan->counts->conservative++;
    if (scan->plan) scan->plan->failed = true;
    if (size && gt_is_injected(&process->code, frame->func.id) &&
        gt_collector_scans(process, GT_HABIT_INJECTED))
        size += process->code.rules->injected;
    words(scan, frame->sp, size / WORD, NULL, number, true);
    if (!scan_reflect_args(scan, frame, number, true) && frame->func.args <= INT32_MAX)
        words(scan, frame->argp, frame->func.args / WORD, NULL, number, true);
}

static void scan_precisely(struct scan *scan, const struct gt_go_frame *frame, uint32_t number)
{
    scan->counts->precise++;
    if (!frame->continpc) return; /* dead: none of it will be used again */
    struct gt_stack_maps maps = gt_stack_maps_of(&scan->process->code, frame);
    scan->own = scan->objects.len;
    add_objects(scan, frame, maps.objects, number);
    scan_locals(scan, frame, &maps, number);
    scan_args(scan, frame, &maps, number);
    scan->own = scan->objects.len;
}

/* True for an assembler function without stack maps that uses its stack, or was interrupted. The
 * collector meets none: it waits until they returned. */
static bool is_mapless(const struct scan *scan, const struct gt_go_frame *frame, bool interrupted)
{
    return frame->continpc && (interrupted || has_words(scan, frame)) &&
           !gt_stack_maps_of(&scan->process->code, frame).has_locals;
}

/* The compiler calls these where its own function has no map either: the map that is found there is
 * of an earlier call. */
static bool is_called_without_a_map(const struct scan *scan, const struct gt_go_frame *frame)
{
    static const char *const names[] = {"gcWriteBarrier", "runtime.gcWriteBarrier", "runtime.duff"};
    const char *name = gt_process_function(scan->process, frame->pc);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static void scan_frame(struct scan *scan, const struct gt_go_frame *frame, uint32_t number)
{
    const struct gt_text *code = &scan->process->code;
    bool interrupts = frame->func.id && (frame->func.id == code->id_async_preempt ||
                                         frame->func.id == code->id_debug_call);
    bool interrupted = number == 0 && scan->g->from_signal;
    bool mapless = is_mapless(scan, frame, interrupted);

    if (scan->conservative || interrupts || interrupted || mapless)
        scan_conservatively(scan, frame, number);
    else
        scan_precisely(scan, frame, number);
    scan->conservative = interrupts || (mapless && is_called_without_a_map(scan, frame));
}

static void walk_frames(struct scan *scan)
{
    struct gt_unwinder walk;
    const struct gt_goroutine *g = scan->g;

    gt_unwind_start(&walk, &scan->process->code, &g->at, g->stack_lo, g->stack_hi);
    for (uint32_t number = 0; walk.valid; number++, gt_unwind_next(&walk))
        scan_frame(scan, &walk.frame, number);
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* False when the stack is too small for the plan. */
static bool follow(struct scan *scan, const struct gt_stack_plan *plan)
{
    uint64_t lo = scan->g->stack_lo, sp = scan->g->at.sp;
    const struct gt_planned_word *words = plan->words.data;

    if (sp < lo || sp > scan->g->stack_hi || plan->end > scan->g->stack_hi - sp) return false;
    for (size_t i = 0; i < plan->words.len; i++)
        word_in(scan, sp + words[i].addr, gt_load64(scan->stack + (sp - lo) + words[i].addr),
                words[i].frame, false, words[i].in);
    for (size_t i = 0; i < plan->objects.len; i++) {
        struct gt_stack_object object = *(struct gt_stack_object *)gt_vec_at(&plan->objects, i);
        object.addr += sp;
        gt_vec_add(&scan->objects, &object);
    }
    scan->counts->precise += plan->frames;
    return true;
}

static void walk_and_plan(struct scan *scan)
{
    struct gt_stack_counts before = *scan->counts;
    struct gt_stack_plan plan;

    gt_stack_plan_init(&plan);
    scan->plan = &plan;
    walk_frames(scan);
    scan->plan = NULL;
    plan.frames = scan->counts->precise - before.precise;
    plan.failed |= scan->counts->lost != before.lost || plan.frames != scan->g->frame_count;
    gt_stack_plans_put(scan->process->code.plans, scan->g->first_frame, &plan);
}

/* Goroutines that share their frames have stacks of one plan. A frame that was interrupted is not
 * scanned by its stack map. */
static void scan_frames(struct scan *scan)
{
    const struct gt_goroutine *g = scan->g;
    struct gt_stack_plans *plans = scan->process->code.plans;
    const struct gt_stack_plan *plan = NULL;
    bool make = false;

    if (plans && g->frame_count && !g->cut_off && !g->from_signal)
        plan = gt_stack_plans_get(plans, g->first_frame, &make);
    if (make)
        walk_and_plan(scan);
    else if (!plan || !follow(scan, plan))
        walk_frames(scan);
}

static int by_address(const void *a, const void *b)
{
    const struct gt_stack_object *left = a, *right = b;

    return left->addr < right->addr ? -1 : left->addr > right->addr;
}

static void words_of_object(struct scan *scan, const struct gt_stack_object *object,
                            const unsigned char *mask, bool conservative)
{
    const unsigned char *bytes = scan->stack + (object->addr - scan->g->stack_lo);

    for (uint64_t i = 0; i < object->words; i++)
        if (is_pointer(object, mask, i))
            word_in(scan, object->addr + i * WORD, gt_load64(bytes + i * WORD), object->frame,
                    conservative, place_in(object, mask, i));
}

static void scan_object(struct scan *scan, const struct gt_stack_object *object, bool conservative)
{
    const unsigned char *mask = object->mask;
    unsigned char *made = NULL;

    if (!mask) {
        mask = made = gt_calloc(1, object->words / 8 + 1);
        if (!gt_types_run_program(scan->process->mem, object->program, object->words, made)) {
            scan->counts->lost++;
            gt_free(made);
            return;
        }
    }
    words_of_object(scan, object, mask, conservative);
    gt_free(made);
}

/* While a stack is moved, any of its objects may be in use: pointers may lead to the old stack. */
static void suppose_all_reached(struct scan *scan)
{
    for (size_t i = 0; i < scan->objects.len; i++) {
        const struct gt_stack_object *object = gt_vec_at(&scan->objects, i);
        word(scan, 0, object->addr, object->frame, true);
    }
}

/* Follows pointers from the stack into the stack. Precise ones come first, as in the runtime, so an
 * object that is reached both ways counts as precise. */
static void scan_objects(struct scan *scan)
{
    if (scan->objects.len)
        qsort(scan->objects.data, scan->objects.len, sizeof(struct gt_stack_object), by_address);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < scan->pending.len; i++) {
            struct pending *pointer = gt_vec_at(&scan->pending, i);
            if (pointer->conservative != (pass == 1)) continue;
            struct gt_stack_object *object = object_at(scan, 0, pointer->addr);
            if (!object || object->scanned) continue;
            object->scanned = true;
            scan_object(scan, object, pointer->conservative);
        }
}

void gt_stack_scan(struct gt_process *process, const struct gt_goroutine *g,
                   gt_stack_word_fn *found, void *ctx, struct gt_stack_counts *counts)
{
    struct scan scan = {.process = process, .g = g, .found = found, .ctx = ctx, .counts = counts};

    scan.objects = GT_VEC_OF(struct gt_stack_object);
    scan.pending = GT_VEC_OF(struct pending);
    scan.stack = gt_mem_at(process->mem, g->stack_lo, g->stack_hi - g->stack_lo);
    if (scan.stack) {
        scan_frames(&scan);
        counts->lost += gt_goroutine_words(process, g, word, &scan);
        if (g->moving) suppose_all_reached(&scan);
        scan_objects(&scan);
    } else {
        process->missing_bytes += g->stack_hi - g->stack_lo;
        gt_process_lost(process, GT_OF_GOROUTINES,
                        "goroutine %" PRIu64 ": the core lacks its stack", g->id);
    }
    gt_vec_deinit(&scan.objects);
    gt_vec_deinit(&scan.pending);
}
