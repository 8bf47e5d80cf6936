/* What each frame asks the watch for. */
#include <errno.h>
#include <string.h>

#include "sys.h"
#include "watch_parts.h"

static void ok(struct watch *watch, struct conn *conn)
{
    conn_send(watch, conn, WATCH_OK, NULL, 0);
}

static void signal_init(struct watch *watch, struct conn *conn, uint32_t number)
{
    if (watch->pidfd < 0)
        conn_error(watch, conn, ESRCH, "the container does not run");
    else if (sys_pidfd_send_signal(watch->pidfd, (int)number) != 0)
        conn_error(watch, conn, errno, strerror(errno));
    else
        ok(watch, conn);
}

static void resize(struct watch *watch, struct conn *conn, uint16_t rows, uint16_t columns)
{
    watch->rows = rows;
    watch->columns = columns;
    watch->sized = true;
    if (watch->phase <= LAUNCHING || terminal_resize(watch))
        ok(watch, conn);
    else
        conn_error(watch, conn, errno, strerror(errno));
}

static void subscribe(struct watch *watch, struct conn *conn)
{
    conn->subscribed = true;
    ok(watch, conn);
    if (watch->phase == ENDED && !watch->failed)
        end_exited(watch, conn);
}

static void log_position(struct watch *watch, struct conn *conn)
{
    unsigned char bytes[16];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u64(&out, watch->log.generation);
    put_u64(&out, watch->log.size);
    if (watch->log.kind == LOG_NONE)
        conn_error(watch, conn, ENODATA, "the container has no log");
    else
        conn_send_fields(watch, conn, WATCH_POS, &out);
}

static void detach(struct watch *watch, struct conn *conn)
{
    if (conn->mode == MODE_NONE)
        conn_error(watch, conn, EINVAL, "nothing is attached");
    else
        attach_end(watch, conn, END_DETACHED, "detached");
}

/* More than the credit in hand breaks the promise that memory is bounded. */
static bool standard_input(struct watch *watch, struct conn *conn, const unsigned char *bytes, uint32_t size)
{
    if (size > conn->credit)
        return false;
    conn->credit -= size;
    stdin_take(watch, conn, bytes, size);
    return true;
}

static bool greet(struct conn *conn, uint16_t version)
{
    conn->greeted = true;
    return version >= 1;
}

bool request_handle(struct watch *watch, struct conn *conn, const struct frame_head *head,
                    const unsigned char *payload)
{
    struct field_reader in = field_reader(payload, head->size);
    if (conn->greeted == (head->type == WATCH_HELLO)) /* HELLO comes first, and once */
        return false;
    uint32_t number;
    uint16_t rows, columns;
    const char *words;
    switch (head->type) {
    case WATCH_HELLO:
        rows = get_u16(&in);
        return fields_done(&in) && greet(conn, rows);
    case WATCH_LAUNCH:
        start_launch(watch, conn, payload, head->size);
        return true;
    case WATCH_SIGNAL:
        number = get_u32(&in);
        if (!fields_done(&in))
            return false;
        signal_init(watch, conn, number);
        return true;
    case WATCH_RESIZE:
        rows = get_u16(&in);
        columns = get_u16(&in);
        if (!fields_done(&in))
            return false;
        resize(watch, conn, rows, columns);
        return true;
    case WATCH_ATTACH:
        return head->size == 24 && (attach_begin(watch, conn, &in), true);
    case WATCH_FOLLOW:
        return head->size == 16 && (follow_begin(watch, conn, &in), true);
    case WATCH_STDIN:
        return standard_input(watch, conn, payload, head->size);
    case WATCH_STDIN_EOF:
        if (head->size == 0 && watch->in.holder == conn)
            stdin_eof(watch);
        return head->size == 0;
    case WATCH_SUBSCRIBE:
        subscribe(watch, conn);
        return head->size == 0;
    case WATCH_DETACH:
        detach(watch, conn);
        return head->size == 0;
    case WATCH_LOGPOS:
        log_position(watch, conn);
        return head->size == 0;
    case WATCH_GO:
        network_go(watch, conn);
        return head->size == 0;
    case WATCH_ABORT:
        words = get_str(&in, &number);
        if (words == NULL || !fields_done(&in))
            return false;
        if (watch->launcher == conn)
            network_abort(watch, ECANCELED, words);
        return true;
    case WATCH_FREEZE:
        number = get_u32(&in);
        if (!fields_done(&in) || number > FREEZE_UNPAUSE)
            return false;
        freeze_wanted(watch, conn, number);
        return true;
    case WATCH_PREPARE:
        start_ahead(watch, payload, head->size);
        return true;
    case WATCH_UNDO:
        start_forget(watch);
        ok(watch, conn);
        return head->size == 0;
    case WATCH_NETWORK:
        number = get_u32(&in);
        if (!fields_done(&in))
            return false;
        network_give(watch, conn, number);
        return true;
    case WATCH_SETTINGS:
        network_set(watch, conn, &in);
        return !in.bad;
    default:
        return false;
    }
}
