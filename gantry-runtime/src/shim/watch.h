/* The door of the watch: what the starter calls in the fork. */
#ifndef GANTRY_WATCH_H
#define GANTRY_WATCH_H

/* A socket's path with its NUL is at most 108 bytes. <sys/un.h> */
#define WATCH_SOCKET_PATH_MAX 107

#include <stdbool.h>

/* Supervises one container; `listener` is bound at <dir>/s. Never returns. `own_network`: the container will have a
 * network namespace of its own, which can be made before its plan comes. */
_Noreturn void watch_run(int listener, const char *dir, bool own_network);

#endif
