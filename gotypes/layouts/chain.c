/* Each query is a loop over the providers, in the order in which they were added, up to the first
 * answer. */
#include "gotypes/layouts/chain.h"

static bool knows_struct(const struct gt_facts *asked, const char *type)
{
    uint64_t size;

    return asked->field && asked->type_size && asked->type_size(asked->ctx, type, &size);
}

static bool field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->field && asked->field(asked->ctx, type, path, offset, size)) return true;
        if (knows_struct(asked, type)) return false;
    }
    return false;
}

static bool type_size(void *ctx, const char *type, uint64_t *size)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->type_size && asked->type_size(asked->ctx, type, size)) return true;
    }
    return false;
}

static bool type_named(void *ctx, const char *type, struct gt_type_ref *out)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->type_named && asked->type_named(asked->ctx, type, out)) return true;
    }
    return false;
}

static bool constant(void *ctx, const char *name, int64_t *value)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->constant && asked->constant(asked->ctx, name, value)) return true;
    }
    return false;
}

static bool global(void *ctx, const char *name, struct gt_debug_global *out)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->global && asked->global(asked->ctx, name, out)) return true;
    }
    return false;
}

static bool describe(void *ctx, uint64_t debug, struct gt_debug_type *out)
{
    const struct gt_facts_chain *chain = ctx;

    for (size_t i = 0; i < chain->count; i++) {
        const struct gt_facts *asked = chain->provider[i];
        if (asked->describe && asked->describe(asked->ctx, debug, out)) return true;
    }
    return false;
}

void gt_facts_chain_init(struct gt_facts_chain *chain)
{
    *chain = (struct gt_facts_chain){.facts = {.ctx = chain,
                                               .field = field,
                                               .type_size = type_size,
                                               .type_named = type_named,
                                               .constant = constant,
                                               .global = global,
                                               .describe = describe}};
}

void gt_facts_chain_add(struct gt_facts_chain *chain, const struct gt_facts *provider)
{
    if (provider && chain->count < GT_MAX_PROVIDERS) chain->provider[chain->count++] = provider;
}
