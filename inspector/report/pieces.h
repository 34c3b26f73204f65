/*
 * The pieces that pages are made of: stacks, paths, labels, lists.
 */
#ifndef GT_REPORT_PIECES_H
#define GT_REPORT_PIECES_H

#include "inspector/report/page.h"

/* The frames a line each, then "created by ...". The runtime's frames at both ends are left out. */
/* Which process it is, from which core: the first line of every page. */
void gt_page_process(struct gt_page *page, const struct gt_report *report);

/* The frames worth showing, from *first to before *end: gopark and its callers say only that a
 * goroutine waits, goexit only that it is one. `all`: every frame. */
void gt_shown_frames(const struct gt_stack *stack, bool all, size_t *first, size_t *end);

void gt_page_stack(struct gt_page *page, unsigned column, const struct gt_stack *stack,
                   const struct gt_place *created_by);

/* "global main.sessions map[string]*T -> map value *T -> field .token string" */
void gt_page_path(struct gt_page *page, const struct gt_path *path);

/* "labels  endpoint=/search, tenant=7" on a line of its own; nothing when there are none. */
void gt_page_labels(struct gt_page *page, unsigned column, const struct gt_label *labels,
                    size_t count);

/* "main.go:12", or "?" when the file is not known. Inks nothing, ends no line. */
void gt_page_site(struct gt_page *page, const struct gt_place *place);

/* How long the group's index-th goroutine has waited; GT_UNKNOWN when only the longest is known. */
int64_t gt_wait_of(const struct gt_goroutine_group *group, size_t index);

#endif
