/* Searches a table of all classes' sizes, from the smallest on. */
#include "inspector/runtime/heap/size_classes.h"

#include <stddef.h>

static const uint16_t sizes[] = {
    0,     8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,
    192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,
    640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,
    3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880,
    12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

enum { COUNT = sizeof sizes / sizeof *sizes };

uint64_t gt_slot_for(uint64_t bytes)
{
    for (size_t i = 1; i < COUNT; i++)
        if (sizes[i] >= bytes) return sizes[i];
    return bytes;
}

uint64_t gt_slot_of_class(unsigned number)
{
    return number < COUNT ? sizes[number] : 0;
}

uint64_t gt_slot_below(uint64_t slot_size)
{
    for (size_t i = 1; i < COUNT; i++)
        if (sizes[i] == slot_size) return sizes[i - 1];
    return 0;
}
