/*
 * A goroutine's pprof labels (runtime/pprof/label.go): a list of pairs since 1.24, a map before.
 *
 * The texts are borrowed from the core's memory and have no terminator. They are not copied, since
 * a server has a set of labels for each request, and a report shows few of them.
 */
#ifndef GT_RUNTIME_LABELS_H
#define GT_RUNTIME_LABELS_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_LABELS = 64 };

struct gt_label_text {
    const char *key, *value;
    size_t key_length, value_length; /* cut at 256 */
};

struct gt_label_source {
    struct gt_process *process;
    gt_type_id map; /* the type of a set of labels, in versions where it is a map */
};

void gt_label_source_init(struct gt_label_source *source, struct gt_process *process);

/* The address of a goroutine's labels, which goroutines may share; 0 when it has none. */
uint64_t gt_labels_address(const struct gt_process *process, const struct gt_goroutine *g);

/* The labels at the address, in the order of their keys; 0 when they cannot be read. */
size_t gt_labels_read(const struct gt_label_source *source, uint64_t address,
                      struct gt_label_text out[GT_MAX_LABELS]);

bool gt_label_equal(const struct gt_label_text *a, const struct gt_label_text *b);

#endif
