/*
 * The real types of generic functions' variables.
 *
 * One function's code serves all type arguments of one shape (go.shape.*uint8 stands for all
 * pointers). It is called with a dictionary of the real types: a table in the program's data,
 * "main..dict.hold[*main.user]" for main.hold, or for the methods of a type main.hold. Debug
 * information has the index of a variable's type in the dictionary, but not the dictionary of a
 * call. If this function and shape have one dictionary, it is that. If they have several, it is the
 * one whose address is in the frame, where the call stored it. Without symbols dictionaries have no
 * names.
 */
#ifndef GT_RUNTIME_DICTIONARIES_H
#define GT_RUNTIME_DICTIONARIES_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_dictionaries;

struct gt_dictionaries *gt_dictionaries_create(struct gt_process *process);
void gt_dictionaries_destroy(struct gt_dictionaries *dictionaries); /* NULL is allowed */

/* The real type of a variable in a goroutine's frame. `type` is the variable's shape, which is
 * returned when the real type is not known. */
gt_type_id gt_dictionary_type(struct gt_dictionaries *dictionaries,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t frame, const struct gt_frame_variable *variable);

#endif
