// Dies of a signal, in C or in Go that C has called. The first argument names the place, the second
// what happens there. What dies of others' signals says "ready" when the signal may come.
package main

/*
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern void back(char *);

#define APART __attribute__((noinline, noclone))

APART static void fall_segv(void) { *(volatile int *)0x10 = 1; __asm__ volatile(""); }
APART static void fall_far(void) { *(volatile int *)0x80000000deadbeef = 1; __asm__ volatile(""); }
APART static void fall_ill(void) { __builtin_trap(); }
APART static void fall_fpe(void)
{
	volatile int zero = 0, one = 1;
	one = one / zero;
}
APART static void fall_trap(void) { __asm__ volatile("int3; nop"); }
APART static void fall_abort(void) { abort(); }

APART static void fall_bus(void)
{
	char name[] = "fallingXXXXXX";
	int file = mkstemp(name);
	unlink(name);
	if (ftruncate(file, 3 << 12)) _exit(9);
	volatile char *pages = mmap(0, 3 << 12, PROT_READ, MAP_SHARED, file, 0);
	if (ftruncate(file, 1 << 12)) _exit(9);
	pages[0] = pages[(2 << 12) + 17];
}

// The kernel sends SIGSYS for a system call that this thread's filter traps.
APART static void fall_sys(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof steps / sizeof *steps, steps};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(9);
	syscall(SYS_getpgid, 0);
}

APART static void fall_quit(void) { syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGQUIT); }
APART static void fall_wait(void)
{
	if (write(1, "ready\n", 6) == 6)
		for (;;) pause();
}

static const struct { const char *name; void (*fall)(void); } falls[] = {
	{"segv", fall_segv}, {"far", fall_far},   {"ill", fall_ill},   {"fpe", fall_fpe},
	{"trap", fall_trap}, {"bus", fall_bus},   {"sys", fall_sys},   {"quit", fall_quit},
	{"abort", fall_abort}, {"wait", fall_wait},
};

static char *what;

APART static void fall(char *name)
{
	for (size_t i = 0; i < sizeof falls / sizeof *falls; i++)
		if (!strcmp(falls[i].name, name)) falls[i].fall();
	__asm__ volatile("");
}

APART static void *on_thread(void *name) { fall(name); return name; }
APART static void *back_on_thread(void *name) { back(name); return name; }

APART static void start(void *(*body)(void *), char *name)
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, name);
	pthread_join(thread, NULL);
}
static void start_thread(char *name) { start(on_thread, name); }
static void start_back(char *name) { start(back_on_thread, name); }
APART static void call_back(char *name) { back(name); __asm__ volatile(""); }

APART static void handle(int number) { fall(what); }
APART static void in_handler(char *name)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

	what = name;
	sigaction(SIGUSR1, &action, NULL);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	__asm__ volatile("");
}

APART static void in_child(char *name)
{
	int status;
	pid_t child = fork();

	if (!child) fall(name);
	waitpid(child, &status, 0);
	_exit(0);
}
*/
import "C"

import (
	"os"
	"unsafe"
	_ "unsafe"
)

//go:linkname systemstack runtime.systemstack
func systemstack(func())

var nothing *[64]int

//go:noinline
func faultInGo() { nothing[2] = 1 }

//export back
func back(name *C.char) {
	if C.GoString(name) == "go" {
		faultInGo()
	}
	C.fall(name)
}

// The runtime's own stack of the thread.
func onG0(*C.char) { systemstack(faultInGo) }

func main() {
	places := map[string]func(*C.char){
		"c":           func(name *C.char) { C.fall(name) },
		"thread":      func(name *C.char) { C.start_thread(name) },
		"callback":    func(name *C.char) { C.call_back(name) },
		"thread-back": func(name *C.char) { C.start_back(name) },
		"handler":     func(name *C.char) { C.in_handler(name) },
		"child":       func(name *C.char) { C.in_child(name) },
		"g0":          onG0,
	}
	name := unsafe.Pointer(C.CString(os.Args[2]))
	places[os.Args[1]]((*C.char)(name))
}
