/* libFuzzer: a hostile client of a watch. Its bytes go through the frame reader, requests, attachers, followers and
 * input, with a small log beneath and a container that is only a pipe. Whatever it sends, the watch may end the
 * connection and nothing else. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[] = "/tmp/gantry-fuzz-XXXXXX";

static void remove_directory(void)
{
    char path[64];
    static const char *const NAMES[] = {"log", "log.1", "log.2", "log.gen"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, NAMES[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void open_watch(struct watch *watch)
{
    static bool made;
    char path[64];
    if (!made && mkdtemp(directory) == NULL)
        abort();
    if (!made)
        atexit(remove_directory);
    made = true;
    *watch = (struct watch){.epoll = epoll_create1(EPOLL_CLOEXEC), .phase = RUNNING, .pid = 1, .pidfd = -1,
                            .tty_slave = -1, .net = {.space = -1, .udp = -1, .tcp = -1}, .log = {.fd = -1}};
    watch->listener.fd = watch->signals.fd = watch->launch.fd = watch->owner.fd = -1;
    watch->out[0].source.fd = watch->out[1].source.fd = -1;
    snprintf(path, sizeof path, "%s/log", directory);
    if (log_open(&watch->log, LOG_JSON, path, 2000, 3, false) != 0)
        abort();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        abort();
    watch->in = (struct input){.source = {ends[1], 0, stdio_input_ready}, .mode = STDIN_OPEN};
    close(ends[0]);
}

static struct conn *open_conn(struct watch *watch, int *peer)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    struct conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        abort();
    conn->source.fd = ends[0];
    conn->cursor.fd = -1;
    conn->next = watch->conns;
    watch->conns = conn;
    *peer = ends[1];
    return conn;
}

static void close_watch(struct watch *watch)
{
    while (watch->conns != NULL)
        conn_end(watch, watch->conns);
    while (watch->dead != NULL) {
        struct conn *conn = watch->dead;
        watch->dead = conn->next;
        free(conn);
    }
    stdin_close(watch);
    queue_free(&watch->in.queue);
    log_end(&watch->log, 1);
    log_trim(&watch->log);
    close(watch->log.fd);
    free(watch->log.path);
    free(watch->block);
    free(watch->scratch);
    close(watch->epoll);
}

/* A log that somebody else wrote into. */
static void decode_record(enum log_kind kind, const uint8_t *data, size_t size)
{
    int stream;
    unsigned char *text = malloc(size + 1);
    if (text != NULL && record_decode(kind, data, size, &stream, text) > (ssize_t)size + 1)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char HELLO[] = {2, 0, 0, 0, WATCH_HELLO, 0, 0, 0, SHIM_VERSION, 0};
    struct watch watch;
    int peer;
    size_t logged;
    open_watch(&watch);
    struct conn *conn = open_conn(&watch, &peer);
    bool goes_on = conn_feed(&watch, conn, HELLO, sizeof HELLO);
    /* The first byte says into how large pieces the rest comes. */
    size_t piece = size == 0 ? 1 : (size_t)data[0] + 1;
    for (size_t at = 1; goes_on && at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        goes_on = conn_feed(&watch, conn, data + at, n);
        /* What it sends is also what the container prints. */
        log_feed(&watch.log, STREAM_OUT, data + at, n, 1000000007, &logged);
        attach_deliver(&watch, STREAM_OUT, data + at, n);
        attach_pump_all(&watch);
    }
    if (!goes_on && watch.conns != NULL)
        conn_end(&watch, conn);
    close(peer);
    close_watch(&watch);
    decode_record(LOG_JSON, data, size);
    decode_record(LOG_CRI, data, size);
    return 0;
}
