/* Connections of a watch: frames in, frames out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "watch_parts.h"

/* Answers that a peer leaves unread beyond its stream's queue; more, and it is no peer of ours. */
#define UNREAD_MOST (1u << 20)

static void conn_ready(struct watch *watch, struct source *source, uint32_t events);

void conn_accept(struct watch *watch, struct source *source, uint32_t events)
{
    (void)events;
    for (;;) {
        int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct conn *conn = calloc(1, sizeof *conn);
        if (conn == NULL) {
            close(fd);
            return;
        }
        conn->source = (struct source){fd, 0, conn_ready};
        conn->cursor.fd = -1;
        conn->next = watch->conns;
        watch->conns = conn;
        source_set(watch, &conn->source, EPOLLIN);

        unsigned char bytes[32];
        struct field_writer hello = field_writer(bytes, sizeof bytes);
        put_u16(&hello, SHIM_VERSION);
        put_u32(&hello, (uint32_t)getpid());
        put_u32(&hello, (uint32_t)watch->pid);
        put_u64(&hello, watch->start_time);
        put_u8(&hello, watch->phase <= LAUNCHING ? 0 : watch->phase == ENDED ? 2 : 1);
        put_u8(&hello, watch->paused);
        conn_send_fields(watch, conn, WATCH_HELLO, &hello);
    }
}

/* The memory lives on until the end of the round, because events may still name it. */
void conn_end(struct watch *watch, struct conn *conn)
{
    if (conn->dead)
        return;
    conn->dead = true;
    conn->mode = MODE_NONE;
    stdin_release(watch, conn, true);
    freeze_let_go(watch, conn);
    if (watch->launcher == conn) {
        watch->launcher = NULL;
        network_abort(watch, ECONNRESET, "the engine went away before the network was connected");
    }
    source_close(watch, &conn->source);
    log_cursor_close(&conn->cursor);
    queue_free(&conn->in);
    queue_free(&conn->out);
    struct conn **link = &watch->conns;
    while (*link != conn)
        link = &(*link)->next;
    *link = conn->next;
    conn->next = watch->dead;
    watch->dead = conn;
}

/* ---- out */

/* Sends parts as far as the socket takes them. Returns how much, or -1 when the peer is gone. */
static ssize_t send_parts(int fd, struct iovec *parts, int count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS))
        return 0;
    return n;
}

void conn_send2(struct watch *watch, struct conn *conn, uint16_t type, const void *first, size_t first_size,
                const void *second, size_t second_size)
{
    unsigned char head[FRAME_HEADER];
    struct iovec parts[3] = {
        {head, sizeof head}, {(void *)(uintptr_t)first, first_size}, {(void *)(uintptr_t)second, second_size}};
    if (conn->dead)
        return;
    frame_head_put(head, type, (uint32_t)(first_size + second_size));
    size_t sent = 0;
    if (queue_size(&conn->out) == 0) {
        ssize_t n = send_parts(conn->source.fd, parts, 3);
        if (n < 0) {
            conn_end(watch, conn);
            return;
        }
        sent = (size_t)n;
    }
    bool ok = true;
    for (int i = 0; i < 3; i++) {
        size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        sent -= skip;
        if (skip == parts[i].iov_len)
            continue;
        ok = ok && queue_append(&conn->out, (char *)parts[i].iov_base + skip, parts[i].iov_len - skip);
    }
    if (!ok || queue_size(&conn->out) > conn->limit + UNREAD_MOST) {
        conn_end(watch, conn);
        return;
    }
    if (queue_size(&conn->out) > 0)
        source_set(watch, &conn->source, EPOLLIN | EPOLLOUT);
}

void conn_send(struct watch *watch, struct conn *conn, uint16_t type, const void *payload, size_t size)
{
    conn_send2(watch, conn, type, payload, size, NULL, 0);
}

void conn_send_fields(struct watch *watch, struct conn *conn, uint16_t type, const struct field_writer *fields)
{
    conn_send(watch, conn, type, fields->start, fields_size(fields));
}

void conn_error(struct watch *watch, struct conn *conn, int err, const char *words)
{
    unsigned char bytes[512];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, (uint32_t)err);
    put_str(&out, words);
    conn_send_fields(watch, conn, WATCH_ERROR, &out);
}

static void flush(struct watch *watch, struct conn *conn)
{
    size_t size = queue_size(&conn->out);
    struct iovec part = {(void *)(uintptr_t)queue_front(&conn->out), size};
    ssize_t n = size == 0 ? 0 : send_parts(conn->source.fd, &part, 1);
    if (n < 0) {
        conn_end(watch, conn);
        return;
    }
    queue_consume(&conn->out, (size_t)n);
    if (n > 0 && watch->phase == ENDED)
        watch->leave_at = now_ms() + 10000; /* progress */
    if (queue_size(&conn->out) == 0)
        source_set(watch, &conn->source, EPOLLIN);
}

/* ---- in */

/* How long a payload of this type may be; 0 for HELLO and what is empty is enforced by its fields. */
static uint32_t payload_most(uint16_t type)
{
    return type == WATCH_LAUNCH || type == WATCH_PREPARE ? FRAME_MAX_LAUNCH : FRAME_MAX;
}

/* Obeys whole frames. Returns how many bytes they took, or -1 when the connection must end. */
static ssize_t take_frames(struct watch *watch, struct conn *conn, const unsigned char *bytes, size_t size)
{
    size_t done = 0;
    while (size - done >= FRAME_HEADER) {
        struct frame_head head;
        if (!frame_head_get(bytes + done, &head) || head.size > payload_most(head.type))
            return -1;
        if (size - done - FRAME_HEADER < head.size)
            break;
        if (!request_handle(watch, conn, &head, bytes + done + FRAME_HEADER) || conn->dead)
            return -1;
        done += FRAME_HEADER + head.size;
    }
    return (ssize_t)done;
}

bool conn_feed(struct watch *watch, struct conn *conn, const unsigned char *bytes, size_t size)
{
    if (queue_size(&conn->in) == 0) {
        ssize_t done = take_frames(watch, conn, bytes, size);
        return done >= 0 && queue_append(&conn->in, bytes + done, size - (size_t)done);
    }
    if (!queue_append(&conn->in, bytes, size))
        return false;
    ssize_t done = take_frames(watch, conn, queue_front(&conn->in), queue_size(&conn->in));
    if (done > 0)
        queue_consume(&conn->in, (size_t)done);
    return done >= 0;
}

static void conn_ready(struct watch *watch, struct source *source, uint32_t events)
{
    struct conn *conn = (struct conn *)source;
    if (events & EPOLLOUT) {
        flush(watch, conn);
        if (!conn->dead && conn->mode != MODE_NONE)
            attach_pump(watch, conn);
    }
    if (conn->dead || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    ssize_t n = recv(source->fd, scratch(watch), CHUNK, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !conn_feed(watch, conn, watch->scratch, (size_t)n))
        conn_end(watch, conn);
}
