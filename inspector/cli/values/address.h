/*
 * Addresses as users of gdb and delve write them: "0xc000012080", "*(*main.session)(0xc000012080)".
 *
 * Invariant: a number without 0x is refused, since it may be decimal or hexadecimal; the error
 * shows both.
 */
#ifndef GT_VALUES_ADDRESS_H
#define GT_VALUES_ADDRESS_H

#include "inspector/base/arena.h"

#include <stdint.h>

struct gt_error;

/* Only "0xc000012080". */
struct gt_error *gt_address_parse(const char *text, uint64_t *address);

/* With a type: "0x...,TYPE", "(TYPE)(0x...)" with a pointer type, or that after a "*". *type is the
 * type of the value at the address, in `arena`, or NULL. */
struct gt_error *gt_address_parse_typed(const char *text, struct gt_arena *arena, uint64_t *address,
                                        const char **type);

#endif
