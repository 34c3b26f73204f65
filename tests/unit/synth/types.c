/* Types as the linker lays them down (internal/abi.Type): what the collector needs of them. */
#include "tests/unit/synth/synth_impl.h"

enum { KIND_STRUCT = 25, KIND_POINTER = 22, HEAD = 48, ROOM = 96 };

/* abi.Name: flags, length, bytes. */
static uint64_t put_name(struct synth *synth, const char *name)
{
    unsigned char bytes[128] = {1, (unsigned char)strlen(name)};

    assert_true(strlen(name) < 100);
    memcpy(bytes + 2, name, strlen(name));
    return synth_new_bytes(synth, SYNTH_RODATA, bytes, strlen(name) + 2);
}

static uint64_t put_type(struct synth *synth, unsigned kind, const char *name, uint64_t size,
                         uint64_t pointer_bytes, const unsigned char *mask)
{
    uint64_t addr = synth_alloc(synth, SYNTH_RODATA, ROOM, 16);

    synth_put(synth, addr, size);
    synth_put(synth, addr + 8, pointer_bytes);
    synth_put_sized(synth, addr + 16, 4, 0x1234); /* hash */
    synth_put_sized(synth, addr + 21, 1, 8);      /* alignment */
    synth_put_sized(synth, addr + 22, 1, 8);
    synth_put_sized(synth, addr + 23, 1, kind);
    synth_put(synth, addr + 32,
              synth_new_bytes(synth, SYNTH_RODATA, mask, (pointer_bytes / 8 + 7) / 8));
    synth_put_sized(synth, addr + 40, 4, put_name(synth, name) - synth->area[SYNTH_RODATA].base);
    return addr;
}

uint64_t synth_struct_type(struct synth *synth, uint64_t size, const unsigned char *mask,
                           uint64_t pointer_bytes)
{
    return put_type(synth, KIND_STRUCT, "struct {}", size, pointer_bytes, mask);
}

uint64_t synth_pointer_type(struct synth *synth)
{
    static const unsigned char mask[] = {1};
    uint64_t addr = put_type(synth, KIND_POINTER, "*main.node", 8, 8, mask);

    synth_put(synth, addr + HEAD, put_type(synth, KIND_STRUCT, "main.node", 8, 8, mask));
    return addr;
}
