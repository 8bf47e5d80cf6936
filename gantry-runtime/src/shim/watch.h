/* The door of the watch: what the starter calls in the fork. */
#ifndef GANTRY_WATCH_H
#define GANTRY_WATCH_H

/* A socket's path with its NUL is at most 108 bytes. <sys/un.h> */
#define WATCH_SOCKET_PATH_MAX 107

/* Supervises one container; `listener` is bound at <dir>/s. Never returns. */
_Noreturn void watch_run(int listener, const char *dir);

#endif
