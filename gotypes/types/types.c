/* Types are records in an arena, numbered in the order in which they were added. Two hash tables
 * lead to the number: by the rtype's address and by the debug reference. What is no type is kept
 * there too, as GT_NO_TYPE, so it is read once. */
#include "gotypes/types/types_internal.h"

#include "gotypes/types/named_types.h"
#include "inspector/base/alloc.h"

enum { /* abi.ITab (runtime.itab up to 1.22): Inter, Type, Hash, ... */
       ITAB_TYPE = 8,
       ITAB_HASH = 16,
       TYPE_HASH = 16, /* in abi.Type, behind its two sizes */
};

struct gt_types *gt_types_create(const struct gt_types_sources *sources)
{
    struct gt_types *types = gt_calloc(1, sizeof *types);
    struct gt_debug_global global;
    types->from = *sources;
    types->recs = GT_VEC_OF(struct gt_type_rec *);
    if (sources->facts && sources->facts->global &&
        sources->facts->global(sources->facts->ctx, "runtime.inProgress", &global))
        types->in_progress = global.addr;
    return types;
}

void gt_types_destroy(struct gt_types *types)
{
    if (!types) return;
    gt_vec_deinit(&types->recs);
    gt_map_deinit(&types->by_rtype);
    gt_map_deinit(&types->by_debug);
    gt_vec_deinit(&types->heads);
    gt_arena_deinit(&types->arena);
    gt_free(types);
}

static gt_type_id add(struct gt_types *types, const struct gt_type_rec *rec)
{
    struct gt_type_rec *kept = gt_arena_alloc(&types->arena, sizeof *kept);
    *kept = *rec;
    gt_vec_add(&types->recs, &kept);
    return (gt_type_id)types->recs.len;
}

gt_type_id gt_types_at(struct gt_types *types, uint64_t rtype)
{
    const uint64_t *known = gt_map_find(&types->by_rtype, rtype);
    if (known) return (gt_type_id)*known;
    struct gt_type_rec rec = {.type.ref.rtype = rtype};
    gt_type_id id =
        rtype && gt_rtype_describe(types, &rec) ? add(types, &rec) : (gt_type_id)GT_NO_TYPE;
    *gt_map_put(&types->by_rtype, rtype, NULL) = id;
    return id;
}

gt_type_id gt_types_known(const struct gt_types *types, uint64_t rtype)
{
    const uint64_t *known = gt_map_find(&types->by_rtype, rtype);

    return known ? (gt_type_id)*known : (gt_type_id)GT_NO_TYPE;
}

static gt_type_id read_debug(struct gt_types *types, uint64_t debug)
{
    const struct gt_facts *facts = types->from.facts;
    struct gt_debug_type from = {0};
    struct gt_type_rec rec = {.type.ref.debug = debug};
    if (!facts || !facts->describe || !facts->describe(facts->ctx, debug, &from)) return GT_NO_TYPE;
    gt_type_id same = from.rtype ? gt_types_at(types, from.rtype) : (gt_type_id)GT_NO_TYPE;
    if (same) return same;
    return gt_debug_describe(types, &from, &rec) ? add(types, &rec) : (gt_type_id)GT_NO_TYPE;
}

gt_type_id gt_types_unsettled(struct gt_types *types, struct gt_type_ref ref)
{
    if (ref.rtype || !ref.debug) return gt_types_at(types, ref.rtype);
    const uint64_t *known = gt_map_find(&types->by_debug, ref.debug);
    if (known) return (gt_type_id)*known;
    gt_type_id id = read_debug(types, ref.debug);
    *gt_map_put(&types->by_debug, ref.debug, NULL) = id;
    return id;
}

gt_type_id gt_types_find(struct gt_types *types, struct gt_type_ref ref)
{
    gt_type_id id = gt_types_unsettled(types, ref);
    if (id && !gt_type_rec(types, id)->settled) gt_debug_settle(types, id);
    return id;
}

gt_type_id gt_types_named(struct gt_types *types, const char *name)
{
    const struct gt_facts *facts = types->from.facts;
    struct gt_type_ref ref;
    if (!facts || !facts->type_named || !facts->type_named(facts->ctx, name, &ref))
        return GT_NO_TYPE;
    return gt_types_find(types, ref);
}

gt_type_id gt_types_renamed(struct gt_types *types, gt_type_id of, const char *name,
                            const char *const *names)
{
    struct gt_type_rec rec = *gt_type_rec(types, of);
    size_t count = rec.type.field_count;
    struct gt_type_field *fields = gt_arena_alloc(&types->arena, count * sizeof *fields + 1);

    for (size_t i = 0; i < count; i++) {
        fields[i] = rec.type.fields[i];
        if (names[i]) fields[i].name = names[i];
    }
    rec.type.name = name;
    rec.type.fields = fields;
    return add(types, &rec);
}

gt_type_id gt_types_cell(struct gt_types *types, gt_type_id map)
{
    struct gt_type_rec rec = *gt_type_rec(types, map);
    struct gt_type_field *field = gt_arena_alloc(&types->arena, sizeof *field);

    *field = (struct gt_type_field){.name = "", .type = rec.type.ref};
    rec.type.kind = GT_T_STRUCT;
    rec.type.fields = field;
    rec.type.field_count = 1;
    rec.places_asked = GT_NOT_ASKED;
    return add(types, &rec);
}

size_t gt_types_count(const struct gt_types *types)
{
    return types->recs.len;
}

const struct gt_type *gt_types_get(const struct gt_types *types, gt_type_id id)
{
    return &gt_type_rec(types, id)->type;
}

gt_type_id gt_types_elem(struct gt_types *types, gt_type_id id)
{
    return id ? gt_types_find(types, gt_types_get(types, id)->elem) : (gt_type_id)GT_NO_TYPE;
}

gt_type_id gt_types_key(struct gt_types *types, gt_type_id id)
{
    return id ? gt_types_find(types, gt_types_get(types, id)->key) : (gt_type_id)GT_NO_TYPE;
}

const char *gt_types_name(const struct gt_types *types, gt_type_id id)
{
    return id ? gt_types_get(types, id)->name : "?";
}

bool gt_types_package(const struct gt_types *types, gt_type_id id, char *out, size_t size)
{
    const struct gt_type *type = gt_types_get(types, id);

    return type->ref.rtype &&
           gt_rtype_package(&types->from, type->ref.rtype, type->kind, out, size);
}

bool gt_itab_repeats_hash(const struct gt_memory *mem, uint64_t itab)
{
    uint64_t rtype;
    uint32_t own, of_type;

    return gt_mem_u64(mem, itab + ITAB_TYPE, &rtype) && gt_mem_u32(mem, itab + ITAB_HASH, &own) &&
           gt_mem_u32(mem, rtype + TYPE_HASH, &of_type) && (!own || own == of_type);
}

/* 0: it cannot be read. */
static uint64_t rtype_of_itab(const struct gt_types *types, uint64_t itab)
{
    uint64_t rtype;

    if (!itab || !gt_mem_u64(types->from.mem, itab + ITAB_TYPE, &rtype)) return 0;
    return gt_itab_repeats_hash(types->from.mem, itab) ? rtype : 0;
}

gt_type_id gt_types_of_itab(struct gt_types *types, uint64_t itab)
{
    uint64_t rtype = rtype_of_itab(types, itab);

    return rtype ? gt_types_at(types, rtype) : (gt_type_id)GT_NO_TYPE;
}

gt_type_id gt_types_known_of_itab(const struct gt_types *types, uint64_t itab)
{
    uint64_t rtype = rtype_of_itab(types, itab);

    return rtype ? gt_types_known(types, rtype) : (gt_type_id)GT_NO_TYPE;
}
