/* Compares the bytes of a program that do not change, as the core has them, with those of a file:
 * segments that are not writable, and Go's build information, which nothing writes. Names, lines
 * and types are read-only data, so the core must have all of that. Code is compared where the core
 * has it. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"

/* Compares the bytes of [addr, addr + size) that the core has. */
static void compare(const struct gt_core *core, uint64_t addr, uint64_t size,
                    const unsigned char *bytes, bool needed, struct gt_content *content)
{
    uint64_t end, before = content->found;

    if (!gt_add(addr, size, &end)) return;
    for (size_t i = 0; i < core->runs.len && !content->differs; i++) {
        const struct gt_run *run = gt_vec_at(&core->runs, i);
        uint64_t from = run->start > addr ? run->start : addr;
        uint64_t to = run->end < end ? run->end : end;
        if (from >= to) continue;
        if (memcmp(run->bytes + (from - run->start), bytes + (from - addr), to - from) != 0)
            content->differs = from;
        content->found += to - from;
    }
    if (needed) content->lacking += size - (content->found - before);
}

static bool is_read_only(const GElf_Phdr *load)
{
    return !(load->p_flags & PF_W);
}

/* Some linkers put code and read-only data into one segment. */
static bool has_data_apart(const struct gt_binary *binary)
{
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        if (is_read_only(load) && !(load->p_flags & PF_X)) return true;
    }
    return false;
}

void gt_content_compare(const struct gt_core *core, const struct gt_binary *binary,
                        struct gt_content *content)
{
    const struct gt_section *info = gt_binary_section(binary, ".go.buildinfo");
    bool apart = has_data_apart(binary);

    *content = (struct gt_content){0};
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        const unsigned char *bytes = gt_mapped_at(&binary->file, load->p_offset, load->p_filesz);
        bool needed = !apart || !(load->p_flags & PF_X);
        if (!is_read_only(load)) continue;
        if (bytes)
            compare(core, load->p_vaddr + binary->bias, load->p_filesz, bytes, needed, content);
        else
            content->lacking += load->p_filesz;
    }
    if (info && info->bytes && info->addr)
        compare(core, info->addr + binary->bias, info->file_size, info->bytes, true, content);
}
