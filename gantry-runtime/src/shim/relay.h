/* Carries connections and datagrams from a socket of one network namespace to an address of this one. */
#ifndef GANTRY_RELAY_H
#define GANTRY_RELAY_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "loop.h"

#define RELAY_NAME 96
#define RELAY_BUCKETS 1024u

/* Connections of a port, and of them those that one client may have: it leaves room for others. As gantryd's own
 * relays have it. */
#define RELAY_STREAMS 1024u
#define RELAY_STREAMS_OF_CLIENT 512u

struct udp_session;
TAILQ_HEAD(udp_sessions, udp_session);
struct stream;
LIST_HEAD(streams, stream);

/* A published port. It belongs to whoever opened it until relay_close. */
struct relay {
    struct watched watched;
    char name[RELAY_NAME]; /* `tcp 0.0.0.0 8080` */
    bool datagrams;
    bool serving;
    struct sockaddr_storage to;
    socklen_t to_size;
    struct udp_sessions sessions; /* the one whose client spoke last is the first */
    unsigned session_count;
    struct streams streams;
    unsigned stream_count;
    struct relay *next;
    struct udp_session *buckets[]; /* by client: RELAY_BUCKETS for datagrams, else none */
};

/* A bound (and listening) socket; nothing is taken from it before relay_serve. NULL and errno. */
struct relay *relay_open(const char *name, int fd, bool datagrams);
/* From now on what comes goes to `to`. 0, or -1 and errno. */
int relay_serve(struct relay *, const struct sockaddr_storage *to, socklen_t size);
/* Connections that stand go on. */
void relay_close(struct relay *);

/* The parts, by protocol. */
void relay_accept(struct watched *, uint32_t events);
void relay_datagrams(struct watched *, uint32_t events);
/* Ends sessions of datagrams in which nothing moved for a while; all of them with `all`. */
void relay_sweep(struct relay *, bool all);

#endif
