/*
 * What the files of shapes share. A shape is declared by the row of its kind: see
 * inspector/report/shape.h.
 */
#ifndef GT_REPORT_SHAPES_H
#define GT_REPORT_SHAPES_H

#include "inspector/report/shape.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

/* A field of this shape's member of struct gt_instance. */
#define GT_IN_INSTANCE(name, value, member) GT_FIELD(name, value, struct gt_instance, member)

static inline const char *gt_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

#endif
