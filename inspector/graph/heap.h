/*
 * A heap as the graph sees it: regions of equal slots, some words of which are pointers.
 *
 * The graph knows nothing of Go. The describer of a runtime's heap adds its regions: each is a run
 * of `count` slots of `slot_size` bytes from `base` on, and `scan` says where the pointer words of
 * its slots are found. Objects are dense 32-bit indices: region's `first` + slot. Regions with
 * pointers come first, so that indices below `scan_objects` may have pointers and the rest never
 * do: tables that only pointer-bearing objects need are that much smaller.
 *
 * Invariants after gt_heap_seal(): regions do not overlap, are page-aligned and sorted by index;
 * every page belongs to one region or none; first + count of each region follows the one before.
 * Slots that are not allocated (bit clear in `allocated`) are no objects: pointers to them are
 * ignored. The heap borrows host bytes and owns its tables. Sums and tables grow with what regions
 * claim, so the describer drops regions outside the memory of its target.
 */
#ifndef GT_GRAPH_HEAP_H
#define GT_GRAPH_HEAP_H

#include "gotopsy.h"
#include "inspector/base/bitmap.h"
#include "inspector/base/memory.h"

enum { GT_PAGE_SHIFT = 13 };
enum { GT_NEARBY_SHIFT = 8 };
#define GT_NO_OBJECT UINT32_MAX

enum gt_scan {
    GT_SCAN_NONE,   /* no pointers */
    GT_SCAN_BITMAP, /* `mask`: a bit a word over the whole region, slot 0's first word first */
    GT_SCAN_TILED,  /* gt_heap_source.tile gives each slot's mask */
};

struct gt_region {
    uint64_t base;
    uint64_t slot_size;
    const unsigned char *bytes; /* where the host has the bytes of base; NULL when the core lacks
                                 * them */
    const unsigned char *mask;  /* GT_SCAN_BITMAP; count * slot_size / 8 bits. NULL: no pointers */
    uint64_t mask_bytes;        /* bytes of mask: no read passes its end; set by seal */
    uint32_t count;             /* slots */
    uint32_t first;             /* index of slot 0; set by gt_heap_seal() */
    uint32_t magic;             /* ceil(2^32 / slot_size): slot = offset * magic >> 32; set by seal.
                                 * 0 when that is inexact somewhere in the region: divide */
    uint32_t tag;               /* the describer's own data (a span's number) */
    uint8_t scan;               /* enum gt_scan */
    uint8_t skip;               /* the describer's own: bytes of each slot before its data */
    bool sparse;                /* set by seal: gt_heap_source.memory knows a part of its slots that
                                 * is zeros, and the walk leaves it out */
    bool small; /* set by seal: its slots are whole words, few enough for one read of
                 * the mask, and the host has their bytes: most slots are such */
};
/* The marker reads a region for every pointer that it follows: one cache line each. */
_Static_assert(sizeof(struct gt_region) == 64, "a region is one cache line");

/* The pointer words of one slot: `bits` covers `ptr_words` words of every `period` words, repeated
 * from word `skip` of the slot to its end. ptr_words 0: no pointers. */
struct gt_tile {
    const unsigned char *bits;
    uint64_t period, ptr_words, skip;
};

struct gt_heap_source {
    void *ctx;
    /* Called for a slot of a GT_SCAN_TILED region; must be quick and must not fail. */
    struct gt_tile (*tile)(void *ctx, const struct gt_region *region, uint32_t slot);
    const struct gt_memory *memory; /* says which parts are only zeros; NULL: unknown. Borrowed */
    /* Does tile() change nothing for this slot? Then several threads may call it. NULL: always. */
    bool (*knows)(const void *ctx, const struct gt_region *region, uint32_t slot);
};

/* What marks meet. Each is set by the first mark that meets one, and stays set. */
struct gt_heap_notes {
    bool dangles; /* a pointer in an object to a free slot */
    bool bare;    /* an object, or a part of a large one, in a region with pointers, whose mask has
                   * none */
};

struct gt_heap {
    struct gt_region *regions;
    uint32_t region_count;
    uint32_t objects;           /* number of slots */
    uint32_t scan_objects;      /* objects of regions with pointers; they come first */
    struct gt_bitmap allocated; /* by index; the describer sets it after the seal */
    struct gt_heap_source source;
    uint32_t *pages;          /* page number - first_page -> region + 1; 0 is none */
    struct gt_resource *held; /* the memory of pages */
    uint64_t first_page, page_count;
    uint32_t *nearby;    /* object >> GT_NEARBY_SHIFT -> region of the first of these objects */
    void *region_block;  /* the block that holds `regions`, aligned to cache lines */
    uint32_t region_cap; /* room for regions there */
    unsigned threads;    /* that one mark may use; 0 is 1 */
    struct gt_heap_notes *notes;
};

void gt_heap_init(struct gt_heap *heap, struct gt_heap_source source);
/* NULL when seal would accept the region by itself, else what is wrong with it ("has no slots"). A
 * describer that drops such regions loses only them. */
const char *gt_region_fault(const struct gt_region *region);
/* Makes room for so many regions in all, which saves the moves of a list that grows. */
void gt_heap_reserve(struct gt_heap *heap, uint32_t regions);
/* Adds a region; what seal sets is ignored. */
void gt_heap_add(struct gt_heap *heap, const struct gt_region *region);
/* Orders the regions (those with pointers first, then by address), numbers the objects and builds
 * the page table. GT_ERR_FORMAT when a region is at fault, regions overlap, hold 2^31 objects or
 * 2^42 bytes, or lie 2^48 bytes apart; after an error only gt_heap_deinit() may follow. Allocated
 * bits start all clear. */
struct gt_error *gt_heap_seal(struct gt_heap *heap);
void gt_heap_deinit(struct gt_heap *heap);

/* The region whose pages hold addr, or NULL. For an address past its last slot, in the tail of its
 * last page, gt_region_slot() gives `count` or more. */
static inline const struct gt_region *gt_heap_region(const struct gt_heap *heap, uint64_t addr)
{
    uint64_t page = (addr >> GT_PAGE_SHIFT) - heap->first_page;
    if (page >= heap->page_count || !heap->pages[page]) return NULL;
    return &heap->regions[heap->pages[page] - 1];
}

/* Does the address lead to or into a slot of the region? */
static inline bool gt_is_in_slots(const struct gt_region *region, uint64_t addr)
{
    return addr - region->base < region->count * region->slot_size;
}

/* As gt_heap_region(). It takes less time for an address in the slots of `near`. */
static inline const struct gt_region *
gt_heap_region_near(const struct gt_heap *heap, const struct gt_region *near, uint64_t addr)
{
    return gt_is_in_slots(near, addr) ? near : gt_heap_region(heap, addr);
}

static inline uint32_t gt_region_slot(const struct gt_region *region, uint64_t addr)
{
    uint64_t offset = addr - region->base;

    if (region->magic) return (uint32_t)(offset * region->magic >> 32);
    if (region->count == 1) return offset < region->slot_size ? 0 : UINT32_MAX;
    return (uint32_t)(offset / region->slot_size);
}

/* The allocated object that addr points to or into; GT_NO_OBJECT if none. */
static inline uint32_t gt_heap_object(const struct gt_heap *heap, uint64_t addr)
{
    const struct gt_region *region = gt_heap_region(heap, addr);
    if (!region) return GT_NO_OBJECT;
    uint32_t slot = gt_region_slot(region, addr);
    if (slot >= region->count || !gt_bit(&heap->allocated, region->first + slot))
        return GT_NO_OBJECT;
    return region->first + slot;
}

/* For objects below heap->objects. */
const struct gt_region *gt_heap_region_of(const struct gt_heap *heap, uint32_t object);
uint64_t gt_heap_address(const struct gt_heap *heap, uint32_t object);           /* of its slot */
uint64_t gt_heap_size(const struct gt_heap *heap, uint32_t object);              /* slot size */
const unsigned char *gt_heap_bytes(const struct gt_heap *heap, uint32_t object); /* or NULL */

/* Calls `visit` for every pointer word of an object (in address order), with its offset in the
 * slot and its value. Leaves out words of a sparse region that are known to be 0. */
typedef void gt_word_fn(void *ctx, uint64_t offset, uint64_t value);
bool gt_heap_words(const struct gt_heap *heap, uint32_t object, gt_word_fn *visit, void *ctx);

/* The first part of the object's bytes [offset, end), as offsets in its slot, that may have other
 * bytes than zeros. Its start is `end` if there is none. It begins and ends a few words early and
 * late: who looks at the words beside a pointer sees which of them are pointers, too. */
struct gt_filled gt_heap_filled(const struct gt_heap *heap, const struct gt_region *region,
                                uint32_t slot, uint64_t offset, uint64_t end);

/* Bytes of the objects set in `set`. */
uint64_t gt_heap_bytes_of(const struct gt_heap *heap, const struct gt_bitmap *set);
/* Of those that are in regions with pointers. */
uint64_t gt_heap_scan_bytes_of(const struct gt_heap *heap, const struct gt_bitmap *set);

#endif
