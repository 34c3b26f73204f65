/*
 * The built-in tables: what is known about each Go version without the program.
 *
 * gotypes/layouts/known.def holds them. A row is a struct, constant, variable or list with one
 * shape over a range of versions. Rows are derived from the DWARF of programs built with the first
 * and the last patch release of every minor version (tests/layouts/derive). A row holds from the
 * first to the last of those releases that agree. Between two releases that differ, the later one
 * counts. After the last release, the last one counts.
 *
 * A gt_known answers as debug information would (gotypes/layouts/facts.h), without addresses:
 * fields, sizes and constants.
 */
#ifndef GT_LAYOUTS_KNOWN_H
#define GT_LAYOUTS_KNOWN_H

#include "gotypes/layouts/facts.h"
#include "gotypes/layouts/version.h"

enum gt_arch { GT_ARCH_AMD64 = 1, GT_ARCH_ARM64 = 2 }; /* bits */

struct gt_known {
    const struct gt_go_version *version; /* the experiments count too */
    enum gt_arch arch;
    unsigned asked, nearest; /* gt_version_number(): of the program; of a release in the tables */
    bool exact;              /* the tables have releases of that minor version */
};

/* The facts of a version on a machine; `version` must outlive them. False when the version is older
 * than the tables. */
bool gt_known_find(const struct gt_go_version *version, enum gt_arch arch, struct gt_known *out);

/* Its fields, sizes and constants; `known` must outlive it. */
struct gt_facts gt_known_facts(const struct gt_known *known);

/* The size of a runtime variable; 0 when it is not known. */
uint64_t gt_known_global_size(const struct gt_known *known, const char *name);

/* The first and the last version of the tables. */
void gt_known_range(unsigned *first, unsigned *last);

/* The constants and variables that are read from DWARF when the tables are made. */
extern const char *const gt_known_constants[], *const gt_known_globals[];
extern const size_t gt_known_constant_count, gt_known_global_count;

#endif
