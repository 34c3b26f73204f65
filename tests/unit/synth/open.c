/* Core and binary: ELF files in memory, and opening them. */
#include "tests/unit/core/elf_maker.h"
#include "tests/unit/synth/synth_impl.h"

#include <sys/mman.h>
#include <unistd.h>

enum { SECTIONS = 5, PATH = 40 };

/* ---- the binary ---------------------------------------------------------------------------- */

static const char section_names[] = "\0.symtab\0.strtab\0.shstrtab\0.go.buildinfo";
enum { AT_SYMTAB = 1, AT_STRTAB = 9, AT_SHSTRTAB = 17, AT_BUILDINFO = 27 };

static Elf64_Shdr section(unsigned name, unsigned type, uint64_t offset, uint64_t size)
{
    return (Elf64_Shdr){
        .sh_name = name, .sh_type = type, .sh_offset = offset, .sh_size = size, .sh_addralign = 1};
}

/* debug/buildinfo: the magic number, the size of a pointer, flags; strings with their lengths. */
static void add_build_info(const struct synth *synth, struct blob *file)
{
    static const char head[32] = "\xff Go buildinf:\x08\x02";
    static const char mark[16] = "0123456789abcdef";
    const char *settings = synth->settings ? synth->settings : "";
    char *text = gt_format("path\tmain\nbuild\tDefaultGODEBUG=%s\n", settings);
    unsigned char length = (unsigned char)strlen(synth->version.text);
    size_t size = strlen(text) + 2 * sizeof mark;
    unsigned char varint[2] = {(unsigned char)(size | 0x80), (unsigned char)(size >> 7)};

    blob_add(file, head, sizeof head);
    blob_add(file, &length, 1);
    blob_add(file, synth->version.text, length);
    blob_add(file, varint, sizeof varint);
    blob_add(file, mark, sizeof mark);
    blob_add(file, text, strlen(text));
    blob_add(file, mark, sizeof mark);
    gt_free(text);
}

static void add_symbols(const struct synth *synth, struct blob *file, struct blob *strings)
{
    blob_add(file, NULL, sizeof(Elf64_Sym));
    blob_add(strings, "", 1);
    for (size_t i = 0; i < synth->symbols.len; i++) {
        const struct synth_symbol *from = gt_vec_at(&synth->symbols, i);
        Elf64_Sym to = {.st_name = (Elf64_Word)strings->size,
                        .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
                        .st_shndx = SHN_ABS,
                        .st_value = from->addr,
                        .st_size = from->size};
        blob_add(file, &to, sizeof to);
        blob_add(strings, from->name, strlen(from->name) + 1);
    }
}

static Elf64_Ehdr header_of(uint64_t entry)
{
    struct maker maker;

    maker_init(&maker, ET_EXEC);
    maker.header.e_entry = entry;
    maker.header.e_phnum = 1;
    maker.header.e_shnum = SECTIONS;
    maker.header.e_shstrndx = 3;
    maker.header.e_shoff = PAGE;
    return maker.header;
}

/* The binary's first page, which the core has too: header and one segment. */
static struct blob first_page(const struct synth *synth)
{
    const struct synth_memory *headers = &synth->area[SYNTH_HEADERS];
    const struct synth_memory *text = &synth->area[SYNTH_TEXT];
    uint64_t size = text->base + text->used - headers->base;
    Elf64_Ehdr header = header_of(text->base);
    Elf64_Phdr load = {PT_LOAD, PF_R | PF_X, 0, headers->base, headers->base, PAGE, size, PAGE};
    struct blob page = {0};

    blob_add(&page, &header, sizeof header);
    blob_add(&page, &load, sizeof load);
    blob_add(&page, NULL, PAGE - page.size);
    return page;
}

static struct blob make_binary(const struct synth *synth)
{
    struct blob file = first_page(synth), info = {0}, symbols = {0}, strings = {0};
    uint64_t at = PAGE + SECTIONS * sizeof(Elf64_Shdr);

    add_build_info(synth, &info);
    add_symbols(synth, &symbols, &strings);
    Elf64_Shdr sections[SECTIONS] = {
        {0},
        section(AT_SYMTAB, SHT_SYMTAB, at, symbols.size),
        section(AT_STRTAB, SHT_STRTAB, at + symbols.size, strings.size),
        section(AT_SHSTRTAB, SHT_STRTAB, at + symbols.size + strings.size, sizeof section_names),
        section(AT_BUILDINFO, SHT_PROGBITS, at + symbols.size + strings.size + sizeof section_names,
                info.size),
    };
    sections[1].sh_link = 2, sections[1].sh_entsize = sizeof(Elf64_Sym), sections[1].sh_info = 1;
    blob_add(&file, sections, sizeof sections);
    blob_add(&file, symbols.bytes, symbols.size);
    blob_add(&file, strings.bytes, strings.size);
    blob_add(&file, section_names, sizeof section_names);
    blob_add(&file, info.bytes, info.size);
    gt_free(info.bytes), gt_free(symbols.bytes), gt_free(strings.bytes);
    return file;
}

void synth_build_with(struct synth *synth, const char *settings)
{
    synth->settings = settings;
}

/* ---- the core ------------------------------------------------------------------------------ */

static bool is_lost(const struct synth *synth, uint64_t addr)
{
    for (size_t i = 0; i < synth->lost.len; i++) {
        const struct synth_range *range = gt_vec_at(&synth->lost, i);
        if (addr >= range->start && addr < range->end) return true;
    }
    return false;
}

/* A segment for each run of pages that are all in the core, or all lost. */
static void add_area(const struct synth *synth, const struct synth_memory *area,
                     struct maker *maker)
{
    uint64_t size = (area->used + PAGE - 1) / PAGE * PAGE;

    for (uint64_t from = 0, to; from < size; from = to) {
        bool lost = is_lost(synth, area->base + from);
        for (to = from + PAGE; to < size && is_lost(synth, area->base + to) == lost;)
            to += PAGE;
        maker_load(maker, area->base + from, to - from, area->bytes + from, lost ? 0 : to - from);
    }
}

/* The kernel's note for the one thread: struct elf_prstatus with user_regs_struct. */
static void add_thread(const struct synth *synth, struct maker *maker)
{
    enum {
        SIGNAL = 12,
        TID = 32,
        REGS = 112,
        SIZE = REGS + 27 * 8 + 8,
        RAX = 10,
        RIP = 16,
        RSP = 19
    };
    unsigned char status[SIZE] = {0};

    put16(status + SIGNAL, 6);
    put32(status + TID, SYNTH_THREAD);
    put64(status + REGS + RAX * 8, synth->thread.rax);
    put64(status + REGS + RIP * 8, synth->thread.rip);
    put64(status + REGS + RSP * 8, synth->thread.rsp);
    maker_note(maker, "CORE", NT_PRSTATUS, status, sizeof status);
}

static struct blob make_core(struct synth *synth, const char *binary)
{
    struct synth_memory *headers = &synth->area[SYNTH_HEADERS];
    struct blob page = first_page(synth);
    struct maker maker;

    memcpy(headers->bytes, page.bytes, page.size);
    headers->used = page.size;
    gt_free(page.bytes);
    maker_init(&maker, ET_CORE);
    add_thread(synth, &maker);
    note_process(&maker, SYNTH_THREAD, "synth", "./synth --token=s3cret");
    note_auxv(&maker, synth->area[SYNTH_TEXT].base, headers->base + sizeof(Elf64_Ehdr));
    note_files(&maker, headers->base, 1, binary);
    for (int i = 0; i < SYNTH_AREAS; i++)
        add_area(synth, &synth->area[i], &maker);
    struct blob file = maker_finish(&maker);
    maker_free(&maker);
    return file;
}

/* ---- opening ------------------------------------------------------------------------------- */

void synth_leave_holes(struct synth *synth)
{
    synth->holes = true;
}

/* Writes the pages that have other bytes than zeros. */
static void write_with_holes(int fd, const struct blob *blob)
{
    static const unsigned char zeros[PAGE];

    assert_int_equal(ftruncate(fd, (off_t)blob->size), 0);
    for (size_t at = 0, size; at < blob->size; at += size) {
        size = blob->size - at < PAGE ? blob->size - at : PAGE;
        if (memcmp(blob->bytes + at, zeros, size) != 0)
            assert_int_equal(pwrite(fd, blob->bytes + at, size, (off_t)at), size);
    }
}

/* An unnamed file. */
static int file_of(struct blob *blob, const char *name, bool holes)
{
    int fd = memfd_create(name, 0);

    assert_true(fd >= 0);
    if (holes)
        write_with_holes(fd, blob);
    else
        assert_int_equal(write(fd, blob->bytes, blob->size), blob->size);
    gt_free(blob->bytes);
    return fd;
}

/* The path leads to the file as long as the file is open. */
static const char *path_of(int fd, char path[PATH])
{
    snprintf(path, PATH, "/proc/self/fd/%d", fd);
    return path;
}

void synth_spoil(struct synth *synth, void (*spoil)(struct synth *synth))
{
    synth->spoil = spoil;
}

static void finish(struct synth *synth)
{
    char path[PATH];

    synth_finish_timers(synth);
    synth_finish_goroutines(synth);
    synth_finish_heap(synth);
    synth_finish_module(synth);
    if (synth->spoil) synth->spoil(synth);
    struct blob binary = make_binary(synth);
    synth->binary = file_of(&binary, "binary", false);
    struct blob core = make_core(synth, path_of(synth->binary, path));
    synth->core = file_of(&core, "core", synth->holes);
}

struct gt_error *synth_try_open(struct synth *synth, struct gt_analysis **analysis)
{
    char core[PATH], binary[PATH];

    if (synth->core < 0) finish(synth);
    const char *const binaries[] = {path_of(synth->binary, binary), NULL};
    const struct gt_core_options options = {
        .size = sizeof options, .core_path = path_of(synth->core, core), .exe_paths = binaries};
    return gt_open(&options, analysis);
}

struct gt_analysis *synth_open(struct synth *synth)
{
    if (synth->analysis) return synth->analysis;
    struct gt_error *error = synth_try_open(synth, &synth->analysis);
    if (error) fail_msg("%s", gt_error_message(error));
    return synth->analysis;
}

const struct gt_report *synth_report(struct synth *synth)
{
    return synth_report_from(synth, 1);
}

const struct gt_report *synth_report_from(struct synth *synth, uint64_t min_bytes)
{
    const struct gt_report_options options = {.size = sizeof options, .min_bytes = min_bytes};
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create(synth_open(synth), &options, &report);

    if (error) fail_msg("%s", gt_error_message(error));
    gt_vec_add(&synth->reports, &report);
    return report;
}

const struct gt_finding *synth_finding(const struct gt_report *report, enum gt_kind kind)
{
    const struct gt_finding *found = NULL;

    for (size_t i = 0; i < report->finding_count; i++) {
        if (report->findings[i].kind != kind) continue;
        if (found) fail_msg("two findings: %s; %s", found->title, report->findings[i].title);
        found = &report->findings[i];
    }
    return found;
}
