/*
 * Detects that a linked list of the target is a loop, with two words of state (Brent's method).
 *
 * Pass each address of the list to gt_loop_closed(), in order. It finds a loop within a small
 * multiple of the list's length.
 */
#ifndef GT_BASE_LOOP_H
#define GT_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct gt_loop { /* starts zeroed */
    uint64_t kept, steps, power;
};

static inline bool gt_loop_closed(struct gt_loop *loop, uint64_t addr)
{
    if (loop->power && addr == loop->kept) return true;
    if (loop->steps++ >= loop->power) {
        loop->power = loop->power ? loop->power * 2 : 1;
        loop->steps = 0;
        loop->kept = addr;
    }
    return false;
}

#endif
