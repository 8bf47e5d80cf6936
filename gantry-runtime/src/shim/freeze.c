/* Holding the container still. A freeze belongs to the connection that asked for it: when the engine that copies a
 * volume dies, the kernel ends its connections, and the container goes on. A pause belongs to the container: it lasts
 * until somebody ends it. */
#include <errno.h>
#include <string.h>

#include "watch_parts.h"

static bool anybody_freezes(const struct watch *watch)
{
    if (watch->paused)
        return true;
    for (const struct conn *c = watch->conns; c != NULL; c = c->next)
        if (c->freezes)
            return true;
    return false;
}

static bool runs(const struct watch *watch)
{
    return watch->phase == RUNNING || watch->phase == DRAINING;
}

/* 0, or -1 and errno: then it is paused as before. */
static int unpause(struct watch *watch)
{
    bool was = watch->paused;
    watch->paused = false;
    if (!was || !runs(watch) || anybody_freezes(watch) || release_freeze(&watch->plan, false) == 0)
        return 0;
    watch->paused = true;
    return -1;
}

void freeze_wanted(struct watch *watch, struct conn *conn, enum freeze_wish wish)
{
    if (wish == FREEZE_THAW) {
        freeze_let_go(watch, conn);
        conn_send(watch, conn, WATCH_OK, NULL, 0);
    } else if (wish == FREEZE_UNPAUSE) {
        if (unpause(watch) == 0)
            conn_send(watch, conn, WATCH_OK, NULL, 0);
        else
            conn_error(watch, conn, errno, strerror(errno));
    } else if (!runs(watch)) {
        conn_error(watch, conn, ESRCH, "the container does not run");
    } else if (release_freeze(&watch->plan, true) != 0) {
        conn_error(watch, conn, errno, strerror(errno));
    } else {
        if (wish == FREEZE_PAUSE)
            watch->paused = true;
        else
            conn->freezes = true;
        conn_send(watch, conn, WATCH_OK, NULL, 0);
    }
}

void freeze_let_go(struct watch *watch, struct conn *conn)
{
    if (!conn->freezes)
        return;
    conn->freezes = false;
    if (runs(watch) && !anybody_freezes(watch))
        release_freeze(&watch->plan, false);
}
