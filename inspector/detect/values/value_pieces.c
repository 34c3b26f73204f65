/* A value in pieces is read at addresses that no process has. The memory behind them is that of the
 * pieces. */
#include "inspector/detect/values/values_impl.h"

#include <inttypes.h>

#define NOWHERE ((uint64_t)1 << 63) /* no address of a user's process on any machine */

struct assembled {
    const struct gt_memory *mem;
    const struct gt_value_piece *pieces;
    size_t count;
    uint64_t size; /* of the value */
};

static const struct gt_value_piece *piece_with(const struct assembled *value, uint64_t offset)
{
    for (size_t i = 0; i < value->count; i++)
        if (offset >= value->pieces[i].offset &&
            offset - value->pieces[i].offset < value->pieces[i].size)
            return &value->pieces[i];
    return NULL;
}

static bool is_inside(const struct assembled *value, uint64_t addr)
{
    return addr >= NOWHERE && addr - NOWHERE < value->size;
}

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct assembled *value = ctx;

    if (!is_inside(value, addr)) return value->mem->map(value->mem->ctx, addr, avail);
    const struct gt_value_piece *piece = piece_with(value, addr - NOWHERE);
    if (!piece) return NULL;
    uint64_t inside = addr - NOWHERE - piece->offset;
    const unsigned char *bytes = value->mem->map(value->mem->ctx, piece->addr + inside, avail);
    if (bytes && *avail > piece->size - inside) *avail = piece->size - inside;
    return bytes;
}

/* Where it really is; 0 if it is in no piece. */
static uint64_t address_of(const struct assembled *value, uint64_t addr)
{
    const struct gt_value_piece *piece =
        is_inside(value, addr) ? piece_with(value, addr - NOWHERE) : NULL;

    if (!is_inside(value, addr)) return addr;
    return piece ? piece->addr + (addr - NOWHERE - piece->offset) : 0;
}

static uint64_t known_bytes(const struct assembled *value)
{
    uint64_t known = 0;

    for (size_t i = 0; i < value->count; i++)
        known += value->pieces[i].size;
    return known < value->size ? known : value->size;
}

struct gt_values gt_values_read_pieces(const struct gt_heap_analysis *analysis,
                                       const struct gt_value_limits *how, const char *name,
                                       gt_type_id type, const struct gt_value_piece *pieces,
                                       size_t count)
{
    struct gt_value_reader reader = gt_value_reader_of(analysis, how);
    struct assembled value = {reader.mem, pieces, count, gt_types_get(reader.types, type)->size};
    const struct gt_memory mem = {.ctx = &value, .map = map};

    reader.mem = &mem;
    gt_value_read_all(&reader, name, type, NOWHERE);
    for (uint32_t i = 0; i < reader.values.len; i++)
        gt_value_at(&reader, i)->address = address_of(&value, gt_value_at(&reader, i)->address);
    struct gt_typed_value *root = gt_value_at(&reader, 0);
    root->address = pieces[0].addr;
    if (known_bytes(&value) < value.size)
        root->note =
            gt_value_text(&reader, "only %" PRIu64 " of its %" PRIu64 " bytes are in memory",
                          known_bytes(&value), value.size);
    return gt_value_finish(&reader);
}
