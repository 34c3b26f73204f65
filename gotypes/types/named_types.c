/* Puts every named type into a hash table, under the path of its package and its own name. The path
 * is in the uncommon part of the rtype. A name that comes twice is marked as ambiguous. */
#include "gotypes/types/named_types.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"

#include <stdio.h>

/* internal/abi/type.go, and map_swiss.go and map_noswiss.go */
enum { AT_TFLAG = 20, TFLAG_UNCOMMON = 1, TFLAG_NAMED = 4 };
enum { MAP_OF_BUCKETS = 88, SWISS_MAP = 112, MAP_OF_STRIDES = 136 };
enum { MAX_NAME = 1024 };

#define AMBIGUOUS UINT64_MAX

struct gt_named_types {
    struct gt_types *types;
    struct gt_types_sources from;
    struct gt_strmap rtypes; /* name -> rtype, or AMBIGUOUS */
    struct gt_facts facts;
    bool read;
};

/* The offset of an rtype's uncommon part: it follows the part whose size depends on the kind. */
static uint64_t uncommon_at(const struct gt_types_sources *from, unsigned kind)
{
    static const unsigned char sizes[] = {
        [GT_T_ARRAY] = 72, [GT_T_CHAN] = 64,    [GT_T_FUNC] = 56,  [GT_T_INTERFACE] = 80,
        [GT_T_MAP] = 0,    [GT_T_POINTER] = 56, [GT_T_SLICE] = 56, [GT_T_STRUCT] = 80,
    };
    const struct gt_layout *layout = from->layout;

    if (kind == GT_T_MAP)
        return gt_has(layout, GT_F_mapType_KeysOff) ? MAP_OF_STRIDES
               : gt_has(layout, GT_F_map_dirPtr)    ? SWISS_MAP
                                                    : MAP_OF_BUCKETS;
    return kind < sizeof sizes && sizes[kind] ? sizes[kind] : 48;
}

/* The text at an offset of the types of the rtype's module: flags, a length of at most two bytes,
 * the text. */
static bool text_at(const struct gt_types_sources *from, uint64_t rtype, uint32_t offset, char *out,
                    size_t size)
{
    for (size_t i = 0; i < from->module_count; i++) {
        const struct gt_module *module = &from->modules[i];
        if (rtype < module->types || rtype >= module->etypes) continue;
        const unsigned char *head = offset && offset < module->etypes - module->types
                                        ? gt_mem_at(from->mem, module->types + offset, 3)
                                        : NULL;
        if (!head) return false;
        bool longer = head[1] & 0x80;
        uint64_t length = (head[1] & 0x7f) | (longer ? (uint64_t)head[2] << 7 : 0);
        const unsigned char *bytes =
            gt_mem_at(from->mem, module->types + offset + (longer ? 3 : 2), length + 1);
        if (!bytes || length >= size) return false;
        memcpy(out, bytes, length);
        out[length] = '\0';
        return true;
    }
    return false;
}

bool gt_rtype_package(const struct gt_types_sources *from, uint64_t rtype, unsigned kind, char *out,
                      size_t size)
{
    uint32_t offset;
    uint8_t tflag;

    return gt_mem_u8(from->mem, rtype + AT_TFLAG, &tflag) && tflag & TFLAG_UNCOMMON &&
           tflag & TFLAG_NAMED && gt_mem_u32(from->mem, rtype + uncommon_at(from, kind), &offset) &&
           text_at(from, rtype, offset, out, size);
}

static void add(void *ctx, uint64_t rtype, const struct gt_type *head)
{
    struct gt_named_types *names = ctx;
    char path[MAX_NAME], name[2 * MAX_NAME];
    bool added;

    if (!gt_rtype_package(&names->from, rtype, head->kind, path, sizeof path)) return;
    gt_type_id type = gt_types_at(names->types, rtype);
    const char *dot = type ? strchr(gt_types_name(names->types, type), '.') : NULL;
    if (!dot || (size_t)snprintf(name, sizeof name, "%s%s", path, dot) >= sizeof name) return;
    uint64_t *place = gt_strmap_put(&names->rtypes, name, &added);
    *place = added ? rtype : AMBIGUOUS;
}

static bool type_named(void *ctx, const char *name, struct gt_type_ref *out)
{
    struct gt_named_types *names = ctx;

    if (!names->read) gt_types_each(names->types, add, names);
    names->read = true;
    const uint64_t *rtype = gt_strmap_find(&names->rtypes, name);
    if (!rtype || *rtype == AMBIGUOUS) return false;
    *out = (struct gt_type_ref){.rtype = *rtype};
    return true;
}

struct gt_named_types *gt_named_types_create(struct gt_types *types,
                                             const struct gt_types_sources *sources)
{
    struct gt_named_types *names = gt_calloc(1, sizeof *names);

    *names = (struct gt_named_types){
        .types = types, .from = *sources, .facts = {.ctx = names, .type_named = type_named}};
    return names;
}

void gt_named_types_destroy(struct gt_named_types *names)
{
    if (!names) return;
    gt_strmap_deinit(&names->rtypes);
    gt_free(names);
}

const struct gt_facts *gt_named_types_facts(const struct gt_named_types *names)
{
    return &names->facts;
}
