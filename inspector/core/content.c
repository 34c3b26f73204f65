/* Compares the bytes of a program that do not change, as the core has them, with those of a file:
 * segments that are not writable, and Go's build information, which nothing writes. Names, lines
 * and types are read-only data, so the core must have all of that. Code is compared where the core
 * has it. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"

#include <string.h>

struct comparer {
    const struct gt_core *core;
    struct gt_content *content;
    bool cleared; /* the file's zeros count for nothing: a tool may have cleared what was there */
};

static bool differs(const unsigned char *core, const unsigned char *file, uint64_t size,
                    bool cleared)
{
    if (memcmp(core, file, size) == 0) return false;
    if (!cleared) return true;
    for (uint64_t i = 0; i < size; i++)
        if (file[i] && file[i] != core[i]) return true;
    return false;
}

/* Compares the bytes of [addr, addr + size) that the core has. */
static void compare(const struct comparer *comparer, uint64_t addr, uint64_t size,
                    const unsigned char *bytes, bool needed)
{
    const struct gt_core *core = comparer->core;
    struct gt_content *content = comparer->content;
    uint64_t end, before = content->found;

    if (!gt_add(addr, size, &end)) return;
    for (size_t i = 0; i < core->runs.len && !content->differs; i++) {
        const struct gt_memory_run *run = gt_vec_at(&core->runs, i);
        uint64_t from = run->start > addr ? run->start : addr;
        uint64_t to = run->end < end ? run->end : end;
        if (from >= to) continue;
        if (differs(run->bytes + (from - run->start), bytes + (from - addr), to - from,
                    comparer->cleared))
            content->differs = from;
        content->found += to - from;
    }
    if (needed) content->lacking += size - (content->found - before);
}

/* Some linkers put code and read-only data into one segment. */
static bool has_data_apart(const struct gt_binary *binary)
{
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        if (!(load->p_flags & (PF_W | PF_X))) return true;
    }
    return false;
}

/* The segment of a section; NULL when it is not loaded. */
static const GElf_Phdr *load_of(const struct gt_binary *binary, const struct gt_section *section)
{
    for (size_t i = 0; section->addr && section->bytes && i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        if (section->addr - load->p_vaddr < load->p_filesz) return load;
    }
    return NULL;
}

static bool is_code(const GElf_Phdr *load)
{
    return load->p_flags & PF_X;
}

uint64_t gt_binary_altered(const struct gt_core *core, const struct gt_binary *binary)
{
    struct gt_content content = {0};
    const struct comparer comparer = {core, &content, false};

    if (gt_binary_verified_by(binary) != GT_VERIFIED_BUILD_ID) return 0;
    for (size_t i = 0; i < binary->sections.len; i++) {
        const struct gt_section *section = gt_vec_at(&binary->sections, i);
        const GElf_Phdr *load = load_of(binary, section);
        if (load && !is_code(load) && !(load->p_flags & PF_W))
            compare(&comparer, section->addr + binary->bias, section->file_size, section->bytes,
                    false);
    }
    return content.differs;
}

static void compare_sections(const struct comparer *comparer, const struct gt_binary *binary)
{
    bool apart = has_data_apart(binary);

    for (size_t i = 0; i < binary->sections.len; i++) {
        const struct gt_section *section = gt_vec_at(&binary->sections, i);
        const GElf_Phdr *load = load_of(binary, section);
        bool info = strcmp(section->name, ".go.buildinfo") == 0;
        if (!load || (load->p_flags & PF_W && !info)) continue;
        compare(comparer, section->addr + binary->bias, section->file_size, section->bytes,
                !apart || !(load->p_flags & PF_X));
    }
}

/* Notes need no section header. They distinguish builds if the core has them. */
static void compare_notes(const struct comparer *comparer, const struct gt_binary *binary)
{
    GElf_Phdr note;

    for (int i = 0; i < binary->header.e_phnum; i++) {
        if (!gelf_getphdr(binary->elf.elf, i, &note) || note.p_type != PT_NOTE) continue;
        const unsigned char *bytes = gt_mapped_at(&binary->file, note.p_offset, note.p_filesz);
        if (bytes) compare(comparer, note.p_vaddr + binary->bias, note.p_filesz, bytes, false);
    }
}

/* `skipped` bytes at the file's start are left out. */
static void compare_loads(const struct comparer *comparer, const struct gt_binary *binary,
                          uint64_t skipped)
{
    bool apart = has_data_apart(binary);

    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        uint64_t skip = load->p_offset < skipped ? skipped - load->p_offset : 0;
        if (load->p_flags & PF_W || load->p_filesz < skip) continue;
        uint64_t size = load->p_filesz - skip;
        const unsigned char *bytes = gt_mapped_at(&binary->file, load->p_offset + skip, size);
        if (bytes)
            compare(comparer, load->p_vaddr + skip + binary->bias, size, bytes,
                    !apart || !(load->p_flags & PF_X));
        else
            comparer->content->lacking += size;
    }
}

void gt_content_compare_file(const struct gt_core *core, const struct gt_binary *binary,
                             struct gt_content *content)
{
    const struct comparer comparer = {core, content, false};

    *content = (struct gt_content){0};
    compare_loads(&comparer, binary, 0);
}

/* Without section headers it is not known which bytes lie between sections. Strip clears those
 * bytes, and changes the ELF header. */
void gt_content_compare(const struct gt_core *core, const struct gt_binary *binary,
                        struct gt_content *content)
{
    struct comparer comparer = {core, content, false};

    *content = (struct gt_content){0};
    compare_sections(&comparer, binary);
    if (content->found || content->lacking) {
        compare_notes(&comparer, binary);
        return;
    }
    comparer.cleared = true;
    compare_loads(&comparer, binary, sizeof(Elf64_Ehdr));
}
