/* A seal sorts the regions, numbers their objects, and fills a table from pages to regions. An
 * address finds its region by that table, and its slot by a multiplication where that is exact. An
 * object finds its region by an index of blocks of 256 objects. */
#include "inspector/graph/heap.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/base/search.h"
#include "inspector/graph/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    PAGE_SIZE = 1 << GT_PAGE_SHIFT,
    LINE = 64,
    WORD = 8,
    LEAST_SPARSE = 1 << 20, /* bytes of a slot for which parts are worth finding */
    BESIDE = 4 * WORD,      /* bytes beside a part that are read with it */
};

#define MAX_OBJECTS ((uint64_t)1 << 31) /* paths.h uses the top bit */
#define MAX_PAGES ((uint64_t)1 << (42 - GT_PAGE_SHIFT))
#define MAX_PAGES_APART ((uint64_t)1 << (48 - GT_PAGE_SHIFT))

void gt_heap_init(struct gt_heap *heap, struct gt_heap_source source)
{
    *heap = (struct gt_heap){.source = source, .notes = gt_calloc(1, sizeof(struct gt_heap_notes))};
}

/* Moves the regions to a block with room for `cap` of them, aligned to cache lines. */
static void grow(struct gt_heap *heap, uint32_t cap)
{
    void *block = gt_alloc_filled((cap + (size_t)1) * sizeof *heap->regions);
    uintptr_t aligned = ((uintptr_t)block + LINE - 1) / LINE * LINE;
    struct gt_region *regions = (struct gt_region *)aligned;

    for (uint32_t i = 0; i < heap->region_count; i++)
        regions[i] = heap->regions[i];
    gt_free(heap->region_block);
    heap->region_block = block;
    heap->regions = regions;
    heap->region_cap = cap;
}

void gt_heap_reserve(struct gt_heap *heap, uint32_t regions)
{
    if (regions > heap->region_cap) grow(heap, regions);
}

void gt_heap_add(struct gt_heap *heap, const struct gt_region *region)
{
    if (heap->region_count == heap->region_cap)
        grow(heap, heap->region_cap ? heap->region_cap * 2 : 64);
    heap->regions[heap->region_count++] = *region;
}

static uint64_t region_size(const struct gt_region *region)
{
    return region->slot_size * region->count;
}

static uint64_t region_first_page(const struct gt_region *region)
{
    return region->base >> GT_PAGE_SHIFT;
}

static uint64_t region_last_page(const struct gt_region *region)
{
    return (region->base + region_size(region) - 1) >> GT_PAGE_SHIFT;
}

const char *gt_region_fault(const struct gt_region *region)
{
    uint64_t size, end;

    if (region->base % PAGE_SIZE) return "does not begin on a page";
    if (region->slot_size < 8 || region->slot_size % 8) return "has slots that are not of words";
    if (!region->count) return "has no slots";
    if (!gt_mul(region->slot_size, region->count, &size)) return "is larger than memory can be";
    if (!gt_add(region->base, size, &end)) return "passes the end of memory";
    if (region->scan > GT_SCAN_TILED) return "says nothing known of its pointers";
    return NULL;
}

static struct gt_error *check_regions(const struct gt_heap *heap)
{
    for (uint32_t i = 0; i < heap->region_count; i++) {
        const struct gt_region *region = &heap->regions[i];
        const char *fault = gt_region_fault(region);
        if (fault)
            return gt_error_at(
                gt_error_create(GT_ERR_FORMAT,
                                "the heap region at 0x%" PRIx64 " (%" PRIu32 " slots of %" PRIu64
                                " bytes) %s: the heap's tables are damaged",
                                region->base, region->count, region->slot_size, fault),
                region->base);
        if (region->scan == GT_SCAN_TILED && !heap->source.tile)
            return gt_error_create(GT_ERR_USAGE,
                                   "the heap region at 0x%" PRIx64
                                   " is tiled: give the heap a tile "
                                   "function",
                                   region->base);
    }
    return NULL;
}

static int in_order(const void *left, const void *right)
{
    const struct gt_region *a = left, *b = right;

    if ((a->scan == GT_SCAN_NONE) != (b->scan == GT_SCAN_NONE))
        return a->scan == GT_SCAN_NONE ? 1 : -1;
    return (a->base > b->base) - (a->base < b->base);
}

/* Regions are mostly added by address. So those without pointers are moved behind the others, each
 * in the order in which they were added. */
static void part_regions(struct gt_heap *heap)
{
    struct gt_region *behind = gt_alloc((heap->region_count + (size_t)1) * sizeof *behind);
    uint32_t before = 0, count = 0;

    for (uint32_t i = 0; i < heap->region_count; i++)
        if (heap->regions[i].scan == GT_SCAN_NONE)
            behind[count++] = heap->regions[i];
        else
            heap->regions[before++] = heap->regions[i];
    for (uint32_t i = 0; i < count; i++)
        heap->regions[before + i] = behind[i];
    gt_free(behind);
}

static void order_regions(struct gt_heap *heap)
{
    bool ordered = true;

    gt_heap_reserve(heap, 1);
    part_regions(heap);
    for (uint32_t i = 1; i < heap->region_count; i++)
        ordered &= in_order(&heap->regions[i - 1], &heap->regions[i]) <= 0;
    if (!ordered) qsort(heap->regions, heap->region_count, sizeof *heap->regions, in_order);
}

/*
 * magic is 2^32 / slot_size rounded up, so offset * magic >> 32 is never below the quotient. The
 * excess grows with the offset: if the result is exact at the last byte of the last slot, it is
 * exact everywhere. The product must also fit for the tail of the last page.
 */
static uint32_t exact_magic(const struct gt_region *region)
{
    uint64_t magic = (((uint64_t)1 << 32) + region->slot_size - 1) / region->slot_size;
    uint64_t last = region_size(region) - 1, product;

    if (!gt_mul(last | (PAGE_SIZE - 1), magic, &product)) return 0;
    return last * magic >> 32 == region->count - 1 ? (uint32_t)magic : 0;
}

static struct gt_error *number_objects(struct gt_heap *heap)
{
    uint64_t objects = 0;

    for (uint32_t i = 0; i < heap->region_count; i++) {
        struct gt_region *region = &heap->regions[i];
        region->first = (uint32_t)objects;
        region->magic = exact_magic(region);
        region->mask_bytes = region->mask ? (region_size(region) / 8 + 7) / 8 : 0;
        objects += region->count;
        if (region->scan != GT_SCAN_NONE) heap->scan_objects = (uint32_t)objects;
        if (objects >= MAX_OBJECTS)
            return gt_error_create(GT_ERR_FORMAT,
                                   "the heap's regions hold %" PRIu64 " objects or more, expected "
                                   "fewer than 2^31: the heap's tables are damaged",
                                   objects);
    }
    heap->objects = (uint32_t)objects;
    return NULL;
}

/* Sets the range of the page table. */
static struct gt_error *measure_pages(struct gt_heap *heap)
{
    uint64_t low = UINT64_MAX, high = 0, total = 0;

    for (uint32_t i = 0; i < heap->region_count; i++) {
        uint64_t first = region_first_page(&heap->regions[i]);
        uint64_t last = region_last_page(&heap->regions[i]);
        if (first < low) low = first;
        if (last > high) high = last;
        total += last - first + 1;
        if (total > MAX_PAGES || high - low >= MAX_PAGES_APART)
            return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                               "the heap's regions hold 0x%" PRIx64
                                               " bytes from 0x%" PRIx64 " to 0x%" PRIx64
                                               ", more than a process has: the heap's tables "
                                               "are damaged",
                                               total << GT_PAGE_SHIFT, low << GT_PAGE_SHIFT,
                                               high << GT_PAGE_SHIFT),
                               low << GT_PAGE_SHIFT);
    }
    heap->first_page = heap->region_count ? low : 0;
    heap->page_count = heap->region_count ? high - low + 1 : 0;
    return NULL;
}

static struct gt_error *enter_pages(struct gt_heap *heap, uint32_t number)
{
    const struct gt_region *region = &heap->regions[number];
    uint64_t last = region_last_page(region);

    for (uint64_t page = region_first_page(region); page <= last; page++) {
        uint32_t *entry = &heap->pages[page - heap->first_page];
        if (*entry)
            return gt_error_at(gt_error_create(GT_ERR_FORMAT,
                                               "the heap regions at 0x%" PRIx64 " and 0x%" PRIx64
                                               " overlap: the heap's tables are damaged",
                                               heap->regions[*entry - 1].base, region->base),
                               region->base);
        *entry = number + 1;
    }
    return NULL;
}

static void unmap(void *table, size_t size)
{
    munmap(table, size);
}

/* A heap may be a few regions that are far apart, so the table is reserved and not committed. Its
 * size is bounded by addresses; its memory grows with the regions. */
static struct gt_error *map_pages(struct gt_heap *heap)
{
    struct gt_error *error = measure_pages(heap);

    if (error || !heap->page_count) return error;
    void *table = mmap(NULL, heap->page_count * sizeof *heap->pages, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (table == MAP_FAILED)
        return gt_error_create(GT_ERR_MEMORY,
                               "the heap's regions lie 0x%" PRIx64 " bytes apart, too far for this "
                               "process's address space: lift its limit (ulimit -v)",
                               heap->page_count << GT_PAGE_SHIFT);
    heap->held = gt_hold(table, heap->page_count * sizeof *heap->pages, unmap);
    heap->pages = table;
    for (uint32_t i = 0; !error && i < heap->region_count; i++)
        error = enter_pages(heap, i);
    return error;
}

/* There is one entry more than blocks of objects, so a block's last region is at or before the next
 * entry. */
static void index_objects(struct gt_heap *heap)
{
    uint32_t blocks = (heap->objects >> GT_NEARBY_SHIFT) + 2, region = 0;

    heap->nearby = gt_calloc(blocks, sizeof *heap->nearby);
    for (uint32_t block = 0; block < blocks; block++) {
        uint64_t object = (uint64_t)block << GT_NEARBY_SHIFT;
        while (region + 1 < heap->region_count && heap->regions[region + 1].first <= object)
            region++;
        heap->nearby[block] = region;
    }
}

static bool is_sparse(const struct gt_heap *heap, const struct gt_region *region)
{
    uint64_t end = region->base + region_size(region);

    if (!heap->source.memory || region->slot_size < LEAST_SPARSE || !region->bytes) return false;
    struct gt_filled part = gt_mem_filled(heap->source.memory, region->base, end);
    return part.start != region->base || part.end != end;
}

static bool is_small(const struct gt_region *region)
{
    return region->scan == GT_SCAN_BITMAP && region->mask && region->bytes && !region->sparse &&
           region->slot_size <= GT_WALK_BITS * WORD && region->slot_size % WORD == 0;
}

static void sort_out(struct gt_heap *heap)
{
    for (uint32_t i = 0; i < heap->region_count; i++) {
        heap->regions[i].sparse = is_sparse(heap, &heap->regions[i]);
        heap->regions[i].small = is_small(&heap->regions[i]);
    }
}

struct gt_error *gt_heap_seal(struct gt_heap *heap)
{
    struct gt_error *error = check_regions(heap);

    if (error) return error;
    order_regions(heap);
    sort_out(heap);
    error = number_objects(heap);
    if (!error) error = map_pages(heap);
    if (error) return error;
    index_objects(heap);
    gt_bitmap_init(&heap->allocated, heap->objects);
    return NULL;
}

void gt_heap_deinit(struct gt_heap *heap)
{
    gt_let_go(heap->held);
    gt_free(heap->nearby);
    gt_free(heap->region_block);
    gt_free(heap->notes);
    gt_bitmap_deinit(&heap->allocated);
    *heap = (struct gt_heap){0};
}

static uint64_t first_object(const void *regions, size_t index)
{
    return ((const struct gt_region *)regions)[index].first;
}

/* Most blocks of objects are in one or two regions. */
const struct gt_region *gt_heap_region_of(const struct gt_heap *heap, uint32_t object)
{
    const uint32_t *nearby = &heap->nearby[object >> GT_NEARBY_SHIFT];
    const struct gt_region *region = &heap->regions[nearby[0]];

    if (object - region->first < region->count) return region;
    if (object - region[1].first < region[1].count) return region + 1;
    return &heap->regions[gt_upper_bound(heap->regions, nearby[0] + (size_t)1,
                                         nearby[1] + (size_t)1, object, first_object) -
                          1];
}

uint64_t gt_heap_address(const struct gt_heap *heap, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(heap, object);
    return region->base + (object - region->first) * region->slot_size;
}

uint64_t gt_heap_size(const struct gt_heap *heap, uint32_t object)
{
    return gt_heap_region_of(heap, object)->slot_size;
}

const unsigned char *gt_heap_bytes(const struct gt_heap *heap, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(heap, object);
    return region->bytes ? region->bytes + (object - region->first) * region->slot_size : NULL;
}

bool gt_heap_words(const struct gt_heap *heap, uint32_t object, gt_word_fn *visit, void *ctx)
{
    const struct gt_region *region = gt_heap_region_of(heap, object);
    return gt_walk_slot(heap, region, object - region->first, region->slot_size / 8, visit, ctx);
}

struct gt_filled gt_heap_filled(const struct gt_heap *heap, const struct gt_region *region,
                                uint32_t slot, uint64_t offset, uint64_t end)
{
    uint64_t base = region->base + slot * region->slot_size;

    if (!region->sparse) return (struct gt_filled){offset, end};
    struct gt_filled part = gt_mem_filled(heap->source.memory, base + offset, base + end);
    uint64_t from = (part.start - base) / WORD * WORD;
    uint64_t to = (part.end - base + WORD - 1) / WORD * WORD;
    if (from >= end) return (struct gt_filled){end, end};
    return (struct gt_filled){from - gt_walk_min(BESIDE, from - offset),
                              gt_walk_min(to + BESIDE, end)};
}

void gt_walk_sparse(const struct gt_heap *heap, const struct gt_region *region, uint32_t slot,
                    gt_word_fn *visit, void *ctx)
{
    struct gt_filled part = {0};

    for (;;) {
        part = gt_heap_filled(heap, region, slot, part.end, region->slot_size);
        if (part.start >= region->slot_size) return;
        gt_walk_part(heap, region, slot, part, visit, ctx);
    }
}

/* Of the objects before `end`, which is the first of a region. */
static uint64_t bytes_before(const struct gt_heap *heap, const struct gt_bitmap *set, uint32_t end)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < heap->region_count && heap->regions[i].first < end; i++) {
        const struct gt_region *region = &heap->regions[i];
        size_t first = region->first, count = region->count;
        bytes += gt_bitmap_count_between(set, first, first + count) * region->slot_size;
    }
    return bytes;
}

uint64_t gt_heap_bytes_of(const struct gt_heap *heap, const struct gt_bitmap *set)
{
    return bytes_before(heap, set, heap->objects);
}

uint64_t gt_heap_scan_bytes_of(const struct gt_heap *heap, const struct gt_bitmap *set)
{
    return bytes_before(heap, set, heap->scan_objects);
}
