/* FUNCDATA has the function's maps. PCDATA says which of them holds at the pc where the frame
 * continues. The cache has one place for each hash of a pc; a newer entry replaces the older
 * one. */
#include "inspector/unwind/stack_maps.h"

#include "inspector/base/alloc.h"

enum { CACHE_BITS = 11 };

struct gt_stack_map_cache {
    struct gt_stack_maps known[1 << CACHE_BITS];
};

struct gt_stack_map_cache *gt_stack_map_cache_create(void)
{
    return gt_calloc(1, sizeof(struct gt_stack_map_cache));
}

void gt_stack_map_cache_destroy(struct gt_stack_map_cache *cache)
{
    gt_free(cache);
}

/* Reads one bitmap of a runtime.stackmap {n, nbit i32; bits}. Returns NULL and sets *bits to 0 if
 * there is none. */
static const unsigned char *bitmap(const struct gt_memory *mem, uint64_t map, int32_t index,
                                   uint32_t *bits)
{
    uint32_t header[2];

    *bits = 0;
    if (!map || !gt_mem_read(mem, map, header, sizeof header)) return NULL;
    if (index < 0 || (uint32_t)index >= header[0] || header[1] > INT32_MAX) return NULL;
    uint64_t bytes = ((uint64_t)header[1] + 7) / 8;
    const unsigned char *mask =
        gt_mem_at(mem, map + sizeof header + (uint64_t)index * bytes, bytes);
    if (mask) *bits = header[1];
    return mask;
}

static int32_t index_at(const struct gt_go_frame *frame)
{
    int32_t index = -1;

    if (frame->continpc != frame->func.entry)
        index = gt_func_pcdata(frame->tab, &frame->func, GT_PCDATA_STACK_MAP, frame->continpc - 1);
    return index < 0 ? 0 : index;
}

static struct gt_stack_maps look_up(const struct gt_text *code, const struct gt_go_frame *frame)
{
    const struct gt_pclntab *tab = frame->tab;
    struct gt_stack_maps maps = {.pc = frame->continpc};
    uint64_t locals = gt_func_funcdata(tab, &frame->func, GT_FUNCDATA_LOCALS_MAPS);
    uint64_t args = gt_func_funcdata(tab, &frame->func, GT_FUNCDATA_ARGS_MAPS);
    int32_t index = index_at(frame);

    maps.has_locals = locals;
    maps.locals = bitmap(code->mem, locals, index, &maps.local_bits);
    maps.args = bitmap(code->mem, args, index, &maps.arg_bits);
    maps.objects = gt_func_funcdata(tab, &frame->func, GT_FUNCDATA_STACK_OBJECTS);
    return maps;
}

/* A pc determines its function, and so its maps. Only the maps of frames that continue at their own
 * pc are kept. */
struct gt_stack_maps gt_stack_maps_of(const struct gt_text *code, const struct gt_go_frame *frame)
{
    if (!code->maps || frame->continpc != frame->pc) return look_up(code, frame);
    struct gt_stack_maps *known =
        &code->maps->known[frame->pc * 0x9e3779b97f4a7c15u >> (64 - CACHE_BITS)];
    if (known->pc != frame->pc) *known = look_up(code, frame);
    return *known;
}
