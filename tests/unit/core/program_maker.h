/* Programs for tests, with notes, sections and symbols, and cores of them. */
#ifndef PROGRAM_MAKER_H
#define PROGRAM_MAKER_H

#include "elf_maker.h"
#include "inspector/core/binary_impl.h"

/* ---- a program, and a core of it ----------------------------------------------------------- */

enum {
    BASE = 0x400000, /* linked address; a PIE is linked at 0 */
    ENTRY = 0x1800,  /* from the base */
    TEXT_SIZE = 2 * PAGE,
    DATA = 0x10000, /* from the base */
    NOTES = 0x400,  /* offset of the notes in the text segment */
    TABLES = 4 * PAGE,
};

struct program {
    uint64_t linked, loaded;
    const char *gnu, *go; /* IDs; NULL for none */
    uint64_t data_size;
    unsigned machine;
};

static const struct program standard
    __attribute__((unused)) = {BASE, BASE, "GNUID-1", "go/id/one", PAGE, EM_X86_64};
static const struct program pie
    __attribute__((unused)) = {0, 0x55550000, "GNUID-1", NULL, PAGE, EM_X86_64};

/* Section names, at fixed offsets. */
static const char names[] = "\0.text\0.bss\0.symtab\0.strtab\0.shstrtab\0.debug_info\0.text";
static const char symbol_names[] = "\0main.main\0runtime.tlsg\0twice\0undefined\0absolute\0unended";

static inline Elf64_Shdr section(unsigned name, unsigned type, uint64_t addr, uint64_t offset,
                                 uint64_t size)
{
    return (Elf64_Shdr){.sh_name = name,
                        .sh_type = type,
                        .sh_addr = addr,
                        .sh_offset = offset,
                        .sh_size = size,
                        .sh_addralign = 1};
}

static inline Elf64_Sym symbol(unsigned name, unsigned char bind, unsigned char type,
                               unsigned section, uint64_t value)
{
    return (Elf64_Sym){name, ELF64_ST_INFO(bind, type), 0, (Elf64_Half)section, value, 16};
}

/* The text segment: header, program headers, notes, and text of 0xc3. */
static inline struct blob make_text(const struct program *program)
{
    struct blob text = {0}, notes = {0};
    uint64_t at = program->linked;
    struct maker maker;
    Elf64_Phdr headers[3] = {
        {PT_LOAD, PF_R | PF_X, 0, at, at, TEXT_SIZE, TEXT_SIZE, PAGE},
        {PT_LOAD, PF_R | PF_W, TEXT_SIZE, at + DATA, 0, PAGE, program->data_size, PAGE},
        {PT_NOTE, PF_R, NOTES, at + NOTES, 0, 0, 0, 4},
    };
    if (program->gnu)
        note_add(&notes, "GNU", NT_GNU_BUILD_ID, program->gnu, (uint32_t)strlen(program->gnu));
    if (program->go) note_add(&notes, "Go", 4, program->go, (uint32_t)strlen(program->go));
    headers[2].p_filesz = headers[2].p_memsz = notes.size;
    maker_init(&maker, at ? ET_EXEC : ET_DYN);
    maker.header.e_machine = (Elf64_Half)program->machine;
    maker.header.e_entry = at + ENTRY;
    maker.header.e_phnum = 3, maker.header.e_shnum = 8, maker.header.e_shstrndx = 5;
    maker.header.e_shoff = TABLES;
    blob_add(&text, &maker.header, sizeof maker.header);
    blob_add(&text, headers, sizeof headers);
    blob_add(&text, NULL, TEXT_SIZE - text.size);
    if (notes.size > 0) memcpy(text.bytes + NOTES, notes.bytes, notes.size);
    memset(text.bytes + PAGE, 0xc3, PAGE);
    gt_free(notes.bytes);
    return text;
}

static inline struct blob make_binary(const struct program *program)
{
    struct blob file = make_text(program);
    uint64_t at = program->linked, tables = TABLES + 8 * sizeof(Elf64_Shdr);
    Elf64_Sym symbols[] = {
        {0},
        symbol(1, STB_GLOBAL, STT_FUNC, 1, at + 0x1800),
        symbol(11, STB_GLOBAL, STT_TLS, 1, 8),
        symbol(24, STB_LOCAL, STT_FUNC, 1, at + 0x1100),
        symbol(24, STB_GLOBAL, STT_FUNC, 1, at + 0x1200),
        symbol(24, STB_LOCAL, STT_FUNC, 1, at + 0x1300),
        symbol(30, STB_GLOBAL, STT_FUNC, SHN_UNDEF, 0),
        symbol(40, STB_GLOBAL, STT_OBJECT, SHN_ABS, 42),
        symbol(49, STB_GLOBAL, STT_OBJECT, 1, 1),       /* its name has no NUL */
        symbol(1u << 31, STB_GLOBAL, STT_OBJECT, 1, 1), /* its name is outside of the table */
    };
    uint64_t strings = tables + sizeof symbols, heads = strings + sizeof symbol_names;
    Elf64_Shdr sections[8] = {
        {0},
        section(1, SHT_PROGBITS, at + PAGE, PAGE, PAGE),
        section(7, SHT_NOBITS, at + 0x20000, TEXT_SIZE, 12345),
        section(12, SHT_SYMTAB, 0, tables, sizeof symbols),
        section(20, SHT_STRTAB, 0, strings, sizeof symbol_names - 1), /* truncated: "unended" has no
                                                                       * NUL */
        section(28, SHT_STRTAB, 0, heads, sizeof names),
        section(38, SHT_PROGBITS, 0, UINT64_MAX - 4, 100), /* damaged */
        section(50, SHT_PROGBITS, 0, 0, 1),                /* a second .text */
    };
    blob_add(&file, NULL, TABLES - file.size);
    blob_add(&file, sections, sizeof sections);
    blob_add(&file, symbols, sizeof symbols);
    blob_add(&file, symbol_names, sizeof symbol_names);
    blob_add(&file, names, sizeof names);
    return file;
}

static inline void write_binary(const struct program *program, const char *path)
{
    struct blob file = make_binary(program);
    write_file(path, file.bytes, file.size);
    gt_free(file.bytes);
}

/* A core with the program's first page, as the kernel writes it, and with notes unless path is
 * NULL. */
static inline struct gt_core *core_of(void **state, const struct program *program, const char *path)
{
    struct blob text = make_text(program);
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_thread(&maker, 41, 6, 0);
    note_process(&maker, 41, "command", "./command");
    if (path) note_auxv(&maker, program->loaded + ENTRY, program->loaded + 64);
    if (path) note_files(&maker, program->loaded, 2, path);
    maker_load(&maker, program->loaded, TEXT_SIZE, text.bytes, PAGE)->p_flags = PF_R | PF_X;
    maker_fill(&maker, program->loaded + DATA, program->data_size, 0xda);
    gt_free(text.bytes);
    return open_made(state, &maker);
}

/* A core without headers of the program. */
static inline struct gt_core *bare_core_of(void **state, const struct program *program,
                                           const char *path)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    if (path) note_auxv(&maker, program->loaded + ENTRY, program->loaded + 64);
    if (path) note_files(&maker, program->loaded, 2, path);
    maker_fill(&maker, program->loaded + DATA, program->data_size, 0xda);
    return open_made(state, &maker);
}

static inline void close_both(struct gt_core *core, struct gt_binary *binary)
{
    gt_core_close(core);
    gt_binary_close(binary);
}

/* The binary that is offered, which must match. */
static inline struct gt_binary *find_in(struct gt_core *core, const char *path)
{
    const char *paths[] = {path, NULL};
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_find(core, paths, false, &binary);

    if (error) fail_msg("%s", gt_error_message(error));
    return binary;
}

#endif
