/* Inside asks outside: one datagram each, answered in the order they were sent. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inside.h"

static int outside;
static unsigned late; /* answers that nobody waits for any more */

void wishes_go_to(int fd)
{
    outside = fd;
}

/* The next answer, with a descriptor or -1. False and errno. */
static bool receive(struct granted *granted, int *fd, int flags)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = granted, .iov_len = sizeof *granted};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t n;
    *fd = -1;
    while ((n = recvmsg(outside, &message, MSG_CMSG_CLOEXEC | flags)) < 0 && errno == EINTR)
        ;
    struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    if (n == (ssize_t)sizeof *granted)
        return true;
    int error = n < 0 ? errno : EPIPE;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = error;
    return false;
}

bool wishes_drop_late(int flags)
{
    struct granted granted;
    int fd;
    while (late > 0 && receive(&granted, &fd, flags)) {
        late--;
        if (fd >= 0)
            close(fd);
    }
    return late == 0;
}

int wishes_ask(const void *wish, size_t size, struct granted *granted, int *fd)
{
    if (send(outside, wish, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return -1;
    if (!wishes_drop_late(0) || !receive(granted, fd, 0)) {
        if (errno == EAGAIN) {
            late++;
            errno = ETIMEDOUT;
        }
        return -1;
    }
    errno = granted->error;
    return granted->error == 0 ? 0 : -1;
}

void wishes_end(void)
{
    const uint32_t word = WISH_END;
    send(outside, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
}
