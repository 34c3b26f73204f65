/*
 * The internals of a function table. Private to pclntab.c and inline.c.
 *
 * Invariant: the host pointers cover their sizes for as long as the memory lives.
 */
#ifndef GT_CODE_PCLNTAB_INTERNAL_H
#define GT_CODE_PCLNTAB_INTERNAL_H

#include "gotypes/code/pclntab.h"

struct gt_table { /* one of the module's tables, as a range that the host can index */
    const unsigned char *bytes;
    uint64_t size;
};

struct gt_pclntab {
    const struct gt_memory *mem;
    const struct gt_module *module;
    struct gt_table ftab, pclntable, pctab, names, files, cutab;
    size_t count;         /* functions */
    unsigned record_size; /* bytes of a _func, without its pcdata and funcdata */
    unsigned call_size;   /* bytes of an inlinedCall */
    unsigned quantum;     /* bytes of the smallest instruction: 1 on amd64, 4 on arm64 */
};

/* The value at pc of a pc-value table; false when there is none or it does not reach pc. */
bool gt_pcvalue(const struct gt_pclntab *tab, const struct gt_func *func, uint32_t table,
                uint64_t pc, int32_t *out);

/* The text at an offset, if it ends inside the table; else NULL. */
const char *gt_table_text(const struct gt_table *table, uint64_t offset);

#endif
