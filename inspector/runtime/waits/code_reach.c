/* Follows a list of places in code, instruction by instruction. What an instruction calls or refers
 * to is added to the list. Method tables are found by their structure in all modules' data, and are
 * linked by type. */
#include "inspector/runtime/waits/code_reach.h"

#include "inspector/runtime/process/code_references.h"
#include "inspector/runtime/waits/call_registers.h"
#include "inspector/runtime/waits/code_owner.h"

#include <string.h>

enum {
    WORD = 8,
    ITAB_FUN = 3,           /* words before the methods of an itab (abi.ITab) */
    TYPE_HASH = 16,         /* abi.Type.Hash */
    INTERFACE_METHODS = 64, /* abi.InterfaceType.Methods: the slice's length */
    MAX_METHODS = 1024,     /* of one table */
    PAGE = 4096,
    TABLE_PLACES = 512, /* itabInitSize */
    MAX_LISTED = 16,    /* func values of a literal; the memory behind it is read too */
};

/* Where the system maps memory for the runtime, on amd64 and arm64: method tables that are made at
 * run time are there. */
#define MADE_FROM ((uint64_t)1 << 40)
#define MADE_TO ((uint64_t)1 << 48)

/* Go's linker makes no more than 2e9 bytes of data. */
#define MOST_BYTES ((uint64_t)1 << 31)

/* What is known of a function. */
enum { PROGRAM = 1, NEVER_RETURNS = 2, CONTEXT = 4, REACHED = 8, KNOWN = 16, MAIN = 32 };
enum { DEPENDENCYS = 64, CALLERS = 128, REACHED_AS_PROGRAMS = 256 };

enum { AS_DEPENDENCYS = 1, AS_PROGRAMS = 2 }; /* how a place was started */

void gt_code_reach_init(struct gt_code_reach *reach, const struct gt_process *process,
                        gt_reached_call_fn *visit, void *ctx)
{
    *reach = (struct gt_code_reach){.process = process,
                                    .visit = visit,
                                    .ctx = ctx,
                                    .tables = GT_VEC_OF(struct gt_method_table),
                                    .whole = true};
}

void gt_code_reach_deinit(struct gt_code_reach *reach)
{
    gt_map_deinit(&reach->known);
    gt_map_deinit(&reach->started);
    gt_u64s_deinit(&reach->work);
    gt_vec_deinit(&reach->tables);
    gt_map_deinit(&reach->by_type);
    gt_map_deinit(&reach->words);
}

/* ---- functions ----------------------------------------------------------------------------- */

static uint64_t ownership_of(const struct gt_process *process, const struct gt_pclntab *tab,
                             const struct gt_func *func)
{
    static const uint64_t known[] = {[GT_CODE_LIBRARYS] = 0,
                                     [GT_CODE_PROGRAMS] = PROGRAM,
                                     [GT_CODE_DEPENDENCYS] = PROGRAM | DEPENDENCYS,
                                     [GT_CODE_CALLERS] = PROGRAM | CALLERS};

    return known[gt_code_owner_of(process, tab, func)];
}

/* The function that begins at `entry`; NULL when none does. */
static uint64_t *function_at(struct gt_code_reach *reach, uint64_t entry)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    bool added;

    uint64_t *known = gt_map_find(&reach->known, entry);
    if (known) return known;
    if (!gt_text_find(&reach->process->code, entry, &tab, &func) || func.entry != entry)
        return NULL;
    known = gt_map_put(&reach->known, entry, &added);
    const char *name = gt_func_name(tab, &func);
    *known = KNOWN;
    if (gt_code_never_returns(name)) *known |= NEVER_RETURNS;
    if (gt_is_in_package(name, "context")) *known |= CONTEXT;
    if (strcmp(name, "main.main") == 0) *known |= MAIN;
    *known |= ownership_of(reach->process, tab, &func);
    return known;
}

bool gt_code_is_programs(struct gt_code_reach *reach, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_text_find(&reach->process->code, pc, &tab, &func)) return false;
    const uint64_t *known = function_at(reach, func.entry);
    return known && *known & PROGRAM;
}

/* Does this code count as a dependency's, if this place refers to it? */
static bool counts_as_dependencys(const struct gt_code_reach *reach, uint64_t known)
{
    return known & DEPENDENCYS || (known & CALLERS && reach->in_dependency);
}

/* A place that was a dependency's only is followed again if it may be the program's. */
static void start(struct gt_code_reach *reach, uint64_t pc, uint64_t known)
{
    uint64_t *started = gt_map_put(&reach->started, pc, NULL);
    uint64_t as = counts_as_dependencys(reach, known) ? AS_DEPENDENCYS : AS_PROGRAMS;

    if (*started >= as) return;
    *started = as;
    gt_u64s_add(&reach->work, pc);
}

void gt_code_reach_frame(struct gt_code_reach *reach, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (gt_code_is_programs(reach, pc - 1) &&
        gt_text_find(&reach->process->code, pc - 1, &tab, &func))
        start(reach, pc, *function_at(reach, func.entry));
}

void gt_code_reach_entry(struct gt_code_reach *reach, uint64_t entry)
{
    uint64_t *known = function_at(reach, entry);

    if (!known) return;
    uint64_t now = REACHED | (counts_as_dependencys(reach, *known) ? 0 : REACHED_AS_PROGRAMS);
    if ((*known & now) == now) return;
    *known |= now;
    reach->cancels |= (*known & CONTEXT) != 0;
    if (*known & PROGRAM) start(reach, entry, *known);
}

/* A func value, or code that makes one: the function may be called. */
static void reach_func(struct gt_code_reach *reach, uint64_t entry)
{
    const uint64_t *known = function_at(reach, entry);
    struct gt_reached_call call = {
        .place = entry, .callee = entry, .dependency = reach->in_dependency};

    if (known && !(*known & (PROGRAM | REACHED))) reach->visit(reach->ctx, &call);
    gt_code_reach_entry(reach, entry);
}

/* ---- words --------------------------------------------------------------------------------- */

static bool is_text(const struct gt_process *process, uint64_t addr)
{
    for (size_t i = 0; i < process->module_count; i++)
        if (addr >= process->modules[i].text && addr < process->modules[i].etext) return true;
    return false;
}

/* The runtime keeps the func value of main.main, which it has called. */
void gt_code_reach_value(struct gt_code_reach *reach, uint64_t value)
{
    uint64_t entry;

    if (value % WORD || !gt_mem_u64(reach->process->mem, value, &entry) ||
        !is_text(reach->process, entry))
        return;
    const uint64_t *known = function_at(reach, entry);
    if (known && !(*known & MAIN)) reach_func(reach, entry);
}

/* ---- method tables --------------------------------------------------------------------------- */

bool gt_code_is_type(const struct gt_process *process, uint64_t addr)
{
    for (size_t i = 0; i < process->module_count; i++)
        if (addr >= process->modules[i].types && addr < process->modules[i].etypes) return true;
    return false;
}

/* How many methods a table there has: {interface, type, the type's hash, methods}. Other code
 * addresses may follow. One that was made at run time has no hash. */
static size_t methods_at(const struct gt_process *process, const unsigned char *words, size_t count)
{
    size_t methods = 0;
    uint64_t most;
    uint32_t hash;

    if (count <= ITAB_FUN || !gt_code_is_type(process, gt_load64(words)) ||
        !gt_code_is_type(process, gt_load64(words + WORD)) ||
        !gt_mem_u32(process->mem, gt_load64(words + WORD) + TYPE_HASH, &hash) ||
        (gt_load32(words + 2 * WORD) && hash != gt_load32(words + 2 * WORD)) ||
        !gt_mem_u64(process->mem, gt_load64(words) + INTERFACE_METHODS, &most))
        return 0;
    while (methods < most && methods < MAX_METHODS && ITAB_FUN + methods < count &&
           is_text(process, gt_load64(words + (ITAB_FUN + methods) * WORD)))
        methods++;
    return methods;
}

static void reach_methods(struct gt_code_reach *reach, uint64_t table)
{
    const struct gt_memory *mem = reach->process->mem;
    uint64_t size = (ITAB_FUN + MAX_METHODS) * WORD, avail = 0;
    const unsigned char *words = mem->map(mem->ctx, table, &avail);

    if (!words) return;
    size_t methods = methods_at(reach->process, words, (avail < size ? avail : size) / WORD);
    for (size_t i = 0; i < methods; i++)
        gt_code_reach_entry(reach, gt_load64(words + (ITAB_FUN + i) * WORD));
}

static void reach_head(struct gt_code_reach *reach, uint64_t word)
{
    bool made = word >= MADE_FROM && word < MADE_TO; /* by the runtime, outside of the heap */
    bool type = gt_code_is_type(reach->process, word), added;

    if (word % WORD || (!made && !type && (word < reach->first || word > reach->last))) return;
    gt_map_put(&reach->words, word, &added);
    if (!added) return;
    reach_methods(reach, word);
    const uint64_t *last = type ? gt_map_find(&reach->by_type, word) : NULL;
    for (uint64_t i = last ? *last : 0; i;) {
        const struct gt_method_table *table = gt_vec_at(&reach->tables, i - 1);
        i = table->next;
        reach_methods(reach, table->address);
    }
}

void gt_code_reach_interface(struct gt_code_reach *reach, uint64_t head, uint64_t data)
{
    if (!gt_code_is_type(reach->process, head) || !gt_code_is_type(reach->process, data))
        reach_head(reach, head);
}

static void find_tables(struct gt_code_reach *reach, uint64_t addr, const unsigned char *bytes,
                        uint64_t size)
{
    for (uint64_t at = 0; at + WORD <= size; at += WORD) {
        if (!methods_at(reach->process, bytes + at, (size - at) / WORD)) continue;
        uint64_t *last = gt_map_put(&reach->by_type, gt_load64(bytes + at + WORD), NULL);
        struct gt_method_table table = {addr + at, *last};
        gt_vec_add(&reach->tables, &table);
        *last = reach->tables.len;
        if (!reach->first || table.address < reach->first) reach->first = table.address;
        if (table.address > reach->last) reach->last = table.address;
    }
}

/* A longer range comes from damaged module data. */
static bool is_readable(struct gt_code_reach *reach, uint64_t from, uint64_t to)
{
    bool readable = to < from || to - from <= MOST_BYTES;

    reach->whole &= readable;
    return readable;
}

static void find_tables_in(struct gt_code_reach *reach, uint64_t from, uint64_t to)
{
    const struct gt_memory *mem = reach->process->mem;
    uint64_t size;

    if (!is_readable(reach, from, to)) return;
    for (uint64_t at = from - from % WORD; at < to; at += size) {
        uint64_t avail = 0;
        const unsigned char *bytes = mem->map(mem->ctx, at, &avail);
        size = bytes ? avail - avail % WORD : PAGE - at % PAGE;
        if (!size) size = WORD;
        if (size > to - at) size = to - at;
        if (bytes) find_tables(reach, at, bytes, size);
    }
}

static void find_all_tables(struct gt_code_reach *reach)
{
    for (size_t i = 0; i < reach->process->module_count; i++) {
        const struct gt_module *module = &reach->process->modules[i];
        find_tables_in(reach, module->etext, module->noptrdata);
        find_tables_in(reach, module->noptrdata, module->edata);
    }
}

/* ---- variables ------------------------------------------------------------------------------- */

/* The runtime's own list of method tables has all of them: {places, used, tables}
 * (runtime/iface.go: itabTableInit). */
static bool is_list_of_tables(const struct gt_code_reach *reach, uint64_t addr)
{
    const unsigned char *words =
        gt_mem_at(reach->process->mem, addr, (2 + TABLE_PLACES) * (uint64_t)WORD);
    uint64_t used = 0;

    if (!words || gt_load64(words) != TABLE_PLACES) return false;
    for (size_t i = 0; i < TABLE_PLACES; i++) {
        uint64_t word = gt_load64(words + (2 + i) * WORD);
        bool table =
            (word >= reach->first && word <= reach->last) || (word >= MADE_FROM && word < MADE_TO);
        if (word && !table) return false;
        used += word != 0;
    }
    return used == gt_load64(words + WORD);
}

static void read_variables(struct gt_code_reach *reach, uint64_t from, uint64_t to)
{
    uint64_t value, next = 0, step = WORD;

    if (!is_readable(reach, from, to)) return;
    for (uint64_t at = from - from % WORD; at < to; at += step) {
        if (is_list_of_tables(reach, at)) at += (2 + TABLE_PLACES) * WORD;
        bool there = gt_mem_u64(reach->process->mem, at, &value);
        step = there ? WORD : PAGE - at % PAGE;
        if (to - at < step) step = to - at;
        if (!there || !value) continue;
        gt_code_reach_value(reach, value);
        gt_mem_u64(reach->process->mem, at + WORD, &next);
        gt_code_reach_interface(reach, value, next);
    }
}

static void read_all_variables(struct gt_code_reach *reach)
{
    for (size_t i = 0; i < reach->process->module_count; i++) {
        const struct gt_module *module = &reach->process->modules[i];
        read_variables(reach, module->data, module->edata);
        read_variables(reach, module->bss, module->ebss);
    }
}

/* The func values of a literal in read-only data: `for _, f := range []func(){a, b}`. */
static void refer_to_list(struct gt_code_reach *reach, uint64_t addr)
{
    const struct gt_memory *mem = reach->process->mem;
    uint64_t word;

    if (addr % WORD || gt_process_is_static(reach->process, addr)) return;
    for (size_t i = 0; i < MAX_LISTED && gt_mem_u64(mem, addr + i * WORD, &word); i++)
        if (word) gt_code_reach_value(reach, word);
}

/* Code that refers to a func value may call it, and so may code that takes the function's address:
 * it makes a closure. */
static void refer(struct gt_code_reach *reach, uint64_t addr)
{
    if (is_text(reach->process, addr)) {
        reach_func(reach, addr);
        return;
    }
    gt_code_reach_value(reach, addr);
    reach_head(reach, addr);
    refer_to_list(reach, addr);
}

static void refer_to(void *ctx, uint64_t addr)
{
    refer(ctx, addr);
}

/* ---- code ---------------------------------------------------------------------------------- */

struct follower { /* of one place in code */
    struct gt_code_reach *reach;
    uint64_t place;
    bool arm64; /* registers are followed on amd64 alone */
    struct gt_registers registers;
    uint64_t next; /* the instruction behind the last one */
};

static void tell_call(const struct follower *follower, const struct gt_flow_step *step)
{
    /* In Go's order: AX, BX, CX, DI, SI. */
    static const uint8_t registers[GT_CALL_ARGUMENTS] = {0, 3, 1, 7, 6};
    struct gt_reached_call call = {.place = follower->place,
                                   .next = step->pc + step->instruction.length,
                                   .callee = step->instruction.target,
                                   .dependency = follower->reach->in_dependency};

    for (unsigned i = 0; i < GT_CALL_ARGUMENTS; i++) {
        call.arguments[i] = follower->registers.value[registers[i]];
        call.known |= (follower->registers.known >> registers[i] & 1) << i;
    }
    follower->reach->visit(follower->reach->ctx, &call);
}

/* Returns whether the call returns. */
static bool follow_call(struct follower *follower, const struct gt_flow_step *step)
{
    struct gt_code_reach *reach = follower->reach;
    const uint64_t *known = function_at(reach, step->instruction.target);

    if (!known) return true;
    uint64_t is = *known;
    if (is & PROGRAM) {
        gt_code_reach_entry(reach, step->instruction.target);
        return true;
    }
    tell_call(follower, step);
    return !(is & NEVER_RETURNS);
}

static bool follow_step(void *ctx, const struct gt_flow_step *step)
{
    struct follower *follower = ctx;
    const struct gt_instruction *instruction = &step->instruction;
    bool on = true;

    if (step->pc != follower->next || step->joins) follower->registers.known = 0;
    if (instruction->refers) refer(follower->reach, instruction->target);
    if (instruction->kind == GT_FLOW_CALL || instruction->kind == GT_FLOW_JUMP)
        on = follow_call(follower, step);
    if (!follower->arm64)
        gt_registers_follow(&follower->registers, follower->reach->process->mem, step);
    follower->next = step->pc + instruction->length;
    return on;
}

static void follow_place(struct gt_code_reach *reach, uint64_t pc)
{
    struct follower follower = {.reach = reach, .place = pc};
    struct gt_code_flow flow;
    bool frame = !gt_process_is_entry(reach->process, pc); /* its pc may be behind its last call */

    if (!gt_code_flow_init(&flow, reach->process, pc - frame)) {
        reach->whole = false;
        return;
    }
    follower.arm64 = flow.arm64;
    reach->in_dependency = *gt_map_find(&reach->started, pc) == AS_DEPENDENCYS;
    if (flow.arm64)
        gt_code_references_in(reach->process, flow.func.entry, flow.func.end, refer_to, reach);
    gt_code_flow_visit(&flow, pc, follow_step, &follower);
    gt_code_flow_deinit(&flow);
    reach->in_dependency = false;
}

void gt_code_reach_open(struct gt_code_reach *reach)
{
    find_all_tables(reach);
    read_all_variables(reach);
}

void gt_code_reach_follow(struct gt_code_reach *reach)
{
    while (reach->work.len)
        follow_place(reach, reach->work.at[--reach->work.len]);
}
