/* Is linked with the archive, lets it leak, and waits. */
#include <stdio.h>
#include <unistd.h>

extern void Start(void);

int main(void)
{
    char byte;

    Start();
    puts("ready");
    fflush(stdout);
    return (int)read(0, &byte, 1);
}
