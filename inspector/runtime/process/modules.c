/* Looks for the build information and the first module in their sections, else at every aligned
 * address of the binary's segments. Then it follows the list of modules until it ends or comes back
 * to one that was read. */
#include "inspector/runtime/process/modules.h"

#include "inspector/base/error.h"

enum {
    MAX_MODULES = 1024, /* plugins; a longer list is damaged */
    BUILDINFO_ALIGN = 16,
    BUILDINFO_MAX = 1 << 20,
    MAX_PCLNTABS = 8, /* candidates that are tried: each costs a search through the program */
};

/* ---- searching the program's memory --------------------------------------------------------- */

typedef bool try_fn(void *ctx, uint64_t addr, const unsigned char *bytes, uint64_t size);

/* Passes `try` every multiple of `step` in the file contents of the program's segments, until it
 * accepts one. Memory that starts as zeros is left out: it is large, and the linker places nothing
 * there. */
static bool search(const struct gt_process *process, uint64_t step, try_fn *try, void *ctx)
{
    struct gt_load load;

    for (size_t i = 0; gt_binary_load(process->binary, i, &load); i++) {
        const unsigned char *bytes = gt_mem_at(process->mem, load.addr, load.file_size);
        uint64_t first = -load.addr % step; /* step is a power of two */
        for (uint64_t at = first; bytes && at + 8 <= load.file_size; at += step)
            if (try(ctx, load.addr + at, bytes + at, load.file_size - at)) return true;
    }
    return false;
}

/* ---- the build information ------------------------------------------------------------------ */

struct build_info {
    struct gt_go_version *version;
    const char *text; /* borrowed from the binary; without a NUL */
    size_t length;
};

static bool read_buildinfo(struct build_info *info, const unsigned char *bytes, uint64_t size)
{
    return gt_buildinfo_read(bytes, size < BUILDINFO_MAX ? size : BUILDINFO_MAX, info->version,
                             &info->text, &info->length);
}

static bool try_buildinfo(void *ctx, uint64_t addr, const unsigned char *bytes, uint64_t size)
{
    static const char magic[] = "\xff Go buildinf:";

    (void)addr;
    return size > sizeof magic && memcmp(bytes, magic, sizeof magic - 1) == 0 &&
           read_buildinfo(ctx, bytes, size);
}

bool gt_buildinfo_find(struct gt_process *process, struct gt_go_version *version, const char **text)
{
    const struct gt_section *section = gt_binary_section(process->binary, ".go.buildinfo");
    struct build_info info = {.version = version};

    *text = NULL;
    if ((!section || !section->bytes ||
         !read_buildinfo(&info, section->bytes, section->file_size)) &&
        !search(process, BUILDINFO_ALIGN, try_buildinfo, &info))
        return false;
    if (info.text) *text = gt_arena_strndup(&process->names, info.text, info.length);
    return true;
}

/* ---- the first module ----------------------------------------------------------------------- */

struct seeker {
    const struct gt_process *process;
    uint64_t pclntab, found;
    unsigned tried; /* candidates for the function table */
};

/* The word points to the function table, and is the first of a plausible moduledata. */
static bool try_module(void *ctx, uint64_t addr, const unsigned char *bytes, uint64_t size)
{
    struct seeker *seeker = ctx;
    struct gt_module module;

    (void)size;
    if (gt_load64(bytes) != seeker->pclntab) return false;
    struct gt_error *error =
        gt_module_read(&seeker->process->layout, seeker->process->mem, addr, &module);
    gt_error_destroy(error);
    if (!error) seeker->found = addr;
    return !error;
}

static bool seek_module(struct seeker *seeker, uint64_t pclntab)
{
    seeker->pclntab = pclntab;
    return search(seeker->process, 8, try_module, seeker);
}

/* debug/gosym: the magic number, two zeros, the smallest size of an instruction, the size of a
 * pointer. */
static bool try_pclntab(void *ctx, uint64_t addr, const unsigned char *bytes, uint64_t size)
{
    enum { GO_118 = 0xfffffff0, GO_120 = 0xfffffff1, HEADER = 8, POINTER = 8 };
    struct seeker *seeker = ctx;
    uint32_t magic = gt_load32(bytes);

    return size > HEADER && seeker->tried < MAX_PCLNTABS && (magic == GO_120 || magic == GO_118) &&
           !bytes[4] && !bytes[5] && (bytes[6] == 1 || bytes[6] == 4) && bytes[7] == POINTER &&
           ++seeker->tried && seek_module(seeker, addr);
}

static bool find_by_section(struct seeker *seeker)
{
    static const char *const names[] = {".gopclntab", ".data.rel.ro.gopclntab"};
    const struct gt_process *process = seeker->process;
    uint64_t bias = gt_binary_bias(process->binary);
    const struct gt_section *section = gt_binary_section(process->binary, ".go.module");

    if (section) seeker->found = section->addr + bias;
    for (size_t i = 0; !seeker->found && i < sizeof names / sizeof *names; i++) {
        section = gt_binary_section(process->binary, names[i]);
        if (section) seek_module(seeker, section->addr + bias);
    }
    return seeker->found;
}

static struct gt_error *find_first(const struct gt_process *process, uint64_t *addr)
{
    struct seeker seeker = {.process = process};
    struct gt_error *error = gt_process_global(process, "runtime.firstmoduledata", addr);

    if (!error) return NULL;
    gt_error_destroy(error);
    if (!find_by_section(&seeker)) search(process, 8, try_pclntab, &seeker);
    *addr = seeker.found;
    if (*addr) return NULL;
    return gt_error_in_file(GT_ERR_MISSING, gt_binary_path(process->binary),
                            "expected Go's module data in the program's memory, found none for %s; "
                            "give the binary of this very build with --exe",
                            process->version.text);
}

static bool was_read(const struct gt_vec *modules, uint64_t addr)
{
    for (size_t i = 0; i < modules->len; i++)
        if (((const struct gt_module *)gt_vec_at(modules, i))->address == addr) return true;
    return false;
}

struct gt_error *gt_modules_read(struct gt_process *process)
{
    struct gt_vec modules = GT_VEC_OF(struct gt_module);
    uint64_t addr;
    struct gt_error *error = find_first(process, &addr);

    while (!error && addr && modules.len < MAX_MODULES) {
        struct gt_module *module = gt_vec_push(&modules);
        error = gt_module_read(&process->layout, process->mem, addr, module);
        addr = module->next;
        if (addr && was_read(&modules, addr)) {
            gt_process_lost(process, GT_OF_GLOBALS, "the list of modules is a loop");
            break;
        }
        if (addr) gt_process_libraries(process); /* the tables of a plugin are in its file */
    }
    process->modules = modules.data;
    process->module_count = modules.len;
    return error;
}
