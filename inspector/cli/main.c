/* gotopsy: the command line over libgotopsy. */
#include "inspector/cli/tool.h"

int main(int argc, char **argv)
{
    return gt_tool_run(argc, (const char **)argv);
}
