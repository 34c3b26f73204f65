/*
 * The separate file with a stripped binary's symbols and debug information.
 *
 * It is searched where distributions and strip put it: by GNU build ID under
 * /usr/lib/debug/.build-id; by the name in .gnu_debuglink beside the binary, in .debug/ there and
 * under /usr/lib/debug; and, only if DEBUGINFOD_URLS is set, by elfutils' libdebuginfod, if that is
 * installed. If the binary is in the core's sysroot, its debug file is there too. Invariant: the
 * file's build ID is the binary's. If one of them has none, its checksum is the one in the link.
 */
#ifndef GT_CORE_DEBUG_FILE_H
#define GT_CORE_DEBUG_FILE_H

#include "inspector/core/binary.h"

/* The caller closes it. It has the binary's bias. NULL when there is none. *why (which the caller
 * frees) is NULL, or says what is wrong with a file that was found. */
struct gt_binary *gt_debug_file_find(const struct gt_core *core, const struct gt_binary *binary,
                                     char **why);

#endif
