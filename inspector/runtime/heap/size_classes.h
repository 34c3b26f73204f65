/* The allocator's size classes: internal/runtime/gc/sizeclasses.go, the same from 1.19 to 1.27. */
#ifndef GT_RUNTIME_SIZE_CLASSES_H
#define GT_RUNTIME_SIZE_CLASSES_H

#include <stdint.h>

/* The slot for an object of so many bytes; what has no class is as large as it is. */
uint64_t gt_slot_for(uint64_t bytes);

/* The slots of a class; 0 if there is no such class. */
uint64_t gt_slot_of_class(unsigned number);

/* The largest class below that of a slot; 0 when it is the smallest or none. */
uint64_t gt_slot_below(uint64_t slot_size);

#endif
