/* Connections. Each is a pair of sockets; what one side does not take at once is held for it, and meanwhile nothing is
 * read from the other: the pressure goes through to the sender. Ends are passed on one direction at a time. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CHUNK (256 << 10)
/* Chunks of one connection before the next one has its turn. */
#define TURN 4
#define ACCEPTS 64

struct side {
    struct watched watched;
    struct stream *stream;
    char *held; /* to be written to this side */
    size_t held_size, held_at;
    bool eof;  /* it says no more */
    bool shut; /* it was told that it will hear no more */
};

struct stream {
    struct side side[2];
    bool connecting;
    struct relay *relay; /* NULL when its port is published no more */
    struct in6_addr client;
    LIST_ENTRY(stream) of_relay;
};

static char chunk[CHUNK];
/* Given up for a moment when there are no descriptors left, so that a client can be sent away. */
static int spare = -1;

struct relay *relay_open(const char *name, int fd, bool datagrams)
{
    struct relay *relay = calloc(1, sizeof *relay + (datagrams ? RELAY_BUCKETS * sizeof *relay->buckets : 0));
    if (relay == NULL)
        return NULL;
    TAILQ_INIT(&relay->sessions);
    LIST_INIT(&relay->streams);
    strncpy(relay->name, name, RELAY_NAME - 1);
    relay->datagrams = datagrams;
    relay->watched.fd = fd;
    relay->watched.ready = datagrams ? relay_datagrams : relay_accept;
    return relay;
}

int relay_serve(struct relay *relay, const struct sockaddr_storage *to, socklen_t size)
{
    relay->to = *to;
    relay->to_size = size;
    relay->serving = true;
    return loop_wait_for(&relay->watched, EPOLLIN);
}

/* It is counted no more. */
static void forget(struct stream *stream)
{
    if (stream->relay == NULL)
        return;
    LIST_REMOVE(stream, of_relay);
    stream->relay->stream_count--;
    stream->relay = NULL;
}

void relay_close(struct relay *relay)
{
    struct stream *stream;
    relay_sweep(relay, true);
    while ((stream = LIST_FIRST(&relay->streams)) != NULL)
        forget(stream);
    loop_bury(&relay->watched, relay);
}

static void end(struct stream *stream, bool failed)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    forget(stream);
    for (int i = 0; i < 2; i++) {
        struct side *side = &stream->side[i];
        if (failed)
            setsockopt(side->watched.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        free(side->held);
        side->held = NULL;
        loop_bury(&side->watched, i == 0 ? NULL : stream);
    }
}

static struct side *other(struct side *side)
{
    return &side->stream->side[side == &side->stream->side[0]];
}

static bool waits_to_hear_the_end(const struct side *side, const struct side *from)
{
    return from->eof && !side->shut && side->held == NULL;
}

/* What is waited for now; ends the stream when both have said all. */
static void settle(struct stream *stream)
{
    for (int i = 0; i < 2; i++) {
        struct side *side = &stream->side[i];
        if (waits_to_hear_the_end(side, other(side))) {
            shutdown(side->watched.fd, SHUT_WR);
            side->shut = true;
        }
    }
    if (stream->side[0].shut && stream->side[1].shut) {
        end(stream, false);
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct side *side = &stream->side[i];
        uint32_t events = 0;
        if (stream->connecting)
            events = i == 1 ? EPOLLOUT : 0;
        else {
            events |= !side->eof && other(side)->held == NULL ? EPOLLIN : 0;
            events |= side->held != NULL ? EPOLLOUT : 0;
        }
        if (loop_wait_for(&side->watched, events) != 0) {
            end(stream, true);
            return;
        }
    }
}

static bool again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* True when all of it went, or the rest is held. */
static bool give(struct side *to, const char *bytes, size_t size)
{
    ssize_t n = send(to->watched.fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && !again())
        return false;
    size_t went = n < 0 ? 0 : (size_t)n;
    if (went == size)
        return true;
    to->held = malloc(size - went);
    if (to->held == NULL)
        return false;
    memcpy(to->held, bytes + went, size - went);
    to->held_size = size - went;
    to->held_at = 0;
    return true;
}

static bool take(struct side *from, struct side *to)
{
    for (int i = 0; i < TURN && to->held == NULL && !from->eof; i++) {
        ssize_t n = recv(from->watched.fd, chunk, sizeof chunk, 0);
        if (n < 0)
            return again();
        from->eof = n == 0;
        if (n > 0 && !give(to, chunk, (size_t)n))
            return false;
        if (n < (ssize_t)sizeof chunk)
            break;
    }
    return true;
}

static bool drain(struct side *to)
{
    ssize_t n = send(to->watched.fd, to->held + to->held_at, to->held_size - to->held_at, MSG_NOSIGNAL);
    if (n < 0)
        return again();
    to->held_at += (size_t)n;
    if (to->held_at == to->held_size) {
        free(to->held);
        to->held = NULL;
    }
    return true;
}

static void moved(struct watched *who, uint32_t events)
{
    struct side *side = (struct side *)who;
    struct stream *stream = side->stream;
    bool good = true;
    if (stream->connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        good = getsockopt(who->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
        stream->connecting = false;
    } else {
        if ((events & EPOLLOUT) && side->held != NULL)
            good = drain(side);
        if (good && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && other(side)->held == NULL)
            good = take(side, other(side));
    }
    if (good)
        settle(stream);
    else
        end(stream, true);
}

static void prepare(int fd)
{
    const int on = 1, idle = 60, interval = 15, probes = 8;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* Who vanishes without a word is noticed within three minutes. */
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

/* Where it comes from, IPv4 as IPv6 has it (RFC 4291 section 2.5.5.2). */
static struct in6_addr client_of(const struct sockaddr_storage *from)
{
    struct in6_addr client = {0};
    if (from->ss_family == AF_INET6)
        return ((const struct sockaddr_in6 *)from)->sin6_addr;
    client.s6_addr[10] = client.s6_addr[11] = 0xff;
    memcpy(&client.s6_addr[12], &((const struct sockaddr_in *)from)->sin_addr, 4);
    return client;
}

static bool has_room(const struct relay *relay, const struct in6_addr *client)
{
    unsigned own = 0;
    const struct stream *stream;
    if (relay->stream_count < RELAY_STREAMS_OF_CLIENT)
        return true;
    LIST_FOREACH(stream, &relay->streams, of_relay)
        own += IN6_ARE_ADDR_EQUAL(&stream->client, client);
    return relay->stream_count < RELAY_STREAMS && own < RELAY_STREAMS_OF_CLIENT;
}

static void begin(struct relay *relay, int client, const struct sockaddr_storage *from)
{
    const struct in6_addr whose = client_of(from);
    if (!has_room(relay, &whose)) {
        close(client);
        return;
    }
    struct stream *stream = calloc(1, sizeof *stream);
    int inside = socket(relay->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream == NULL || inside < 0) {
        free(stream);
        if (inside >= 0)
            close(inside);
        close(client);
        return;
    }
    const int fds[2] = {client, inside};
    for (int i = 0; i < 2; i++) {
        prepare(fds[i]);
        stream->side[i] = (struct side){.watched = {.fd = fds[i], .ready = moved}, .stream = stream};
    }
    stream->connecting = true;
    stream->relay = relay;
    stream->client = whose;
    LIST_INSERT_HEAD(&relay->streams, stream, of_relay);
    relay->stream_count++;
    if (connect(inside, (const struct sockaddr *)&relay->to, relay->to_size) != 0 && errno != EINPROGRESS)
        end(stream, true);
    else
        settle(stream);
}

void relay_accept(struct watched *who, uint32_t events)
{
    struct relay *relay = (struct relay *)who;
    (void)events;
    if (spare < 0)
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage from = {0};
        socklen_t size = sizeof from;
        int client = accept4(who->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0 && (errno == EMFILE || errno == ENFILE) && spare >= 0) {
            close(spare);
            client = accept(who->fd, NULL, NULL);
            if (client >= 0)
                close(client);
            spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
            continue;
        }
        if (client < 0)
            return;
        begin(relay, client, &from);
    }
}
