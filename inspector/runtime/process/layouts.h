/*
 * Who tells where this program's runtime keeps things: its debug information, else the rtypes that
 * survived, else the built-in table of its version of Go, and for variables its code.
 *
 * A program's own word on a struct is the last. What it lacks there, and what of a Go newer than
 * the table only the table tells, is named in the process's losses.
 */
#ifndef GT_RUNTIME_LAYOUTS_H
#define GT_RUNTIME_LAYOUTS_H

#include "inspector/runtime/process/process.h"

/* The facts and the layout as far as they are known without types. */
struct gt_error *gt_layouts_open(struct gt_process *process);

/* The same with the program's types, where they are needed; then tells what is lacking. */
struct gt_error *gt_layouts_settle(struct gt_process *process);

#endif
