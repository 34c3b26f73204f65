/*
 * Several providers of facts as one: each question goes to the first that can answer it. Invariant:
 * the first provider that knows a struct decides about its fields. For a field that it lacks no
 * later one is asked, since those may describe another struct of the same name.
 *
 * The chain borrows its providers, which must outlive it. Debug references are one provider's own,
 * so only one of a chain may hand them out (the one that has `describe`).
 */
#ifndef GT_LAYOUTS_CHAIN_H
#define GT_LAYOUTS_CHAIN_H

#include "gotypes/layouts/facts.h"

enum { GT_MAX_PROVIDERS = 6 };

struct gt_facts_chain {
    const struct gt_facts *provider[GT_MAX_PROVIDERS];
    size_t count;
    struct gt_facts facts; /* what the chain answers */
};

/* Empties a chain, which must not move from here on. */
void gt_facts_chain_init(struct gt_facts_chain *chain);
/* Adds a provider that is asked after those before it; NULL adds none. */
void gt_facts_chain_add(struct gt_facts_chain *chain, const struct gt_facts *provider);

#endif
