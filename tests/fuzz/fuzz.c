/* Layouts of all versions are resolved before the first input. An input is then served as memory by
 * a function, or as a file by a memfd. */
#include "tests/fuzz/fuzz.h"

#include "inspector/base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct fuzz_target *target = ctx;

    if (addr < FUZZ_BASE || addr - FUZZ_BASE >= target->size) return NULL;
    *avail = target->size - (addr - FUZZ_BASE);
    return target->bytes + (addr - FUZZ_BASE);
}

/* The first and the last release of each minor version, from the oldest on. */
#define RELEASE(number) number,
#define KNOWN(name, arches, since, until, experiment, value, text)
static const unsigned releases[] = {
#include "gotypes/layouts/known.def"
};
#undef RELEASE
#undef KNOWN

enum { RELEASES = sizeof releases / sizeof *releases };

/* Filled once, before all inputs, since it takes longer than an input. */
static struct gt_layout layouts[2][RELEASES];

static struct gt_go_version version_of(unsigned release)
{
    return (struct gt_go_version){.minor = release / 1000, .patch = release % 1000};
}

static void resolve(unsigned release, enum gt_arch arch, struct gt_layout *layout)
{
    struct gt_go_version version = version_of(release);
    struct gt_known known;

    gt_known_find(&version, arch, &known);
    struct gt_facts facts = gt_known_facts(&known);
    struct gt_error *error = gt_layout_resolve(&facts, &version, layout);
    if (!error) return;
    fprintf(stderr, "1.%u.%u: %s\n", version.minor, version.patch, gt_error_message(error));
    abort();
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count, (void)arguments;
    for (size_t i = 0; i < RELEASES; i++) {
        resolve(releases[i], GT_ARCH_AMD64, &layouts[0][i]);
        resolve(releases[i], GT_ARCH_ARM64, &layouts[1][i]);
    }
    return 0;
}

bool fuzz_target_init(struct fuzz_target *target, const unsigned char *bytes, size_t size)
{
    if (size == 0) return false;
    unsigned number = (bytes[0] & (FUZZ_ARM64 - 1)) % RELEASES;
    *target = (struct fuzz_target){.bytes = bytes + 1, .size = size - 1};
    target->mem = (struct gt_memory){.ctx = target, .map = map};
    target->arm64 = bytes[0] & FUZZ_ARM64;
    target->version = version_of(releases[number]);
    gt_known_find(&target->version, target->arm64 ? GT_ARCH_ARM64 : GT_ARCH_AMD64, &target->known);
    target->facts = gt_known_facts(&target->known);
    target->layout = layouts[target->arm64][number];
    return true;
}

bool fuzz_tables_open(const struct fuzz_target *target, struct gt_module *module,
                      struct gt_pclntab **tab)
{
    struct gt_error *error = gt_module_read(&target->layout, &target->mem, FUZZ_BASE, module);

    if (!error) error = gt_pclntab_open(&target->mem, module, &target->version, tab);
    gt_error_destroy(error);
    return !error;
}

bool fuzz_process_open(struct fuzz_process *process, const struct fuzz_target *target)
{
    bool arm64 = target->arm64;

    *process = (struct fuzz_process){
        .core.machine = arm64 ? GT_MACHINE_ARM64 : GT_MACHINE_AMD64,
        .process = {.core = &process->core,
                    .mem = &target->mem,
                    .layout = target->layout,
                    .version = target->version,
                    .modules = &process->module,
                    .module_count = 1,
                    .code = {.mem = &target->mem,
                             .rules = arm64 ? &gt_frames_arm64 : &gt_frames_amd64,
                             .tabs = &process->tab,
                             .tab_count = 1}}};
    return fuzz_tables_open(target, &process->module, &process->tab);
}

void fuzz_process_close(struct fuzz_process *process)
{
    gt_pclntab_close(process->tab);
}

struct gt_types *fuzz_types_create(const struct fuzz_target *target, const struct gt_module *module)
{
    struct gt_types_sources sources = {.mem = &target->mem,
                                       .layout = &target->layout,
                                       .facts = &target->facts,
                                       .version = &target->version,
                                       .modules = module,
                                       .module_count = 1};

    return gt_types_create(&sources);
}

int fuzz_file_open(const unsigned char *bytes, size_t size, char path[32])
{
    int fd = memfd_create("input", MFD_CLOEXEC);

    if (fd < 0) return -1;
    if (write(fd, bytes, size) != (ssize_t)size) {
        close(fd);
        return -1;
    }
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

void fuzz_file_close(int fd)
{
    close(fd);
}
