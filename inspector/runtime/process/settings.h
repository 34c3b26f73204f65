/*
 * Settings that a program was built with: the GODEBUG defaults that its go.mod's go line and its
 * //go:debug lines set, as the build information tells them.
 */
#ifndef GT_RUNTIME_SETTINGS_H
#define GT_RUNTIME_SETTINGS_H

#include "inspector/runtime/process/process.h"

/* Is "name=value" among them? False too when the build information cannot be read. */
bool gt_built_with(const struct gt_process *process, const char *setting);

#endif
