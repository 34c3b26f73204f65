/* The functions that make the ledger's claims. Each reads one kind of structure, and skips what
 * cannot be read: its bytes then stay with the part around it. Private to the room. */
#ifndef GT_RUNTIME_READERS_H
#define GT_RUNTIME_READERS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"
#include "inspector/runtime/ledger/claims.h"
#include "inspector/runtime/ledger/runs.h"

struct gt_reader {
    const struct gt_process *process;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    uint64_t mheap;
    struct gt_vec runs; /* of segments: see runs.h */
    struct gt_claims claims;
};

void gt_claim_spans(struct gt_reader *reader);  /* of the heap, of stacks, of the collector */
void gt_claim_pages(struct gt_reader *reader);  /* free pages */
void gt_claim_stacks(struct gt_reader *reader); /* of goroutines and of threads */
void gt_claim_index(struct gt_reader *reader);  /* arenas and the index of pages */
void gt_claim_metadata(struct gt_reader *reader);
void gt_claim_mappings(struct gt_reader *reader); /* the program, files, the kernel's pages */
void gt_claim_c_heap(struct gt_reader *reader);

/* A runtime variable's word, such as a list's first element; 0 when it cannot be read. */
uint64_t gt_reader_global(const struct gt_reader *reader, const char *name);
/* A slice in mheap_, with the elements that the core has; false when this program has no such
 * slice. */
bool gt_reader_slice(const struct gt_reader *reader, enum gt_field_id field, struct gt_slice *out);

#endif
