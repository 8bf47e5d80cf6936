/* The parts of the rootless face. docs/shim-protocol.md, "rootless". */
#ifndef GANTRY_ROOTLESS_H
#define GANTRY_ROOTLESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* How the namespaces reach the world. */
enum net { NET_AUTO, NET_PASTA, NET_SLIRP, NET_NONE, NET_HOST, NET_COUNT };
extern const char *const NET_NAMES[NET_COUNT];
bool net_parse(const char *name, enum net *out);

/* What inside asks of outside, one datagram each, over a socket pair. */
enum wish {
    WISH_MAPS = 1, /* the namespaces are there: map the ids */
    WISH_WORLD,    /* all is ready inside: connect it. Answered when that is done */
    WISH_BIND,     /* a socket of the host, bound, and listening if it is a stream; comes with the answer */
    WISH_ADDRESSES, /* the host's own */
    WISH_END,      /* nobody needs us any more */
};

struct wish_bind {
    uint32_t wish, type;
    uint32_t size;
    struct sockaddr_storage at;
};

/* The answer to every wish; `error` is an errno. */
struct granted {
    int32_t error;
    uint32_t net;      /* WISH_WORLD */
    char addresses[96]; /* WISH_ADDRESSES: IPv4 and IPv6, `-` for none */
};

/* Outside: makes inside, connects it, answers its wishes, and ends with it. `dir` is `state`, open. `ready` gets one
 * line: `ok`, or why not. */
_Noreturn void outside_run(const char *state, int dir, enum net net, int ready);
/* Inside: makes the namespaces, holds them, and carries what comes for published ports. */
_Noreturn void inside_run(const char *state, enum net net, int outside);

/* A helper program that carries packets between tap0 of `inside` and the host. Returns its pid, or -1 and errno. */
pid_t helper_start(enum net net, pid_t inside, int log);
/* Whether its program is there. */
bool helper_exists(enum net net);
/* Whether the namespace of `inside` has its way out by now. */
bool helper_is_up(pid_t inside);

/* The address where helpers answer for names. */
#define HELPER_NAMES "10.0.2.3"

#endif
