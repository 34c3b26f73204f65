/* Maps the file, then reads in this order: the ELF header, the program headers, the segments, the
 * notes, the map of memory. The accessors return what was read then. */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

static struct gt_error *check_type(const char *path, const Elf64_Ehdr *header)
{
    if (header->e_type == ET_CORE) return NULL;
    if (header->e_type == ET_EXEC || header->e_type == ET_DYN)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected a core, found a program or library: this is a program; "
                                "give its core, and name the program with --exe");
    return gt_error_in_file(GT_ERR_FORMAT, path,
                            "expected a core, found an ELF file of type %u; give the core file",
                            header->e_type);
}

static struct gt_error *headers_cut(const char *path, size_t want, size_t have)
{
    return gt_error_in_file(GT_ERR_FORMAT, path,
                            "expected %zu program headers, found room for %zu before the file "
                            "ends; copy it again from where it was made",
                            want, have);
}

/* With 65535 segments or more, their number is in a section header that libelf reads. */
static struct gt_error *count_headers(struct gt_core *core, Elf *elf, const Elf64_Ehdr *header,
                                      size_t *count)
{
    if (elf_getphdrnum(elf, count) != 0) *count = 0;
    if (header->e_phnum == PN_XNUM && *count == PN_XNUM) core->truncated = true;
    if (header->e_phnum != PN_XNUM && *count < header->e_phnum)
        return headers_cut(core->path, header->e_phnum, *count);
    return NULL;
}

static struct gt_error *read_headers(struct gt_core *core, Elf *elf, size_t count,
                                     struct gt_vec *headers)
{
    gt_vec_reserve(headers, count);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf, (int)i, &header)) return headers_cut(core->path, count, i);
        gt_vec_add(headers, &header);
    }
    return NULL;
}

static struct gt_error *load_with(struct gt_core *core, Elf *elf, const Elf64_Ehdr *header)
{
    struct gt_vec headers = GT_VEC_OF(GElf_Phdr);
    size_t count = 0;
    struct gt_error *error = count_headers(core, elf, header, &count);

    if (!error) error = read_headers(core, elf, count, &headers);
    if (!error) error = gt_segments_load(core, headers.data, headers.len);
    if (!error) gt_notes_load(core, headers.data, headers.len);
    gt_vec_deinit(&headers);
    return error;
}

/* The kernel writes section headers only to count many segments; gdb always does. */
static bool has_sections(const Elf64_Ehdr *header)
{
    return header->e_shoff != 0 && header->e_phnum != PN_XNUM;
}

static struct gt_error *load(struct gt_core *core)
{
    Elf64_Ehdr header;
    struct gt_elf elf = {0};
    struct gt_error *error = gt_elf_header(core->path, &core->file, &header);

    if (!error) error = check_type(core->path, &header);
    if (!error) error = gt_elf_open(core->path, &core->file, &elf);
    if (error) return error;
    core->machine = header.e_machine == EM_X86_64 ? GT_MACHINE_AMD64 : GT_MACHINE_ARM64;
    core->truncated = core->file.cut;
    core->from_gcore = has_sections(&header);
    error = load_with(core, elf.elf, &header);
    gt_elf_close(&elf);
    gt_call_check();
    gt_memory_init(core);
    if (!error) gt_untouched_add(core);
    return error;
}

static struct gt_core *new_core(const char *path)
{
    struct gt_core *core = gt_calloc(1, sizeof *core);

    core->path = gt_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    core->pid = GT_UNKNOWN;
    core->segments = GT_VEC_OF(struct gt_segment);
    core->runs = GT_VEC_OF(struct gt_memory_run);
    core->threads = GT_VEC_OF(struct gt_thread);
    core->mappings = GT_VEC_OF(struct gt_file_mapping);
    core->extended = GT_VEC_OF(struct gt_extended);
    return core;
}

struct gt_error *gt_core_open(const char *path, const struct gt_opening *how, struct gt_core **core)
{
    *core = new_core(path);
    if (how && how->sysroot) (*core)->sysroot = gt_strdup(how->sysroot);
    if (how) (*core)->how.in_memory = how->in_memory;
    if (how) (*core)->how.max_unpacked = how->max_unpacked;
    struct gt_error *error = gt_mapped_open(path, how, &(*core)->file);
    if (!error) error = load(*core);
    if (!error) return NULL;
    gt_core_close(*core);
    *core = NULL;
    return error;
}

void gt_core_close(struct gt_core *core)
{
    if (!core) return;
    gt_mapped_close(&core->file);
    for (size_t i = 0; i < core->extended.len; i++)
        gt_let_go(((struct gt_extended *)gt_vec_at(&core->extended, i))->held);
    gt_vec_deinit(&core->extended);
    gt_vec_deinit(&core->segments);
    gt_u64s_deinit(&core->declared);
    gt_vec_deinit(&core->runs);
    gt_vec_deinit(&core->threads);
    gt_vec_deinit(&core->mappings);
    gt_free(core->command);
    gt_free(core->short_name);
    gt_free(core->path);
    gt_free(core->sysroot);
    gt_free(core);
}

const char *gt_core_path(const struct gt_core *core)
{
    return core->path;
}

enum gt_machine gt_core_machine(const struct gt_core *core)
{
    return core->machine;
}

uint64_t gt_core_file_bytes(const struct gt_core *core)
{
    return core->file.size;
}

bool gt_core_truncated(const struct gt_core *core)
{
    return core->truncated;
}

bool gt_core_from_gcore(const struct gt_core *core)
{
    return core->from_gcore;
}

int64_t gt_core_pid(const struct gt_core *core)
{
    return core->pid;
}

const char *gt_core_command(const struct gt_core *core)
{
    return core->command;
}

const char *gt_core_short_name(const struct gt_core *core)
{
    return core->short_name;
}

int gt_core_signal(const struct gt_core *core)
{
    return core->siginfo.signal;
}

const struct gt_siginfo *gt_core_siginfo(const struct gt_core *core)
{
    return &core->siginfo;
}

bool gt_core_auxv(const struct gt_core *core, uint64_t type, uint64_t *value)
{
    const unsigned char *pair = core->auxv.bytes;

    for (uint64_t left = core->auxv.size; left >= 16; left -= 16, pair += 16) {
        uint64_t key = gt_load64(pair);
        if (key == type) {
            *value = gt_load64(pair + 8);
            return true;
        }
        if (key == AT_NULL) return false;
    }
    return false;
}

const struct gt_thread *gt_core_threads(const struct gt_core *core, size_t *count)
{
    *count = core->threads.len;
    return core->threads.data;
}

const struct gt_file_mapping *gt_core_mappings(const struct gt_core *core, size_t *count)
{
    *count = core->mappings.len;
    return core->mappings.data;
}

const struct gt_segment *gt_core_segments(const struct gt_core *core, size_t *count)
{
    *count = core->segments.len;
    return core->segments.data;
}

const struct gt_memory *gt_core_memory(const struct gt_core *core)
{
    return &core->memory;
}
