/* Units of debug information, as they are read without libdwarf. The input is the DWARF version in
 * a byte, the lengths of .debug_abbrev and .debug_addr in 4 bytes each, both of these sections, and
 * the unit. */
#include "inspector/base/alloc.h"
#include "inspector/symbols/list_headers.h"
#include "inspector/symbols/symbols_impl.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { HEAD = 9 };

/* Takes the next bytes of the input, as a block of its own, so that a read beyond it is seen. */
static struct gt_section_bytes take(const unsigned char **at, size_t *left, uint32_t size)
{
    size_t taken = size < *left ? size : *left;
    unsigned char *bytes = gt_alloc(taken ? taken : 1);

    memcpy(bytes, *at, taken);
    *at += taken, *left -= taken;
    return (struct gt_section_bytes){bytes, taken};
}

static void check(const struct gt_section_bytes *info, const struct gt_vec *entries)
{
    for (size_t i = 0; i < entries->len; i++) {
        const struct gt_top_entry *entry = gt_vec_at(entries, i);
        if (entry->offset >= info->size) abort();
        if (entry->name &&
            !memchr(entry->name, 0,
                    (size_t)(info->bytes + info->size - (const unsigned char *)entry->name)))
            abort();
    }
}

/* Units that follow one another, by their headers. */
static void go_through(const struct gt_top_reader *reader)
{
    struct gt_unit unit = {0};

    for (uint64_t start = 0; gt_unit_at(reader, start, &unit); start = unit.end) {
        uint64_t entry = gt_unit_entry(&unit);
        if (unit.start != start || entry <= start || entry >= unit.end) abort();
        if (unit.end > reader->info.size) abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_vec entries = GT_VEC_OF(struct gt_top_entry);
    struct gt_top_reader reader;
    uint32_t lengths[2];

    if (size < HEAD) return 0;
    memcpy(lengths, bytes + 1, sizeof lengths);
    const unsigned char *at = bytes + HEAD;
    size_t left = size - HEAD;
    struct gt_section_bytes abbrev = take(&at, &left, lengths[0]);
    struct gt_section_bytes addr = take(&at, &left, lengths[1]);
    struct gt_section_bytes info = take(&at, &left, UINT32_MAX);
    const struct gt_unit unit = {
        .end = info.size, .version = bytes[0], .address_size = 8, .plain = true};

    gt_top_reader_init(&reader, info, abbrev, addr);
    for (int i = 0; i < 2; i++) /* the second time with the table that it has */
        if (gt_top_entries_read(&reader, &unit, &entries)) check(&info, &entries);
    go_through(&reader);
    gt_top_reader_deinit(&reader);
    gt_vec_deinit(&entries);
    gt_list_headers_good(info.bytes, info.size);
    gt_free((void *)(uintptr_t)abbrev.bytes);
    gt_free((void *)(uintptr_t)addr.bytes);
    gt_free((void *)(uintptr_t)info.bytes);
    return 0;
}
