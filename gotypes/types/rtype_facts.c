/* The scan fills a hash table that leads from a struct's full name to its type. A query follows a
 * dotted path from field to field, and adds up their offsets. */
#include "gotypes/types/rtype_facts.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"

/* internal/abi/type.go: of a struct's descriptor. */
enum {
    AT_TFLAG = 20,
    AT_KIND = 23,
    AT_PKG_PATH = 48,
    STRUCT_SIZE = 80,
    TFLAG_NAMED = 4,
    KIND_MASK = 31,
    MAX_PATH = 64, /* bytes of the path of a package of the runtime */
    MAX_PART = 64, /* bytes of a dotted path */
};

struct gt_rtype_facts {
    struct gt_types *types;
    const struct gt_memory *mem;
    struct gt_strmap by_name; /* "runtime.g" -> type id */
    struct gt_facts facts;
};

/* The packages whose structs are queried. "time" and "sync" are not parts of the runtime, but the
 * runtime lays out the structs that it shares with them. */
static const char *const packages[] = {"runtime", "time", "sync", "internal/abi",
                                       "internal/runtime/maps"};

static bool is_path(const struct gt_memory *mem, uint64_t name, const char *path)
{
    size_t length = strlen(path);
    const unsigned char *bytes = gt_mem_at(mem, name, 2 + length);

    return bytes && bytes[1] == length && memcmp(bytes + 2, path, length) == 0;
}

/* Cheap enough for every word of a module's types. */
static const char *package_of(const struct gt_memory *mem, const unsigned char *rtype)
{
    if ((rtype[AT_KIND] & KIND_MASK) != GT_T_STRUCT || !(rtype[AT_TFLAG] & TFLAG_NAMED))
        return NULL;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (is_path(mem, gt_load64(rtype + AT_PKG_PATH), packages[i])) return packages[i];
    return NULL;
}

/* An rtype's name has the last part of its package's path. Facts are queried by the whole path. */
static void add_struct(struct gt_rtype_facts *facts, uint64_t rtype, const char *package)
{
    char name[2 * MAX_PATH];
    gt_type_id id = gt_types_at(facts->types, rtype);
    const char *dot = id ? strchr(gt_types_name(facts->types, id), '.') : NULL;

    if (!dot || strlen(dot) >= MAX_PATH) return;
    snprintf(name, sizeof name, "%s%s", package, dot);
    if (!gt_strmap_find(&facts->by_name, name)) *gt_strmap_put(&facts->by_name, name, NULL) = id;
}

static void scan(struct gt_rtype_facts *facts, const struct gt_module *module)
{
    uint64_t size = module->etypes - module->types;
    const unsigned char *bytes = gt_mem_at(facts->mem, module->types, size);

    for (uint64_t at = 0; bytes && at + STRUCT_SIZE <= size; at += 8) {
        const char *package = package_of(facts->mem, bytes + at);
        if (package) add_struct(facts, module->types + at, package);
    }
}

static const struct gt_type *named(const struct gt_rtype_facts *facts, const char *type)
{
    const uint64_t *id = gt_strmap_find(&facts->by_name, type);

    return id ? gt_types_get(facts->types, (gt_type_id)*id) : NULL;
}

static bool type_size(void *ctx, const char *type, uint64_t *size)
{
    const struct gt_type *found = named(ctx, type);

    if (found) *size = found->size;
    return found;
}

/* Is `path` this field, or a path into it? *rest is what follows the dot, NULL at the end. */
static bool begins(const char *path, const char *name, const char **rest)
{
    size_t length = strlen(name);

    if (strncmp(path, name, length) != 0 || (path[length] && path[length] != '.')) return false;
    *rest = path[length] ? path + length + 1 : NULL;
    return true;
}

static const struct gt_type_field *find_field(const struct gt_type *type, const char *path,
                                              const char **rest)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (begins(path, type->fields[i].name, rest)) return &type->fields[i];
    return NULL;
}

static bool field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    const struct gt_rtype_facts *facts = ctx;
    const struct gt_type *in = named(facts, type);
    const struct gt_type_field *found;

    for (*offset = 0; in && path; *size = in->size) {
        found = find_field(in, path, &path);
        if (!found) return false;
        *offset += found->offset;
        gt_type_id id = gt_types_find(facts->types, found->type);
        if (!id) return false;
        in = gt_types_get(facts->types, id);
    }
    return in;
}

struct gt_rtype_facts *gt_rtype_facts_create(struct gt_types *types, const struct gt_memory *mem,
                                             const struct gt_module *module)
{
    struct gt_rtype_facts *facts = gt_calloc(1, sizeof *facts);

    facts->types = types;
    facts->mem = mem;
    facts->facts = (struct gt_facts){.ctx = facts, .field = field, .type_size = type_size};
    scan(facts, module);
    return facts;
}

void gt_rtype_facts_destroy(struct gt_rtype_facts *facts)
{
    if (!facts) return;
    gt_strmap_deinit(&facts->by_name);
    gt_free(facts);
}

const struct gt_facts *gt_rtype_facts_of(const struct gt_rtype_facts *facts)
{
    return &facts->facts;
}
