/*
 * The Go version that built a program, its experiments and its baked-in settings, from buildinfo.
 */
#ifndef GT_LAYOUTS_VERSION_H
#define GT_LAYOUTS_VERSION_H

#include "inspector/base/memory.h"

#include <stddef.h>

enum { GT_MAX_EXPERIMENTS = 16 };

struct gt_go_version {
    unsigned minor, patch; /* go1.MINOR.PATCH; minor 0 when it could not be read */
    char text[64];         /* "go1.26.8" without the experiments */
    char experiments[GT_MAX_EXPERIMENTS][32]; /* "greenteagc", "nogreenteagc" */
    size_t experiment_count;
};

/* Parses "go1.25.12 X:greenteagc", "go1.26.10-X:a,b", "devel go1.27-abcdef ..."; false if not Go.
 */
bool gt_version_parse(const char *text, size_t length, struct gt_go_version *out);

/* Reads a .go.buildinfo blob (inline strings, as since Go 1.18): the version text and the module
 * information text. Some choices of the runtime follow from DefaultGODEBUG and the build settings
 * in the latter. */
bool gt_buildinfo_read(const unsigned char *bytes, size_t size, struct gt_go_version *out,
                       const char **modinfo, size_t *modinfo_len);

/* Packs minor and patch for comparison in layout rows: 1.23.12 -> 23012. */
static inline unsigned gt_version_number(const struct gt_go_version *version)
{
    return version->minor * 1000 + version->patch;
}

#endif
