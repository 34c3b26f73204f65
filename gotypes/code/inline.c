/* The source positions of a code address, inlined calls included (runtime/symtabinl.go). */
#include "gotypes/code/pclntab_internal.h"

struct call { /* an inlinedCall of symtabinl.go, the parts used here */
    uint32_t name_off;
    uint32_t parent_pc; /* offset from the function's entry of an instruction on the calling line */
    uint8_t id;         /* funcID */
};

/* 1.19: parent i16, funcID u8, pad, file i32, line i32, func i32, parentPc i32.
 * Since 1.20: funcID u8, pad[3], nameOff i32, parentPc i32, startLine i32. */
static bool read_call(const struct gt_pclntab *tab, uint64_t tree, int32_t index, struct call *out)
{
    const unsigned char *at =
        gt_mem_at(tab->mem, tree + (uint64_t)index * tab->call_size, tab->call_size);
    if (!at) return false;
    out->id = at[tab->call_size == 20 ? 2 : 0];
    out->name_off = gt_load32(at + (tab->call_size == 20 ? 12 : 4));
    out->parent_pc = gt_load32(at + (tab->call_size == 20 ? 16 : 8));
    return true;
}

static const char *file_at(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc)
{
    int32_t number;
    if (!gt_pcvalue(tab, func, func->pcfile, pc, &number) || number < 0) return NULL;
    uint64_t at = ((uint64_t)func->cu_offset + (uint32_t)number) * 4;
    if (at >= tab->cutab.size) return NULL;
    return gt_table_text(&tab->files, gt_load32(tab->cutab.bytes + at));
}

static uint32_t line_at(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc)
{
    int32_t line;
    return gt_pcvalue(tab, func, func->pcln, pc, &line) && line > 0 ? (uint32_t)line : 0;
}

static struct gt_source_pos position(const struct gt_pclntab *tab, const struct gt_func *func,
                                     uint64_t pc, const char *name, bool inlined, uint8_t id)
{
    return (struct gt_source_pos){
        name ? name : "?", file_at(tab, func, pc), line_at(tab, func, pc), inlined, id, pc};
}

/* As inlineUnwinder does: the call's node in the tree is found by pc, its caller's node and
 * position by parentPc. `max` bounds a tree that damage turned into a circle. */
size_t gt_func_positions(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                         struct gt_source_pos *out, size_t max)
{
    uint64_t tree = gt_func_funcdata(tab, func, GT_FUNCDATA_INL_TREE);
    struct call call;
    size_t count = 0;
    while (tree && count + 1 < max) {
        int32_t index = gt_func_pcdata(tab, func, GT_PCDATA_INL_TREE, pc);
        if (index < 0 || !read_call(tab, tree, index, &call)) break;
        out[count++] =
            position(tab, func, pc, gt_table_text(&tab->names, call.name_off), true, call.id);
        pc = func->entry + call.parent_pc;
    }
    if (count < max)
        out[count++] = position(tab, func, pc, gt_func_name(tab, func), false, func->id);
    return count;
}
