/*
 * runtime.moduledata, decoded: where one module's text, data, types and tables lie.
 *
 * Invariant: tables that a reader indexes (pclntable, ftab) are present, in order and bounded.
 * Other addresses and lengths are checked where that is cheap.
 */
#ifndef GT_CODE_MODULEDATA_H
#define GT_CODE_MODULEDATA_H

#include "gotypes/layouts/layout.h"

struct gt_slice { /* a Go slice header */
    uint64_t ptr, len, cap;
};

struct gt_bitvector {
    uint64_t bits; /* number of bits */
    uint64_t data; /* address of the bytes */
};

struct gt_module {
    uint64_t address; /* of the moduledata */
    uint64_t text, etext, minpc, maxpc;
    uint64_t noptrdata, enoptrdata, data, edata, bss, ebss, noptrbss, enoptrbss;
    uint64_t types, etypes, rodata, gofunc;
    uint64_t pcheader;
    struct gt_slice funcnametab, cutab, filetab, pctab, pclntable, ftab;
    struct gt_bitvector data_mask, bss_mask; /* a bit a word, from data and bss on */
    uint64_t next;                           /* the next moduledata; 0 at the end */
};

struct gt_error *gt_module_read(const struct gt_layout *layout, const struct gt_memory *mem,
                                uint64_t address, struct gt_module *out);

#endif
