/* Compares addresses of code in the core with the binary. Another build of the same layout has its
 * functions and tables at other addresses. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/bitmap.h"

enum { LONGEST_CALL = 7 }; /* bytes of a call, on amd64 */

/* ---- return addresses ---------------------------------------------------------------------- */

/* The size of an instruction FF with its operand, by the two bytes after FF: ModRM and perhaps
 * SIB. */
static size_t operand_size(unsigned char modrm, unsigned char sib)
{
    static const uint8_t displacement[] = {0, 1, 4, 0};
    unsigned mode = modrm >> 6, base = modrm & 7;
    bool has_sib = mode != 3 && base == 4;
    bool only_displacement = mode == 0 && (base == 5 || (has_sib && (sib & 7) == 5));

    return 2 + (size_t)has_sib + (only_displacement ? 4 : displacement[mode]);
}

/* True after CALL rel32, or FF /2 with any operand. */
static bool follows_call_amd64(const struct gt_process *process, uint64_t pc)
{
    unsigned char code[LONGEST_CALL];

    if (!gt_mem_read(process->mem, pc - sizeof code, code, sizeof code)) return true;
    if (code[2] == 0xe8) return true;
    for (size_t i = 0; i + 2 <= sizeof code; i++)
        if (code[i] == 0xff && (code[i + 1] >> 3 & 7) == 2 &&
            i + operand_size(code[i + 1], i + 2 < sizeof code ? code[i + 2] : 0) == sizeof code)
            return true;
    return false;
}

/* BL or BLR. */
static bool follows_call_arm64(const struct gt_process *process, uint64_t pc)
{
    uint32_t instruction;

    return !gt_mem_u32(process->mem, pc - 4, &instruction) || instruction >> 26 == 0x25 ||
           (instruction & 0xfffffc1f) == 0xd63f0000;
}

bool gt_follows_call(const struct gt_process *process, uint64_t pc)
{
    return gt_core_machine(process->core) == GT_MACHINE_ARM64 ? follows_call_arm64(process, pc)
                                                              : follows_call_amd64(process, pc);
}

/* A frame below one that a signal or a fault made continues where it was interrupted, not after a
 * call. */
static bool was_interrupted(const struct gt_text *code, uint64_t callee)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return !gt_text_find(code, callee, &tab, &func) || func.id == code->id_async_preempt ||
           func.id == code->id_sigpanic || func.id == code->id_debug_call ||
           (func.flag & GT_FUNC_TOP_FRAME);
}

static bool is_top(const struct gt_text *code, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return !gt_text_find(code, pc, &tab, &func) || (func.flag & GT_FUNC_TOP_FRAME);
}

/* What a goroutine that calls C leaves as its place, to which a callback returns: no call is there
 * (runtime/asm_amd64.s, gosave_systemstack_switch). */
static bool is_left_by_cgo(const struct gt_process *process, uint64_t pc)
{
    return gt_process_is_in(process, pc, "runtime.systemstack_switch");
}

static bool calls_agree(const struct gt_process *process, const struct gt_goroutines *all,
                        const struct gt_goroutine *g)
{
    const struct gt_text *code = &process->code;

    if (g->frame_count && gt_process_is_in(process, g->at.pc, "runtime.gopark") &&
        !gt_follows_call(process, g->at.pc))
        return false;
    for (uint32_t i = 1; i < g->frame_count; i++) {
        uint64_t pc = gt_g_frame(all, g, i)->pc;
        if (is_top(code, pc) || was_interrupted(code, gt_g_frame(all, g, i - 1)->pc)) continue;
        if (is_left_by_cgo(process, pc)) continue;
        if (!gt_follows_call(process, pc)) return false;
    }
    return true;
}

/* Checks one goroutine of each place. */
static void check_calls(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    struct gt_bitmap places; /* numbers of places are less than goroutines */

    gt_bitmap_init(&places, goroutines->count);
    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        if (g->status == GT_G_WAITING && !gt_bit_test_set(&places, g->same_place) &&
            !calls_agree(process, goroutines, g))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_CALLS, 1, g->address);
    }
    gt_bitmap_deinit(&places);
}

/* ---- module data --------------------------------------------------------------------------- */

/* The addresses of its tables, which the linker writes and nothing changes. A slice has three
 * words. */
static const struct {
    enum gt_field_id field;
    uint8_t words;
} written[] = {
    {GT_F_moduledata_pcHeader, 1},   {GT_F_moduledata_funcnametab, 3},
    {GT_F_moduledata_cutab, 3},      {GT_F_moduledata_filetab, 3},
    {GT_F_moduledata_pctab, 3},      {GT_F_moduledata_pclntable, 3},
    {GT_F_moduledata_ftab, 3},       {GT_F_moduledata_minpc, 1},
    {GT_F_moduledata_maxpc, 1},      {GT_F_moduledata_text, 1},
    {GT_F_moduledata_etext, 1},      {GT_F_moduledata_noptrdata, 1},
    {GT_F_moduledata_enoptrdata, 1}, {GT_F_moduledata_data, 1},
    {GT_F_moduledata_edata, 1},      {GT_F_moduledata_bss, 1},
    {GT_F_moduledata_ebss, 1},       {GT_F_moduledata_noptrbss, 1},
    {GT_F_moduledata_enoptrbss, 1},  {GT_F_moduledata_types, 1},
    {GT_F_moduledata_etypes, 1},     {GT_F_moduledata_rodata, 1},
    {GT_F_moduledata_gofunc, 1},
};

/* The file's bytes at an address of the target; NULL if the file has none there. */
static const unsigned char *in_file(const struct gt_binary *binary, uint64_t addr, uint64_t size)
{
    struct gt_load load;
    uint64_t file_size;
    const unsigned char *file = gt_binary_file(binary, &file_size);

    for (size_t i = 0; gt_binary_load(binary, i, &load); i++) {
        if (addr < load.addr || addr - load.addr > load.file_size ||
            size > load.file_size - (addr - load.addr))
            continue;
        uint64_t at = load.offset + (addr - load.addr);
        return at <= file_size && size <= file_size - at ? file + at : NULL;
    }
    return NULL;
}

/* The loader adds the bias to addresses. A word that it fills from elsewhere is 0 in the file. */
static bool is_same(const struct gt_process *process, uint64_t in_core, uint64_t in_binary)
{
    uint64_t bias = gt_binary_bias(process->binary);

    return in_core == in_binary || in_core == in_binary + bias || (bias && !in_binary);
}

static void check_module(struct gt_process *process, const struct gt_module *module)
{
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        if (!gt_has(&process->layout, written[i].field)) continue;
        uint64_t at = module->address + gt_off(&process->layout, written[i].field), word;
        const unsigned char *bytes = in_file(process->binary, at, 8 * (uint64_t)written[i].words);
        for (unsigned j = 0; bytes && j < written[i].words; j++)
            if (gt_mem_u64(process->mem, at + 8 * j, &word) &&
                !is_same(process, word, gt_load64(bytes + 8 * j)))
                gt_contradict(&process->contradictions, GT_CONTRADICTION_MODULE, 1, at + 8 * j);
    }
}

static bool overlaps_another(const struct gt_process *process, size_t index)
{
    const struct gt_module *module = &process->modules[index];

    for (size_t i = 0; i < index; i++)
        if (process->modules[i].text < module->etext && module->text < process->modules[i].etext)
            return true;
    return false;
}

void gt_consistency_of_code(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    uint64_t altered = gt_binary_altered(process->core, process->binary);

    check_calls(process, goroutines);
    gt_contradict(&process->contradictions, GT_CONTRADICTION_CONTENT, altered != 0, altered);
    for (size_t i = 0; i < process->module_count; i++) {
        check_module(process, &process->modules[i]);
        if (overlaps_another(process, i))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_MODULES, 1,
                          process->modules[i].address);
    }
}
