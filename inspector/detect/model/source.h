/*
 * What the report's model is filled from where no heap is needed: a process and its goroutines.
 *
 * Both are borrowed. This room searches for nothing: it puts into the model what runtime read, as
 * strings and tables in the storage of the report, which outlives the process.
 */
#ifndef GT_DETECT_MODEL_SOURCE_H
#define GT_DETECT_MODEL_SOURCE_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_source_process {
    struct gt_process *process;
    const struct gt_goroutines *goroutines;
};

#endif
