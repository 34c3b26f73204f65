/* Objects wait in a ring. */
#include "inspector/runtime/typing/spread/own_blocks.h"

void gt_own_open(struct gt_own_blocks *own, struct gt_rounds *rounds, struct gt_chunk *chunk)
{
    own->typing = rounds->typing;
    own->chunk = chunk;
    own->readers = rounds->readers;
    own->taken = own->added = 0;
}

void gt_own_put_off(struct gt_typing *typing, uint32_t object)
{
    gt_bit_set(&typing->grey, object);
    typing->queued[object >> GT_BLOCK_SHIFT] = GT_TO_BE_QUEUED; /* it is one of the chunk's */
}

void gt_own_close(struct gt_own_blocks *own)
{
    for (; !gt_own_is_empty(own); own->taken++)
        gt_own_put_off(own->typing, gt_own_next(own)->object);
}
