/* The end of the container: reap, drain, record, tell, release, sync. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

#define GRANDCHILD_MS 1000 /* how long one may hold a pipe after the init's death */
#define LINGER_MS 10000    /* how long attachers may take without any progress */

/* ---- reaping */

static void init_ended(struct watch *watch, int status)
{
    watch->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    watch->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    watch->finished = realtime_ns();
    watch->phase = DRAINING;
    watch->drain_at = now_ms() + GRANDCHILD_MS;
    close(watch->pidfd);
    watch->pidfd = -1;
    source_close(watch, &watch->owner);
    network_close(watch);
    if (watch->tty_slave >= 0)
        close(watch->tty_slave); /* now the terminal hangs up when the container's processes have left it */
    watch->tty_slave = -1;
}

void end_reap(struct watch *watch)
{
    int status;
    pid_t pid;
    /* While a launch is under way its init may have ended, and must remain a zombie until its pidfd is open, or until
     * who undoes the launch has killed it by its number. */
    if (watch->phase == LAUNCHING || watch->ahead_bytes != NULL)
        return;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == watch->pid && watch->phase == RUNNING)
            init_ended(watch, status);
}

/* ---- the record */

uint64_t end_oom_count(const struct watch *watch)
{
    char text[4096];
    if (watch->oom_path == NULL)
        return 0;
    int fd = open(watch->oom_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    size_t key = strlen(watch->oom_key);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        uint64_t count;
        if (strncmp(line, watch->oom_key, key) == 0 && line[key] == ' ' && parse_u64(line + key + 1, &count))
            return count;
    }
    return 0;
}

static int sync_directory_of(const char *path)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
        slash[slash == dir ? 1 : 0] = 0;
    int fd = open(slash == NULL ? "." : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

/* Where the sync of a file makes its new name durable too: the journal or the log that it waits for holds the rename,
 * because a rename changes the inode. Elsewhere the directory is synced as well, which costs another flush. */
static bool sync_keeps_name(int fd)
{
    struct statfs info;
    if (fstatfs(fd, &info) != 0)
        return false;
    switch ((unsigned long)info.f_type) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
        return true;
    default:
        return false;
    }
}

/* Written beside and renamed: whole for whoever looks, whatever is killed. Returns the file, to be synced. */
static int write_whole(const char *path, const char *text, size_t size)
{
    char beside[4096];
    snprintf(beside, sizeof beside, "%s.new", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    if (write_all(fd, text, size) == 0 && rename(beside, path) == 0)
        return fd;
    close(fd);
    return -1;
}

#define ATTEMPTS 10 /* a full disk may have space a moment later, and the record is all that remains of the container */

struct record {
    int fd, size;
    char text[512];
};

static void try_to_write(const struct watch *watch, struct record *record)
{
    record->fd = write_whole(watch->exit_path, record->text, (size_t)record->size);
}

/* A host that loses its power before this has ended may keep a torn record; its reader knows one from a whole one. */
static void sync_record(const struct watch *watch, struct record *record)
{
    for (int attempt = 0; watch->exit_path != NULL && attempt < ATTEMPTS; attempt++) {
        bool synced = record->fd >= 0 && fsync(record->fd) == 0 &&
                      (sync_keeps_name(record->fd) || sync_directory_of(watch->exit_path) == 0);
        if (record->fd >= 0)
            close(record->fd);
        if (synced || access(watch->exit_path, F_OK) != 0) /* or removed with its container */
            return;
        usleep(50000);
        try_to_write(watch, record);
    }
    if (record->fd >= 0)
        close(record->fd);
}

/* The boot id is printed into JSON as it is; it is a UUID. */
static bool is_plain(const char *text)
{
    return text[strspn(text, "0123456789abcdefABCDEF-")] == 0;
}

static void record_exit(const struct watch *watch, struct record *record)
{
    record->fd = -1;
    if (watch->exit_path == NULL)
        return;
    record->size = snprintf(record->text, sizeof record->text,
                            "{\"version\":1,\"boot\":\"%.64s\",\"pid\":%d,\"startTime\":%llu,\"code\":%d,"
                            "\"signal\":%d,\"oom\":%s,\"finishedAt\":%llu,\"dropped\":%llu}\n",
                            is_plain(watch->boot) ? watch->boot : "", (int)watch->pid,
                            (unsigned long long)watch->start_time, watch->code, watch->signal,
                            watch->oom ? "true" : "false", (unsigned long long)watch->finished,
                            (unsigned long long)watch->log.dropped);
    try_to_write(watch, record);
    for (int attempt = 1; record->fd < 0 && attempt < ATTEMPTS; attempt++) {
        usleep(50000);
        try_to_write(watch, record);
    }
}

/* ---- telling */

void end_exited(struct watch *watch, struct conn *conn)
{
    unsigned char bytes[32];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, (uint32_t)watch->code);
    put_u32(&out, (uint32_t)watch->signal);
    put_u8(&out, watch->oom);
    put_u64(&out, watch->finished);
    put_u64(&out, watch->log.dropped);
    conn_send_fields(watch, conn, WATCH_EXITED, &out);
    if (!conn->dead) /* sending is what shows that an engine has died without our having looked */
        watch->heard = true;
}

static void tell(struct watch *watch)
{
    for (struct conn *c = watch->conns, *next; c != NULL; c = next) {
        next = c->next;
        if (c->subscribed)
            end_exited(watch, c);
    }
}

/* The end of a connection after EXITED says that everything is released; attachers may still need theirs. */
static void let_listeners_go(struct watch *watch)
{
    for (struct conn *c = watch->conns, *next; c != NULL; c = next) {
        next = c->next;
        if (c->mode == MODE_NONE && queue_size(&c->out) == 0)
            conn_end(watch, c);
    }
}

/* The last user of an overlay waits until everything written to the file system below it is on the disk. With this
 * descriptor that is the watch, after it has told of the end, and not the container's dying process before. */
static void let_root_go(struct watch *watch)
{
    if (watch->overlay >= 0)
        close(watch->overlay);
    watch->overlay = -1;
}

static void finish(struct watch *watch)
{
    watch->drain_at = 0;
    if (watch->log.kind != LOG_NONE)
        log_end(&watch->log, watch->finished);
    attach_end_all(watch, "");
    stdin_close(watch);
    watch->oom = end_oom_count(watch) > watch->oom_before;
    struct record record;
    record_exit(watch, &record);
    watch->phase = ENDED;
    tell(watch);
    attach_pump_all(watch);
    release_run(&watch->plan);
    sync_record(watch, &record);
    let_root_go(watch);
    stop_listening(watch);
    let_listeners_go(watch);
    watch->leave_at = now_ms() + LINGER_MS;
}

void end_check(struct watch *watch)
{
    if (watch->phase != DRAINING)
        return;
    bool drained = !watch->out[0].open && !watch->out[1].open && watch->held.bytes == NULL;
    if (!drained && now_ms() >= watch->drain_at) {
        stdio_drain(watch);
        drained = true;
    }
    if (drained)
        finish(watch);
}

void end_failed(struct watch *watch)
{
    watch->failed = true;
    watch->phase = ENDED;
    for (int stream = 0; stream < 2; stream++) {
        watch->out[stream].open = false;
        source_close(watch, &watch->out[stream].source);
    }
    source_close(watch, &watch->owner);
    network_close(watch);
    stdin_close(watch);
    attach_end_all(watch, "the container did not start");
    attach_pump_all(watch);
    end_reap(watch);
    watch->leave_at = now_ms() + LINGER_MS;
}
