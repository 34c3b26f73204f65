/*
 * What the kernel records of a signal: a siginfo_t, which is the same on amd64 and arm64.
 *
 * After signal and code comes a union. It has an address only for a fault that the kernel raised,
 * and a sender only for a signal that a process sent; the code distinguishes them. A value that the
 * union does not have is unknown, not 0.
 */
#ifndef GT_CORE_SIGINFO_H
#define GT_CORE_SIGINFO_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GT_SIGINFO_BYTES = 32, /* bytes of a siginfo_t that are read */
    GT_SI_KERNEL = 0x80,   /* the code when the kernel knows no more */
    GT_SYS_SECCOMP = 1,    /* the code of SIGSYS when a filter refused a system call */
};

struct gt_siginfo {
    int32_t signal; /* 0: none */
    int32_t code;
    bool has_code;   /* else only the signal's number is known */
    uint64_t value;  /* the first word of the union */
    int32_t syscall; /* of SIGSYS by seccomp */
};

/* Reads `size` bytes of a siginfo_t; false when they are too few, or hold no signal. */
bool gt_siginfo_read(const unsigned char *bytes, uint64_t size, struct gt_siginfo *out);

/* Whether the kernel raised the signal because of an instruction. */
bool gt_siginfo_is_fault(const struct gt_siginfo *info);

bool gt_siginfo_address(const struct gt_siginfo *info, uint64_t *address);

/* Pid 0: the sender is outside this process's PID namespace. */
bool gt_siginfo_sender(const struct gt_siginfo *info, int32_t *pid, uint32_t *uid);

#endif
