/*
 * The layouts of this program's runtime: its fields and variables. There are four sources, and the
 * first that has an answer decides: the debug information, the rtypes that survived stripping, the
 * built-in table of its version of Go, and, for variables, the program's code.
 *
 * Invariant: what the program itself describes of a struct is final. If it lacks a field there, the
 * process's losses name it. If Go is newer than the table, they also name a field that only the
 * table has.
 */
#ifndef GT_RUNTIME_LAYOUTS_H
#define GT_RUNTIME_LAYOUTS_H

#include "inspector/runtime/process/process.h"

/* The facts and the layout, without those from types. */
struct gt_error *gt_layouts_find(struct gt_process *process);

/* The same with those from the program's types, if they are needed. Then records what is
 * missing. */
struct gt_error *gt_layouts_settle(struct gt_process *process);

#endif
