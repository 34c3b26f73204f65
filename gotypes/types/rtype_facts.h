/*
 * Layouts of the runtime's structs from their rtypes, which survive stripping. The linker keeps the
 * type descriptor of whatever an interface, a map or a heap object's header may need. Those of
 * runtime.g, m, p, mspan, sudog, hchan and timer are among them; those of mheap and heapArena are
 * not.
 *
 * It is a provider of facts (gotypes/layouts/facts.h) for fields and sizes alone. The module's
 * types are scanned once, word by word, for structs of the runtime's own packages. The full package
 * path excludes a struct of a user's package that is named runtime too.
 */
#ifndef GT_TYPES_RTYPE_FACTS_H
#define GT_TYPES_RTYPE_FACTS_H

#include "gotypes/types/types.h"

struct gt_rtype_facts;

/* `types` and `module` must outlive it. */
struct gt_rtype_facts *gt_rtype_facts_create(struct gt_types *types, const struct gt_memory *mem,
                                             const struct gt_module *module);
void gt_rtype_facts_destroy(struct gt_rtype_facts *facts); /* NULL is allowed */
const struct gt_facts *gt_rtype_facts_of(const struct gt_rtype_facts *facts);

#endif
