/*
 * The name of a root: the name of the global or of the frame's variable. Without debug information
 * it is the offset in the section, with the functions that use it, or the offset in the frame.
 */
#ifndef GT_DETECT_ROOT_NAMES_H
#define GT_DETECT_ROOT_NAMES_H

#include "inspector/detect/heap_analysis.h"

/* The root's name. `field` gets the path in its variable, `type` the variable's type. With
 * `grouped` all words of one unnamed global have one name. The name lives in the analysis's
 * storage. */
const char *gt_root_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                         bool grouped, char *field, size_t field_size, gt_type_id *type);

/* The same for a global's or a frame's word itself, even if static data contains it. */
const char *gt_variable_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                             bool grouped, char *field, size_t field_size, gt_type_id *type);

/* "global at .bss+0x1c00", for a root of that kind. */
const char *gt_global_place(const struct gt_heap_analysis *analysis, const struct gt_root *root);

/* "static data at .data+0x860": data that no code refers to. With `grouped` it is the address where
 * the data begins. */
const char *gt_static_place(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                            bool grouped);

/* A path begins with "global" for a variable with a name; names alone leave that out. */
const char *gt_without_global(const char *name);

/* "[4].name" -> "[*].name": referrers of one group differ in their indices. */
void gt_strip_indices(char *field);

/* Is it a variable of the runtime? Without its name, it is one if only functions of the runtime use
 * it. */
bool gt_root_is_runtimes(const struct gt_heap_analysis *analysis, const struct gt_root *root);

/* Does it say little to people? That is a word of a frame that no variable names, what the runtime
 * has for a goroutine, or a variable of the runtime. A path begins at another root where there is
 * one that is as short, or longer by one object. */
bool gt_root_is_late(const struct gt_heap_analysis *analysis, const struct gt_root *root);

#endif
