/*
 * What the kernel says about a signal: a siginfo_t, which is the same on amd64 and arm64.
 *
 * After signal and code comes a union. It holds an address only for a fault that the kernel raised,
 * and a sender only for what a process sent: the code says which. Where it holds neither, both are
 * unknown, and neither is 0.
 */
#ifndef GT_CORE_SIGINFO_H
#define GT_CORE_SIGINFO_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GT_SIGINFO_BYTES = 32, /* of a siginfo_t, as many as are read */
    GT_SI_KERNEL = 0x80,   /* the code where the kernel does not know more */
    GT_SYS_SECCOMP = 1,    /* the code of SIGSYS where a filter refused a system call */
};

struct gt_siginfo {
    int32_t signal; /* 0: none */
    int32_t code;
    bool has_code;   /* else the signal's number is all that is known */
    uint64_t value;  /* the first word of the union */
    int32_t syscall; /* of SIGSYS by seccomp */
};

/* From `size` bytes of a siginfo_t; false when they are too few, or hold no signal. */
bool gt_siginfo_read(const unsigned char *bytes, uint64_t size, struct gt_siginfo *out);

/* The kernel raised it for what an instruction did. */
bool gt_siginfo_is_fault(const struct gt_siginfo *info);

bool gt_siginfo_address(const struct gt_siginfo *info, uint64_t *address);

/* Pid 0: a process that the namespace of this one does not see. */
bool gt_siginfo_sender(const struct gt_siginfo *info, int32_t *pid, uint32_t *uid);

#endif
