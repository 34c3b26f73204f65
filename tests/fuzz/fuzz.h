/*
 * What the fuzz targets share: the input as a target's memory, and as a file.
 *
 * Each target is one LLVMFuzzerTestOneInput(), run by libFuzzer (make fuzz) or, over the inputs
 * that once failed, by replay.c (make test). The first byte chooses the version of Go.
 */
#ifndef GT_FUZZ_H
#define GT_FUZZ_H

#include "gotypes/known.h"
#include "gotypes/layout.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

enum { FUZZ_BASE = 0x400000 };

struct fuzz_target {
    const unsigned char *bytes;
    size_t size;
    struct gt_memory mem; /* the input after its first byte, at FUZZ_BASE */
    struct gt_go_version version;
    struct gt_known known;
    struct gt_facts facts;
    struct gt_layout layout;
};

/* False when the input is empty. The target must not move. */
bool fuzz_target_init(struct fuzz_target *target, const unsigned char *bytes, size_t size);

/* The input as a file: its path, good until fuzz_file_close(); -1 when there is no room. */
int fuzz_file_open(const unsigned char *bytes, size_t size, char path[32]);
void fuzz_file_close(int fd);

#endif
