/* A plan on its way from the watch to a launch that waits for it: one message of their line. */
#include "job.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define JOB_MAX (96u << 10) /* a message of a socket pair; a longer plan gets a launch of its own */

struct job {
    uint32_t size;
    uint16_t rows, columns;
    uint32_t descriptors; /* 3: in, out, err; 0: a terminal's, or LATER */
};

#define LATER 0xffffffffu /* they come as a message of their own, to the child */

static void attach_ends(struct msghdr *message, char *room, size_t size, const int fds[3])
{
    message->msg_control = room;
    message->msg_controllen = size;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(3 * sizeof fds[0]);
    memcpy(CMSG_DATA(header), fds, 3 * sizeof fds[0]);
}

static bool take_ends(struct msghdr *message, int fds[3])
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header == NULL || header->cmsg_len != CMSG_LEN(3 * sizeof fds[0]))
        return false;
    memcpy(fds, CMSG_DATA(header), 3 * sizeof fds[0]);
    return true;
}

int send_ends(int line, const struct launch_stdio *io)
{
    int fds[3] = {io->in, io->out, io->err};
    char byte = 's', room[CMSG_SPACE(sizeof fds)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    attach_ends(&message, room, sizeof room, fds);
    return sendmsg(line, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int receive_ends(struct launch_stdio *io)
{
    int fds[3];
    char byte, room[CMSG_SPACE(sizeof fds)];
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t n;
    do
        n = recvmsg(io->later, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != 1 || !take_ends(&message, fds)) {
        errno = ECANCELED;
        return -1;
    }
    *io = (struct launch_stdio){.in = fds[0], .out = fds[1], .err = fds[2], .later = -1};
    return 0;
}

int send_job(int line, const struct plan *plan, const struct launch_stdio *io)
{
    struct job job = {.size = (uint32_t)plan->size, .rows = io->rows, .columns = io->columns,
                      .descriptors = io->later >= 0 ? LATER : io->out < 0 ? 0 : 3};
    int fds[3] = {io->in, io->out, io->err};
    char room[CMSG_SPACE(sizeof fds)] = {0};
    struct iovec data[2] = {{&job, sizeof job}, {(void *)(uintptr_t)plan->bytes, plan->size}};
    struct msghdr message = {.msg_iov = data, .msg_iovlen = 2};
    if (plan->size > JOB_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    if (job.descriptors == 3)
        attach_ends(&message, room, sizeof room, fds);
    return sendmsg(line, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

bool receive_job(int line, struct plan *plan, struct launch_stdio *io)
{
    static unsigned char bytes[JOB_MAX];
    struct job job;
    int fds[3] = {-1, -1, -1};
    char room[CMSG_SPACE(sizeof fds)];
    struct iovec data[2] = {{&job, sizeof job}, {bytes, sizeof bytes}};
    struct msghdr message = {.msg_iov = data, .msg_iovlen = 2, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t n;
    uint32_t step;
    const char *why;
    do
        n = recvmsg(line, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < (ssize_t)sizeof job || (size_t)n != sizeof job + job.size)
        return false;
    if (job.descriptors == 3 && !take_ends(&message, fds))
        return false;
    *io = (struct launch_stdio){.in = fds[0], .out = fds[1], .err = fds[2], .rows = job.rows, .columns = job.columns,
                                .later = job.descriptors == LATER ? line : -1};
    return plan_decode(plan, bytes, job.size, &step, &why) == 0; /* as the watch has decoded it */
}
