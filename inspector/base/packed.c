/* A page begins with codes of 1 bit. If its list of values is full, it is copied into a page of the
 * next width. The narrower page goes into a list of free pages of its width, to be used again. */
#include "inspector/base/packed.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum { FULL = GT_PACKED_WIDTHS - 1, CODE_WORDS = GT_PACKED_PAGE / 32, ALIGNED = 16 };

/* By width: how many values beside 0 the list has room for. A code could number more of them at the
 * largest width, but a longer list takes longer to search. */
static const uint8_t most_values[GT_PACKED_WIDTHS] = {1, 3, 15, 63, 0};

/* By width: the bits of a code. */
static const uint8_t code_masks[FULL] = {1, 3, 15, 255};

static size_t words_of(unsigned width)
{
    if (width == FULL) return GT_PACKED_PAGE;
    return 1 + most_values[width] + ((size_t)CODE_WORDS << width);
}

static size_t page_count(const struct gt_packed *table)
{
    return (table->count + GT_PACKED_PAGE - 1) >> GT_PACKED_SHIFT;
}

static size_t page_bytes(unsigned width)
{
    size_t bytes = sizeof(struct gt_packed_page) + words_of(width) * sizeof(uint32_t);

    return (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
}

/* Of all widths that a page may have in turn. */
static size_t room_of(const struct gt_packed *table)
{
    size_t bytes = 0;

    for (unsigned width = 0; width <= FULL; width++)
        bytes += page_bytes(width);
    return (page_count(table) + 1) * bytes;
}

static void unmap(void *memory, size_t size)
{
    munmap(memory, size);
}

void gt_packed_init(struct gt_packed *table, size_t count)
{
    *table = (struct gt_packed){.count = count};
    table->pages = gt_calloc(page_count(table) + 1, sizeof *table->pages);
    size_t room = room_of(table);
    void *memory = mmap(NULL, room, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) gt_call_fail(room);
    table->memory = memory;
    table->held = gt_hold(memory, room, unmap);
}

void gt_packed_deinit(struct gt_packed *table)
{
    if (table->held) gt_let_go(table->held);
    gt_free(table->pages);
    *table = (struct gt_packed){0};
}

/* ---- pages --------------------------------------------------------------------------------- */

static struct gt_packed_page *take_page(struct gt_packed *table, struct gt_packed_free *free,
                                        unsigned width)
{
    struct gt_packed_page *page = free->page[width];
    size_t size = page_bytes(width);

    if (page) {
        memcpy(&free->page[width], page, sizeof(void *));
        memset(page, 0, size);
    } else {
        void *fresh = table->memory + __atomic_fetch_add(&table->used, size, __ATOMIC_RELAXED);
        page = fresh;
    }
    page->width = (uint8_t)width;
    page->most = most_values[width];
    return page;
}

static void drop_page(struct gt_packed_free *free, struct gt_packed_page *page)
{
    unsigned width = page->width;

    memcpy(page, &free->page[width], sizeof(void *));
    free->page[width] = page;
}

void gt_packed_copy(struct gt_packed *to, const struct gt_packed *from)
{
    gt_packed_init(to, from->count);
    for (size_t i = 0; i < page_count(from); i++) {
        if (!from->pages[i]) continue;
        unsigned width = from->pages[i]->width;
        to->pages[i] = memcpy(take_page(to, &to->free, width), from->pages[i], page_bytes(width));
    }
}

static void put_code(struct gt_packed_page *page, size_t entry, uint32_t code)
{
    size_t bit = entry << page->width;
    uint32_t *word = &page->words[1 + page->most + (bit >> 5)];
    uint32_t mask = code_masks[page->width];

    *word = (*word & ~(mask << (bit & 31))) | code << (bit & 31);
}

/* The value's place in the list, or 0. */
static uint32_t listed(const struct gt_packed_page *page, uint32_t value)
{
    for (uint32_t code = page->used; code; code--)
        if (page->words[code] == value) return code;
    return 0;
}

/* The value's code. Adds the value if it is new; false when there is no room for it. */
static bool code_of(struct gt_packed_page *page, uint32_t value, uint32_t *code)
{
    *code = listed(page, value);
    if (*code || !value) return true;
    if (page->used == page->most) return false;
    *code = ++page->used;
    page->words[*code] = value;
    return true;
}

static bool put(struct gt_packed_page *page, size_t entry, uint32_t value)
{
    uint32_t code;

    if (page->width == FULL) {
        page->words[entry] = value;
        return true;
    }
    if (!code_of(page, value, &code)) return false;
    put_code(page, entry, code);
    return true;
}

/* Codes of 1 << width bits become twice as wide: each step moves the upper half of what is together
 * apart. */
static uint64_t spread_codes(uint32_t codes, unsigned width)
{
    static const uint64_t apart[] = {0x0000ffff0000ffff, 0x00ff00ff00ff00ff, 0x0f0f0f0f0f0f0f0f,
                                     0x3333333333333333, 0x5555555555555555};
    uint64_t word = codes;

    for (unsigned step = 0; step + width < sizeof apart / sizeof *apart; step++)
        word = (word | word << (16 >> step)) & apart[step];
    return word;
}

/* The list becomes the beginning of the wider page's, so codes keep their numbers. */
static void copy_codes(const struct gt_packed_page *from, struct gt_packed_page *to)
{
    const uint32_t *codes = &from->words[1 + from->most];
    uint32_t *wide = &to->words[1 + to->most];

    to->used = from->used;
    memcpy(to->words, from->words, (1 + from->used) * sizeof *to->words);
    for (size_t i = 0; i < (size_t)CODE_WORDS << from->width; i++) {
        uint64_t word = spread_codes(codes[i], from->width);
        wide[2 * i] = (uint32_t)word;
        wide[2 * i + 1] = (uint32_t)(word >> 32);
    }
}

/* The page becomes one with room for more values. */
static void widen(struct gt_packed *table, struct gt_packed_free *free, size_t number)
{
    struct gt_packed_page *old = table->pages[number];
    struct gt_packed_page *page = take_page(table, free, old->width + 1U);

    if (page->width == FULL)
        for (size_t entry = 0; entry < GT_PACKED_PAGE; entry++)
            page->words[entry] = gt_packed_at(table, number * GT_PACKED_PAGE + entry);
    else
        copy_codes(old, page);
    table->pages[number] = page;
    drop_page(free, old);
}

/* Bits that are 1 << width apart come side by side: each step joins neighbours. */
static uint64_t gather_bits(uint64_t word, unsigned width)
{
    static const struct {
        uint64_t apart, joined[6]; /* where the bits are, at first and after each step */
    } rows[FULL] = {
        {UINT64_MAX, {0}},
        {0x5555555555555555,
         {0x3333333333333333, 0x0f0f0f0f0f0f0f0f, 0x00ff00ff00ff00ff, 0x0000ffff0000ffff,
          0x00000000ffffffff}},
        {0x1111111111111111,
         {0x0303030303030303, 0x000f000f000f000f, 0x000000ff000000ff, 0x000000000000ffff}},
        {0x0101010101010101, {0x0003000300030003, 0x0000000f0000000f, 0x00000000000000ff}},
    };
    unsigned shift = (1U << width) - 1;

    word &= rows[width].apart;
    for (const uint64_t *joined = rows[width].joined; *joined; joined++, shift *= 2)
        word = (word | word >> shift) & *joined;
    return word;
}

/* Which of the 64 >> width codes of a word are not 0. */
static uint64_t nonzero_codes(uint64_t word, unsigned width)
{
    for (unsigned step = 0; step < width; step++)
        word |= word >> (1 << step);
    return gather_bits(word, width);
}

/* The 64 entries are a whole number of words of codes. */
uint64_t gt_packed_nonzero(const struct gt_packed *table, size_t first)
{
    const struct gt_packed_page *page = table->pages[first >> GT_PACKED_SHIFT];
    size_t entry = first & (GT_PACKED_PAGE - 1);
    uint64_t bits = 0;

    if (!page) return 0;
    if (page->width == FULL) {
        for (size_t i = 0; i < 64; i++)
            bits |= (uint64_t)(page->words[entry + i] != 0) << i;
        return bits;
    }
    const uint32_t *codes = &page->words[1 + page->most + (entry << page->width >> 5)];
    for (unsigned at = 0; at < 64; at += 64U >> page->width, codes += 2)
        bits |= nonzero_codes(codes[0] | (uint64_t)codes[1] << 32, page->width) << at;
    return bits;
}

const uint32_t *gt_packed_near(const struct gt_packed *table, size_t index, size_t *count)
{
    const struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];

    *count = !page ? 0 : page->width == FULL ? GT_PACKED_PAGE : page->used + (size_t)1;
    return page ? page->words : NULL;
}

void gt_packed_put(struct gt_packed *table, struct gt_packed_free *free, size_t index,
                   uint32_t value)
{
    size_t number = index >> GT_PACKED_SHIFT, entry = index & (GT_PACKED_PAGE - 1);

    if (!table->pages[number]) {
        if (!value) return;
        table->pages[number] = take_page(table, free, 0);
    }
    while (!put(table->pages[number], entry, value))
        widen(table, free, number);
}

/* The value is in no list of the page, so this is seldom called. */
static __attribute__((noinline)) uint32_t
offer_new(struct gt_packed *table, struct gt_packed_free *free, size_t index, uint32_t value)
{
    uint32_t before = gt_packed_at(table, index);

    if (!before) gt_packed_put(table, free, index, value);
    return before;
}

uint32_t gt_packed_offer_any(struct gt_packed *table, struct gt_packed_free *free, size_t index,
                             uint32_t value)
{
    struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];

    if (page && page->width < FULL) {
        size_t bit = (index & (GT_PACKED_PAGE - 1)) << page->width;
        uint32_t *word = &page->words[1 + page->most + (bit >> 5)], shift = bit & 31;
        uint32_t code = *word >> shift & code_masks[page->width];
        if (code) return page->words[code];
        if ((code = listed(page, value))) {
            *word |= code << shift;
            return 0;
        }
    }
    return offer_new(table, free, index, value);
}
