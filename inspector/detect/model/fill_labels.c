/* Starts with the first goroutine's labels, and drops those that a later goroutine lacks. If a
 * goroutine's labels are at the same address as those of the one before it, they are not read
 * again. */
#include "inspector/detect/model/fill_labels.h"

#include "inspector/detect/describe/label_texts.h"

void gt_add_labels_key(const struct gt_label_source *source, const struct gt_goroutine *g,
                       struct gt_str *key)
{
    struct gt_label_text labels[GT_MAX_LABELS];
    size_t count = gt_labels_read(source, gt_labels_address(source->process, g), labels);

    for (size_t i = 0; i < count; i++) {
        gt_str_format(key, ";%zu %zu ", labels[i].key_length, labels[i].value_length);
        gt_str_addn(key, labels[i].key, labels[i].key_length);
        gt_str_addn(key, labels[i].value, labels[i].value_length);
    }
}

static bool has_label(const struct gt_label_text *labels, size_t count,
                      const struct gt_label_text *label)
{
    for (size_t i = 0; i < count; i++)
        if (gt_label_equal(&labels[i], label)) return true;
    return false;
}

/* Keeps those of `labels` that are also among the labels at an address. */
static size_t keep_shared(const struct gt_label_source *source, uint64_t address,
                          struct gt_label_text *labels, size_t count)
{
    struct gt_label_text theirs[GT_MAX_LABELS];
    size_t their_count = gt_labels_read(source, address, theirs), kept = 0;

    for (size_t i = 0; i < count; i++)
        if (has_label(theirs, their_count, &labels[i])) labels[kept++] = labels[i];
    return kept;
}

static size_t shared_labels(const struct gt_label_source *source,
                            const struct gt_goroutines *goroutines, const struct gt_member *members,
                            size_t count, struct gt_label_text labels[GT_MAX_LABELS])
{
    const struct gt_goroutine *list = goroutines->list;
    uint64_t last = gt_labels_address(source->process, &list[members[0].item]);
    size_t shared = gt_labels_read(source, last, labels);

    for (size_t i = 1; i < count && shared; i++) {
        uint64_t address = gt_labels_address(source->process, &list[members[i].item]);
        if (address != last) shared = keep_shared(source, address, labels, shared);
        last = address;
    }
    return shared;
}

void gt_fill_labels(const struct gt_label_source *source, const struct gt_goroutines *goroutines,
                    const struct gt_member *members, size_t count, struct gt_arena *storage,
                    struct gt_goroutine_group *group)
{
    struct gt_label_text shared[GT_MAX_LABELS];

    group->label_count = shared_labels(source, goroutines, members, count, shared);
    group->labels = gt_labels_keep(storage, shared, group->label_count);
}
