/* libFuzzer: a hostile caller of inside, and an outside that answers as it likes. The lines go through the reader,
 * names, addresses and relays of real sockets. Whatever is said, inside answers or ends the connection. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int outside;

/* One answer, with or without a socket. */
static void answer(unsigned char how)
{
    struct granted granted = {.error = how & 1 ? EADDRINUSE : 0, .addresses = "192.0.2.1 -"};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = &granted, .iov_len = how & 2 ? 3 : sizeof granted};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int fd = how & 4 ? -1 : socket(AF_INET, (how & 8 ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !(how & 8))
        listen(fd, 1);
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    sendmsg(outside, &message, MSG_DONTWAIT);
    if (fd >= 0)
        close(fd);
}

static void open_once(void)
{
    int ends[2];
    static bool done;
    if (done)
        return;
    done = true;
    if (loop_open() != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    wishes_go_to(ends[0]);
    outside = ends[1];
    door.net = NET_NONE;
    door.state = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    char wish[1024];
    /* To leave is to exit. */
    if (size == 0 || memmem(data, size, "leave", 5) != NULL)
        return 0;
    open_once();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    struct door_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    client->watched = (struct watched){.fd = ends[0], .ready = door_hear};
    if (loop_wait_for(&client->watched, EPOLLIN) != 0)
        abort();
    for (int i = 0; i < 4; i++)
        answer(data[0] >> i);
    /* The first byte says into how large pieces the rest comes. */
    for (size_t at = 1, piece = (size_t)data[0] + 1; at < size; at += piece) {
        if (send(ends[1], data + at, size - at < piece ? size - at : piece, MSG_NOSIGNAL) < 0)
            break;
        loop_turn(0);
        while (recv(ends[1], wish, sizeof wish, MSG_DONTWAIT) > 0)
            ;
    }
    close(ends[1]);
    loop_turn(0); /* it ends with its caller */
    door_close_ports();
    loop_turn(0);
    while (recv(outside, wish, sizeof wish, MSG_DONTWAIT) > 0)
        ;
    wishes_drop_late(MSG_DONTWAIT);
    return 0;
}
