#include "init.h"

#include <unistd.h>

#include "faces.h"

_Noreturn void init_run(int (*execute)(void *), void *argument) { _exit(execute(argument)); }
int face_init(int argc, char **argv) { (void)argc, (void)argv; return 2; }
