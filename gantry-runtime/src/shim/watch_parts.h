/* The parts of a watch, for its own files only.
 *
 *   watch.c    the loop: sources, deadlines, leaving
 *   conn.c     connections: frames in, frames out
 *   request.c  what each frame asks for
 *   start.c    LAUNCH: options, pipes, the launch and its result
 *   stdio.c    the container's streams
 *   attach.c   attachers and followers
 *   network.c  the container's network namespace, for engines that connect it
 *   freeze.c   holding the container still
 *   end.c      the end of the container
 */
#ifndef GANTRY_WATCH_PARTS_H
#define GANTRY_WATCH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"
#include "launch.h"
#include "log.h"
#include "plan.h"
#include "queue.h"

#define CHUNK (64u << 10)         /* one read from a stream */
#define STDIN_WINDOW (256u << 10) /* the most input that is held */
#define QUEUE_DEFAULT (1u << 20)  /* of an attacher */
#define QUEUE_LEAST (128u << 10)
#define QUEUE_MOST (64u << 20)

struct watch;

/* Something that epoll looks at. `events` is what it is registered for; 0: not registered. */
struct source {
    int fd;
    uint32_t events;
    void (*ready)(struct watch *watch, struct source *source, uint32_t events);
};

enum phase { WAITING, LAUNCHING, RUNNING, DRAINING, ENDED };

/* What a connection has under way, apart from requests. */
enum stream_mode {
    MODE_NONE,
    MODE_REPLAY, /* an attacher that still reads the log */
    MODE_LIVE,   /* an attacher */
    MODE_FOLLOW, /* a follower of the log */
};

enum { ATTACH_STDIN = 1, ATTACH_STDOUT = 2, ATTACH_STDERR = 4, ATTACH_LOSSLESS = 8, ATTACH_REPLAY = 16 };
enum end_reason { END_ALL = 0, END_SLOW = 1, END_GONE = 2, END_DETACHED = 3 };

struct conn {
    struct source source; /* first: a source is its connection */
    struct conn *next;
    bool dead, greeted, subscribed, freezes;
    struct queue in;  /* a frame that has not come whole */
    struct queue out; /* frames that the socket did not take yet */
    enum stream_mode mode;
    uint32_t flags;
    size_t limit;
    uint32_t credit; /* of stdin, in the client's hand */
    struct log_cursor cursor;
};

struct output {
    struct source source;
    bool open;
};

enum stdin_mode { STDIN_NONE = 0, STDIN_OPEN = 1, STDIN_ONCE = 2 };

struct input {
    struct source source;
    enum stdin_mode mode;
    struct queue queue;
    struct conn *holder;
    uint32_t owed; /* consumed, and not yet granted again */
    bool eof;      /* close after the queue */
    bool closed;   /* nothing can be written any more; before the start it is open */
};

/* A chunk whose log records wait for space on the disk. */
struct held {
    unsigned char *bytes;
    size_t size, logged;
    int stream;
};

struct watch {
    int epoll;
    char dir[108];
    dev_t device; /* of our socket */
    ino_t inode;
    struct source listener, signals, launch, owner;
    enum phase phase;
    struct conn *conns, *dead;
    struct conn *launcher; /* who waits for STARTED or FAILED */

    unsigned char *ahead_bytes; /* NULL: nothing was begun ahead of LAUNCH */
    struct plan ahead;
    unsigned char *plan_bytes;
    struct plan plan;
    pid_t pid;
    uint64_t start_time;
    int pidfd;
    uint64_t launch_came;
    bool failed;
    bool paused; /* by a user: no connection's end thaws it */

    struct {
        int space;       /* the namespace, from the handover to the end; -1 before and after */
        int udp, tcp;    /* of the name server; -1 without */
        bool offered;    /* the launcher is to say GO */
        bool own;        /* the plan makes the namespace */
        int err;         /* why the child was not let go on */
        char words[256];
    } net;

    struct output out[2]; /* with a terminal only the first */
    struct input in;
    int overlay;   /* the container's root, until its end is told; -1 without */
    int tty_slave; /* keeps the terminal from hanging up while the container runs; -1 without */
    bool tty, sized;
    uint16_t rows, columns;
    struct log log;
    struct held held;
    unsigned char *scratch; /* CHUNK bytes, given back when idle; so is `block`, of attach.c */
    unsigned char *block;

    const char *exit_path, *boot, *oom_path, *oom_key; /* into plan_bytes; NULL: no such step */
    uint64_t oom_before;
    int code, signal;
    uint64_t finished;
    bool oom;
    bool heard; /* an engine was told of the end */

    /* Deadlines in ms of the monotonic clock; 0: none. */
    uint64_t leave_at, drain_at, retry_at, trim_at, answer_at;
};

/* watch.c */
void source_set(struct watch *watch, struct source *source, uint32_t events);
void source_close(struct watch *watch, struct source *source);
void stop_listening(struct watch *watch);
uint64_t now_ms(void);
unsigned char *scratch(struct watch *watch);

/* conn.c */
void conn_accept(struct watch *watch, struct source *source, uint32_t events);
/* Takes received bytes apart into frames and obeys them; false when the connection must end. */
bool conn_feed(struct watch *watch, struct conn *conn, const unsigned char *bytes, size_t size);
/* Sends a frame now or queues it. `payload` may be in two parts. Ends the connection when the peer is gone. */
void conn_send(struct watch *watch, struct conn *conn, uint16_t type, const void *payload, size_t size);
void conn_send2(struct watch *watch, struct conn *conn, uint16_t type, const void *first, size_t first_size,
                const void *second, size_t second_size);
void conn_send_fields(struct watch *watch, struct conn *conn, uint16_t type, const struct field_writer *fields);
void conn_error(struct watch *watch, struct conn *conn, int err, const char *words);
void conn_end(struct watch *watch, struct conn *conn);

/* request.c */
bool request_handle(struct watch *watch, struct conn *conn, const struct frame_head *head,
                    const unsigned char *payload);

/* start.c */
/* Begins before anybody asks for the start; only the container's streams are not made. Nothing when that cannot be. */
void start_ahead(struct watch *watch, const unsigned char *plan, size_t size);
/* Undoes that, unless the start took it. */
void start_forget(struct watch *watch);
void start_launch(struct watch *watch, struct conn *conn, const unsigned char *plan, size_t size);
bool terminal_resize(struct watch *watch);

/* network.c */
/* The child has handed over its namespace, and waits. */
void network_offer(struct watch *watch, int space);
void network_go(struct watch *watch, const struct conn *conn);
/* The child will not go on; `words` say why. Nothing when it does not wait. */
void network_abort(struct watch *watch, int err, const char *words);
/* Descriptors for an engine: NETWORK_SOCKETS opens two for it alone, RESOLVER_SOCKETS are the ones that we hold. */
enum { NETWORK_SOCKETS = 1, RESOLVER_SOCKETS = 2 };
void network_give(struct watch *watch, struct conn *conn, uint32_t what);
void network_set(struct watch *watch, struct conn *conn, struct field_reader *in);
void network_close(struct watch *watch);

/* stdio.c */
void stdio_output_ready(struct watch *watch, struct source *source, uint32_t events);
void stdio_input_ready(struct watch *watch, struct source *source, uint32_t events);
/* Registers for what each stream may do now. */
void stdio_update(struct watch *watch);
/* Reads what the pipes hold at this moment, and closes them. */
void stdio_drain(struct watch *watch);
void stdio_retry_log(struct watch *watch);
void stdin_take(struct watch *watch, struct conn *conn, const unsigned char *bytes, size_t size);
void stdin_eof(struct watch *watch);
uint32_t stdin_claim(struct watch *watch, struct conn *conn);
void stdin_release(struct watch *watch, struct conn *conn, bool connection_ends);
void stdin_close(struct watch *watch);

/* attach.c */
void attach_begin(struct watch *watch, struct conn *conn, struct field_reader *fields);
void follow_begin(struct watch *watch, struct conn *conn, struct field_reader *fields);
void attach_deliver(struct watch *watch, int stream, const unsigned char *bytes, size_t size);
/* True when an attacher that must lose nothing has no room for another chunk. */
bool attach_holds_back(const struct watch *watch, int stream);
/* Sends from the log what the connection's queue has room for. */
void attach_pump(struct watch *watch, struct conn *conn);
void attach_pump_all(struct watch *watch);
void attach_end(struct watch *watch, struct conn *conn, enum end_reason reason, const char *words);
/* Ends all attachers that have everything; followers and replays end when they have caught up. */
void attach_end_all(struct watch *watch, const char *words);

/* freeze.c */
enum freeze_wish { FREEZE_THAW = 0, FREEZE_HOLD = 1, FREEZE_PAUSE = 2, FREEZE_UNPAUSE = 3 };
void freeze_wanted(struct watch *watch, struct conn *conn, enum freeze_wish wish);
/* A connection that ends wants nothing any more. */
void freeze_let_go(struct watch *watch, struct conn *conn);

/* end.c */
void end_reap(struct watch *watch);
/* Moves on from the init's death to the end, when it is time. */
void end_check(struct watch *watch);
void end_exited(struct watch *watch, struct conn *conn);
void end_failed(struct watch *watch);
uint64_t end_oom_count(const struct watch *watch);

#endif
