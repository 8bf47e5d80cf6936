/* The container's network namespace: offered to the engine before the program runs, and kept for each engine that
 * comes later. A watch is one thread, so that it may step into the namespace for the length of a few calls; a process
 * with many cannot. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

#define RESOLVER_ADDRESS 0x7f00000b /* 127.0.0.11 */
#define RESOLVER_BACKLOG 128
#define HANDOVER_RESOLVER 1

/* ---- inside */

static int step_in(int space, int *home)
{
    *home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (*home < 0)
        return -1;
    if (setns(space, CLONE_NEWNET) == 0)
        return 0;
    int error = errno;
    close(*home);
    errno = error;
    return -1;
}

static void step_out(int home)
{
    int error = errno;
    while (setns(home, CLONE_NEWNET) != 0 && errno == ENOMEM)
        usleep(10000);
    close(home);
    errno = error;
}

static int open_resolver(int type)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(RESOLVER_ADDRESS)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && (type != SOCK_STREAM || listen(fd, RESOLVER_BACKLOG) == 0))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_resolvers(struct watch *watch)
{
    int home;
    if (step_in(watch->net.space, &home) < 0)
        return -1;
    watch->net.udp = open_resolver(SOCK_DGRAM);
    watch->net.tcp = watch->net.udp < 0 ? -1 : open_resolver(SOCK_STREAM);
    step_out(home);
    return watch->net.tcp < 0 ? -1 : 0;
}

static int open_netlinks(int space, int *route, int *netfilter)
{
    int home;
    *route = *netfilter = -1;
    if (step_in(space, &home) < 0)
        return -1;
    *route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    *netfilter = *route < 0 ? -1 : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    step_out(home);
    if (*netfilter >= 0)
        return 0;
    int error = errno;
    if (*route >= 0)
        close(*route);
    errno = error;
    return -1;
}

/* ---- the handover */

void network_offer(struct watch *watch, int space)
{
    struct fields in = step_fields(plan_find(&watch->plan, OP_HANDOVER));
    uint64_t flags = field_u(&in), patience = field_u(&in);
    watch->net.space = space;
    watch->net.offered = true;
    if (flags & HANDOVER_RESOLVER && open_resolvers(watch) < 0) {
        network_abort(watch, errno, "sockets of the name server at 127.0.0.11");
        return;
    }
    if (watch->launcher == NULL) {
        network_abort(watch, ECONNRESET, "the engine went away before the network was connected");
        return;
    }
    watch->answer_at = now_ms() + patience;
    conn_send(watch, watch->launcher, WATCH_OFFER, NULL, 0);
}

void network_go(struct watch *watch, const struct conn *conn)
{
    if (!watch->net.offered || watch->launcher != conn)
        return;
    watch->net.offered = false;
    watch->answer_at = 0;
    launch_answer(watch->launch.fd, true);
}

void network_abort(struct watch *watch, int err, const char *words)
{
    if (!watch->net.offered)
        return;
    watch->net.offered = false;
    watch->answer_at = 0;
    watch->net.err = err;
    snprintf(watch->net.words, sizeof watch->net.words, "%s", words);
    launch_answer(watch->launch.fd, false);
}

/* Without its last descriptor and process the namespace goes, with all interfaces in it. */
void network_close(struct watch *watch)
{
    int *all[] = {&watch->net.space, &watch->net.udp, &watch->net.tcp};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
    watch->net.offered = false;
    watch->answer_at = 0;
}

/* ---- for engines */

/* A container that was in no network, and may come into one: its namespace is its own, and nobody had to wait for it. */
static void find_space(struct watch *watch)
{
    char path[64];
    if (watch->net.space >= 0 || watch->phase != RUNNING || !watch->net.own)
        return;
    /* It is our child and not reaped: the number is its own. */
    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)watch->pid);
    watch->net.space = open(path, O_RDONLY | O_CLOEXEC);
    if (watch->net.space >= 0)
        open_resolvers(watch);
}

/* The frame and its descriptors are one message: a connection with unsent frames cannot take it. */
static void send_descriptors(struct watch *watch, struct conn *conn, const int *fds, uint32_t count)
{
    unsigned char bytes[FRAME_HEADER + 4];
    char room[CMSG_SPACE(5 * sizeof(int))] = {0};
    struct field_writer out = field_writer(bytes + FRAME_HEADER, 4);
    frame_head_put(bytes, WATCH_SOCKETS, 4);
    put_u32(&out, count);
    struct iovec data = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), fds, count * sizeof(int));
    if (queue_size(&conn->out) > 0)
        conn_error(watch, conn, EAGAIN, "read the earlier answers first");
    else if (sendmsg(conn->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof bytes)
        conn_end(watch, conn);
}

void network_give(struct watch *watch, struct conn *conn, uint32_t what)
{
    int fds[5], route = -1, netfilter = -1;
    uint32_t count = 0;
    find_space(watch);
    if (watch->net.space < 0) {
        conn_error(watch, conn, ESRCH, "the container has no network namespace of its own, or has ended");
        return;
    }
    if (what == 0 || what & ~(uint32_t)(NETWORK_SOCKETS | RESOLVER_SOCKETS)) {
        conn_error(watch, conn, EINVAL, "sockets that do not exist");
        return;
    }
    if (what & RESOLVER_SOCKETS && watch->net.tcp < 0) {
        conn_error(watch, conn, ENOENT, "the container has no sockets of a name server");
        return;
    }
    if (what & NETWORK_SOCKETS) {
        if (open_netlinks(watch->net.space, &route, &netfilter) < 0) {
            conn_error(watch, conn, errno, "open netlink sockets in the network namespace");
            return;
        }
        fds[count++] = watch->net.space;
        fds[count++] = route;
        fds[count++] = netfilter;
    }
    if (what & RESOLVER_SOCKETS) {
        fds[count++] = watch->net.udp;
        fds[count++] = watch->net.tcp;
    }
    send_descriptors(watch, conn, fds, count);
    if (route >= 0) {
        close(route);
        close(netfilter);
    }
}

/* As obey_sysctl has it: dots part the name, unless it has slashes. Only what belongs to the namespace can be named. */
static int write_setting(const char *name, const char *value)
{
    char path[256];
    bool slashes = strchr(name, '/') != NULL;
    bool ours = strncmp(name, "net.", 4) == 0 || strncmp(name, "net/", 4) == 0;
    if (!ours || strstr(name, "..") != NULL || strlen(name) + sizeof "/proc/sys/" > sizeof path) {
        errno = EINVAL;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/sys/%s", name);
    for (char *c = path; !slashes && *c != 0; c++)
        if (*c == '.')
            *c = '/';
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = write_all(fd, value, strlen(value));
    int error = errno;
    close(fd);
    errno = error;
    return rc;
}

static bool settings_whole(struct field_reader in)
{
    uint32_t length;
    for (uint32_t count = get_u32(&in); count > 0 && !in.bad; count--) {
        get_str(&in, &length);
        get_str(&in, &length);
    }
    return fields_done(&in);
}

void network_set(struct watch *watch, struct conn *conn, struct field_reader *in)
{
    int home, rc = 0;
    char words[320] = "";
    if (!settings_whole(*in)) {
        in->bad = true;
        return;
    }
    uint32_t count = get_u32(in), length;
    find_space(watch);
    if (watch->net.space < 0 || step_in(watch->net.space, &home) < 0) {
        int error = watch->net.space < 0 ? ESRCH : errno;
        conn_error(watch, conn, error, "the container's network namespace");
        return;
    }
    for (; count > 0 && rc == 0; count--) {
        const char *name = get_str(in, &length), *value = get_str(in, &length);
        rc = write_setting(name, value);
        if (rc < 0)
            snprintf(words, sizeof words, "%.200s = %.80s", name, value);
    }
    step_out(home);
    if (rc < 0)
        conn_error(watch, conn, errno, words);
    else
        conn_send(watch, conn, WATCH_OK, NULL, 0);
}
