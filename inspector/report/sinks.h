/*
 * The sinks: each writes one document in one format, and knows only the report model.
 *
 * A sink reports nothing: write.c looks at the stream afterwards and makes the error. JSON can
 * also fail for want of memory and says so by false.
 */
#ifndef GT_REPORT_SINKS_H
#define GT_REPORT_SINKS_H

#include "gotopsy.h"

typedef bool gt_report_sink(const struct gt_report *report, const struct gt_style *style, FILE *to);
typedef bool gt_wait_graph_sink(const struct gt_wait_graph *graph, const struct gt_style *style,
                                FILE *to);
typedef bool gt_object_sink(const struct gt_object *object, const struct gt_style *style, FILE *to);
typedef bool gt_paths_sink(const struct gt_paths *paths, const struct gt_style *style, FILE *to);
typedef bool gt_view_sink(const struct gt_view *view, const struct gt_style *style, FILE *to);
typedef bool gt_goroutine_sink(const struct gt_goroutine_view *view, const struct gt_style *style,
                               FILE *to);
typedef bool gt_check_sink(const struct gt_check *check, const struct gt_style *style, FILE *to);
typedef bool gt_heap_sink(const struct gt_heap_table *table, const struct gt_style *style,
                          FILE *to);

gt_report_sink gt_text_report, gt_text_goroutines, gt_text_threads;
gt_report_sink gt_markdown_report;
gt_report_sink gt_json_report, gt_json_goroutines, gt_json_threads;
gt_report_sink gt_text_memory, gt_json_memory;
gt_report_sink gt_traceback, gt_pprof;
gt_wait_graph_sink gt_text_wait_graph, gt_json_wait_graph, gt_dot_wait_graph;
gt_check_sink gt_text_check, gt_json_check;
gt_object_sink gt_text_object, gt_json_object;
gt_heap_sink gt_text_heap, gt_json_heap, gt_csv_heap;
gt_paths_sink gt_text_paths, gt_json_paths;
gt_view_sink gt_text_view, gt_json_view;
gt_goroutine_sink gt_text_goroutine, gt_json_goroutine;

typedef bool gt_diff_sink(const struct gt_diff *diff, const struct gt_style *style, FILE *to);
gt_diff_sink gt_text_diff, gt_json_diff, gt_markdown_diff;

bool gt_json_error(const struct gt_error *error, FILE *to);

#endif
