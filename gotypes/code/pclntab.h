/*
 * The function table of one module: functions by pc, pc-value tables, inline trees, file and line.
 *
 * It reads the target's memory through the module's own tables. A damaged entry fails only the
 * query that needs it. Every pc-value walk is bounded by the table's end. A table borrows its
 * module and memory.
 */
#ifndef GT_CODE_PCLNTAB_H
#define GT_CODE_PCLNTAB_H

#include "gotypes/code/moduledata.h"

enum { GT_PCDATA_UNSAFE_POINT, GT_PCDATA_STACK_MAP, GT_PCDATA_INL_TREE, GT_PCDATA_ARG_LIVE };

enum {
    GT_FUNCDATA_ARGS_MAPS,
    GT_FUNCDATA_LOCALS_MAPS,
    GT_FUNCDATA_STACK_OBJECTS,
    GT_FUNCDATA_INL_TREE,
    GT_FUNCDATA_OPEN_DEFERS,
    GT_FUNCDATA_ARG_INFO,
    GT_FUNCDATA_ARG_LIVE,
};

enum gt_func_flag { GT_FUNC_TOP_FRAME = 1, GT_FUNC_SP_WRITE = 2, GT_FUNC_ASM = 4 };

struct gt_pclntab;

struct gt_func {         /* a _func record, decoded */
    uint64_t entry, end; /* [entry, end) */
    uint64_t record;     /* address of the _func */
    uint32_t name_off, args, deferreturn, npcdata, cu_offset, start_line;
    uint32_t pcsp, pcfile, pcln; /* offsets into pctab; 0 is none */
    uint8_t id, flag, nfuncdata;
};

struct gt_source_pos {
    const char *function; /* borrowed from the table */
    const char *file;     /* NULL when unknown */
    uint32_t line;        /* 0 when unknown */
    bool inlined;         /* inlined into the next one */
    uint8_t id;           /* the function's funcID */
    uint64_t pc;          /* address of the call; of the inline mark where a call was inlined */
};

/* `module` must outlive the table. */
struct gt_error *gt_pclntab_open(const struct gt_memory *mem, const struct gt_module *module,
                                 const struct gt_go_version *version, struct gt_pclntab **out);
void gt_pclntab_close(struct gt_pclntab *tab); /* NULL is allowed */

size_t gt_pclntab_count(const struct gt_pclntab *tab);
bool gt_func_at(const struct gt_pclntab *tab, size_t index, struct gt_func *out);
/* The function whose code holds pc; false when none does. Cheap enough to call for each frame. */
bool gt_func_find(const struct gt_pclntab *tab, uint64_t pc, struct gt_func *out);
/* By name, e.g. "runtime.asyncPreempt": a linear search; keep the answer. */
bool gt_func_named(const struct gt_pclntab *tab, const char *name, struct gt_func *out);
const char *gt_func_name(const struct gt_pclntab *tab, const struct gt_func *func); /* not NULL */

/* The stack delta (sp adjustment since entry) at pc; false when the table does not say. */
bool gt_func_spdelta(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                     int32_t *delta);
/* A PCDATA value at pc; -1 when the function has no such table, as in the runtime. */
int32_t gt_func_pcdata(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table,
                       uint64_t pc);
/* Calls `visit` for each range of code that has one value in a PCDATA table, in order. */
typedef void gt_run_fn(void *ctx, uint64_t from, uint64_t to, int32_t value);
void gt_func_pcdata_runs(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table,
                         gt_run_fn *visit, void *ctx);
/* The address of a FUNCDATA; 0 when the function has none. */
uint64_t gt_func_funcdata(const struct gt_pclntab *tab, const struct gt_func *func, unsigned table);

/* The source locations of pc: the innermost inlined call first, the physical function last. Fills
 * at most `max` and returns how many. For a return address pass pc - 1. */
size_t gt_func_positions(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                         struct gt_source_pos *out, size_t max);

#endif
