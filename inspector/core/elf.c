/* Checks what kind of file this is. An error says it in one line. */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

#include <ctype.h>
#include <inttypes.h>

struct look {
    const char *magic;
    size_t size;
    const char *name, *advice;
};

static const struct look looks[] = {
    {"BZh", 3, "bzip2 data", "unpack it with bunzip2 first"},
    {"PK\x03\x04", 4, "a zip archive", "unpack it with unzip first"},
    {"\xcf\xfa\xed\xfe", 4, "a Mach-O file of macOS", "gotopsy reads cores of Linux"},
    {"MDMP", 4, "a Windows minidump", "gotopsy reads cores of Linux"},
    {"MZ", 2, "a Windows program", "gotopsy reads cores of Linux"},
};

static bool is_text(const struct gt_mapped *file)
{
    uint64_t size = file->size < 256 ? file->size : 256;

    for (uint64_t i = 0; i < size; i++)
        if (!isprint(file->bytes[i]) && !isspace(file->bytes[i]) && file->bytes[i] < 0x80)
            return false;
    return true;
}

enum { FIRST_BYTES = 64 }; /* an ELF header's */

/* gdb writes a core's header last. If the disk is full, the header is never written. */
static bool is_unfinished(const struct gt_mapped *file)
{
    for (uint64_t i = 0; i < FIRST_BYTES; i++)
        if (i >= file->size || file->bytes[i]) return false;
    return true;
}

static struct look look_at(const struct gt_mapped *file)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (file->size >= looks[i].size && memcmp(file->bytes, looks[i].magic, looks[i].size) == 0)
            return looks[i];
    if (is_unfinished(file))
        return (struct look){.name = "zeros in the place of its header",
                             .advice = "cut short: the dump's disk was full? Take it again where "
                                       "there is room"};
    return (struct look){.name = is_text(file) ? "a text file" : "other data",
                         .advice = "give the core file itself"};
}

static struct gt_error *not_elf(const char *path, const struct gt_mapped *file)
{
    struct look look = look_at(file);
    return gt_error_in_file(GT_ERR_FORMAT, path, "expected an ELF file, found %s; %s", look.name,
                            look.advice);
}

static struct gt_error *check_ident(const char *path, const unsigned char *ident)
{
    if (ident[EI_CLASS] == ELFCLASS32)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected a 64-bit ELF file, found a 32-bit one; "
                                "gotopsy reads x86-64 and AArch64");
    if (ident[EI_DATA] == ELFDATA2MSB)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected a little-endian ELF file, found a big-endian one; "
                                "gotopsy reads x86-64 and AArch64");
    if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected a 64-bit little-endian ELF file, found a damaged header "
                                "(class %d, byte order %d); copy it again",
                                ident[EI_CLASS], ident[EI_DATA]);
    return NULL;
}

static struct gt_error *check_machine(const char *path, unsigned machine)
{
    if (machine == EM_X86_64 || machine == EM_AARCH64) return NULL;
    return gt_error_in_file(GT_ERR_FORMAT, path,
                            "expected x86-64 or AArch64, found ELF machine %u; "
                            "gotopsy does not read that machine's cores",
                            machine);
}

struct gt_error *gt_elf_magic(const char *path, const unsigned char *bytes, uint64_t size)
{
    const struct gt_mapped file = {.bytes = bytes, .size = size};

    if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) return NULL;
    return not_elf(path, &file);
}

struct gt_error *gt_elf_header(const char *path, const struct gt_mapped *file, Elf64_Ehdr *header)
{
    struct gt_error *error = gt_elf_magic(path, file->bytes, file->size);

    if (!error && file->size > EI_DATA) error = check_ident(path, file->bytes);
    if (error) return error;
    if (file->size < sizeof *header)
        return gt_error_in_file(GT_ERR_FORMAT, path,
                                "expected an ELF header of %zu bytes, found a file of %" PRIu64 ", "
                                "cut short; copy it again from where it was made",
                                sizeof *header, file->size);
    memcpy(header, file->bytes, sizeof *header);
    return check_machine(path, header->e_machine);
}

/* libelf sizes an allocation by the first section's sh_size when e_shnum is 0. */
static bool sections_fit(const struct gt_mapped *file)
{
    Elf64_Ehdr header;
    Elf64_Shdr first;

    memcpy(&header, file->bytes, sizeof header);
    if (header.e_shnum != 0 || header.e_shoff == 0) return true;
    const unsigned char *bytes = gt_mapped_at(file, header.e_shoff, sizeof first);
    if (!bytes) return true; /* then libelf does not read it either */
    memcpy(&first, bytes, sizeof first);
    return first.sh_size <= file->size / sizeof first;
}

static void end_elf(void *elf, size_t size)
{
    (void)size;
    elf_end(elf);
}

void gt_elf_close(struct gt_elf *elf)
{
    gt_let_go(elf->held);
    *elf = (struct gt_elf){0};
}

struct gt_error *gt_elf_open(const char *path, const struct gt_mapped *file, struct gt_elf *elf)
{
    elf_version(EV_CURRENT);
    Elf *made = sections_fit(file) ? elf_memory((char *)file->bytes, file->size) : NULL;
    *elf = (struct gt_elf){made, made ? gt_hold(made, 0, end_elf) : NULL};
    if (made && elf_kind(made) == ELF_K_ELF) return NULL;
    gt_elf_close(elf);
    gt_call_check();
    return gt_error_in_file(GT_ERR_FORMAT, path,
                            "expected an ELF file, found one with damaged headers; "
                            "copy it again from where it was made");
}
