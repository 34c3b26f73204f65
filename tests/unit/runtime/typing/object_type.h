/*
 * The type that an object of a small process gets (tests/unit/synth/synth.h).
 */
#ifndef GT_TEST_OBJECT_TYPE_H
#define GT_TEST_OBJECT_TYPE_H

#include "tests/unit/synth/synth.h"

/* Opens the process. The object at `addr` has the type with this name; "": it has none. */
void expect_type(struct synth *synth, uint64_t addr, const char *name);

#endif
