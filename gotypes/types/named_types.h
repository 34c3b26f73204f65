/*
 * The program's named types by name, without debug information: from the rtypes that were linked.
 *
 * It is a provider of facts (gotypes/layouts/facts.h) for type_named alone. Names have the full
 * path of their package ("net/http.conn"), as in DWARF; an rtype has the path beside its short
 * name. A name that two types have finds none, since functions may declare types of their own. The
 * rtypes are read at the first query.
 */
#ifndef GT_TYPES_NAMED_TYPES_H
#define GT_TYPES_NAMED_TYPES_H

#include "gotypes/types/types.h"

struct gt_named_types;

/* `types` and `sources` must outlive it. */
struct gt_named_types *gt_named_types_create(struct gt_types *types,
                                             const struct gt_types_sources *sources);
void gt_named_types_destroy(struct gt_named_types *names); /* NULL is allowed */
const struct gt_facts *gt_named_types_facts(const struct gt_named_types *names);

/* The path of the package of a named type, from its rtype; false when that has none. */
bool gt_rtype_package(const struct gt_types_sources *from, uint64_t rtype, unsigned kind, char *out,
                      size_t size);

#endif
