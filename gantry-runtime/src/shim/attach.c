/* Attachers and followers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sys.h"
#include "watch_parts.h"

/* A whole record fits, and its text too. */
#define BLOCK (128u << 10)
/* How much of the log is read ahead into a connection's queue. */
#define READ_AHEAD (128u << 10)

static bool wants(const struct conn *conn, int stream)
{
    return conn->flags & (stream == STREAM_ERR ? ATTACH_STDERR : ATTACH_STDOUT);
}

static bool has_room(const struct conn *conn, size_t size)
{
    return queue_size(&conn->out) + FRAME_HEADER + size <= conn->limit;
}

static void send_stream(struct watch *watch, struct conn *conn, int stream, const void *bytes, size_t size)
{
    if (size > 0 && wants(conn, stream))
        conn_send(watch, conn, stream == STREAM_ERR ? WATCH_ERR : WATCH_OUT, bytes, size);
}

/* ---- ends */

void attach_end(struct watch *watch, struct conn *conn, enum end_reason reason, const char *words)
{
    unsigned char bytes[256];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, reason);
    put_str(&out, words);
    conn->mode = MODE_NONE;
    log_cursor_close(&conn->cursor);
    stdin_release(watch, conn, reason != END_DETACHED);
    conn_send_fields(watch, conn, WATCH_END, &out);
}

void attach_end_all(struct watch *watch, const char *words)
{
    for (struct conn *c = watch->conns, *next; c != NULL; c = next) {
        next = c->next;
        if (c->mode == MODE_LIVE)
            attach_end(watch, c, END_ALL, words);
    }
}

/* ---- live */

void attach_deliver(struct watch *watch, int stream, const unsigned char *bytes, size_t size)
{
    for (struct conn *c = watch->conns, *next; c != NULL; c = next) {
        next = c->next;
        if (c->mode != MODE_LIVE || !wants(c, stream))
            continue;
        if (has_room(c, size) || c->flags & ATTACH_LOSSLESS)
            send_stream(watch, c, stream, bytes, size);
        else
            attach_end(watch, c, END_SLOW, "too slow: its queue was full");
    }
}

bool attach_holds_back(const struct watch *watch, int stream)
{
    for (const struct conn *c = watch->conns; c != NULL; c = c->next)
        if (c->mode == MODE_LIVE && c->flags & ATTACH_LOSSLESS && wants(c, stream) && !has_room(c, CHUNK))
            return true;
    return false;
}

/* ---- from the log */

/* The unfinished lines are not in the log yet; with them a replaying attacher is up to date. */
static void go_live(struct watch *watch, struct conn *conn)
{
    for (int stream = 0; stream < 2 && watch->log.kind != LOG_NONE; stream++)
        send_stream(watch, conn, stream, watch->log.partial[stream].bytes, watch->log.partial[stream].size);
    log_cursor_close(&conn->cursor);
    if (conn->dead)
        return;
    conn->mode = MODE_LIVE;
    if (watch->phase == ENDED)
        attach_end(watch, conn, END_ALL, "");
}

struct replay {
    unsigned char *text;
    size_t size;
    int stream;
};

static void replay_flush(struct watch *watch, struct conn *conn, struct replay *replay)
{
    send_stream(watch, conn, replay->stream, replay->text, replay->size);
    replay->size = 0;
}

/* Sends the texts of whole records; returns how many bytes of the block they took. */
static size_t replay_block(struct watch *watch, struct conn *conn, const unsigned char *block, size_t size,
                           struct replay *replay)
{
    size_t done = 0;
    const unsigned char *newline;
    while (!conn->dead && (newline = memchr(block + done, '\n', size - done)) != NULL) {
        size_t length = (size_t)(newline - (block + done));
        int stream;
        if (BLOCK - replay->size < length + 1)
            replay_flush(watch, conn, replay);
        ssize_t n = record_decode(watch->log.kind, block + done, length, &stream, replay->text + replay->size);
        if (n > 0 && stream != replay->stream && replay->size > 0) {
            unsigned char *text = replay->text + replay->size;
            replay_flush(watch, conn, replay);
            memmove(replay->text, text, (size_t)n);
        }
        if (n > 0) {
            replay->stream = stream;
            replay->size += (size_t)n;
        }
        done += length + 1;
    }
    replay_flush(watch, conn, replay);
    return done;
}

static void pump_replay(struct watch *watch, struct conn *conn, unsigned char *block)
{
    struct replay replay = {.text = block + BLOCK};
    while (!conn->dead && conn->mode == MODE_REPLAY && queue_size(&conn->out) < READ_AHEAD) {
        ssize_t n = watch->log.kind == LOG_NONE ? 0 : log_read(&watch->log, &conn->cursor, block, BLOCK);
        if (n < 0) {
            attach_end(watch, conn, END_GONE, "this part of the log is gone");
        } else if (n == 0) {
            /* While a chunk waits for the disk, part of it may be in the log: later it comes from there. And nobody is
             * cut for what was replayed to him: live he is when his queue has room. */
            if (watch->held.bytes == NULL && queue_size(&conn->out) <= conn->limit / 2 &&
                log_caught_up(&watch->log, &conn->cursor))
                go_live(watch, conn);
            return;
        } else {
            size_t done = replay_block(watch, conn, block, (size_t)n, &replay);
            if (done > 0)
                conn->cursor.offset -= (size_t)n - done;
        }
    }
}

static void pump_follow(struct watch *watch, struct conn *conn, unsigned char *block)
{
    while (!conn->dead && conn->mode == MODE_FOLLOW && queue_size(&conn->out) < READ_AHEAD) {
        ssize_t n = watch->log.kind == LOG_NONE ? 0 : log_read(&watch->log, &conn->cursor, block, CHUNK);
        if (n < 0) {
            attach_end(watch, conn, END_GONE, "this part of the log is gone");
        } else if (n == 0) {
            if (watch->phase == ENDED && log_caught_up(&watch->log, &conn->cursor))
                attach_end(watch, conn, END_ALL, "");
            return;
        } else {
            unsigned char place[16];
            struct field_writer out = field_writer(place, sizeof place);
            put_u64(&out, conn->cursor.generation);
            put_u64(&out, conn->cursor.offset - (uint64_t)n);
            conn_send2(watch, conn, WATCH_RECORDS, place, sizeof place, block, (size_t)n);
        }
    }
}

void attach_pump(struct watch *watch, struct conn *conn)
{
    /* Before the start nobody knows which log it will be. */
    if (watch->phase == WAITING || (conn->mode != MODE_REPLAY && conn->mode != MODE_FOLLOW))
        return;
    if (watch->phase != ENDED && queue_size(&conn->out) == 0 && conn->mode == MODE_FOLLOW && conn->cursor.fd >= 0 &&
        log_caught_up(&watch->log, &conn->cursor))
        return;
    if (watch->block == NULL && (watch->block = malloc(2 * BLOCK)) == NULL)
        return; /* tried again with the next output */
    if (conn->mode == MODE_FOLLOW)
        pump_follow(watch, conn, watch->block);
    else
        pump_replay(watch, conn, watch->block);
}

void attach_pump_all(struct watch *watch)
{
    for (struct conn *c = watch->conns, *next; c != NULL; c = next) {
        next = c->next;
        attach_pump(watch, c);
    }
}

/* ---- begins */

static bool busy(struct watch *watch, struct conn *conn)
{
    if (conn->mode == MODE_NONE)
        return false;
    conn_error(watch, conn, EBUSY, "this connection is attached or follows already");
    return true;
}

static size_t bounded(uint32_t limit)
{
    if (limit == 0)
        return QUEUE_DEFAULT;
    return limit < QUEUE_LEAST ? QUEUE_LEAST : limit > QUEUE_MOST ? QUEUE_MOST : limit;
}

void attach_begin(struct watch *watch, struct conn *conn, struct field_reader *fields)
{
    uint32_t flags = get_u32(fields), limit = get_u32(fields);
    uint64_t generation = get_u64(fields), offset = get_u64(fields);
    if (busy(watch, conn))
        return;
    conn->flags = flags;
    conn->limit = bounded(limit);
    conn->cursor = (struct log_cursor){generation, offset, -1};
    conn->mode = flags & ATTACH_REPLAY ? MODE_REPLAY : MODE_LIVE;

    unsigned char bytes[4];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, flags & ATTACH_STDIN ? stdin_claim(watch, conn) : 0);
    conn_send_fields(watch, conn, WATCH_ATTACHED, &out);
    if (!conn->dead && conn->mode == MODE_LIVE && watch->phase == ENDED)
        attach_end(watch, conn, END_ALL, "");
    else
        attach_pump(watch, conn);
}

void follow_begin(struct watch *watch, struct conn *conn, struct field_reader *fields)
{
    uint64_t generation = get_u64(fields), offset = get_u64(fields);
    if (busy(watch, conn))
        return;
    if (watch->phase != WAITING && watch->log.kind == LOG_NONE) {
        conn_error(watch, conn, ENODATA, "the container has no log");
        return;
    }
    conn->cursor = (struct log_cursor){generation, offset, -1};
    conn->mode = MODE_FOLLOW;
    conn->limit = QUEUE_DEFAULT;
    attach_pump(watch, conn);
}
