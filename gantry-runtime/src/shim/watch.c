#include "watch.h"

#include <unistd.h>

_Noreturn void watch_run(int listener, const char *dir)
{
    (void)listener, (void)dir;
    _exit(1);
}
