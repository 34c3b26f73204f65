/* The labels are read into an array of fixed size, and their texts copied from there. */
#include "inspector/detect/describe/label_texts.h"

const struct gt_label *gt_labels_keep(struct gt_arena *storage, const struct gt_label_text *labels,
                                      size_t count)
{
    struct gt_label *kept = gt_arena_alloc(storage, count * sizeof *kept);

    for (size_t i = 0; i < count; i++) {
        kept[i].key = gt_arena_strndup(storage, labels[i].key, labels[i].key_length);
        kept[i].value = gt_arena_strndup(storage, labels[i].value, labels[i].value_length);
    }
    return kept;
}

const struct gt_label *gt_labels_describe(struct gt_process *process, const struct gt_goroutine *g,
                                          struct gt_arena *storage, size_t *count)
{
    struct gt_label_source source;
    struct gt_label_text labels[GT_MAX_LABELS];

    gt_label_source_init(&source, process);
    *count = gt_labels_read(&source, gt_labels_address(process, g), labels);
    return gt_labels_keep(storage, labels, *count);
}
