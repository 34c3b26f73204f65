/* Keeps the areas sorted by address, and new claims in a vector of their own. A round sorts the
 * claims, merges them with the areas in one pass, and joins those that overlap. */
#include "inspector/runtime/typing/static_areas.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum {
    WORD = 8,
    RECENT = 256,          /* claims that are cached */
    MANY_CLAIMS = 1 << 14, /* claims that wait */
    MAX_ROUNDS = 4096,     /* of claims: no program nests its literals so deep */
};

struct section {
    uint64_t start, end;
    const unsigned char *mask; /* its pointer words; NULL: none */
};

struct recent { /* a claim */
    uint64_t addr, count;
    gt_type_id type;
};

struct gt_static_areas {
    struct gt_static_bounds bounds;
    struct gt_process *process;
    struct gt_vec sections;       /* struct section */
    struct gt_vec list;           /* struct gt_static_area, by address */
    struct gt_vec claims;         /* struct gt_static_area, in the order of the claims */
    struct recent recent[RECENT]; /* by a part of their address */
    uint32_t born;                /* number of claims so far */
    size_t rounds;
};

static void add_section(struct gt_static_areas *areas, uint64_t start, uint64_t end,
                        const unsigned char *mask)
{
    struct section section = {start, end, mask};

    if (end <= start) return;
    gt_vec_add(&areas->sections, &section);
    if (start < areas->bounds.low) areas->bounds.low = start;
    if (end > areas->bounds.high) areas->bounds.high = end;
}

static void add_masked(struct gt_static_areas *areas, uint64_t start, uint64_t end,
                       const struct gt_bitvector *mask)
{
    uint64_t words = end > start ? (end - start) / WORD : 0;

    if (words > mask->bits) words = mask->bits;
    const unsigned char *bits = gt_mem_at(areas->process->mem, mask->data, (words + 7) / 8);
    if (bits) add_section(areas, start, start + words * WORD, bits);
}

struct gt_static_areas *gt_static_areas_create(struct gt_process *process)
{
    struct gt_static_areas *areas = gt_calloc(1, sizeof *areas);

    *areas = (struct gt_static_areas){.process = process,
                                      .bounds = {.low = UINT64_MAX},
                                      .sections = GT_VEC_OF(struct section),
                                      .list = GT_VEC_OF(struct gt_static_area),
                                      .claims = GT_VEC_OF(struct gt_static_area)};
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        add_masked(areas, module->data, module->edata, &module->data_mask);
        add_masked(areas, module->bss, module->ebss, &module->bss_mask);
        add_section(areas, module->noptrdata, module->enoptrdata, NULL);
        add_section(areas, module->noptrbss, module->enoptrbss, NULL);
    }
    return areas;
}

struct gt_static_areas *gt_static_areas_copy(const struct gt_static_areas *areas)
{
    struct gt_static_areas *copy = gt_alloc(sizeof *copy);

    *copy = *areas;
    gt_vec_copy(&copy->sections, &areas->sections);
    gt_vec_copy(&copy->list, &areas->list);
    gt_vec_copy(&copy->claims, &areas->claims);
    return copy;
}

void gt_static_areas_destroy(struct gt_static_areas *areas)
{
    if (!areas) return;
    gt_vec_deinit(&areas->sections);
    gt_vec_deinit(&areas->list);
    gt_vec_deinit(&areas->claims);
    gt_free(areas);
}

static const struct section *section_at(const struct gt_static_areas *areas, uint64_t addr)
{
    for (size_t i = 0; i < areas->sections.len; i++) {
        const struct section *section = gt_vec_at(&areas->sections, i);
        if (addr >= section->start && addr < section->end) return section;
    }
    return NULL;
}

bool gt_static_is_area(const struct gt_static_areas *areas, uint64_t addr)
{
    return gt_static_is_near(areas, addr) && section_at(areas, addr);
}

/* ---- areas --------------------------------------------------------------------------------- */

const struct gt_static_area *gt_static_area_at(const struct gt_static_areas *areas, uint64_t addr)
{
    size_t count = gt_vec_up_to(&areas->list, addr);

    if (count == 0) return NULL;
    const struct gt_static_area *area = gt_vec_at(&areas->list, count - 1);
    return addr - area->addr < area->size ? area : NULL;
}

uint64_t gt_static_first(const struct gt_static_areas *areas, uint64_t addr)
{
    const struct gt_static_area *area;
    uint32_t born = UINT32_MAX;

    while ((area = gt_static_area_at(areas, addr)) && area->from && area->born < born) {
        addr = area->from;
        born = area->born;
    }
    return addr;
}

/* ---- claims -------------------------------------------------------------------------------- */

static uint64_t size_of(const struct gt_static_areas *areas, gt_type_id type)
{
    return gt_types_get(areas->process->types, type)->size;
}

/* Does an area cover everything that the claim says? */
static bool is_covered(const struct gt_static_areas *areas, const struct gt_static_area *claim)
{
    const struct gt_static_area *area = gt_static_area_at(areas, claim->addr);

    if (!area) return false;
    uint64_t offset = claim->addr - area->addr;
    if (area->type != claim->type) return size_of(areas, area->type) >= size_of(areas, claim->type);
    return offset % size_of(areas, area->type) != 0 || claim->size <= area->size - offset;
}

/* The bytes from addr to the next variable with a type; false when such a variable contains
 * addr. */
static bool room_before_variable(const struct gt_process *process, uint64_t addr, uint64_t *room)
{
    const struct gt_debug_global *here = gt_process_global_at(process, addr);
    size_t next = gt_process_globals_up_to(process, addr);

    if (here && gt_types_find(process->types, here->type) != GT_NO_TYPE) return false;
    struct gt_globals globals = gt_process_globals(process);
    *room = next < globals.count ? globals.list[next].addr - addr : UINT64_MAX;
    return true;
}

static bool bit_of(const unsigned char *bits, uint64_t index)
{
    return bits[index / 8] >> index % 8 & 1;
}

/* How many of `count` elements at addr agree with the section's pointer mask. */
static uint64_t elements_that_fit(const struct gt_static_areas *areas,
                                  const struct section *section, uint64_t addr, gt_type_id type,
                                  uint64_t count)
{
    uint64_t pointers, words = size_of(areas, type) / WORD, fit;
    const unsigned char *bits = gt_types_mask(areas->process->types, type, &pointers);
    uint64_t first = (addr - section->start) / WORD;

    if (!section->mask) return count;
    if (!bits || (addr - section->start) % WORD || size_of(areas, type) % WORD) return 0;
    for (fit = 0; fit < count; fit++, first += words)
        for (uint64_t i = 0; i < words; i++)
            if (bit_of(section->mask, first + i) != (i < pointers && bit_of(bits, i))) return fit;
    return fit;
}

/* Reduces the claim to what agrees with the memory around it; false when nothing does. */
static bool fit_claim(const struct gt_static_areas *areas, struct gt_static_area *claim,
                      uint64_t count)
{
    const struct section *section = section_at(areas, claim->addr);
    uint64_t size = size_of(areas, claim->type), room;

    /* Data without pointers is in other sections than data with pointers. */
    if (!section || !section->mask != !gt_types_get(areas->process->types, claim->type)->ptr_bytes)
        return false;
    if (!room_before_variable(areas->process, claim->addr, &room)) return false;
    if (room > section->end - claim->addr) room = section->end - claim->addr;
    if (count > room / size) count = room / size;
    claim->size = size * elements_that_fit(areas, section, claim->addr, claim->type, count);
    return claim->size != 0;
}

/* Many objects may point to one address. A claim that was made before adds nothing. */
static bool is_repeated(struct gt_static_areas *areas, uint64_t addr, gt_type_id type,
                        uint64_t count)
{
    struct recent *place = &areas->recent[addr / WORD % RECENT];
    bool same = place->addr == addr && place->type == type && place->count == count;

    *place = (struct recent){addr, count, type};
    return same;
}

void gt_static_claim(struct gt_static_areas *areas, uint64_t addr, gt_type_id type, uint64_t count,
                     uint64_t from)
{
    struct gt_static_area claim = {.addr = addr, .type = type, .born = areas->born, .fresh = true};

    if (is_repeated(areas, addr, type, count)) return;
    if (type == GT_NO_TYPE || count == 0 || areas->rounds > MAX_ROUNDS) return;
    uint64_t size = size_of(areas, type);
    if (size == 0 || !gt_mul(count, size, &claim.size)) return;
    if (is_covered(areas, &claim) || !fit_claim(areas, &claim, count)) return;
    if (gt_static_is_area(areas, from)) claim.from = from;
    gt_vec_add(&areas->claims, &claim);
    areas->born++;
}

/* ---- settling claims ----------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const struct gt_static_area *left = a, *right = b;

    if (left->addr != right->addr) return left->addr < right->addr ? -1 : 1;
    return left->born < right->born ? -1 : left->born > right->born;
}

/* An area that replaces another one keeps that one's age, and the word that led to it. */
static void inherit(struct gt_static_area *area, const struct gt_static_area *other)
{
    if (other->born > area->born || (area->from && !other->from)) return;
    area->born = other->born;
    area->from = other->from;
}

/* `next` begins at or within `area`: both become one area. */
static void join(const struct gt_static_areas *areas, struct gt_static_area *area,
                 const struct gt_static_area *next)
{
    uint64_t size = size_of(areas, area->type), offset = next->addr - area->addr;
    struct gt_static_area winner = *next;

    if (next->type == area->type && offset % size == 0) {
        inherit(area, next);
        if (offset + next->size <= area->size) return;
        area->size = offset + next->size;
        area->fresh = true;
    } else if (size_of(areas, next->type) > size) {
        inherit(&winner, area);
        *area = winner;
    }
}

static void merge(struct gt_static_areas *areas)
{
    struct gt_vec merged = GT_VEC_OF(struct gt_static_area);
    size_t i = 0, j = 0;

    gt_vec_reserve(&merged, areas->list.len + areas->claims.len);
    qsort(areas->claims.data, areas->claims.len, sizeof(struct gt_static_area), by_address);
    while (i < areas->list.len || j < areas->claims.len) {
        bool old = j == areas->claims.len ||
                   (i < areas->list.len &&
                    by_address(gt_vec_at(&areas->list, i), gt_vec_at(&areas->claims, j)) < 0);
        const struct gt_static_area *next =
            old ? gt_vec_at(&areas->list, i++) : gt_vec_at(&areas->claims, j++);
        struct gt_static_area *last = merged.len ? gt_vec_at(&merged, merged.len - 1) : NULL;
        if (last && next->addr - last->addr < last->size)
            join(areas, last, next);
        else
            gt_vec_add(&merged, next);
    }
    gt_vec_deinit(&areas->list);
    areas->list = merged;
    gt_vec_clear(&areas->claims);
}

bool gt_static_many_claims(const struct gt_static_areas *areas)
{
    return areas->claims.len > MANY_CLAIMS;
}

/* Visits may add claims, which move nothing until the next round. */
bool gt_static_settle(struct gt_static_areas *areas, gt_static_area_fn *visit, void *ctx)
{
    bool any = false;

    if (areas->claims.len == 0) return false;
    areas->rounds++;
    merge(areas);
    for (size_t i = 0; i < areas->list.len; i++) {
        struct gt_static_area *area = gt_vec_at(&areas->list, i);
        if (!area->fresh) continue;
        area->fresh = false;
        any = true;
        visit(ctx, area);
    }
    return any;
}
