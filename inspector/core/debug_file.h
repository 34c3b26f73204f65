/*
 * The separate file that holds a stripped binary's symbols and debug information.
 *
 * It is looked for where distributions and strip leave it: by GNU build ID under
 * /usr/lib/debug/.build-id; by the name in .gnu_debuglink beside the binary, in .debug/ there and
 * under /usr/lib/debug; and, only where DEBUGINFOD_URLS is set, by elfutils' libdebuginfod, if that
 * is installed. A binary in the core's sysroot has its debug file there too. Invariant: the file's
 * build ID is the binary's, or, where either has none, its checksum is that of the link.
 */
#ifndef GT_CORE_DEBUG_FILE_H
#define GT_CORE_DEBUG_FILE_H

#include "inspector/core/binary.h"

/* The caller closes it; it is placed as the binary is. NULL when there is none; *why (which the
 * caller frees) is then NULL, or says what is wrong with one that was found. */
struct gt_binary *gt_debug_file_find(const struct gt_core *core, const struct gt_binary *binary,
                                     char **why);

#endif
