/*
 * The source of the parts of the report's model that need no heap: a process and its goroutines.
 *
 * Both are borrowed. This room analyses nothing: it copies what runtime/ read into the model.
 * Strings and tables are in the report's storage, which outlives the process.
 */
#ifndef GT_DETECT_MODEL_SOURCE_H
#define GT_DETECT_MODEL_SOURCE_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_source_process {
    struct gt_process *process;
    const struct gt_goroutines *goroutines;
};

#endif
