/*
 * The entries of a sync.Map, of either design. Up to Go 1.23 it has two maps: one for readers, and
 * one that is written. From 1.24 on it is a trie (internal/sync.HashTrieMap).
 *
 * `entries` is what Range visits. An entry of the older design that was deleted stays in its map
 * for a while: a tombstone. `storage_bytes` are the bytes of the maps, the trie's nodes and the
 * entries, without those that keys and values point to.
 *
 * Each node is visited once, so a cycle in a damaged core ends.
 */
#ifndef GT_DETECT_HOLDERS_SYNC_MAP_H
#define GT_DETECT_HOLDERS_SYNC_MAP_H

#include "inspector/detect/holders/containers.h"
#include "inspector/detect/holders/sync_types.h"

struct gt_sync_map_reader {
    const struct gt_sync_types *sync;
    struct gt_bitmap counted; /* objects that were counted */
};

void gt_sync_map_reader_init(struct gt_sync_map_reader *reader, const struct gt_sync_types *sync);
void gt_sync_map_reader_deinit(struct gt_sync_map_reader *reader);

/* If a sync.Map holds all its entries by this word, the last part of the word's field; else NULL.
 * `in` is the word's object, or GT_NO_OBJECT. */
const char *gt_sync_map_field(const struct gt_sync_map_reader *reader, uint32_t in,
                              const struct gt_word *word);

/* True if the word leads to storage of a sync.Map, which the row of that sync.Map includes. */
bool gt_is_in_sync_map(const struct gt_sync_map_reader *reader, const struct gt_word *word);

/* The container to which a word of gt_sync_map_field() leads. */
struct gt_container gt_container_of_sync_map(struct gt_sync_map_reader *reader,
                                             const struct gt_word *word, int64_t *tombstones);

#endif
