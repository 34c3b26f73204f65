/* Reads headers, notes and sections with libelf when the file is opened. Symbols come from .symtab,
 * or from .dynsym if that is all there is. Addresses of the target lose the bias before they are
 * looked up. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

static struct gt_error *check_type(const char *path, unsigned type)
{
    if (type == ET_EXEC || type == ET_DYN) return NULL;
    return gt_error_in_file(GT_ERR_FORMAT, path,
                            "expected a program, found %s; give the binary itself",
                            type == ET_CORE ? "a core" : "an ELF file of another type");
}

static struct gt_error *read_loads(struct gt_binary *binary)
{
    size_t count = 0;
    GElf_Phdr header;

    if (elf_getphdrnum(binary->elf.elf, &count) != 0) count = 0;
    for (size_t i = 0; i < count && gelf_getphdr(binary->elf.elf, (int)i, &header); i++) {
        if (header.p_type == PT_LOAD) gt_vec_add(&binary->loads, &header);
        if (header.p_type != PT_NOTE) continue;
        const unsigned char *notes = gt_mapped_at(&binary->file, header.p_offset, header.p_filesz);
        if (notes) gt_build_ids_add(&binary->ids, notes, header.p_filesz);
    }
    if (binary->loads.len > 0) return NULL;
    return gt_error_in_file(GT_ERR_FORMAT, binary->path,
                            "expected a program, found no PT_LOAD segment in it; "
                            "copy it again from where it was made");
}

static void read_section(struct gt_binary *binary, Elf_Scn *from, size_t names)
{
    GElf_Shdr header;
    if (!gelf_getshdr(from, &header)) return;
    const char *name = elf_strptr(binary->elf.elf, names, header.sh_name);
    if (!name) return;

    struct gt_section section = {.name = name, .addr = header.sh_addr, .size = header.sh_size};
    if (header.sh_type != SHT_NOBITS)
        section.bytes = gt_mapped_at(&binary->file, header.sh_offset, header.sh_size);
    if (section.bytes) section.file_size = header.sh_size;
    if (section.bytes && header.sh_type == SHT_NOTE)
        gt_build_ids_add(&binary->ids, section.bytes, section.file_size);

    bool added;
    uint64_t *index = gt_strmap_put(&binary->by_name, name, &added);
    if (added) *index = binary->sections.len;
    gt_vec_add(&binary->sections, &section);
}

/* A binary without section headers (some packers strip them) is still a binary. */
static void read_sections(struct gt_binary *binary)
{
    size_t names = 0;

    if (elf_getshdrstrndx(binary->elf.elf, &names) != 0) return;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(binary->elf.elf, scn));)
        read_section(binary, scn, names);
}

static struct gt_error *read_all(struct gt_binary *binary)
{
    struct gt_error *error = gt_elf_header(binary->path, &binary->file, &binary->header);

    if (!error) error = check_type(binary->path, binary->header.e_type);
    if (!error) error = gt_elf_open(binary->path, &binary->file, &binary->elf);
    if (!error) error = read_loads(binary);
    if (error) return error;
    read_sections(binary);
    /* Stripped files still have the names that they export. */
    bool whole = gt_binary_has_symbols(binary);
    gt_symbol_table_init(&binary->symbols, gt_binary_section(binary, whole ? ".symtab" : ".dynsym"),
                         gt_binary_section(binary, whole ? ".strtab" : ".dynstr"));
    return NULL;
}

struct gt_error *gt_binary_open(const char *path, const struct gt_opening *how,
                                struct gt_binary **binary)
{
    struct gt_binary *new = gt_calloc(1, sizeof *new);

    new->path = gt_strdup(path);
    new->loads = GT_VEC_OF(GElf_Phdr);
    new->sections = GT_VEC_OF(struct gt_section);
    struct gt_error *error = gt_mapped_open(path, how, &new->file);
    if (!error && new->file.cut)
        error =
            gt_error_in_file(GT_ERR_FORMAT, path,
                             "expected a whole binary, found compressed data that ends early or "
                             "is damaged; copy it again from where it was made");
    if (!error) error = read_all(new);
    gt_call_check();
    if (error) gt_binary_close(new);
    *binary = error ? NULL : new;
    return error;
}

void gt_binary_close(struct gt_binary *binary)
{
    if (!binary) return;
    gt_symbol_table_deinit(&binary->symbols);
    gt_strmap_deinit(&binary->by_name);
    gt_vec_deinit(&binary->sections);
    gt_vec_deinit(&binary->loads);
    gt_elf_close(&binary->elf);
    gt_mapped_close(&binary->file);
    gt_free(binary->path);
    gt_free(binary);
}

const char *gt_binary_path(const struct gt_binary *binary)
{
    return binary->path;
}

const char *gt_binary_build_id(const struct gt_binary *binary)
{
    if (binary->ids.gnu[0]) return binary->ids.gnu;
    return binary->ids.go[0] ? binary->ids.go : NULL;
}

uint64_t gt_binary_bias(const struct gt_binary *binary)
{
    return binary->bias;
}

uint64_t gt_binary_linked_base(const struct gt_binary *binary)
{
    const GElf_Phdr *first = gt_vec_at(&binary->loads, 0);
    return first->p_vaddr - first->p_offset;
}

void gt_binary_give_images(struct gt_core *core, const struct gt_binary *binary)
{
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        const unsigned char *bytes = gt_mapped_at(&binary->file, load->p_offset, load->p_filesz);
        if (bytes && !(load->p_flags & PF_W))
            gt_core_add_image(core, load->p_vaddr + binary->bias, bytes, load->p_filesz);
    }
    gt_untouched_variables(core, binary);
}

bool gt_binary_load(const struct gt_binary *binary, size_t index, struct gt_load *out)
{
    if (index >= binary->loads.len) return false;
    const GElf_Phdr *load = gt_vec_at(&binary->loads, index);
    uint64_t file_size = load->p_filesz < load->p_memsz ? load->p_filesz : load->p_memsz;
    *out = (struct gt_load){load->p_vaddr + binary->bias, load->p_memsz, load->p_offset, file_size,
                            load->p_flags};
    return true;
}

bool gt_binary_unverified(const struct gt_binary *binary)
{
    return binary->unverified;
}

enum gt_verified_by gt_binary_verified_by(const struct gt_binary *binary)
{
    if (binary->forced || binary->unverified) return GT_NOT_VERIFIED;
    return binary->by_content ? GT_VERIFIED_CONTENT : GT_VERIFIED_BUILD_ID;
}

bool gt_binary_forced(const struct gt_binary *binary)
{
    return binary->forced;
}

bool gt_binary_has_dwarf(const struct gt_binary *binary)
{
    return gt_binary_section(binary, ".debug_info") || gt_binary_section(binary, ".zdebug_info");
}

bool gt_binary_has_symbols(const struct gt_binary *binary)
{
    return gt_binary_section(binary, ".symtab");
}

const struct gt_section *gt_binary_section(const struct gt_binary *binary, const char *name)
{
    const uint64_t *index = gt_strmap_find(&binary->by_name, name);
    return index ? gt_vec_at(&binary->sections, *index) : NULL;
}

const unsigned char *gt_binary_file(const struct gt_binary *binary, uint64_t *size)
{
    *size = binary->file.size;
    return binary->file.bytes;
}

bool gt_binary_symbol(const struct gt_binary *binary, const char *name, uint64_t *addr,
                      uint64_t *size)
{
    Elf64_Sym symbol;

    if (!gt_symbol_table_find(&binary->symbols, name, &symbol)) return false;
    *addr = symbol.st_value + (symbol.st_shndx == SHN_ABS ? 0 : binary->bias);
    *size = symbol.st_size;
    return true;
}

static bool is_code(const struct gt_binary *binary, uint64_t linked)
{
    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        if (load->p_flags & PF_X && linked >= load->p_vaddr &&
            linked - load->p_vaddr < load->p_memsz)
            return true;
    }
    return false;
}

struct symbol_visit {
    const struct gt_binary *binary;
    gt_symbol_fn *visit;
    void *ctx;
};

static void visit_symbol(void *ctx, const char *name, const Elf64_Sym *symbol)
{
    const struct symbol_visit *visit = ctx;

    visit->visit(visit->ctx, name, symbol->st_value + gt_binary_bias(visit->binary));
}

void gt_binary_symbols(const struct gt_binary *binary, const char *part, gt_symbol_fn *visit,
                       void *ctx)
{
    struct symbol_visit each = {binary, visit, ctx};

    gt_symbol_table_each(&binary->symbols, part, visit_symbol, &each);
}

bool gt_binary_symbol_at(struct gt_binary *binary, uint64_t addr, const char **name,
                         uint64_t *offset)
{
    uint64_t linked = addr - binary->bias;
    Elf64_Sym symbol;
    bool found = is_code(binary, linked) &&
                 gt_symbol_table_at(&binary->symbols, STT_FUNC, linked, &symbol, name);

    if (found) *offset = linked - symbol.st_value;
    return found;
}

bool gt_binary_variable_at(struct gt_binary *binary, uint64_t addr, const char **name,
                           uint64_t *offset)
{
    uint64_t linked = addr - binary->bias;
    Elf64_Sym symbol;

    if (!gt_symbol_table_at(&binary->symbols, STT_OBJECT, linked, &symbol, name) || !symbol.st_size)
        return false;
    *offset = linked - symbol.st_value;
    return true;
}
