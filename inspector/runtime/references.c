#include "inspector/runtime/references.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum { MAX_USERS = 64 }; /* of one global, that are told apart */

struct reference {
    uint64_t target, pc;
};

struct gt_references {
    struct gt_process *process;
    struct gt_vec list; /* struct reference, sorted; once it was asked for */
    bool read;
};

struct gt_references *gt_references_create(struct gt_process *process)
{
    struct gt_references *references = gt_calloc(1, sizeof *references);

    *references = (struct gt_references){.process = process, .list = GT_VEC_OF(struct reference)};
    return references;
}

void gt_references_free(struct gt_references *references)
{
    if (!references) return;
    gt_vec_free(&references->list);
    free(references);
}

/* ---- sections ------------------------------------------------------------------------------ */

struct section {
    const char *name;
    uint64_t start, end;
};

/* Globals without pointers lie elsewhere: nobody asks for them. */
static bool section_of(const struct gt_process *process, uint64_t addr, struct section *out)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        const struct section sections[] = {{".data", module->data, module->edata},
                                           {".bss", module->bss, module->ebss}};
        for (size_t j = 0; j < sizeof sections / sizeof *sections; j++)
            if (addr >= sections[j].start && addr < sections[j].end) {
                *out = sections[j];
                return true;
            }
    }
    return false;
}

static void add(struct gt_references *references, uint64_t target, uint64_t pc)
{
    struct reference reference = {target, pc};
    struct section section;

    if (section_of(references->process, target, &section))
        gt_vec_add(&references->list, &reference);
}

/* ---- amd64 --------------------------------------------------------------------------------- */

/* Bytes of immediate operand after the displacement, + 1, for the one-byte opcodes that load,
 * store, compare or take the address of a variable; 0 for others. */
static const unsigned char immediates[256] = {
    [0x01] = 1, [0x03] = 1, [0x09] = 1, [0x0b] = 1, [0x21] = 1, [0x23] = 1, [0x29] = 1, [0x2b] = 1,
    [0x31] = 1, [0x33] = 1, [0x38] = 1, [0x39] = 1, [0x3a] = 1, [0x3b] = 1, [0x63] = 1, [0x84] = 1,
    [0x85] = 1, [0x86] = 1, [0x87] = 1, [0x88] = 1, [0x89] = 1, [0x8a] = 1, [0x8b] = 1, [0x8d] = 1,
    [0xff] = 1, [0x80] = 2, [0x83] = 2, [0xc6] = 2, [0x6b] = 2, [0x81] = 5, [0xc7] = 5, [0x69] = 5};

/* An operand at a distance from the next instruction: mod 0, r/m 5, four bytes. */
static void scan_amd64(struct gt_references *references, const unsigned char *code, uint64_t size,
                       uint64_t start)
{
    for (uint64_t i = 2; i + 5 <= size; i++) {
        if ((code[i] & 0xc7) != 0x05) continue;
        unsigned immediate = code[i - 2] == 0x0f ? 1 : immediates[code[i - 1]];
        if (!immediate) continue;
        uint64_t next = start + i + 5 + immediate - 1;
        add(references, next + (uint64_t)(int64_t)(int32_t)gt_load32(code + i + 1), start + i);
    }
}

/* ---- arm64 --------------------------------------------------------------------------------- */

enum { PAGE = 4096, NEARBY = 8 };

/* The page that an ADRP takes the address of. */
static uint64_t adrp_page(uint32_t instruction, uint64_t pc)
{
    uint64_t pages = (uint64_t)(instruction >> 5 & 0x7ffff) << 2 | (instruction >> 29 & 3);
    int64_t signed_pages = (int64_t)(pages << 43) >> 43;

    return (pc & ~(uint64_t)(PAGE - 1)) + (uint64_t)signed_pages * PAGE;
}

/* The offset in the page that an ADD, load or store adds to the register; false for others. */
static bool page_offset(uint32_t instruction, unsigned reg, uint64_t *offset)
{
    uint64_t immediate = instruction >> 10 & 0xfff;

    if ((instruction >> 5 & 31) != reg) return false;
    if ((instruction & 0xffc00000) == 0x91000000) { /* ADD */
        *offset = immediate;
        return true;
    }
    if ((instruction & 0x3b000000) != 0x39000000) return false; /* LDR, STR, unsigned offset */
    *offset = immediate << (instruction >> 30);
    return *offset < PAGE;
}

static void scan_arm64(struct gt_references *references, const unsigned char *code, uint64_t size,
                       uint64_t start)
{
    for (uint64_t i = 0; i + 4 <= size; i += 4) {
        uint32_t instruction = gt_load32(code + i);
        uint64_t offset;
        if ((instruction & 0x9f000000) != 0x90000000) continue;
        for (uint64_t j = i + 4; j <= i + NEARBY && j + 4 <= size; j += 4) {
            if (!page_offset(gt_load32(code + j), instruction & 31, &offset)) continue;
            add(references, adrp_page(instruction, start + i) + offset, start + i);
            break;
        }
    }
}

/* ---- all of them --------------------------------------------------------------------------- */

static int by_target(const void *a, const void *b)
{
    const struct reference *left = a, *right = b;

    if (left->target != right->target) return left->target < right->target ? -1 : 1;
    return left->pc < right->pc ? -1 : left->pc > right->pc;
}

static void read_text(struct gt_references *references)
{
    const struct gt_process *process = references->process;
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    references->read = true;
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        uint64_t avail = 0, size = module->etext - module->text;
        const unsigned char *code = process->mem->map(process->mem->ctx, module->text, &avail);
        if (!code || module->etext < module->text) continue;
        (arm64 ? scan_arm64 : scan_amd64)(references, code, size < avail ? size : avail,
                                          module->text);
    }
    if (references->list.len)
        qsort(references->list.data, references->list.len, sizeof(struct reference), by_target);
}

static const struct reference *reference_at(const struct gt_references *references, size_t index)
{
    return gt_vec_at(&references->list, index);
}

/* How many references are to `addr` or lower. */
static size_t count_up_to(const struct gt_references *references, uint64_t addr)
{
    size_t low = 0, high = references->list.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reference_at(references, middle)->target <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those that start a global are no news: package initialisers, and what the collector calls. */
static bool is_telling(const char *function)
{
    size_t length = strlen(function);

    return strcmp(function, "?") != 0 &&
           (length < 5 || strcmp(function + length - 5, ".init") != 0) &&
           !strstr(function, ".init.");
}

static void add_user(struct gt_referred *out, const char *function)
{
    size_t known = out->user_count < 2 ? out->user_count : 2;

    for (size_t i = 0; i < known; i++)
        if (strcmp(out->users[i], function) == 0) return;
    if (out->user_count < 2) out->users[out->user_count] = function;
    out->user_count++;
}

bool gt_references_at(struct gt_references *references, uint64_t addr, struct gt_referred *out)
{
    struct section section;
    const char *last = NULL;

    if (!section_of(references->process, addr, &section)) return false;
    if (!references->read) read_text(references);
    size_t end = count_up_to(references, addr);
    uint64_t start = addr;
    if (end && reference_at(references, end - 1)->target >= section.start)
        start = reference_at(references, end - 1)->target;
    *out = (struct gt_referred){
        .section = section.name, .offset = start - section.start, .inside = addr - start};
    size_t first = start ? count_up_to(references, start - 1) : 0;
    for (size_t i = first; i < end && i < first + MAX_USERS; i++) {
        const char *function =
            gt_process_function(references->process, reference_at(references, i)->pc);
        if (!is_telling(function) || (last && strcmp(last, function) == 0)) continue;
        last = function;
        add_user(out, function);
    }
    return true;
}
