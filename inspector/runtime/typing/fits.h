/*
 * Whether memory can hold a value of a type. The test is what Go guarantees of every value. A
 * pointer into the heap leads to a slot that is in use, is large enough, and has its pointers where
 * the type has them. A length is at most the capacity, and the capacity ends within the block. An
 * interface begins with a type, a func value leads to the address of a function, a channel has its
 * elements' type.
 *
 * False means that it cannot be such a value. True proves nothing. Private to typing's files.
 */
#ifndef GT_RUNTIME_FITS_H
#define GT_RUNTIME_FITS_H

#include "inspector/runtime/typing/typing.h"

/* `bytes` are as many as the type has. */
bool gt_value_fits(const struct gt_typing *typing, gt_type_id id, const unsigned char *bytes);

#endif
