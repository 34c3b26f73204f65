/*
 * Words of Go's own packages whose declared type does not say what they point to: an unsafe.Pointer
 * beside a count, or a pointer to a type that stands for another. What they point to is known from
 * the sources of these packages, and is a row here.
 *
 * A row names a struct by its full path, so it matches no struct of another package. A row has no
 * effect if the program lacks its struct, field or target.
 */
#ifndef GT_TYPES_HIDDEN_PLACES_H
#define GT_TYPES_HIDDEN_PLACES_H

#include "gotypes/types/types.h"

/* Corrects the pointer slot of a field, whose offset is that of the field. False when the slot
 * before it in the struct is the same word. */
bool gt_hidden_place(struct gt_types *types, gt_type_id in, const struct gt_type_field *field,
                     struct gt_pointer_slot *place);

/* The type that a pointer to `elem` leads to: `elem`, or the type that it stands for. */
gt_type_id gt_hidden_elem(struct gt_types *types, gt_type_id elem);

/* Is a dynamic type in a log/slog.Value one of its own, whose length stands beside the interface?
 * Then *kind is GT_P_STRING, or GT_P_SLICE of what the type points to. */
bool gt_hidden_counted(struct gt_types *types, gt_type_id dynamic, uint8_t *kind);

#endif
