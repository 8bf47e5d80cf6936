/* The container's streams. Out: to the log, then to the attachers. In: from one attacher, by credit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

#define RETRY_MS 100
#define GRANT_AT (STDIN_WINDOW / 4)

/* ---- out */

static void delivered(struct watch *watch, int stream, const unsigned char *bytes, size_t size)
{
    attach_deliver(watch, stream, bytes, size);
    attach_pump_all(watch);
}

/* The disk is full, and the log may not lose anything: the chunk waits, and with it the container. */
static void hold(struct watch *watch, int stream, const unsigned char *bytes, size_t size, size_t logged)
{
    struct held *held = &watch->held;
    while ((held->bytes = malloc(size)) == NULL)
        usleep(10000);
    memcpy(held->bytes, bytes, size);
    held->size = size;
    held->logged = logged;
    held->stream = stream;
    watch->retry_at = now_ms() + RETRY_MS;
}

static void take_output(struct watch *watch, int stream, const unsigned char *bytes, size_t size)
{
    size_t logged;
    if (watch->log.kind != LOG_NONE && !log_feed(&watch->log, stream, bytes, size, realtime_ns(), &logged))
        hold(watch, stream, bytes, size, logged);
    else
        delivered(watch, stream, bytes, size);
}

void stdio_retry_log(struct watch *watch)
{
    struct held *held = &watch->held;
    if (held->bytes == NULL)
        return;
    size_t more = 0;
    bool done = log_retry(&watch->log) && log_feed(&watch->log, held->stream, held->bytes + held->logged,
                                                   held->size - held->logged, realtime_ns(), &more);
    held->logged += more;
    if (!done) {
        watch->retry_at = now_ms() + RETRY_MS;
        attach_pump_all(watch);
        return;
    }
    struct held finished = *held;
    *held = (struct held){0};
    delivered(watch, finished.stream, finished.bytes, finished.size);
    free(finished.bytes);
}

static void close_output(struct watch *watch, struct output *output)
{
    output->open = false;
    source_close(watch, &output->source);
}

void stdio_output_ready(struct watch *watch, struct source *source, uint32_t events)
{
    (void)events;
    int stream = source == &watch->out[STREAM_ERR].source ? STREAM_ERR : STREAM_OUT;
    if (watch->held.bytes != NULL || attach_holds_back(watch, stream))
        return;
    ssize_t n = read(source->fd, scratch(watch), CHUNK);
    if (n > 0)
        take_output(watch, stream, watch->scratch, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR)) /* EIO: the last slave of a terminal is closed */
        close_output(watch, &watch->out[stream]);
}

void stdio_update(struct watch *watch)
{
    for (int stream = 0; stream < 2; stream++) {
        bool read = watch->out[stream].open && watch->held.bytes == NULL && !attach_holds_back(watch, stream);
        source_set(watch, &watch->out[stream].source, read ? EPOLLIN : 0);
    }
}

/* Only what is there now: a grandchild may go on writing for ever. */
static void drain(struct watch *watch, int stream)
{
    struct output *output = &watch->out[stream];
    int left = 0;
    if (!output->open)
        return;
    ioctl(output->source.fd, FIONREAD, &left);
    while (left > 0) {
        ssize_t n = read(output->source.fd, scratch(watch), CHUNK);
        if (n <= 0)
            break;
        take_output(watch, stream, watch->scratch, (size_t)n);
        left -= (int)n;
    }
    close_output(watch, output);
}

void stdio_drain(struct watch *watch)
{
    watch->log.blocking = false; /* from here on records are dropped rather than waited for */
    stdio_retry_log(watch);
    drain(watch, STREAM_OUT);
    drain(watch, STREAM_ERR);
}

/* ---- in */

static void grant(struct watch *watch)
{
    struct input *in = &watch->in;
    if (in->owed == 0 || in->holder == NULL || (in->owed < GRANT_AT && queue_size(&in->queue) > 0))
        return;
    unsigned char bytes[4];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, in->owed);
    in->holder->credit += in->owed;
    in->owed = 0;
    conn_send_fields(watch, in->holder, WATCH_CREDIT, &out);
}

/* Writes what the container has room for. Closes the input when nobody can read it any more. */
static size_t write_now(struct watch *watch, const unsigned char *bytes, size_t size)
{
    struct input *in = &watch->in;
    size_t done = 0;
    while (done < size && in->source.fd >= 0) {
        ssize_t n = write(in->source.fd, bytes + done, size - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            break;
        } else if (n == 0 || errno != EINTR) {
            stdin_close(watch);
        }
    }
    return done;
}

static void write_queue(struct watch *watch)
{
    struct input *in = &watch->in;
    size_t size = queue_size(&in->queue);
    if (size == 0)
        return;
    size_t done = write_now(watch, queue_front(&in->queue), size);
    if (in->closed)
        return; /* the queue was dropped and granted */
    queue_consume(&in->queue, done);
    in->owed += (uint32_t)done;
}

void stdio_input_ready(struct watch *watch, struct source *source, uint32_t events)
{
    struct input *in = &watch->in;
    (void)events;
    if (source->fd < 0)
        return;
    write_queue(watch);
    /* A terminal has no end of input; its programs know Ctrl-D. */
    if (in->eof && queue_size(&in->queue) == 0 && !watch->tty)
        stdin_close(watch);
    if (!in->closed)
        source_set(watch, source, queue_size(&in->queue) > 0 ? EPOLLOUT : 0);
    grant(watch);
}

void stdin_take(struct watch *watch, struct conn *conn, const unsigned char *bytes, size_t size)
{
    struct input *in = &watch->in;
    if (conn != in->holder)
        return;
    /* Input that nobody reads any more is swallowed, so that `yes | run … head -1` can end. */
    bool open = !in->closed && !in->eof;
    size_t written = open && queue_size(&in->queue) == 0 ? write_now(watch, bytes, size) : 0;
    if (open && !in->closed && queue_append(&in->queue, bytes + written, size - written)) {
        in->owed += (uint32_t)written;
        stdio_input_ready(watch, &in->source, 0);
    } else {
        in->owed += (uint32_t)size;
        grant(watch);
    }
}

void stdin_eof(struct watch *watch)
{
    if (watch->tty)
        return; /* a terminal has no end: who comes back can type again */
    watch->in.eof = true;
    stdio_input_ready(watch, &watch->in.source, 0);
}

/* Also called when the plan gives no input at all. What waits is dropped, and granted again. */
void stdin_close(struct watch *watch)
{
    struct input *in = &watch->in;
    in->closed = true;
    in->owed += (uint32_t)queue_size(&in->queue);
    queue_free(&in->queue);
    source_close(watch, &in->source);
    grant(watch);
}

uint32_t stdin_claim(struct watch *watch, struct conn *conn)
{
    struct input *in = &watch->in;
    if (in->holder != NULL || in->closed || in->eof || watch->phase >= DRAINING)
        return 0;
    in->holder = conn;
    in->owed = 0;
    uint32_t left = (uint32_t)queue_size(&in->queue); /* of the holder before */
    conn->credit = left < STDIN_WINDOW ? STDIN_WINDOW - left : 1;
    return conn->credit;
}

void stdin_release(struct watch *watch, struct conn *conn, bool connection_ends)
{
    struct input *in = &watch->in;
    if (in->holder != conn)
        return;
    in->holder = NULL;
    conn->credit = 0;
    /* Before the start the mode is not known yet; an attacher that left by then was no first one. */
    if (connection_ends && in->mode == STDIN_ONCE)
        stdin_eof(watch);
}
