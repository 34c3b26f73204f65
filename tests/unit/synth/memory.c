/* Memory of a hand-made process: areas that grow, and fields by their layout. */
#include "tests/unit/synth/synth_impl.h"

#include <stdlib.h>
#include <unistd.h>

static const struct {
    uint64_t base, room;
} places[SYNTH_AREAS] = {
    [SYNTH_HEADERS] = {0x400000, 0x1000},         [SYNTH_TEXT] = {0x401000, 0x10000},
    [SYNTH_TYPES] = {0x440000, 0x10000},          [SYNTH_RODATA] = {0x480000, 0x40000},
    [SYNTH_NOPTRDATA] = {0x500000, 0x40000},      [SYNTH_DATA] = {0x580000, 0x8000},
    [SYNTH_OFF_HEAP] = {0x7f0000000000, 0x40000}, [SYNTH_HEAP] = {0xc000000000, 0x800000},
    [SYNTH_STACKS] = {0xc008000000, 0x200000},
};

static unsigned char *bytes_at(const struct synth *synth, uint64_t addr, uint64_t size)
{
    for (int i = 0; i < SYNTH_AREAS; i++) {
        const struct synth_memory *area = &synth->area[i];
        if (addr >= area->base && addr - area->base + size <= area->used)
            return area->bytes + (addr - area->base);
    }
    fail_msg("no memory at 0x%llx", (unsigned long long)addr);
    return NULL;
}

uint64_t synth_alloc(struct synth *synth, enum synth_area number, uint64_t size, uint64_t align)
{
    struct synth_memory *area = &synth->area[number];
    uint64_t at = (area->used + align - 1) / align * align;

    assert_true(at + size <= area->room);
    area->used = at + size;
    return area->base + at;
}

uint64_t synth_new_bytes(struct synth *synth, enum synth_area area, const void *bytes,
                         uint64_t size)
{
    uint64_t addr = synth_alloc(synth, area, size, 16);

    synth_put_bytes(synth, addr, bytes, size);
    return addr;
}

uint64_t synth_get(const struct synth *synth, uint64_t addr)
{
    uint64_t value;

    memcpy(&value, bytes_at(synth, addr, sizeof value), sizeof value);
    return value;
}

void synth_put_sized(struct synth *synth, uint64_t addr, unsigned size, uint64_t value)
{
    memcpy(bytes_at(synth, addr, size), &value, size);
}

void synth_put(struct synth *synth, uint64_t addr, uint64_t value)
{
    synth_put_sized(synth, addr, 8, value);
}

void synth_put_bytes(struct synth *synth, uint64_t addr, const void *bytes, uint64_t size)
{
    memcpy(bytes_at(synth, addr, size), bytes, size);
}

void synth_put_slice(struct synth *synth, uint64_t addr, uint64_t ptr, uint64_t len)
{
    const uint64_t words[] = {ptr, len, len};

    synth_put_bytes(synth, addr, words, sizeof words);
}

void synth_lose(struct synth *synth, uint64_t addr, uint64_t size)
{
    struct synth_range range = {addr & ~(uint64_t)0xfff, (addr + size + 0xfff) & ~(uint64_t)0xfff};

    gt_vec_add(&synth->lost, &range);
}

/* ---- fields -------------------------------------------------------------------------------- */

bool synth_has(const struct synth *synth, enum gt_field_id id)
{
    return gt_has(&synth->layout, id);
}

void synth_set(struct synth *synth, uint64_t addr, enum gt_field_id id, uint64_t value)
{
    uint8_t size = synth->layout.field[id].size;

    if (synth_has(synth, id))
        synth_put_sized(synth, addr + gt_off(&synth->layout, id), size > 8 ? 8 : size, value);
}

uint64_t synth_field(const struct synth *synth, uint64_t addr, enum gt_field_id id)
{
    return synth_has(synth, id) ? synth_get(synth, addr + gt_off(&synth->layout, id)) : 0;
}

uint64_t synth_size_of(const struct synth *synth, const char *type)
{
    uint64_t size = 0;

    if (!synth->facts.type_size(synth->facts.ctx, type, &size))
        fail_msg("the size of %s is not known", type);
    return size;
}

/* ---- variables ----------------------------------------------------------------------------- */

void synth_symbol(struct synth *synth, const char *name, uint64_t addr, uint64_t size)
{
    struct synth_symbol symbol = {gt_strdup(name), addr, size};

    gt_vec_add(&synth->symbols, &symbol);
}

uint64_t synth_symbol_at(const struct synth *synth, const char *name)
{
    for (size_t i = 0; i < synth->symbols.len; i++) {
        const struct synth_symbol *symbol = gt_vec_at(&synth->symbols, i);
        if (strcmp(symbol->name, name) == 0) return symbol->addr;
    }
    fail_msg("no variable %s", name);
    return 0;
}

uint64_t synth_global(struct synth *synth, const char *name, uint64_t value)
{
    uint64_t addr = synth_alloc(synth, SYNTH_DATA, 8, 8);

    synth_put(synth, addr, value);
    synth_symbol(synth, name, addr, 8);
    return addr;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void make_areas(struct synth *synth)
{
    for (int i = 0; i < SYNTH_AREAS; i++) {
        struct synth_memory *area = &synth->area[i];
        *area = (struct synth_memory){.base = places[i].base, .room = places[i].room};
        area->bytes = gt_calloc(1, area->room); /* untouched pages cost nothing */
    }
}

struct synth *synth_new(const char *version)
{
    struct synth *synth = gt_calloc(1, sizeof *synth);

    *synth = (struct synth){.core = -1,
                            .binary = -1,
                            .lost = GT_VEC_OF(struct synth_range),
                            .symbols = GT_VEC_OF(struct synth_symbol),
                            .functions = GT_VEC_OF(struct synth_function),
                            .spans = GT_VEC_OF(struct synth_span),
                            .goroutines = GT_VEC_OF(struct synth_g *),
                            .reports = GT_VEC_OF(struct gt_report *)};
    assert_true(gt_version_parse(version, strlen(version), &synth->version));
    assert_true(gt_known_find(&synth->version, GT_ARCH_AMD64, &synth->known));
    synth->facts = gt_known_facts(&synth->known);
    assert_null(gt_layout_resolve(&synth->facts, &synth->version, &synth->layout));
    make_areas(synth);
    synth_start_runtime(synth);
    return synth;
}

static void free_names(struct synth *synth)
{
    for (size_t i = 0; i < synth->symbols.len; i++)
        gt_free(((struct synth_symbol *)gt_vec_at(&synth->symbols, i))->name);
    for (size_t i = 0; i < synth->functions.len; i++)
        gt_free(((struct synth_function *)gt_vec_at(&synth->functions, i))->name);
}

static void free_opened(struct synth *synth)
{
    for (size_t i = 0; i < synth->reports.len; i++)
        gt_report_destroy(*(struct gt_report **)gt_vec_at(&synth->reports, i));
    gt_close(synth->analysis);
    if (synth->core >= 0) close(synth->core);
    if (synth->binary >= 0) close(synth->binary);
}

void synth_free(struct synth *synth)
{
    struct gt_vec *const lists[] = {&synth->lost,  &synth->symbols,    &synth->functions,
                                    &synth->spans, &synth->goroutines, &synth->reports};

    free_opened(synth);
    free_names(synth);
    for (size_t i = 0; i < synth->goroutines.len; i++)
        gt_free(*(void **)gt_vec_at(&synth->goroutines, i));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        gt_vec_deinit(lists[i]);
    gt_u64s_deinit(&synth->timers);
    for (int i = 0; i < SYNTH_AREAS; i++)
        gt_free(synth->area[i].bytes);
    gt_free(synth);
}

struct synth *synth_begin(void **state, const char *version)
{
    synth_end(state);
    return *state = synth_new(version);
}

int synth_end(void **state)
{
    if (*state) synth_free(*state);
    *state = NULL;
    return 0;
}
