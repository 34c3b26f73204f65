/* Three lists of words: two by the signal's number, one by the reason. */
#include "inspector/report/signals.h"

#include "inspector/names/words.h"

#include <signal.h>
#include <stdio.h>

static const char *const names[] = {
    [SIGHUP] = "SIGHUP",       [SIGINT] = "SIGINT",       [SIGQUIT] = "SIGQUIT",
    [SIGILL] = "SIGILL",       [SIGTRAP] = "SIGTRAP",     [SIGABRT] = "SIGABRT",
    [SIGBUS] = "SIGBUS",       [SIGFPE] = "SIGFPE",       [SIGKILL] = "SIGKILL",
    [SIGUSR1] = "SIGUSR1",     [SIGSEGV] = "SIGSEGV",     [SIGUSR2] = "SIGUSR2",
    [SIGPIPE] = "SIGPIPE",     [SIGALRM] = "SIGALRM",     [SIGTERM] = "SIGTERM",
    [SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD",     [SIGCONT] = "SIGCONT",
    [SIGSTOP] = "SIGSTOP",     [SIGTSTP] = "SIGTSTP",     [SIGTTIN] = "SIGTTIN",
    [SIGTTOU] = "SIGTTOU",     [SIGURG] = "SIGURG",       [SIGXCPU] = "SIGXCPU",
    [SIGXFSZ] = "SIGXFSZ",     [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
    [SIGWINCH] = "SIGWINCH",   [SIGPOLL] = "SIGPOLL",     [SIGPWR] = "SIGPWR",
    [SIGSYS] = "SIGSYS",
};

const char *gt_signal_name(int32_t signal)
{
    return gt_word(&(struct gt_words)GT_WORDS(names), (unsigned)signal);
}

struct gt_signal_text gt_signal_text(int32_t signal)
{
    const char *name = gt_signal_name(signal);
    struct gt_signal_text out;

    if (name)
        snprintf(out.text, sizeof out.text, "%s", name);
    else
        snprintf(out.text, sizeof out.text, "signal %d", signal);
    return out;
}

/* runtime/sigtab_linux_generic.go */
static const char *const meanings[] = {
    [SIGQUIT] = "quit",
    [SIGILL] = "illegal instruction",
    [SIGTRAP] = "trace trap",
    [SIGABRT] = "abort",
    [SIGBUS] = "bus error",
    [SIGFPE] = "floating-point exception",
    [SIGSEGV] = "segmentation violation",
    [SIGSTKFLT] = "stack fault",
    [SIGSYS] = "bad system call",
};

const char *gt_signal_meaning(int32_t signal)
{
    return gt_word(&(struct gt_words)GT_WORDS(meanings), (unsigned)signal);
}

static const char *const reasons[] = {
    [GT_SIGNAL_REASON_UNKNOWN] = NULL,
    [GT_SIGNAL_NOT_MAPPED] = "nothing is mapped there",
    [GT_SIGNAL_ACCESS] = "the mapping does not allow the access",
    [GT_SIGNAL_PROTECTION_KEY] = "a protection key does not allow the access",
    [GT_SIGNAL_NO_ADDRESS] = "address unknown, likely non-canonical",
    [GT_SIGNAL_MISALIGNED] = "misaligned",
    [GT_SIGNAL_NO_MEMORY] = "no memory behind the mapping, such as past the end of its file",
    [GT_SIGNAL_HARDWARE] = "hardware error",
    [GT_SIGNAL_MEMORY_FAILED] = "memory failed",
    [GT_SIGNAL_OPCODE] = "illegal opcode",
    [GT_SIGNAL_OPERAND] = "illegal operand",
    [GT_SIGNAL_PRIVILEGED] = "privileged opcode",
    [GT_SIGNAL_DIVISION] = "integer divided by zero",
    [GT_SIGNAL_OVERFLOW] = "integer overflow",
    [GT_SIGNAL_BREAKPOINT] = "breakpoint",
    [GT_SIGNAL_SINGLE_STEP] = "single step",
    [GT_SIGNAL_HARDWARE_BREAKPOINT] = "hardware breakpoint",
    [GT_SIGNAL_TRAP] = "trap instruction, such as a breakpoint",
    [GT_SIGNAL_SECCOMP] = "a seccomp filter refused a system call",
    [GT_SIGNAL_KILL] = "sent by kill",
    [GT_SIGNAL_SIGQUEUE] = "sent by sigqueue",
    [GT_SIGNAL_TGKILL] = "sent to one thread by tgkill",
    [GT_SIGNAL_TIMER] = "sent by a POSIX timer",
    [GT_SIGNAL_MESSAGE_QUEUE] = "sent by a message queue",
    [GT_SIGNAL_BY_KERNEL] = "sent by the kernel, as a terminal makes it do",
};

const char *gt_signal_reason_text(enum gt_signal_reason reason)
{
    return gt_word(&(struct gt_words)GT_WORDS(reasons), reason);
}
