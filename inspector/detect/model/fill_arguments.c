/* The words of arguments of a group's goroutines. The group decides which words exist, since its
 * goroutines have the same calls. Each goroutine has its own values. */
#include "inspector/detect/model/fill_arguments.h"
#include "gotypes/code/arguments.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/model/source.h"

struct word { /* the offset of a word from the first argument of a frame */
    uint32_t frame;
    uint8_t offset, size;
};

static struct gt_vec list_words(const struct gt_source_process *source,
                                const struct gt_goroutine *g)
{
    struct gt_vec words = GT_VEC_OF(struct word);
    struct gt_argument arguments[GT_MAX_ARGUMENTS];

    for (uint32_t i = 0; i < g->frame_count; i++) {
        i += gt_locations_gap(g, i);
        size_t count = gt_location_arguments(source->process, source->goroutines, g, i, arguments,
                                             GT_MAX_ARGUMENTS);
        for (size_t j = 0; j < count; j++) {
            struct word word = {i, arguments[j].offset, arguments[j].size};
            if (arguments[j].kind == GT_ARGUMENT_WORD) gt_vec_add(&words, &word);
        }
    }
    return words;
}

static bool read_word(const struct gt_source_process *source, const struct gt_goroutine *g,
                      const struct word *word, uint64_t *out)
{
    const struct gt_process *process = source->process;
    uint64_t addr = gt_g_frame(source->goroutines, g, word->frame)->cfa +
                    process->code.rules->args_offset + word->offset;
    const unsigned char *bytes = gt_mem_at(process->mem, addr, word->size);

    if (!bytes) return false;
    *out = 0;
    memcpy(out, bytes, word->size);
    return true;
}

static bool read_words(const struct gt_source_process *source, const struct gt_goroutine *g,
                       const struct gt_vec *words, uint64_t *out)
{
    for (size_t i = 0; i < words->len; i++)
        if (!read_word(source, g, gt_vec_at(words, i), &out[i])) return false;
    return true;
}

void gt_fill_arguments(const struct gt_source_process *source, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group)
{
    const struct gt_goroutine *list = source->goroutines->list;
    struct gt_vec words = list_words(source, &list[members[0].item]);
    uint64_t *kept = gt_arena_alloc(storage, count * words.len * sizeof *kept);
    bool complete = true;

    for (size_t i = 0; i < count && complete; i++)
        complete = read_words(source, &list[members[i].item], &words, kept + i * words.len);
    if (complete) {
        group->words = kept;
        group->word_count = words.len;
    }
    gt_vec_deinit(&words);
}
