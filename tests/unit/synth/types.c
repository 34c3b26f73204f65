/* Types in the form of the linker (internal/abi.Type), in a part of memory of their own. */
#include "tests/unit/synth/synth_impl.h"

#include "gotypes/types/types.h"

enum { HEAD = 48, ROOM = 128, MAX_NAME = 100, MAX_WORDS = 1 << 12 };

/* abi.Name: flags, length, bytes. */
static uint64_t put_name(struct synth *synth, const char *name)
{
    unsigned char bytes[MAX_NAME + 2] = {1, (unsigned char)strlen(name)};

    assert_true(strlen(name) < MAX_NAME);
    memcpy(bytes + 2, name, strlen(name));
    return synth_new_bytes(synth, SYNTH_TYPES, bytes, strlen(name) + 2);
}

static uint64_t put_type(struct synth *synth, unsigned kind, const char *name, uint64_t size,
                         uint64_t pointer_bytes, const unsigned char *mask)
{
    uint64_t addr = synth_alloc(synth, SYNTH_TYPES, ROOM, 16);
    uint64_t alignment = size % 8 ? 1 : 8;

    synth_put(synth, addr, size);
    synth_put(synth, addr + 8, pointer_bytes);
    synth_put_sized(synth, addr + 16, 4, 0x1234); /* hash */
    synth_put_sized(synth, addr + 21, 1, alignment);
    synth_put_sized(synth, addr + 22, 1, alignment);
    synth_put_sized(synth, addr + 23, 1, kind);
    if (pointer_bytes)
        synth_put(synth, addr + 32,
                  synth_new_bytes(synth, SYNTH_TYPES, mask, (pointer_bytes / 8 + 7) / 8));
    synth_put_sized(synth, addr + 40, 4, put_name(synth, name) - synth->area[SYNTH_TYPES].base);
    return addr;
}

static const unsigned char first_word[] = {1};

uint64_t synth_type_byte(struct synth *synth)
{
    return put_type(synth, GT_T_UINT8, "uint8", 1, 0, NULL);
}

uint64_t synth_type_string(struct synth *synth)
{
    return put_type(synth, GT_T_STRING, "string", 16, 8, first_word);
}

uint64_t synth_type_unsafe_pointer(struct synth *synth)
{
    return put_type(synth, GT_T_UNSAFE_POINTER, "unsafe.Pointer", 8, 8, first_word);
}

uint64_t synth_type_pointer(struct synth *synth, const char *name, uint64_t elem)
{
    uint64_t addr = put_type(synth, GT_T_POINTER, name, 8, 8, first_word);

    synth_put(synth, addr + HEAD, elem);
    return addr;
}

uint64_t synth_type_any(struct synth *synth)
{
    static const unsigned char both[] = {3};

    return put_type(synth, GT_T_INTERFACE, "interface {}", 16, 16, both);
}

/* abi.UncommonType follows the type's own part, and begins with the path. */
void synth_type_in_package(struct synth *synth, uint64_t type, const char *path)
{
    enum { AT_TFLAG = 20, UNCOMMON_AND_NAMED = 5, AT_KIND = 23, OF_POINTER = 56, OF_STRUCT = 80 };
    unsigned char kind = (unsigned char)(synth_get(synth, type + 16) >> 8 * (AT_KIND - 16));

    synth_put_sized(synth, type + AT_TFLAG, 1, UNCOMMON_AND_NAMED);
    synth_put_sized(synth, type + (kind == GT_T_POINTER ? OF_POINTER : OF_STRUCT), 4,
                    put_name(synth, path) - synth->area[SYNTH_TYPES].base);
}

uint64_t synth_type_slice(struct synth *synth, const char *name, uint64_t elem)
{
    uint64_t addr = put_type(synth, GT_T_SLICE, name, 24, 8, first_word);

    synth_put(synth, addr + HEAD, elem);
    return addr;
}

/* Slots have the key, then the element, in 16 bytes; a group has 8 of them after its control
 * word (abi.MapType). */
uint64_t synth_type_map(struct synth *synth, const char *name, uint64_t key, uint64_t elem)
{
    uint64_t addr = put_type(synth, GT_T_MAP, name, 8, 8, first_word);

    synth_put(synth, addr + HEAD, key);
    synth_put(synth, addr + HEAD + 8, elem);
    synth_set(synth, addr, GT_F_mapType_GroupSize, SYNTH_GROUP);
    synth_set(synth, addr, GT_F_mapType_SlotSize, SYNTH_SLOT);
    synth_set(synth, addr, GT_F_mapType_ElemOff, 8);
    return addr;
}

/* An array of 8 hashes, the keys, the elements and a pointer are a bucket (abi.OldMapType). */
uint64_t synth_type_buckets(struct synth *synth, const char *name, uint64_t key, uint64_t elem,
                            uint64_t bucket)
{
    uint64_t addr = put_type(synth, GT_T_MAP, name, 8, 8, first_word);

    synth_put(synth, addr + HEAD, key);
    synth_put(synth, addr + HEAD + 8, elem);
    synth_put(synth, addr + HEAD + 16, bucket);
    synth_put_sized(synth, addr + HEAD + 32, 1, synth_get(synth, key));
    synth_put_sized(synth, addr + HEAD + 33, 1, synth_get(synth, elem));
    synth_put_sized(synth, addr + HEAD + 34, 2, synth_get(synth, bucket));
    return addr;
}

/* ---- structs ------------------------------------------------------------------------------- */

static bool is_pointer(const struct synth *synth, uint64_t type, uint64_t word)
{
    uint64_t pointers = synth_get(synth, type + 8) / 8;

    if (word >= pointers) return false;
    return synth_get(synth, synth_get(synth, type + 32) + word / 64 * 8) >> word % 64 & 1;
}

/* Adds a field's pointers to the struct's. Returns the bytes up to the last pointer. */
static uint64_t add_field(const struct synth *synth, const struct synth_type_field *field,
                          unsigned char *mask)
{
    uint64_t pointers = synth_get(synth, field->type + 8) / 8;

    for (uint64_t i = 0; i < pointers; i++) {
        uint64_t word = field->offset / 8 + i;
        assert_true(word < MAX_WORDS);
        if (is_pointer(synth, field->type, i)) mask[word / 8] |= (unsigned char)(1 << word % 8);
    }
    return pointers ? field->offset + pointers * 8 : 0;
}

uint64_t synth_type_struct(struct synth *synth, const char *name, uint64_t size,
                           const struct synth_type_field *fields, size_t count)
{
    unsigned char mask[MAX_WORDS / 8] = {0};
    uint64_t pointer_bytes = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t bytes = add_field(synth, &fields[i], mask);
        if (bytes > pointer_bytes) pointer_bytes = bytes;
    }
    uint64_t addr = put_type(synth, GT_T_STRUCT, name, size, pointer_bytes, mask);
    uint64_t list = synth_alloc(synth, SYNTH_TYPES, count * 24, 16);
    for (size_t i = 0; i < count; i++) {
        synth_put(synth, list + i * 24, put_name(synth, fields[i].name));
        synth_put(synth, list + i * 24 + 8, fields[i].type);
        synth_put(synth, list + i * 24 + 16, fields[i].offset);
    }
    synth_put_slice(synth, addr + HEAD + 8, list, count);
    return addr;
}

/* ---- the runtime's --------------------------------------------------------------------------- */

uint64_t synth_struct_type(struct synth *synth, uint64_t size, const unsigned char *mask,
                           uint64_t pointer_bytes)
{
    return put_type(synth, GT_T_STRUCT, "struct {}", size, pointer_bytes, mask);
}

uint64_t synth_pointer_type(struct synth *synth)
{
    return synth_type_pointer(synth, "*main.node",
                              put_type(synth, GT_T_STRUCT, "main.node", 8, 8, first_word));
}
