/*
 * Several providers of facts as one: each query goes to the first that can answer it. Invariant:
 * the first provider that knows a struct decides about its fields. If it lacks a field, no later
 * provider is asked, since that may describe another struct of the same name.
 *
 * The chain borrows its providers, which must outlive it. Debug references belong to one provider,
 * so only one provider of a chain, the one with `describe`, may return them.
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

/* Empties a chain. The chain must not be moved afterwards, since `facts` points to it. */
void gt_facts_chain_init(struct gt_facts_chain *chain);
/* Adds a provider, which is asked after those before it. NULL adds none. */
void gt_facts_chain_add(struct gt_facts_chain *chain, const struct gt_facts *provider);

#endif
