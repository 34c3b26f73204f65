/*
 * The pieces of pages: stacks, paths, labels, lists.
 */
#ifndef GT_TEXT_PIECES_H
#define GT_TEXT_PIECES_H

#include "inspector/base/str.h"
#include "inspector/report/text/page.h"

enum { GT_STEP_IN = 4 }; /* columns by which the details of a line are indented */

/* The process and its core: the first line of every page. */
void gt_page_process(struct gt_page *page, const struct gt_report *report);

/* A label, and a text that begins at that column. */
void gt_page_labelled(struct gt_page *page, unsigned column, const char *label, const char *text);

/* The index of the goroutine of a group that died, or that the signal hit; id_count: none of
 * them. */
size_t gt_died_in(const struct gt_report *report, const struct gt_goroutine_group *group);

/* How the process died, on a line of its own; nothing when it did not. */
void gt_page_crash(struct gt_page *page, const struct gt_report *report);

/* True if all calls are the runtime's own. Such a stack is shown whole. In any other stack the
 * runtime's calls are left out. */
bool gt_is_internal(const struct gt_stack *stack);

/* One line for each location, with recursion shown once, then "created by ...". The runtime's own
 * calls are left out. */
void gt_page_stack(struct gt_page *page, unsigned column, const struct gt_stack *stack,
                   const struct gt_source_location *created_by);

/* "global main.sessions map[string]*T -> map value *T -> field .token string" */
void gt_page_path(struct gt_page *page, const struct gt_path *path);

/* "labels  endpoint=/search, tenant=7" on a line of its own; nothing when there are none. */
void gt_page_labels(struct gt_page *page, unsigned column, const struct gt_label *labels,
                    size_t count);

/* "main.go:12", or "?" when the file is not known. It sets no colour and ends no line. */
void gt_page_site(struct gt_page *page, const struct gt_source_location *place);
void gt_str_site(struct gt_str *to, const struct gt_page *page,
                 const struct gt_source_location *place);

/* "mutex main.account.Mutex at 0xc000012080" or "chan int at 0xc000012080": what is waited for. */
void gt_page_thing(struct gt_page *page, const struct gt_blocked_thing *thing);

/* "to send on chan int at 0xc000012080", "for wait group main.jobs at 0xc000012080": what a waiting
 * goroutine wants to do with it. */
void gt_page_wanted(struct gt_page *page, const struct gt_blocked_thing *thing);

/* " for up to 3m": the longest wait of `count` goroutines. " since the last collection": no
 * collection has seen it wait. Nothing if there was no collection either. */
void gt_page_waited(struct gt_page *page, int64_t wait_ns, size_t count, uint64_t collections);

/* How long the group's index-th goroutine has waited; GT_UNKNOWN when only the longest is known. */
int64_t gt_wait_of(const struct gt_goroutine_group *group, size_t index);

#endif
