/*
 * Storage for unpacked data: an unnamed file under TMPDIR, or memory. Invariant: no other process
 * sees it, and it ends with the process. Blocks of zeros become holes, so memory that was only
 * reserved costs nothing. A full disk is an error. So is data that would take the machine's last
 * memory, since the kernel would then kill a process. Private to core/.
 */
#ifndef GT_CORE_SCRATCH_H
#define GT_CORE_SCRATCH_H

#include "gotopsy.h"

struct gt_scratch {
    const char *path; /* name of the data, for messages */
    int fd;
    struct gt_resource *held; /* fd, while it is open */
    bool in_memory;
    uint64_t written;
    uint64_t kept; /* bytes that are in no hole */
};

struct gt_error *gt_scratch_open(const char *path, bool in_memory, struct gt_scratch *scratch);
/* Appends. The bytes of each call but the last should be a multiple of 4096. */
struct gt_error *gt_scratch_write(struct gt_scratch *scratch, const unsigned char *bytes,
                                  size_t size);
/* Sets the file's size, which does not include holes at its end before. The fd stays open. */
struct gt_error *gt_scratch_finish(struct gt_scratch *scratch);
void gt_scratch_close(struct gt_scratch *scratch);

#endif
