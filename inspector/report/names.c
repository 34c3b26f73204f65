#include "inspector/report/names.h"

#include <string.h>

static const char *const confidences[] = {
    [GT_PROVEN] = "proven",
    [GT_LIKELY] = "likely",
    [GT_SUSPECT] = "suspect",
};

const char *gt_confidence_name(enum gt_confidence how)
{
    return (unsigned)how < sizeof confidences / sizeof *confidences ? confidences[how] : NULL;
}

const char *gt_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}
