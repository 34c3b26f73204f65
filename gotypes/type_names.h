/*
 * The program's named types by name, without debug information: from the rtypes that were linked.
 *
 * A provider of facts (gotypes/facts.h) for type_named alone. Names have the whole path of their
 * package ("net/http.conn"), as DWARF has them, which an rtype keeps beside its short name. A name
 * that two types have stands for none: functions may declare types of their own. The rtypes are
 * read when the first name is asked for.
 */
#ifndef GT_GOTYPES_TYPE_NAMES_H
#define GT_GOTYPES_TYPE_NAMES_H

#include "gotypes/types.h"

struct gt_type_names;

/* What it is given must outlive it. */
struct gt_type_names *gt_type_names_create(struct gt_types *types,
                                           const struct gt_types_sources *sources);
void gt_type_names_free(struct gt_type_names *names); /* NULL is allowed */
const struct gt_facts *gt_type_names_facts(const struct gt_type_names *names);

#endif
