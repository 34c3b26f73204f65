/*
 * The core, the binary and the collector of a report, and what of them was lost.
 */
#ifndef GT_DETECT_FILL_PROCESS_H
#define GT_DETECT_FILL_PROCESS_H

#include "inspector/detect/model/source.h"

void gt_fill_process(const struct gt_source_process *source, struct gt_report *report);
/* Also fills in the arguments of the command line, which are data of the program. */
void gt_fill_command_line(const struct gt_source_process *source, struct gt_report *report);

/* Fills coverage.notes with the losses so far. */
void gt_fill_notes(const struct gt_source_process *source, struct gt_report *report);

#endif
