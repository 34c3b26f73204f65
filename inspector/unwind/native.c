/* Finds the module of a pc and its .eh_frame_hdr by the headers in memory. Without that section,
 * the module's bytes are searched for what looks like .eh_frame. libunwind makes each step. */
#include "inspector/unwind/native.h"

#ifdef __x86_64__

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/unwind/cfi.h"

#include <elf.h>
#include <libunwind.h>

/* libunwind exports this for remote unwinding, but no header of it declares it. */
int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t *table,
                                       unw_proc_info_t *info, int need_unwind_info, void *arg);

enum {
    MAX_HEADERS = 64,       /* program headers of a module */
    MAX_READS = 1 << 20,    /* words read in one walk; a frame takes some 500 */
    MAX_STACK_SWITCHES = 4, /* signal handlers on a stack of their own */
    REGISTERS = UNW_X86_64_RIP + 1,
    TABLE_ENTRY = 8, /* bytes: where a function begins, and where its FDE is */
};

static const char no_file[] = "the code lies in no mapped file";
static const char no_bytes[] = "no unwind information in the core";
static const char no_table[] = "the code has no unwind information";
static const char no_stack[] = "the stack is not in the core";
static const char damaged[] = "the unwind information is damaged";
static const char not_growing[] = "the stack is damaged: sp does not grow";
static const char too_many[] = "there are more frames than were asked for";

/* The address at which libunwind reads the one entry of a table made here. No process has memory
 * there. */
static const uint64_t own_entry = UINT64_C(1) << 63;

/* What looks like records of .eh_frame: up to where they end, or `size`. */
struct records {
    const unsigned char *bytes;
    uint64_t size, addr;
};

struct walk {
    const struct gt_core *core;
    const struct gt_memory *mem;
    const struct gt_thread *thread;
    unsigned reads, switches;
    bool absent;            /* an address read in this step is not in the core */
    const char *why;        /* why the walk ends */
    uint64_t entry;         /* the word that is read at own_entry */
    struct records records; /* the last ones that had an FDE; size 0: none */
};

static bool end_walk(struct walk *walk, const char *why)
{
    walk->why = why;
    return false;
}

/* ---- the module that holds an address, and its table ---------------------------------------- */

/* Where the file mapped at pc begins: its mapping of offset 0 at or below pc. The kernel maps one
 * module, the vDSO, from no file. */
static bool find_base(const struct gt_core *core, uint64_t pc, uint64_t *base)
{
    size_t count, i = 0;
    const struct gt_file_mapping *maps = gt_core_mappings(core, &count);

    while (i < count && (pc < maps[i].start || pc >= maps[i].end))
        i++;
    if (i == count) return gt_core_auxv(core, AT_SYSINFO_EHDR, base);
    const char *path = maps[i].path;
    for (size_t j = i + 1; j-- > 0;)
        if (maps[j].offset == 0 && strcmp(maps[j].path, path) == 0) {
            *base = maps[j].start;
            return true;
        }
    return false;
}

struct module {
    Elf64_Phdr headers[MAX_HEADERS];
    size_t count;
    uint64_t bias; /* address - linked address */
};

static bool is_module(const Elf64_Ehdr *header)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr) &&
           header->e_phnum <= MAX_HEADERS;
}

static bool read_module(struct walk *walk, uint64_t base, struct module *module)
{
    Elf64_Ehdr header;

    if (!gt_mem_read(walk->mem, base, &header, sizeof header)) return end_walk(walk, no_bytes);
    if (!is_module(&header)) return end_walk(walk, no_table);
    module->count = header.e_phnum;
    if (!gt_mem_read(walk->mem, base + header.e_phoff, module->headers,
                     module->count * sizeof *module->headers))
        return end_walk(walk, no_bytes);
    for (size_t i = 0; i < module->count; i++) {
        const Elf64_Phdr *load = &module->headers[i];
        if (load->p_type != PT_LOAD || load->p_offset != 0) continue;
        module->bias = base - load->p_vaddr;
        return true;
    }
    return end_walk(walk, damaged);
}

/* The table in which pc is looked up has the bounds of the segment that holds pc. */
static bool find_code(const struct module *module, uint64_t pc, unw_dyn_info_t *table)
{
    for (size_t i = 0; i < module->count; i++) {
        const Elf64_Phdr *load = &module->headers[i];
        uint64_t start = load->p_vaddr + module->bias, end;
        if (load->p_type != PT_LOAD || !(load->p_flags & PF_X)) continue;
        if (!gt_add(start, load->p_memsz, &end) || pc < start || pc >= end) continue;
        table->start_ip = start;
        table->end_ip = end;
        return true;
    }
    return false;
}

static const Elf64_Phdr *find_frames(const struct module *module)
{
    for (size_t i = 0; i < module->count; i++)
        if (module->headers[i].p_type == PT_GNU_EH_FRAME) return &module->headers[i];
    return NULL;
}

/* The size of a number encoded as DW_EH_PE_*; 0 for those of variable size, which no linker writes
 * here. */
static unsigned encoded_size(uint8_t encoding)
{
    static const uint8_t sizes[16] = {
        [0] = 8, [2] = 2, [3] = 4, [4] = 8, [10] = 2, [11] = 4, [12] = 8};
    return sizes[encoding & 15];
}

/* .eh_frame_hdr: version, three encodings, where .eh_frame is, how many entries, the entries. */
static bool read_table(struct walk *walk, uint64_t start, uint64_t size, unw_dyn_info_t *table)
{
    enum { VERSION, POINTER, COUNT, ENTRIES, HEAD };
    enum { RELATIVE_SIGNED_4 = 0x3b };
    uint8_t head[HEAD];
    uint64_t count;

    if (!gt_mem_read(walk->mem, start, head, HEAD)) return end_walk(walk, no_bytes);
    if (head[VERSION] != 1 || head[ENTRIES] != RELATIVE_SIGNED_4) return end_walk(walk, damaged);
    uint64_t offset = HEAD + encoded_size(head[POINTER]);
    if (!gt_mem_uint(walk->mem, start + offset, encoded_size(head[COUNT]), &count))
        return end_walk(walk, damaged);
    offset += encoded_size(head[COUNT]);
    if (size < offset || (size - offset) / TABLE_ENTRY < count) return end_walk(walk, damaged);
    table->format = UNW_INFO_FORMAT_REMOTE_TABLE;
    table->u.rti.segbase = start;
    table->u.rti.table_data = start + offset;
    table->u.rti.table_len = count * TABLE_ENTRY / sizeof(unw_word_t);
    return true;
}

/*
 * Code linked statically by GCC has no .eh_frame_hdr, and nothing in memory gives the address of
 * its .eh_frame. But .eh_frame begins with a CIE, and CIEs begin alike. A record is its length,
 * then 0 or, in an FDE, the distance back to its CIE, then the start and size of its code. Only the
 * usual encodings are found here. libunwind decodes what is found by itself.
 */
static bool begins_cie(const unsigned char *bytes)
{
    enum { LEAST = 12, MOST = 128, VERSION_1_AND_Z = 'z' << 8 | 1 };

    return gt_load64(bytes) - LEAST < MOST && gt_load16(bytes + 8) == VERSION_1_AND_Z;
}

/* The FDE of pc among the records from *at on. *at moves to where they end. */
static bool find_fde(const struct records *in, uint64_t pc, uint64_t *at)
{
    enum { ID = 4, CODE = 8, CODE_SIZE = 12, HEAD = 16 };

    while (in->size - *at >= HEAD) {
        const unsigned char *record = in->bytes + *at;
        uint64_t length = gt_load32(record), addr = in->addr + *at;
        if (length < HEAD - ID || length > in->size - *at - ID) return false;
        uint64_t code = addr + CODE + (uint64_t)(int64_t)(int32_t)gt_load32(record + CODE);
        if (gt_load32(record + ID) != 0 && pc - code < gt_load32(record + CODE_SIZE)) return true;
        *at += ID + length;
    }
    return false;
}

/* A table of one entry: the FDE at `fde`. */
static bool make_table(struct walk *walk, uint64_t pc, uint64_t fde, unw_dyn_info_t *table)
{
    int64_t distance = (int64_t)(pc - fde);

    if (distance != (int32_t)distance) return end_walk(walk, damaged);
    walk->entry = (uint32_t)distance;
    table->format = UNW_INFO_FORMAT_REMOTE_TABLE;
    table->u.rti.segbase = fde;
    table->u.rti.table_data = own_entry;
    table->u.rti.table_len = TABLE_ENTRY / sizeof(unw_word_t);
    return true;
}

/* Searches the records found before. They may be another module's, and then they lack pc. */
static bool search_again(struct walk *walk, uint64_t pc, unw_dyn_info_t *table)
{
    uint64_t at = 0;

    if (!find_fde(&walk->records, pc, &at)) return false;
    return make_table(walk, pc, walk->records.addr + at, table);
}

/* Searches `size` contiguous bytes at addr. */
static bool search_run(struct walk *walk, const unsigned char *bytes, uint64_t size, uint64_t addr,
                       uint64_t pc, unw_dyn_info_t *table)
{
    enum { ALIGNMENT = 8, HEAD = 16 };

    for (uint64_t at = 0; at + HEAD <= size; at += ALIGNMENT) {
        if (!begins_cie(bytes + at)) continue;
        struct records records = {bytes + at, size - at, addr + at};
        uint64_t fde = 0;
        if (find_fde(&records, pc, &fde)) {
            walk->records = records;
            return make_table(walk, pc, records.addr + fde, table);
        }
        at += fde / ALIGNMENT * ALIGNMENT;
    }
    return false;
}

static bool search_segment(struct walk *walk, uint64_t addr, uint64_t size, uint64_t pc,
                           unw_dyn_info_t *table)
{
    while (size > 0) {
        uint64_t avail = 0;
        const unsigned char *bytes = walk->mem->map(walk->mem->ctx, addr, &avail);
        if (!bytes || avail == 0) return end_walk(walk, no_bytes);
        if (avail > size) avail = size;
        if (search_run(walk, bytes, avail, addr, pc, table)) return true;
        addr += avail, size -= avail;
    }
    return false;
}

static bool search_module(struct walk *walk, const struct module *module, uint64_t pc,
                          unw_dyn_info_t *table)
{
    for (size_t i = 0; i < module->count && !walk->why; i++) {
        const Elf64_Phdr *load = &module->headers[i];
        if (load->p_type != PT_LOAD || load->p_flags & PF_W) continue;
        if (search_segment(walk, load->p_vaddr + module->bias, load->p_filesz, pc, table))
            return true;
    }
    return walk->why ? false : end_walk(walk, no_table);
}

static bool locate_table(struct walk *walk, uint64_t pc, unw_dyn_info_t *table)
{
    struct module module;
    uint64_t base;

    if (!find_base(walk->core, pc, &base)) return end_walk(walk, no_file);
    if (!read_module(walk, base, &module)) return false;
    if (!find_code(&module, pc, table)) return end_walk(walk, no_file);
    const Elf64_Phdr *frames = find_frames(&module);
    if (!frames) return search_again(walk, pc, table) || search_module(walk, &module, pc, table);
    return read_table(walk, frames->p_vaddr + module.bias, frames->p_memsz, table);
}

/* ---- libunwind's callbacks ------------------------------------------------------------------- */

/* Every failure returns UNW_EBADFRAME, which ends libunwind's walk. UNW_ENOINFO would make it
 * guess. */
static int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t *info,
                          int need_unwind_info, void *arg)
{
    struct walk *walk = arg;
    unw_dyn_info_t table = {0};

    if (!locate_table(walk, ip, &table)) return -UNW_EBADFRAME;
    int result = UNW_OBJ(dwarf_search_unwind_table)(space, ip, &table, info, need_unwind_info, arg);
    if (walk->absent)
        end_walk(walk, no_bytes);
    else if (result == -UNW_ENOINFO)
        end_walk(walk, no_table);
    else if (result < 0 || !gt_cfi_is_sound(walk->mem, info, &walk->reads))
        end_walk(walk, damaged);
    return walk->why ? -UNW_EBADFRAME : 0;
}

/* libunwind itself frees what it allocated for find_proc_info. */
static void put_unwind_info(unw_addr_space_t space, unw_proc_info_t *info, void *arg)
{
    (void)space, (void)info, (void)arg;
}

static int get_dyn_info_list_addr(unw_addr_space_t space, unw_word_t *addr, void *arg)
{
    (void)space, (void)addr, (void)arg;
    return -UNW_ENOINFO;
}

static int access_mem(unw_addr_space_t space, unw_word_t addr, unw_word_t *word, int write,
                      void *arg)
{
    struct walk *walk = arg;

    (void)space;
    if (write || walk->reads++ >= MAX_READS) return -UNW_EINVAL;
    if (addr == own_entry) {
        *word = walk->entry;
        return 0;
    }
    if (gt_mem_u64(walk->mem, addr, word)) return 0;
    walk->absent = true;
    return -UNW_EINVAL;
}

/* In the order of struct user_regs_struct: r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi
 * rdi. */
static int access_reg(unw_addr_space_t space, unw_regnum_t number, unw_word_t *word, int write,
                      void *arg)
{
    static const uint8_t places[] = {
        [UNW_X86_64_RAX] = 10, [UNW_X86_64_RDX] = 12, [UNW_X86_64_RCX] = 11, [UNW_X86_64_RBX] = 5,
        [UNW_X86_64_RSI] = 13, [UNW_X86_64_RDI] = 14, [UNW_X86_64_RBP] = 4,  [UNW_X86_64_R8] = 9,
        [UNW_X86_64_R9] = 8,   [UNW_X86_64_R10] = 7,  [UNW_X86_64_R11] = 6,  [UNW_X86_64_R12] = 3,
        [UNW_X86_64_R13] = 2,  [UNW_X86_64_R14] = 1,  [UNW_X86_64_R15] = 0};
    const struct gt_thread *thread = ((struct walk *)arg)->thread;

    (void)space;
    if (write || number < 0 || number >= REGISTERS) return -UNW_EBADREG;
    if (number == UNW_X86_64_RIP)
        *word = thread->pc;
    else if (number == UNW_X86_64_RSP)
        *word = thread->sp;
    else if (places[number] < thread->reg_count)
        *word = thread->regs[places[number]];
    else
        return -UNW_EBADREG;
    return 0;
}

static int access_fpreg(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *word, int write,
                        void *arg)
{
    (void)space, (void)number, (void)word, (void)write, (void)arg;
    return -UNW_EBADREG;
}

static int resume(unw_addr_space_t space, unw_cursor_t *cursor, void *arg)
{
    (void)space, (void)cursor, (void)arg;
    return -UNW_EINVAL;
}

static int get_proc_name(unw_addr_space_t space, unw_word_t addr, char *name, size_t size,
                         unw_word_t *offset, void *arg)
{
    (void)space, (void)addr, (void)name, (void)size, (void)offset, (void)arg;
    return -UNW_ENOINFO;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool may_follow(struct walk *walk, uint64_t from, const struct gt_native_frame *to)
{
    if (to->sp > from) return true;
    return to->interrupted && walk->switches++ < MAX_STACK_SWITCHES;
}

/* Goes on to the caller's frame and sets this frame's cfa; false at the last frame. After a step,
 * libunwind's signal flag is about the frame that it has just left. */
static bool step(struct walk *walk, unw_cursor_t *cursor, struct gt_native_frame *frame,
                 struct gt_native_frame *next)
{
    walk->absent = false;
    int result = unw_step(cursor);
    if (walk->why) return false;
    if (result < 0) return end_walk(walk, walk->absent ? no_stack : damaged);
    *next = (struct gt_native_frame){.interrupted = unw_is_signal_frame(cursor) > 0};
    unw_get_reg(cursor, UNW_REG_SP, &next->sp);
    frame->cfa = next->sp;
    if (result == 0 || unw_get_reg(cursor, UNW_REG_IP, &next->pc) < 0 || !next->pc) return false;
    return may_follow(walk, frame->sp, next) ? true : end_walk(walk, not_growing);
}

static size_t follow(struct walk *walk, unw_cursor_t *cursor, struct gt_native_frame *out,
                     size_t max)
{
    struct gt_native_frame next = {
        .pc = walk->thread->pc, .sp = walk->thread->sp, .interrupted = true};

    for (size_t count = 0; count < max; count++) {
        out[count] = next;
        if (!step(walk, cursor, &out[count], &next)) return count + 1;
    }
    end_walk(walk, too_many);
    return max;
}

size_t gt_native_unwind(const struct gt_core *core, const struct gt_thread *thread,
                        struct gt_native_frame *out, size_t max, const char **why_ended)
{
    unw_accessors_t accessors = {.find_proc_info = find_proc_info,
                                 .put_unwind_info = put_unwind_info,
                                 .get_dyn_info_list_addr = get_dyn_info_list_addr,
                                 .access_mem = access_mem,
                                 .access_reg = access_reg,
                                 .access_fpreg = access_fpreg,
                                 .resume = resume,
                                 .get_proc_name = get_proc_name};
    struct walk walk = {.core = core, .mem = gt_core_memory(core), .thread = thread};
    unw_cursor_t cursor;
    size_t count = 0;

    *why_ended = "native frames of this machine are not followed";
    if (gt_core_machine(core) != GT_MACHINE_AMD64) return 0;
    unw_addr_space_t space = unw_create_addr_space(&accessors, 0);
    *why_ended = "libunwind is out of memory";
    if (!space) return 0;
    unw_set_caching_policy(space, UNW_CACHE_NONE);
    if (unw_init_remote(&cursor, space, &walk) == 0) count = follow(&walk, &cursor, out, max);
    unw_destroy_addr_space(space);
    gt_call_check();
    *why_ended = walk.why;
    return count;
}

#else /* libunwind reads the machine it is built for */

size_t gt_native_unwind(const struct gt_core *core, const struct gt_thread *thread,
                        struct gt_native_frame *out, size_t max, const char **why_ended)
{
    (void)core, (void)thread, (void)out, (void)max;
    *why_ended = "native frames are followed on x86-64 only";
    return 0;
}

#endif
