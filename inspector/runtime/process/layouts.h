/*
 * Where this program's runtime keeps its fields and variables. Four sources know it, and the first
 * that has an answer is believed: the debug information, the rtypes that survived stripping, the
 * built-in table of its version of Go, and, for variables, the program's code.
 *
 * Invariant: what the program itself says about a struct is final. A field that it lacks there is
 * named in the process's losses, and so is one that only the table has where Go is newer than the
 * table.
 */
#ifndef GT_RUNTIME_LAYOUTS_H
#define GT_RUNTIME_LAYOUTS_H

#include "inspector/runtime/process/process.h"

/* The facts and the layout as far as they are known without types. */
struct gt_error *gt_layouts_open(struct gt_process *process);

/* The same with the program's types, where they are needed; then tells what is lacking. */
struct gt_error *gt_layouts_settle(struct gt_process *process);

#endif
