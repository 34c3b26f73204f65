/* Types as the runtime describes them: reads an rtype (internal/abi/type.go) from memory. */
#include "gotypes/types/types_internal.h"

#include "inspector/base/alloc.h"

/* internal/abi/type.go: the head of every rtype, and what follows it by kind. The same in all
 * versions from 1.19 to 1.27. */
enum {
    AT_SIZE = 0,
    AT_PTR_BYTES = 8,
    AT_HASH = 16,
    AT_TFLAG = 20,
    AT_ALIGN = 21,
    AT_KIND = 23,
    AT_GCDATA = 32,
    AT_STR = 40,
    HEAD_SIZE = 48,
    AT_ELEM = 48, /* pointer, slice, array, chan */
    AT_ARRAY_LEN = 64,
    AT_METHODS_LEN = 64, /* interface: PkgPath, then the slice of methods */
    AT_FIELDS = 56,      /* struct: PkgPath, then the slice of fields */
    FIELD_SIZE = 24,     /* Name, Typ, Offset */
};
enum { KIND_MASK = 31, KIND_DIRECT_IFACE = 32 };        /* the bit up to 1.25 */
enum { TFLAG_EXTRA_STAR = 2, TFLAG_DIRECT_IFACE = 32 }; /* the bit since 1.26 */
enum { MASK_ONLY_KIND = 0 };

static uint64_t word_at(const struct gt_types *types, uint64_t addr)
{
    uint64_t value = 0;
    gt_mem_u64(types->from.mem, addr, &value);
    return value;
}

/* ---- names ---- */

/* abi.Name: a flag byte, the length as a varint, the bytes. */
static const char *read_name(struct gt_types *types, uint64_t addr, bool skip_star)
{
    uint64_t avail = 0, length = 0, at = 1;
    const unsigned char *bytes = types->from.mem->map(types->from.mem->ctx, addr, &avail);
    bool more = bytes != NULL;
    for (unsigned shift = 0; more && shift < 21; shift += 7) {
        if (at >= avail) return NULL;
        length |= (uint64_t)(bytes[at] & 0x7f) << shift;
        more = bytes[at++] & 0x80;
    }
    if (!bytes || more || length > GT_MAX_NAME || length > avail - at) return NULL;
    if (skip_star && length && bytes[at] == '*')
        return gt_arena_strndup(&types->arena, (const char *)bytes + at + 1, length - 1);
    return gt_arena_strndup(&types->arena, (const char *)bytes + at, length);
}

/* The name of the type at `addr`: an offset into the types of its module. A type made at run time
 * has no module; its name is in a table of the runtime. */
static const char *type_name(struct gt_types *types, uint64_t addr, int32_t offset, bool skip_star)
{
    for (size_t i = 0; i < types->from.module_count; i++) {
        const struct gt_module *module = &types->from.modules[i];
        if (addr < module->types || addr >= module->etypes) continue;
        if (offset <= 0 || (uint32_t)offset >= module->etypes - module->types) return NULL;
        return read_name(types, module->types + (uint32_t)offset, skip_star);
    }
    return "?";
}

/* ---- what follows the head, by kind ---- */

static bool describe_fields(struct gt_types *types, struct gt_type *type)
{
    uint64_t at = word_at(types, type->ref.rtype + AT_FIELDS);
    uint64_t count = word_at(types, type->ref.rtype + AT_FIELDS + 8);
    if (count == 0) return true;
    if (count > GT_MAX_FIELDS) return false;
    const unsigned char *raw = gt_mem_at(types->from.mem, at, count * FIELD_SIZE);
    if (!raw) return false;
    struct gt_type_field *fields = gt_arena_alloc(&types->arena, count * sizeof *fields);
    for (size_t i = 0; i < count; i++, raw += FIELD_SIZE) {
        const char *name = read_name(types, gt_load64(raw), false);
        fields[i].name = name ? name : "?";
        fields[i].type.rtype = gt_load64(raw + 8);
        fields[i].offset = gt_load64(raw + 16);
        if (fields[i].offset > type->size) return false;
    }
    type->fields = fields;
    type->field_count = count;
    return true;
}

static bool describe_array(struct gt_types *types, struct gt_type *type)
{
    uint64_t elem_size, whole;
    type->elem.rtype = word_at(types, type->ref.rtype + AT_ELEM);
    type->len = word_at(types, type->ref.rtype + AT_ARRAY_LEN);
    return gt_mem_u64(types->from.mem, type->elem.rtype, &elem_size) &&
           gt_mul(elem_size, type->len, &whole) && whole == type->size;
}

/* ---- map types; internal/abi/map.go and, up to 1.25, map_swiss.go and map_noswiss.go ---- */

enum { AT_KEY = 48, AT_MAP_ELEM = 56, AT_GROUP = 64, BUCKET_SLOTS = 8, TOPHASH_SIZE = 8 };
enum { AT_KEY_SIZE = 80, AT_VALUE_SIZE = 81, AT_BUCKET_SIZE = 82, AT_OLD_FLAGS = 84 };
enum { OLD_INDIRECT_KEY = 1, OLD_INDIRECT_ELEM = 2, INDIRECT_KEY = 4, INDIRECT_ELEM = 8 };
enum { CONTROL_SIZE = 8 };

/* A field of the map type, at the layout's offset, else at that of 1.24 to 1.26. */
static uint64_t map_word(struct gt_types *types, uint64_t rtype, enum gt_field_id id,
                         uint64_t usual)
{
    uint64_t value = 0;
    if (!gt_read_field(types->from.layout, types->from.mem, rtype, id, &value))
        gt_mem_u64(types->from.mem, rtype + usual, &value);
    return value;
}

static void describe_strides(struct gt_types *types, uint64_t rtype, struct gt_map_shape *map)
{
    if (gt_has(types->from.layout, GT_F_mapType_KeysOff)) { /* 1.27 */
        map->keys_off = map_word(types, rtype, GT_F_mapType_KeysOff, 88);
        map->key_stride = map_word(types, rtype, GT_F_mapType_KeyStride, 96);
        map->elems_off = map_word(types, rtype, GT_F_mapType_ElemsOff, 104);
        map->elem_stride = map_word(types, rtype, GT_F_mapType_ElemStride, 112);
    } else {
        map->keys_off = CONTROL_SIZE;
        map->key_stride = map->elem_stride = map_word(types, rtype, GT_F_mapType_SlotSize, 88);
        map->elems_off = CONTROL_SIZE + map_word(types, rtype, GT_F_mapType_ElemOff, 96);
    }
}

static void describe_swiss(struct gt_types *types, uint64_t rtype, struct gt_map_shape *map)
{
    map->swiss = true;
    map->group_size = map_word(types, rtype, GT_F_mapType_GroupSize, 80);
    describe_strides(types, rtype, map);
    uint32_t flags = (uint32_t)map_word(types, rtype, GT_F_mapType_Flags, 104);
    map->indirect_key = flags & INDIRECT_KEY;
    map->indirect_elem = flags & INDIRECT_ELEM;
}

static void describe_buckets(struct gt_types *types, uint64_t rtype, struct gt_map_shape *map)
{
    uint8_t key = 0, elem = 0;
    uint16_t bucket = 0;
    uint32_t flags = 0;
    gt_mem_u8(types->from.mem, rtype + AT_KEY_SIZE, &key);
    gt_mem_u8(types->from.mem, rtype + AT_VALUE_SIZE, &elem);
    gt_mem_u16(types->from.mem, rtype + AT_BUCKET_SIZE, &bucket);
    gt_mem_u32(types->from.mem, rtype + AT_OLD_FLAGS, &flags);
    map->group_size = bucket;
    map->keys_off = TOPHASH_SIZE;
    map->key_stride = key;
    map->elems_off = TOPHASH_SIZE + (uint64_t)BUCKET_SLOTS * key;
    map->elem_stride = elem;
    map->indirect_key = flags & OLD_INDIRECT_KEY;
    map->indirect_elem = flags & OLD_INDIRECT_ELEM;
}

/* All eight slots lie inside the group, behind its control bytes. */
static bool slots_fit(const struct gt_map_shape *map)
{
    uint64_t limit = 1 << 20; /* far above 8 slots of 128 bytes each for key and element */
    return map->group_size <= limit && map->keys_off <= limit && map->key_stride <= limit &&
           map->elems_off <= limit && map->elem_stride <= limit && map->keys_off >= CONTROL_SIZE &&
           map->elems_off >= CONTROL_SIZE &&
           map->keys_off + 7 * map->key_stride <= map->group_size &&
           map->elems_off + 7 * map->elem_stride <= map->group_size;
}

static bool describe_map(struct gt_types *types, struct gt_type *type)
{
    uint64_t rtype = type->ref.rtype;
    type->key.rtype = word_at(types, rtype + AT_KEY);
    type->elem.rtype = word_at(types, rtype + AT_MAP_ELEM);
    type->map.group.rtype = word_at(types, rtype + AT_GROUP);
    if (gt_has(types->from.layout, GT_F_map_dirPtr))
        describe_swiss(types, rtype, &type->map);
    else
        describe_buckets(types, rtype, &type->map);
    return slots_fit(&type->map);
}

static bool describe_kind(struct gt_types *types, struct gt_type *type)
{
    switch (type->kind) {
    case GT_T_POINTER:
    case GT_T_SLICE:
    case GT_T_CHAN:
        type->elem.rtype = word_at(types, type->ref.rtype + AT_ELEM);
        return type->elem.rtype != 0;
    case GT_T_ARRAY:
        return describe_array(types, type);
    case GT_T_MAP:
        return describe_map(types, type);
    case GT_T_STRUCT:
        return describe_fields(types, type);
    case GT_T_INTERFACE:
        type->empty_interface = word_at(types, type->ref.rtype + AT_METHODS_LEN) == 0;
        return true;
    default:
        return true;
    }
}

/* ---- the head ---- */

/* The size of every type of this kind; 0 when types of the kind differ in size. */
static uint64_t size_of_kind(unsigned kind)
{
    static const uint8_t sizes[] = {
        [GT_T_BOOL] = 1,    [GT_T_INT] = 8,     [GT_T_INT8] = 1,       [GT_T_INT16] = 2,
        [GT_T_INT32] = 4,   [GT_T_INT64] = 8,   [GT_T_UINT] = 8,       [GT_T_UINT8] = 1,
        [GT_T_UINT16] = 2,  [GT_T_UINT32] = 4,  [GT_T_UINT64] = 8,     [GT_T_UINTPTR] = 8,
        [GT_T_FLOAT32] = 4, [GT_T_FLOAT64] = 8, [GT_T_COMPLEX64] = 8,  [GT_T_COMPLEX128] = 16,
        [GT_T_CHAN] = 8,    [GT_T_FUNC] = 8,    [GT_T_INTERFACE] = 16, [GT_T_MAP] = 8,
        [GT_T_POINTER] = 8, [GT_T_SLICE] = 24,  [GT_T_STRING] = 16,    [GT_T_UNSAFE_POINTER] = 8,
    };
    return kind < sizeof sizes ? sizes[kind] : 0;
}

static inline bool sane_align(unsigned align)
{
    return align != 0 && (align & (align - 1)) == 0 && align <= 64;
}

static bool sane_head(const unsigned char *head, const struct gt_type *type)
{
    uint64_t must = size_of_kind(type->kind);
    return type->kind >= GT_T_BOOL && type->kind <= GT_T_UNSAFE_POINTER &&
           type->size <= GT_MAX_TYPE_SIZE && type->ptr_bytes <= type->size &&
           type->ptr_bytes % 8 == 0 && (!type->ptr_bytes || type->size % 8 == 0) &&
           sane_align(head[AT_ALIGN]) && (must == 0 || must == type->size);
}

/* The runtime makes types that have only a size and a mask: for large objects whose type has a GC
 * program (mbitmap_allocheaders.go, 1.22 and 1.23) and for user arenas (arena.go). */
static bool mask_only(const unsigned char *head, struct gt_type *type)
{
    if (head[AT_KIND] != MASK_ONLY_KIND || gt_load32(head + AT_STR) || gt_load32(head + AT_HASH) ||
        !gt_load64(head + AT_GCDATA) || type->ptr_bytes % 8 || type->ptr_bytes > GT_MAX_TYPE_SIZE)
        return false;
    if (type->size < type->ptr_bytes) type->size = type->ptr_bytes;
    type->name = "?";
    return type->size <= GT_MAX_TYPE_SIZE;
}

static void read_head(const unsigned char *head, struct gt_type *type)
{
    type->size = gt_load64(head + AT_SIZE);
    type->ptr_bytes = gt_load64(head + AT_PTR_BYTES);
    type->kind = head[AT_KIND] & KIND_MASK;
    type->direct_iface =
        (head[AT_KIND] & KIND_DIRECT_IFACE) || (head[AT_TFLAG] & TFLAG_DIRECT_IFACE);
}

/* Most words are no type. These two fields alone tell so of nearly all. */
static inline bool may_be_head(const unsigned char *head, uint64_t names)
{
    uint32_t name = gt_load32(head + AT_STR);

    return name && name < names && sane_align(head[AT_ALIGN]);
}

static bool is_head(const unsigned char *bytes)
{
    struct gt_type head = {0};

    read_head(bytes, &head);
    return sane_head(bytes, &head);
}

static void list_heads(struct gt_types *types, const struct gt_module *module)
{
    const struct gt_memory *mem = types->from.mem;
    uint64_t avail = 0, size = module->etypes - module->types;
    const unsigned char *bytes = mem->map(mem->ctx, module->types, &avail);

    for (uint64_t at = 0; bytes && at + HEAD_SIZE <= size && at + HEAD_SIZE <= avail; at += 8)
        if (may_be_head(bytes + at, size) && is_head(bytes + at))
            gt_vec_add(&types->heads, &(struct gt_type_head){module->types + at, bytes + at});
}

static void list_all_heads(struct gt_types *types)
{
    types->heads = GT_VEC_OF(struct gt_type_head);
    types->listed = true;
    for (size_t i = 0; i < types->from.module_count; i++)
        list_heads(types, &types->from.modules[i]);
}

void gt_types_each(struct gt_types *types, gt_rtype_fn *visit, void *ctx)
{
    if (!types->listed) list_all_heads(types);
    for (size_t i = 0; i < types->heads.len; i++) {
        const struct gt_type_head *found = gt_vec_at(&types->heads, i);
        struct gt_type head = {0};
        read_head(found->bytes, &head);
        visit(ctx, found->rtype, &head);
    }
}

bool gt_rtype_describe(struct gt_types *types, struct gt_type_rec *rec)
{
    struct gt_type *type = &rec->type;
    const unsigned char *head = gt_mem_at(types->from.mem, type->ref.rtype, HEAD_SIZE);
    if (!head || type->ref.rtype % 8) return false;
    read_head(head, type);
    rec->raw_kind = head[AT_KIND];
    rec->tflag = head[AT_TFLAG];
    rec->gcdata = gt_load64(head + AT_GCDATA);
    rec->settled = true;
    if (mask_only(head, type)) return true;
    if (!sane_head(head, type)) return false;
    type->name = type_name(types, type->ref.rtype, (int32_t)gt_load32(head + AT_STR),
                           rec->tflag & TFLAG_EXTRA_STAR);
    return type->name && describe_kind(types, type);
}
