/* Decodes FUNCDATA_ArgInfo byte by byte: operators become brackets, any other byte is an offset,
 * with its size behind it. A bitmap in FUNCDATA_ArgLiveInfo, chosen by a PCDATA value, says which
 * arguments that were passed in registers are live. */
#include "gotypes/code/arguments.h"

#include "gotypes/code/pclntab_internal.h"

enum { /* internal/abi: values above TraceArgsSpecial are operators, those below it are offsets */
       END = 0xff,
       OPEN = 0xfe,
       CLOSE = 0xfd,
       MORE = 0xfc,
       FAR = 0xfb,
       SPECIAL = 0xf0,
       ALWAYS_LIVE = 0xff,
       MOST_SLOTS = 256,
};

struct liveness { /* whether arguments in registers are live, by their spill slots */
    const struct gt_pclntab *tab;
    uint64_t bits; /* address of the bitmap at pc; 0: all are live */
    uint8_t first; /* the bitmap covers the words from this offset on */
    unsigned slot; /* number of the next spill slot */
};

static struct liveness open_liveness(const struct gt_pclntab *tab, const struct gt_func *func,
                                     uint64_t pc)
{
    struct liveness live = {.tab = tab, .first = ALWAYS_LIVE};
    uint64_t info = gt_func_funcdata(tab, func, GT_FUNCDATA_ARG_LIVE);
    int32_t index = gt_func_pcdata(tab, func, GT_PCDATA_ARG_LIVE, pc);
    const unsigned char *first = info ? gt_mem_at(tab->mem, info, 1) : NULL;

    if (!first) return live;
    live.first = *first;
    if (index > 0) live.bits = info + (uint32_t)index;
    return live;
}

/* Called for each word in turn, since the words in registers are numbered in that order. */
static bool is_live(struct liveness *live, uint8_t offset)
{
    if (offset < live->first || live->slot >= MOST_SLOTS) return true;
    unsigned slot = live->slot++;
    const unsigned char *bits =
        live->bits ? gt_mem_at(live->tab->mem, live->bits + slot / 8, 1) : NULL;

    return !bits || *bits >> slot % 8 & 1;
}

static const unsigned char *byte_at(const struct gt_pclntab *tab, uint64_t info, size_t index)
{
    return gt_mem_at(tab->mem, info + index, 1);
}

size_t gt_func_arguments(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                         struct gt_argument *out, size_t max)
{
    static const enum gt_argument_kind kinds[] = {
        [END - OPEN] = GT_ARGUMENT_OPEN,
        [END - CLOSE] = GT_ARGUMENT_CLOSE,
        [END - MORE] = GT_ARGUMENT_MORE,
        [END - FAR] = GT_ARGUMENT_FAR,
    };
    uint64_t info = gt_func_funcdata(tab, func, GT_FUNCDATA_ARG_INFO);
    struct liveness live = open_liveness(tab, func, pc);
    const unsigned char *byte, *size;
    size_t count = 0;

    for (size_t i = 0; info && count < max && (byte = byte_at(tab, info, i)); i++) {
        if (*byte == END) return count;
        if (*byte >= FAR) {
            out[count++] = (struct gt_argument){.kind = kinds[END - *byte]};
            continue;
        }
        if (*byte >= SPECIAL || !(size = byte_at(tab, info, ++i)) || *size > 8) return 0;
        out[count++] = (struct gt_argument){GT_ARGUMENT_WORD, *byte, *size, is_live(&live, *byte)};
    }
    return 0;
}
