/* Loads the library that is its argument, lets it leak, and waits. */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    void (*start)(void) = library ? (void (*)(void))dlsym(library, "Start") : NULL;
    char byte;

    if (!start) return 1;
    start();
    puts("ready");
    fflush(stdout);
    return (int)read(0, &byte, 1);
}
