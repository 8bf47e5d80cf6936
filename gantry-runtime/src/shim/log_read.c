/* Readers of the log: cursors that cross rotations. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

void log_cursor_close(struct log_cursor *cursor)
{
    if (cursor->fd >= 0)
        close(cursor->fd);
    cursor->fd = -1;
}

static int open_generation(const struct log *log, uint64_t generation)
{
    char path[4096];
    uint64_t age = log->generation - generation;
    if (generation > log->generation || age >= log->max_files)
        return -1;
    if (age == 0)
        snprintf(path, sizeof path, "%s", log->path);
    else
        snprintf(path, sizeof path, "%s.%u", log->path, (unsigned)age);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool log_caught_up(const struct log *log, const struct log_cursor *cursor)
{
    return log->kind == LOG_NONE || (cursor->generation == log->generation && cursor->offset >= log->size);
}

/* Somebody may truncate the current file under us, as administrators do: the reader goes on at its new end. */
static void settle_truncation(struct log *log, struct log_cursor *cursor)
{
    struct stat info;
    if (fstat(log->fd, &info) == 0 && (uint64_t)info.st_size < log->size)
        log->size = (uint64_t)info.st_size;
    if (cursor->offset > log->size)
        cursor->offset = log->size;
}

ssize_t log_read(struct log *log, struct log_cursor *cursor, unsigned char *bytes, size_t size)
{
    for (;;) {
        bool current = cursor->generation == log->generation;
        if (current && cursor->offset > log->size)
            return CURSOR_GONE;
        /* Also a reader that has caught up holds its file open, so that it sees its end when that was rotated away. */
        if (cursor->fd < 0 && (cursor->fd = open_generation(log, cursor->generation)) < 0)
            return CURSOR_GONE;
        if (current && cursor->offset == log->size)
            return 0;
        size_t want = size;
        if (current && log->size - cursor->offset < want)
            want = (size_t)(log->size - cursor->offset);
        ssize_t n = pread(cursor->fd, bytes, want, (off_t)cursor->offset);
        if (n > 0) {
            cursor->offset += (uint64_t)n;
            return n;
        }
        if (n < 0 && errno != EINTR)
            return CURSOR_GONE;
        if (n == 0 && current) {
            settle_truncation(log, cursor);
            return 0;
        }
        if (n == 0) { /* the end of an older generation */
            log_cursor_close(cursor);
            cursor->generation++;
            cursor->offset = 0;
        }
    }
}
