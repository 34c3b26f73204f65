/*
 * The GODEBUG defaults that a program was built with, as the build information records them. The go
 * line of its go.mod and its //go:debug lines set them.
 */
#ifndef GT_RUNTIME_SETTINGS_H
#define GT_RUNTIME_SETTINGS_H

#include "inspector/runtime/process/process.h"

/* Is "name=value" one of them? False too when the build information cannot be read. */
bool gt_built_with(const struct gt_process *process, const char *setting);

#endif
