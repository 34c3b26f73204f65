/*
 * A folder of small files that spare work when they are there: a cache.
 *
 * Invariants: nothing here fails or reports anything. A file is complete, or it is not there: it is
 * written under another name and renamed. Only the user's own files in the user's own folder are
 * read or written; the folder and what it has are for nobody else. The contents are not trusted:
 * the caller checks them. The files take at most `total` bytes together; those that were used last
 * stay.
 */
#ifndef GT_KEPT_FOLDER_H
#define GT_KEPT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_kept_folder {
    const char *path;     /* made by the first writing, with the folders above it */
    uint64_t file, total; /* most bytes of one file, and of all */
};

/* The bytes of the file, and how many; the caller frees them. NULL when there is no such file. */
void *gt_kept_read(const struct gt_kept_folder *folder, const char *name, size_t *size);
/* Puts the bytes in the place of the file. */
void gt_kept_write(const struct gt_kept_folder *folder, const char *name, const void *bytes,
                   size_t size);

#endif
