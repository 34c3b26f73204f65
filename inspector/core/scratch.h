/*
 * Storage for unpacked data: a file under TMPDIR without a name, or memory. Invariant: no other
 * process sees it, and it ends with the process. Blocks of zeros become holes, so memory that was
 * only reserved costs nothing. A full disk is an error. So is data that would take the machine's
 * last memory, since the kernel would kill some process then. Private to core/.
 */
#ifndef GT_CORE_SCRATCH_H
#define GT_CORE_SCRATCH_H

#include "gotopsy.h"

struct gt_scratch {
    const char *path; /* what is unpacked, for messages */
    int fd;
    struct gt_resource *held; /* fd, while it is open */
    bool in_memory;
    uint64_t written;
    uint64_t kept; /* of it in no hole */
};

struct gt_error *gt_scratch_open(const char *path, bool in_memory, struct gt_scratch *scratch);
/* Appends. The bytes of one call should be a multiple of 4096, but for the last. */
struct gt_error *gt_scratch_write(struct gt_scratch *scratch, const unsigned char *bytes,
                                  size_t size);
/* Gives the file its size: holes at its end are not in it before. The fd stays open. */
struct gt_error *gt_scratch_finish(struct gt_scratch *scratch);
void gt_scratch_close(struct gt_scratch *scratch);

#endif
