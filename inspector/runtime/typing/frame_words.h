/*
 * The types of words in frames. They come from the variables in the debug information, from the
 * runtime's records of values that wait in channels, and from the receivers of methods. Private to
 * typing's files.
 */
#ifndef GT_RUNTIME_FRAME_WORDS_H
#define GT_RUNTIME_FRAME_WORDS_H

#include "inspector/runtime/typing/typing.h"

enum { GT_MAX_PIECES = 256 }; /* variables of one frame that are used */

struct gt_variables {
    struct gt_frame_variable list[GT_MAX_PIECES];
    size_t count;
};

/* The variables of a root's frame. */
void gt_frame_variables(const struct gt_typing *typing, const struct gt_root *root,
                        struct gt_variables *out);

/* The variables in registers, of a frame that was interrupted. */
void gt_register_variables(const struct gt_typing *typing, const struct gt_goroutine *g,
                           uint32_t frame, struct gt_variables *out);

/* The one variable at addr; NULL when there is none, or several. */
const struct gt_frame_variable *gt_variable_at(const struct gt_variables *variables, uint64_t addr);

/* Whether the variable's type has a pointer at addr, as the stack map says. */
bool gt_variable_has_pointer(const struct gt_typing *typing,
                             const struct gt_frame_variable *variable, uint64_t addr);

/* The type that the frame's receiver points to, if the root is the receiver and there is no debug
 * information about variables. */
gt_type_id gt_frame_receiver(const struct gt_typing *typing, const struct gt_root *root);

/* The same for a part of an argument, by its shape. */
void gt_shape_argument(const struct gt_typing *typing, const struct gt_root *root,
                       struct gt_word *word);

/* The same for a local slice that covers all of its block. */
void gt_shape_local(const struct gt_typing *typing, const struct gt_root *root,
                    struct gt_word *word);

/* Fills in the word of a frame's root, as far as it is known. */
void gt_frame_word(const struct gt_typing *typing, const struct gt_root *root,
                   struct gt_word *word);

#endif
