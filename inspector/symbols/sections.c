/* Lists the debug sections with libelf. A compressed one is unpacked with libdeflate at its first
 * use, or ahead of it in a task. .debug_rnglists and .debug_loclists are checked before they are
 * shown to libdwarf, since some damage in them would crash it. Until then they look as the empty
 * section. */
#include "inspector/symbols/sections.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"
#include "inspector/base/vec.h"
#include "inspector/symbols/list_headers.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libdeflate.h>
#include <libelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The largest ratio that is accepted. Debug information packs to between a half and a fifth.
 * Deflate can reach a thousandth, so a small file could ask for gigabytes. */
enum { MOST_RATIO = 32, MOST_SMALL = 16 << 20 };

struct debug_section {
    char *name;
    const unsigned char *stored; /* in the file, with the header of a compressed one */
    uint64_t stored_size;
    const unsigned char *file_bytes; /* without it */
    uint64_t file_size, size;        /* size is the unpacked one */
    unsigned char *unpacked;
    bool compressed;
    bool hidden; /* a section of lists that was not shown yet, or is damaged */
    enum kind { OTHER, OF_ENTRIES, OF_LISTS } kind;
};

struct ahead { /* a task that unpacks the sections of these kinds */
    struct gt_debug_sections *sections;
    unsigned kinds; /* 1 << enum kind */
    struct gt_task *task;
};

enum { MOST_TASKS = 2 };

struct gt_debug_sections {
    struct gt_vec list; /* of struct debug_section; number 0 is ELF's empty one */
    size_t lost;
    bool lists; /* they are shown */
    bool has_lists_crc;
    uint32_t lists_crc;
    struct ahead ahead[MOST_TASKS]; /* some may have no task, or none any more */
    bool begun;
};

/* The compression header is at the section's start. False when the section cannot be unpacked. */
static bool measure_compressed(struct debug_section *section)
{
    Elf64_Chdr header;
    if (section->file_size < sizeof header) return false;
    memcpy(&header, section->file_bytes, sizeof header);
    section->file_bytes += sizeof header;
    section->file_size -= sizeof header;
    section->size = header.ch_size;
    return header.ch_type == ELFCOMPRESS_ZLIB &&
           (header.ch_size <= MOST_SMALL || header.ch_size / MOST_RATIO <= section->file_size);
}

static bool inflate_into(unsigned char *to, const struct debug_section *section)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();

    if (!decompressor) return false;
    /* Without a place for the size, a stream of any other size is an error. */
    enum libdeflate_result result = libdeflate_zlib_decompress(
        decompressor, section->file_bytes, section->file_size, to, section->size, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS;
}

static bool unpack(struct debug_section *section)
{
    unsigned char *to = gt_try_alloc(section->size);

    if (!to) return false;
    if (!inflate_into(to, section)) {
        gt_free(to);
        return false;
    }
    section->unpacked = to;
    return true;
}

static const char *section_name(void *ctx, uint64_t index)
{
    const struct gt_debug_sections *sections = ctx;
    const struct debug_section *section = gt_vec_at(&sections->list, index);
    return section->hidden ? "" : section->name;
}

static uint64_t section_size(void *ctx, uint64_t index)
{
    const struct gt_debug_sections *sections = ctx;
    const struct debug_section *section = gt_vec_at(&sections->list, index);
    return section->hidden ? 0 : section->size;
}

/* ---- ahead --------------------------------------------------------------------------------- */

static bool is_to_be_unpacked(const struct debug_section *section, unsigned kinds)
{
    return kinds >> section->kind & 1 && section->compressed && !section->unpacked;
}

/* One that cannot be unpacked for lack of memory is tried again by whoever asks for it. So that is
 * no failure of the task: errno stays as it was (call.h). */
static struct gt_error *unpack_kinds(void *args)
{
    const struct ahead *ahead = args;
    int before = errno;

    for (size_t i = 0; i < ahead->sections->list.len; i++) {
        struct debug_section *section = gt_vec_at(&ahead->sections->list, i);
        if (is_to_be_unpacked(section, ahead->kinds)) unpack(section);
    }
    errno = before;
    return NULL;
}

static void begin(struct gt_debug_sections *sections, struct ahead *ahead, unsigned kinds)
{
    bool any = false;

    for (size_t i = 0; i < sections->list.len; i++)
        any |= is_to_be_unpacked(gt_vec_at(&sections->list, i), kinds);
    if (!any) return;
    *ahead = (struct ahead){sections, kinds, NULL};
    ahead->task = gt_task_start(unpack_kinds, ahead);
}

void gt_debug_sections_read_ahead(struct gt_debug_sections *sections, unsigned tasks)
{
    unsigned entries = 1U << OF_ENTRIES, lists = 1U << OF_LISTS;

    if (sections->begun || !tasks) return;
    sections->begun = true;
    begin(sections, &sections->ahead[0], tasks < MOST_TASKS ? entries | lists : entries);
    if (tasks >= MOST_TASKS) begin(sections, &sections->ahead[1], lists);
}

/* The task never fails, so this does not unwind, though libdwarf may be among the callers. */
static void wait_for(struct gt_debug_sections *sections, unsigned kinds)
{
    for (unsigned i = 0; i < MOST_TASKS; i++) {
        struct ahead *ahead = &sections->ahead[i];
        if (!ahead->task || !(ahead->kinds & kinds)) continue;
        gt_error_destroy(gt_task_wait(ahead->task));
        ahead->task = NULL;
    }
}

static const unsigned char *bytes_of(struct gt_debug_sections *sections,
                                     struct debug_section *section)
{
    if (!section->compressed) return section->file_bytes;
    wait_for(sections, 1U << section->kind);
    if (!section->unpacked && !unpack(section)) return NULL;
    return section->unpacked;
}

/* ---- sections ------------------------------------------------------------------------------ */

static const unsigned char *section_bytes(void *ctx, uint64_t index)
{
    struct gt_debug_sections *sections = ctx;
    return bytes_of(sections, gt_vec_at(&sections->list, index));
}

static enum kind kind_of(const char *name)
{
    static const struct {
        const char *name;
        enum kind kind;
    } rows[] = {{".debug_info", OF_ENTRIES},        {".debug_abbrev", OF_ENTRIES},
                {".debug_addr", OF_ENTRIES},        {".debug_str", OF_ENTRIES},
                {".debug_str_offsets", OF_ENTRIES}, {".debug_line_str", OF_ENTRIES},
                {".debug_rnglists", OF_LISTS},      {".debug_loclists", OF_LISTS}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].kind;
    return OTHER;
}

/* A section that would crash libdwarf stays hidden. */
static bool show(struct gt_debug_sections *sections, struct debug_section *section)
{
    const unsigned char *bytes = bytes_of(sections, section);

    section->hidden = !bytes || !gt_list_headers_good(bytes, section->size);
    sections->lost += section->hidden;
    return !section->hidden;
}

bool gt_debug_sections_show_lists(struct gt_debug_sections *sections)
{
    bool shown = false;

    if (sections->lists) return false;
    sections->lists = true;
    for (size_t i = 0; i < sections->list.len; i++) {
        struct debug_section *section = gt_vec_at(&sections->list, i);
        if (section->hidden && show(sections, section)) shown = true;
    }
    return shown;
}

static void add_section(struct gt_debug_sections *sections, const char *name,
                        const unsigned char *file, const GElf_Shdr *header)
{
    enum kind kind = kind_of(name);
    struct debug_section section = {.stored = file + header->sh_offset,
                                    .stored_size = header->sh_size,
                                    .file_bytes = file + header->sh_offset,
                                    .file_size = header->sh_size,
                                    .size = header->sh_size,
                                    .compressed = header->sh_flags & SHF_COMPRESSED,
                                    .hidden = kind == OF_LISTS,
                                    .kind = kind};
    if (section.compressed && !measure_compressed(&section)) {
        sections->lost++;
        return;
    }
    section.name = gt_strdup(name);
    gt_vec_add(&sections->list, &section);
}

static bool in_file(const GElf_Shdr *header, uint64_t size)
{
    uint64_t end;
    return header->sh_type != SHT_NOBITS && gt_add(header->sh_offset, header->sh_size, &end) &&
           end <= size;
}

static void add_sections(struct gt_debug_sections *sections, Elf *elf, const unsigned char *file,
                         uint64_t size)
{
    size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        if (!gelf_getshdr(scn, &header) || !in_file(&header, size)) continue;
        const char *name = elf_strptr(elf, names, header.sh_name);
        if (name && strncmp(name, ".debug_", strlen(".debug_")) == 0)
            add_section(sections, name, file, &header);
    }
}

static void end_elf(void *elf, size_t size)
{
    (void)size;
    elf_end(elf);
}

struct gt_error *gt_debug_sections_open(const unsigned char *file, uint64_t size,
                                        struct gt_debug_sections **out)
{
    elf_version(EV_CURRENT);
    /* libelf's interface is not const, but a file opened this way is only read. */
    Elf *elf = file ? elf_memory((char *)file, size) : NULL;
    struct gt_resource *held = elf ? gt_hold(elf, 0, end_elf) : NULL;
    if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64) {
        gt_let_go(held);
        gt_call_check();
        return gt_error_create(GT_ERR_FORMAT, "expected a 64-bit ELF binary, found something else");
    }
    struct gt_debug_sections *sections = gt_calloc(1, sizeof *sections);
    sections->list = GT_VEC_OF(struct debug_section);
    struct debug_section *empty = gt_vec_push(&sections->list);
    empty->name = gt_strdup("");
    add_sections(sections, elf, file, size);
    gt_let_go(held);
    gt_call_check();
    *out = sections;
    return NULL;
}

void gt_debug_sections_close(struct gt_debug_sections *sections)
{
    if (!sections) return;
    wait_for(sections, UINT_MAX);
    for (size_t i = 0; i < sections->list.len; i++) {
        struct debug_section *section = gt_vec_at(&sections->list, i);
        gt_free(section->name);
        gt_free(section->unpacked);
    }
    gt_vec_deinit(&sections->list);
    gt_free(sections);
}

size_t gt_debug_sections_lost(const struct gt_debug_sections *sections)
{
    return sections->lost;
}

const unsigned char *gt_debug_section_bytes(struct gt_debug_sections *sections, const char *name,
                                            uint64_t *size)
{
    for (size_t i = 0; i < sections->list.len; i++) {
        struct debug_section *section = gt_vec_at(&sections->list, i);
        if (strcmp(section->name, name) != 0) continue;
        *size = section->size;
        return bytes_of(sections, section);
    }
    return NULL;
}

/* Of the sections' names, sizes and bytes. */
static uint32_t crc_of(const struct gt_debug_sections *sections,
                       bool belongs(const struct debug_section *section))
{
    uint32_t crc = 0;

    for (size_t i = 0; i < sections->list.len; i++) {
        const struct debug_section *section = gt_vec_at(&sections->list, i);
        if (!belongs(section)) continue;
        crc = libdeflate_crc32(crc, section->name, strlen(section->name) + 1);
        crc = libdeflate_crc32(crc, &section->stored_size, sizeof section->stored_size);
        crc = libdeflate_crc32(crc, section->stored, section->stored_size);
    }
    return crc;
}

static bool is_of_entries(const struct debug_section *section)
{
    return section->kind == OF_ENTRIES;
}

/* Those of DWARF 4 are shown from the start. */
static bool is_of_lists(const struct debug_section *section)
{
    return section->kind == OF_LISTS || strcmp(section->name, ".debug_ranges") == 0 ||
           strcmp(section->name, ".debug_loc") == 0;
}

uint32_t gt_debug_sections_crc(const struct gt_debug_sections *sections)
{
    return crc_of(sections, is_of_entries);
}

uint32_t gt_debug_lists_crc(struct gt_debug_sections *sections)
{
    if (!sections->has_lists_crc) sections->lists_crc = crc_of(sections, is_of_lists);
    sections->has_lists_crc = true;
    return sections->lists_crc;
}

struct gt_dwarf_source gt_debug_sections_source(struct gt_debug_sections *sections)
{
    return (struct gt_dwarf_source){.ctx = sections,
                                    .count = sections->list.len,
                                    .name = section_name,
                                    .size = section_size,
                                    .bytes = section_bytes};
}
