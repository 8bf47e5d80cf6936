/* A small event loop: descriptors, what is waited for, and whom to call. One thread. */
#ifndef GANTRY_LOOP_H
#define GANTRY_LOOP_H

#include <stdint.h>

struct watched {
    int fd;
    uint32_t interest;
    void (*ready)(struct watched *, uint32_t events);
};

/* 0, or -1 and errno. */
int loop_open(void);
/* Waits for `events` (EPOLLIN, EPOLLOUT) from now on; for nothing with 0, and then not for errors either. */
int loop_wait_for(struct watched *, uint32_t events);
/* Closes the descriptor, and frees `memory` once nobody can be about to be called with it. */
void loop_bury(struct watched *, void *memory);
/* Calls whoever is ready; returns after at most `millis`. */
void loop_turn(int millis);

#endif
