#include "loop.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 64

static int poll_fd = -1;
/* What died in this turn: events that are still to be handled may point to it. */
static void **dead;
static size_t dead_count, dead_room;

int loop_open(void)
{
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    return poll_fd < 0 ? -1 : 0;
}

int loop_wait_for(struct watched *who, uint32_t events)
{
    if (events == who->interest)
        return 0;
    struct epoll_event event = {.events = events, .data.ptr = who};
    int what = events == 0 ? EPOLL_CTL_DEL : who->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(poll_fd, what, who->fd, &event) != 0)
        return -1;
    who->interest = events;
    return 0;
}

void loop_bury(struct watched *who, void *memory)
{
    loop_wait_for(who, 0);
    if (who->fd >= 0)
        close(who->fd);
    who->fd = -1;
    who->ready = NULL;
    if (memory == NULL)
        return;
    if (dead_count == dead_room) {
        size_t room = dead_room * 2 + BATCH;
        void **more = realloc(dead, room * sizeof *more);
        if (more == NULL)
            return; /* leaked, rather than freed too early */
        dead = more;
        dead_room = room;
    }
    dead[dead_count++] = memory;
}

void loop_turn(int millis)
{
    struct epoll_event events[BATCH];
    int count = epoll_wait(poll_fd, events, BATCH, millis);
    for (int i = 0; i < count; i++) {
        struct watched *who = events[i].data.ptr;
        if (who->ready != NULL && who->interest != 0)
            who->ready(who, events[i].events);
    }
    while (dead_count > 0)
        free(dead[--dead_count]);
}
