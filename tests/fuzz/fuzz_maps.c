/* Walks over maps of both designs. The input is a map type, then the map's header at MAP. */
#include "gotypes/types/maps.h"
#include "tests/fuzz/fuzz.h"

enum { MAP = 512, MOST = 100000 };

static bool entry(void *ctx, uint64_t key, uint64_t elem)
{
    unsigned *visited = ctx;

    (void)key, (void)elem;
    return ++*visited < MOST;
}

static void part(void *ctx, enum gt_map_part what, uint64_t addr, uint64_t count)
{
    unsigned *visited = ctx;

    (void)what, (void)addr, (void)count;
    ++*visited;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    unsigned visited = 0, parts = 0;
    uint64_t counted;

    if (!fuzz_target_init(&target, bytes, size)) return 0;
    struct gt_module module = {.types = FUZZ_BASE, .etypes = FUZZ_BASE + target.size};
    struct gt_types *types = fuzz_types_create(&target, &module);
    gt_type_id map = gt_types_at(types, FUZZ_BASE);
    if (map && gt_types_get(types, map)->kind == GT_T_MAP) {
        gt_map_walk(types, map, FUZZ_BASE + MAP, entry, &visited);
        gt_map_count(types, map, FUZZ_BASE + MAP, &counted);
        gt_map_parts(types, map, FUZZ_BASE + MAP, part, &parts);
    }
    gt_types_destroy(types);
    return 0;
}
