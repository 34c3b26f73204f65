"""gotopsy against cores of programs that stated what is true of them.

One test a core: Go version, case, leak or twin, and who wrote the core. From the environment:

    GOTOPSY                the program under test (build/gotopsy)
    GOTOPSY_CORES          where cores are made, and kept for the next time (build/cores)
    GOTOPSY_SHARED         where programs and cores are made once for all processes that test
    GOTOPSY_CASES_SUBSET   1: only the kernel's leak cores of one version, for slow builds

What needs Go, gdb or kernel dumps is skipped, with the reason, where they are not to be had. The
core that ships is always tested.
"""
