/*
 * What is in a sync.Map, of either design: up to Go 1.23 two maps, one for readers and one that is
 * written, and from 1.24 on a trie (internal/sync.HashTrieMap).
 *
 * `entries` is what Range visits. An entry of the older design that was deleted stays in its map
 * for a while: a tombstone. `storage_bytes` is what the maps, the trie's nodes and the entries
 * themselves take, without what keys and values lead to.
 *
 * Nodes that were met once are not met again, so what loops in a damaged core ends.
 */
#ifndef GT_DETECT_HOLDERS_SYNC_MAP_H
#define GT_DETECT_HOLDERS_SYNC_MAP_H

#include "inspector/detect/holders/containers.h"
#include "inspector/detect/holders/sync_types.h"

struct gt_sync_map_reader {
    const struct gt_sync_types *sync;
    struct gt_bitmap met; /* objects that were counted */
};

void gt_sync_map_reader_init(struct gt_sync_map_reader *reader, const struct gt_sync_types *sync);
void gt_sync_map_reader_deinit(struct gt_sync_map_reader *reader);

/* Is it the word by which a sync.Map holds all that is in it? Then where that begins in the
 * Map: the last part of the word's field; else NULL. `in` is the word's object, or GT_NO_OBJECT. */
const char *gt_sync_map_field(const struct gt_sync_map_reader *reader, uint32_t in,
                              const struct gt_word *word);

/* Is it the storage of a sync.Map, which its own row tells? */
bool gt_is_in_sync_map(const struct gt_sync_map_reader *reader, const struct gt_word *word);

/* By such a word. */
struct gt_container gt_container_of_sync_map(struct gt_sync_map_reader *reader,
                                             const struct gt_word *word, int64_t *tombstones);

#endif
