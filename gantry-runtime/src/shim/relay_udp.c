/* Datagrams. Each client of a port has a socket of its own towards the container, so that answers find their way; it
 * goes when nothing moved for a while. Answers leave from the address that the client wrote to. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "relay.h"
#include "sys.h"

#define MOST_DATAGRAM (64 << 10)
#define MOST_SESSIONS 4096u
#define IDLE_NS (90ull * 1000000000u)
#define TURN 64

struct udp_session {
    struct watched watched;
    struct relay *relay;
    struct sockaddr_storage client;
    socklen_t client_size;
    _Alignas(struct cmsghdr) char at[CMSG_SPACE(sizeof(struct in6_pktinfo))]; /* our address that it wrote to */
    size_t at_size;
    uint64_t moved;
    TAILQ_ENTRY(udp_session) by_age;
    struct udp_session *next; /* of its bucket */
};

static char datagram[MOST_DATAGRAM];

static bool same_client(const struct udp_session *session, const struct sockaddr_storage *client, socklen_t size)
{
    return session->client_size == size && memcmp(&session->client, client, size) == 0;
}

/* FNV-1a of the address. */
static struct udp_session **bucket(struct relay *relay, const struct sockaddr_storage *client, socklen_t size)
{
    uint32_t hash = 2166136261u;
    for (socklen_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)client)[i]) * 16777619u;
    return &relay->buckets[(hash ^ hash >> 16) % RELAY_BUCKETS];
}

static void end(struct udp_session *session)
{
    struct relay *relay = session->relay;
    struct udp_session **at = bucket(relay, &session->client, session->client_size);
    while (*at != session)
        at = &(*at)->next;
    *at = session->next;
    TAILQ_REMOVE(&relay->sessions, session, by_age);
    relay->session_count--;
    loop_bury(&session->watched, session);
}

void relay_sweep(struct relay *relay, bool all)
{
    uint64_t now = monotonic_ns();
    for (struct udp_session *session = TAILQ_FIRST(&relay->sessions), *next; session != NULL; session = next) {
        next = TAILQ_NEXT(session, by_age);
        if (all || now - session->moved > IDLE_NS)
            end(session);
    }
}

/* The client's session, which becomes the first of all; NULL when there is none. */
static struct udp_session *find(struct relay *relay, const struct sockaddr_storage *client, socklen_t size)
{
    struct udp_session *session = *bucket(relay, client, size);
    while (session != NULL && !same_client(session, client, size))
        session = session->next;
    if (session != NULL) {
        TAILQ_REMOVE(&relay->sessions, session, by_age);
        TAILQ_INSERT_HEAD(&relay->sessions, session, by_age);
    }
    return session;
}

static void answered(struct watched *who, uint32_t events)
{
    struct udp_session *session = (struct udp_session *)who;
    (void)events;
    for (int i = 0; i < TURN; i++) {
        ssize_t n = recv(who->fd, datagram, sizeof datagram, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) /* nobody listens in the container: as good as lost */
            continue;
        session->moved = monotonic_ns();
        struct iovec part = {.iov_base = datagram, .iov_len = (size_t)n};
        struct msghdr message = {
            .msg_name = &session->client,
            .msg_namelen = session->client_size,
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = session->at_size > 0 ? session->at : NULL,
            .msg_controllen = session->at_size,
        };
        sendmsg(session->relay->watched.fd, &message, MSG_NOSIGNAL);
    }
}

static struct udp_session *begin(struct relay *relay, const struct sockaddr_storage *client, socklen_t size)
{
    if (relay->session_count >= MOST_SESSIONS)
        end(TAILQ_LAST(&relay->sessions, udp_sessions));
    struct udp_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    int fd = socket(relay->to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        session->watched = (struct watched){.fd = fd, .ready = answered};
    if (fd < 0 || connect(fd, (const struct sockaddr *)&relay->to, relay->to_size) != 0 ||
        loop_wait_for(&session->watched, EPOLLIN) != 0) {
        if (fd >= 0)
            close(fd);
        free(session);
        return NULL;
    }
    session->relay = relay;
    session->client = *client;
    session->client_size = size;
    struct udp_session **first = bucket(relay, client, size);
    session->next = *first;
    *first = session;
    TAILQ_INSERT_HEAD(&relay->sessions, session, by_age);
    relay->session_count++;
    return session;
}

/* The address a datagram was sent to becomes the one its answer leaves from; the interface is the kernel's choice. */
static void remember_own_address(struct udp_session *session, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        struct msghdr out = {.msg_control = session->at, .msg_controllen = sizeof session->at};
        struct cmsghdr *own = CMSG_FIRSTHDR(&out);
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo got, info = {0};
            memcpy(&got, CMSG_DATA(c), sizeof got);
            info.ipi_spec_dst = got.ipi_addr;
            *own = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
            memcpy(CMSG_DATA(own), &info, sizeof info);
            session->at_size = CMSG_SPACE(sizeof info);
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo got, info = {0};
            memcpy(&got, CMSG_DATA(c), sizeof got);
            info.ipi6_addr = got.ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&got.ipi6_addr))
                info.ipi6_ifindex = got.ipi6_ifindex;
            *own = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
            memcpy(CMSG_DATA(own), &info, sizeof info);
            session->at_size = CMSG_SPACE(sizeof info);
        }
    }
}

void relay_datagrams(struct watched *who, uint32_t events)
{
    struct relay *relay = (struct relay *)who;
    (void)events;
    for (int i = 0; i < TURN; i++) {
        struct sockaddr_storage client;
        memset(&client, 0, sizeof client);
        _Alignas(struct cmsghdr) char control[256];
        struct iovec part = {.iov_base = datagram, .iov_len = sizeof datagram};
        struct msghdr message = {
            .msg_name = &client,
            .msg_namelen = sizeof client,
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = control,
            .msg_controllen = sizeof control,
        };
        ssize_t n = recvmsg(who->fd, &message, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            continue;
        struct udp_session *session = find(relay, &client, message.msg_namelen);
        if (session == NULL)
            session = begin(relay, &client, message.msg_namelen);
        if (session == NULL)
            continue;
        remember_own_address(session, &message);
        session->moved = monotonic_ns();
        send(session->watched.fd, datagram, (size_t)n, MSG_NOSIGNAL);
    }
}
