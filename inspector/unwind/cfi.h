/*
 * Checks call frame information before libunwind interprets it, since libunwind trusts it.
 *
 * It keeps no state. What it reads is bounded by the size of a program.
 */
#ifndef GT_UNWIND_CFI_H
#define GT_UNWIND_CFI_H

#include "inspector/base/memory.h"

#ifdef __x86_64__

#include <libunwind.h>

/* Can libunwind interpret this record's programs safely? Adds the bytes that were read to
 * `reads`. */
bool gt_cfi_is_sound(const struct gt_memory *mem, const unw_proc_info_t *info, unsigned *reads);

#endif
#endif
