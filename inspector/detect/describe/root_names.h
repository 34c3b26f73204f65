/*
 * The name of a root: that of the global or of the frame's variable. Without debug information it
 * is the offset in the section, with the functions that use it, or the offset in the frame.
 */
#ifndef GT_DETECT_ROOT_NAMES_H
#define GT_DETECT_ROOT_NAMES_H

#include "inspector/detect/heap_analysis.h"

/* The root's name; `field` gets the path in its variable, `type` the variable's type. With `alike`
 * the words of one unnamed global have one name. The name lives in the analysis's storage. */
const char *gt_root_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                         bool alike, char *field, size_t field_size, gt_type_id *type);

/* The same of a global's or a frame's word by itself, whatever static data it lies in. */
const char *gt_variable_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                             bool alike, char *field, size_t field_size, gt_type_id *type);

/* "global at .bss+0x1c00", for a root of that kind. */
const char *gt_global_place(const struct gt_heap_analysis *analysis, const struct gt_root *root);

/* "static data at .data+0x860": what no code refers to. With `alike` it is where that begins. */
const char *gt_static_place(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                            bool alike);

/* Paths say "global" of a variable that has a name; names alone do not. */
const char *gt_without_global(const char *name);

/* "[4].name" -> "[*].name": indices are what alike referrers differ in. */
void gt_strip_indices(char *field);

#endif
