/*
 * Fills in the panics in progress when the process died. A text of the program is shown only if the
 * caller asks for it; a text of the runtime always is.
 */
#ifndef GT_DETECT_FILL_PANICS_H
#define GT_DETECT_FILL_PANICS_H

#include "inspector/detect/model/source.h"

/* `g` is the goroutine that died, or NULL. All results are in the report's storage. Removes the
 * program's text from the fatal error, unless `show_data`. */
void gt_fill_panics(const struct gt_source_process *source, const struct gt_goroutine *g,
                    bool show_data, struct gt_report *report);

#endif
