/*
 * The modules of a process, which the runtime keeps as a linked list.
 *
 * The list's head is found in one of three ways. runtime.firstmoduledata is a symbol. Since Go 1.26
 * it is a section too. Otherwise it is the one word of the program's data that holds the address of
 * the function table and begins a plausible module (gotypes/code/moduledata.h). The function table
 * has a section of its own, and a magic number for files without section headers.
 */
#ifndef GT_RUNTIME_MODULES_H
#define GT_RUNTIME_MODULES_H

#include "inspector/runtime/process/process.h"

/* Fills process->modules. The layout of moduledata must be known. */
struct gt_error *gt_modules_read(struct gt_process *process);

/* The build information, found by section or by its magic number. *text is its text of modules and
 * settings, which lives as long as the process; NULL when it has none. False when there is no build
 * information. */
bool gt_buildinfo_find(struct gt_process *process, struct gt_go_version *version,
                       const char **text);

#endif
