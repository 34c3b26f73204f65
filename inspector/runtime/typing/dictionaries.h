/*
 * The real types of generic functions' variables.
 *
 * One function's code serves all type arguments of one shape (go.shape.*uint8 stands for all
 * pointers), and is called with a dictionary that tells the real types: a table in the program's
 * data, "main..dict.hold[*main.user]" for main.hold, or for the methods of a type main.hold. Debug
 * information has a variable's place in it, but not the dictionary of a call. That is the one
 * dictionary of this function and shape, or where there are several the one whose address lies in
 * the frame, where the call's was put. Without symbols dictionaries have no names.
 */
#ifndef GT_RUNTIME_DICTIONARIES_H
#define GT_RUNTIME_DICTIONARIES_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_dictionaries;

struct gt_dictionaries *gt_dictionaries_create(struct gt_process *process);
void gt_dictionaries_destroy(struct gt_dictionaries *dictionaries); /* NULL is allowed */

/* The real type of a variable of a goroutine's frame, whose type is the shape; the shape itself
 * when it is not known. */
gt_type_id gt_dictionary_type(struct gt_dictionaries *dictionaries,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t frame, const struct gt_frame_variable *variable);

#endif
