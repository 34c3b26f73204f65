/* rtypes, their masks, pointer slots and names, and the runtime's layouts from them. The input is a
 * module's types. */
#include "gotypes/types/rtype_facts.h"
#include "tests/fuzz/fuzz.h"

enum { ASKED = 256 };

static void ask(struct gt_types *types, uint64_t addr)
{
    gt_type_id id = gt_types_at(types, addr);
    uint64_t words;

    if (!id) return;
    gt_types_mask(types, id, &words);
    gt_types_pointer_layout(types, id);
    gt_types_name(types, id);
    gt_types_elem(types, id);
    gt_types_key(types, id);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    uint64_t offset, width;

    if (!fuzz_target_init(&target, bytes, size)) return 0;
    struct gt_module module = {.types = FUZZ_BASE, .etypes = FUZZ_BASE + target.size};
    struct gt_types *types = fuzz_types_create(&target, &module);
    for (uint64_t i = 0; i < ASKED && i * 8 < target.size; i++)
        ask(types, FUZZ_BASE + i * 8);
    gt_types_of_itab(types, FUZZ_BASE);
    struct gt_rtype_facts *facts = gt_rtype_facts_create(types, &target.mem, &module);
    const struct gt_facts *answer = gt_rtype_facts_of(facts);
    answer->field(answer->ctx, "runtime.g", "stack.lo", &offset, &width);
    gt_rtype_facts_destroy(facts);
    gt_types_destroy(types);
    return 0;
}
