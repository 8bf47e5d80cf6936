#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys.h"

#define BUFFER (256u << 10)
#define PATH_ROOM 4096

/* ---- opening */

/* Cuts off what a killed watch may have left half written. */
static uint64_t cut_torn_record(int fd, uint64_t size)
{
    unsigned char tail[4096];
    for (uint64_t end = size; end > 0;) {
        size_t n = end < sizeof tail ? (size_t)end : sizeof tail;
        if (pread(fd, tail, n, (off_t)(end - n)) != (ssize_t)n)
            return size;
        unsigned char *last = memrchr(tail, '\n', n);
        if (last != NULL || n == end) {
            uint64_t keep = last == NULL ? 0 : end - n + (uint64_t)(last - tail) + 1;
            return keep == size || ftruncate(fd, (off_t)keep) == 0 ? keep : size;
        }
        end -= n;
    }
    return size;
}

static uint64_t read_generation(const char *path)
{
    char name[PATH_ROOM], text[32];
    snprintf(name, sizeof name, "%s.gen", path);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    text[strcspn(text, "\n")] = 0;
    uint64_t generation = 0;
    return parse_u64(text, &generation) ? generation : 0;
}

static void write_generation(const struct log *log)
{
    char name[PATH_ROOM], beside[PATH_ROOM + 8], text[32];
    snprintf(name, sizeof name, "%s.gen", log->path);
    snprintf(beside, sizeof beside, "%s.new", name);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)log->generation);
    int rc = write_all(fd, text, (size_t)n);
    close(fd);
    if (rc != 0 || rename(beside, name) != 0)
        unlink(beside);
}

int log_open(struct log *log, enum log_kind kind, const char *path, uint64_t max_bytes, uint64_t max_files,
             bool blocking)
{
    struct stat info;
    if (strlen(path) > PATH_ROOM - 32) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) != 0 || (log->path = strdup(path)) == NULL) {
        close(fd);
        return -1;
    }
    log->kind = kind;
    log->fd = fd;
    log->max_bytes = max_bytes;
    log->max_files = max_files < 1 ? 1 : max_files > 1000 ? 1000 : (unsigned)max_files;
    log->blocking = blocking;
    log->generation = read_generation(path);
    log->size = cut_torn_record(fd, (uint64_t)info.st_size);
    return 0;
}

int log_attributes(struct log *log, const char *object)
{
    if (strlen(object) > LOG_ATTRIBUTES_MAX) {
        errno = E2BIG;
        return -1;
    }
    log->attributes = strdup(object);
    return log->attributes == NULL ? -1 : 0;
}

/* ---- writing */

static size_t count_records(const unsigned char *bytes, size_t size)
{
    size_t count = 0;
    const unsigned char *end = bytes + size;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
        count++;
        bytes++;
    }
    return count;
}

static const char *stamp(struct log *log, uint64_t now)
{
    if (log->stamp_ns != now) {
        stamp_format(now, log->stamp);
        log->stamp_ns = now;
    }
    return log->stamp;
}

/* Says in the log how many records it lacks. */
static size_t format_note(struct log *log, unsigned char *out)
{
    char words[128];
    int n = snprintf(words, sizeof words, "gantry: %llu log records dropped: %s", (unsigned long long)log->unreported,
                     strerror(ENOSPC));
    return record_format(log->kind, STREAM_ERR, (unsigned char *)words, (size_t)n, true, NULL,
                         stamp(log, realtime_ns()), out);
}

/* Writes as much as there is space for. Returns the bytes written; less than wanted: errno says why. */
static size_t write_vector(int fd, struct iovec *vector, int count)
{
    size_t done = 0;
    while (count > 0) {
        ssize_t n = writev(fd, vector, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
        while (count > 0 && (size_t)n >= vector->iov_len) {
            n -= (ssize_t)vector->iov_len;
            vector++;
            count--;
        }
        if (count > 0) {
            vector->iov_base = (char *)vector->iov_base + n;
            vector->iov_len -= (size_t)n;
        }
    }
    return done;
}

/* Only part was written: the file keeps whole records, and of the note only when a record follows it. Returns how many
 * bytes of the buffer stay in the file. */
static size_t keep_whole_records(struct log *log, size_t note, size_t written)
{
    const unsigned char *last = written > note ? memrchr(log->buffer, '\n', written - note) : NULL;
    size_t keep = last == NULL ? 0 : (size_t)(last - log->buffer) + 1;
    size_t stays = keep == 0 ? 0 : note + keep;
    off_t end = lseek(log->fd, 0, SEEK_END);
    if (written > stays && end >= (off_t)(written - stays) && ftruncate(log->fd, end - (off_t)(written - stays)) != 0)
        stays = written;
    log->size += stays;
    return keep;
}

/* Brings the buffer into the file. False: blocked by a full disk; the buffer keeps what waits. */
static bool flush(struct log *log)
{
    unsigned char note[512];
    if (log->have == 0)
        return true;
    size_t note_size = log->unreported > 0 ? format_note(log, note) : 0;
    struct iovec vector[2] = {{note, note_size}, {log->buffer, log->have}};
    size_t written = write_vector(log->fd, note_size > 0 ? vector : vector + 1, note_size > 0 ? 2 : 1);
    if (written == note_size + log->have) {
        log->size += written;
        log->unreported = 0;
        log->have = 0;
        log->stalled = false;
        return true;
    }
    int err = errno;
    size_t keep = keep_whole_records(log, note_size, written);
    if (keep > 0)
        log->unreported = 0;
    if (log->blocking && (err == ENOSPC || err == EDQUOT)) {
        memmove(log->buffer, log->buffer + keep, log->have - keep);
        log->have -= keep;
        log->stalled = true;
        return false;
    }
    size_t lost = count_records(log->buffer + keep, log->have - keep);
    log->dropped += lost;
    log->unreported += lost;
    log->have = 0;
    log->stalled = false;
    return true;
}

/* ---- rotation */

/* What is not there to be moved leaves nothing of an older one in its place. */
static void move(const char *from, const char *to)
{
    if (rename(from, to) != 0 && errno == ENOENT)
        unlink(to);
}

/* A file is there plain, or packed by the engine as `.gz`. */
static void shift_older(const struct log *log)
{
    char from[PATH_ROOM], to[PATH_ROOM], packed_from[PATH_ROOM + 3], packed_to[PATH_ROOM + 3];
    for (unsigned k = log->max_files - 1; k >= 1; k--) {
        if (k == 1)
            snprintf(from, sizeof from, "%s", log->path);
        else
            snprintf(from, sizeof from, "%s.%u", log->path, k - 1);
        snprintf(to, sizeof to, "%s.%u", log->path, k);
        snprintf(packed_from, sizeof packed_from, "%s.gz", from);
        snprintf(packed_to, sizeof packed_to, "%s.gz", to);
        move(packed_from, packed_to);
        move(from, to);
    }
}

/* An engine that puts a packed file in the place of an older one holds the lock for that moment. Without an engine that
 * packs there is no lock. */
static bool lock_names(const struct log *log, int *lock)
{
    char name[PATH_ROOM];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(name, sizeof name, "%s.lock", log->path);
    *lock = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (*lock < 0 || fcntl(*lock, F_SETLK, &whole) == 0)
        return true;
    close(*lock);
    return false;
}

/* The new file is made first: when that fails the old one simply goes on growing. */
static void rotate(struct log *log)
{
    char fresh[PATH_ROOM];
    int lock;
    if (!lock_names(log, &lock))
        return; /* the next record tries again */
    snprintf(fresh, sizeof fresh, "%s.new", log->path);
    int fd = open(fresh, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd >= 0)
        shift_older(log);
    if (fd < 0 || rename(fresh, log->path) != 0) {
        if (fd >= 0)
            close(fd);
        if (lock >= 0)
            close(lock);
        return;
    }
    close(log->fd);
    log->fd = fd;
    log->size = 0;
    log->generation++;
    write_generation(log);
    if (lock >= 0)
        close(lock);
}

/* ---- feeding */

/* Makes sure that one more record fits into the buffer, in the generation where it belongs. */
static bool prepare(struct log *log)
{
    if (log->buffer == NULL && (log->buffer = malloc(BUFFER)) == NULL)
        return true; /* emit drops */
    bool due = log->max_bytes > 0 && log->size + log->have >= log->max_bytes;
    if ((due || BUFFER - log->have < LOG_RECORD_MAX) && !flush(log))
        return false;
    if (due && log->size >= log->max_bytes)
        rotate(log);
    return true;
}

static void emit(struct log *log, int stream, const unsigned char *text, size_t size, bool newline, uint64_t now)
{
    struct log_partial *partial = &log->partial[stream];
    uint64_t when = partial->long_since != 0 ? partial->long_since : now;
    partial->long_since = newline ? 0 : when;
    if (log->buffer == NULL) {
        log->dropped++;
        log->unreported++;
        return;
    }
    log->have += record_format(log->kind, stream, text, size, newline, log->attributes, stamp(log, when),
                               log->buffer + log->have);
}

static bool hold(struct log_partial *partial, const unsigned char *bytes, size_t size)
{
    if (partial->bytes == NULL && (partial->bytes = malloc(LOG_PIECE)) == NULL)
        return false;
    memcpy(partial->bytes + partial->size, bytes, size);
    partial->size += size;
    return true;
}

/* Takes bytes up to the end of a line or of a piece, and makes a record of them when there is one. */
static size_t take_piece(struct log *log, int stream, const unsigned char *bytes, size_t size, uint64_t now)
{
    struct log_partial *partial = &log->partial[stream];
    size_t room = LOG_PIECE - partial->size;
    size_t take = size < room ? size : room;
    const unsigned char *newline = memchr(bytes, '\n', take);
    if (newline != NULL)
        take = (size_t)(newline - bytes);
    bool whole = newline != NULL || take == room;
    if (whole && partial->size == 0)
        emit(log, stream, bytes, take, newline != NULL, now);
    else if (!hold(partial, bytes, take))
        emit(log, stream, bytes, take, newline != NULL, now);
    else if (whole) {
        emit(log, stream, partial->bytes, partial->size, newline != NULL, now);
        partial->size = 0;
    }
    return take + (newline != NULL ? 1 : 0);
}

bool log_feed(struct log *log, int stream, const unsigned char *bytes, size_t size, uint64_t now, size_t *consumed)
{
    *consumed = 0;
    while (*consumed < size) {
        if (!prepare(log))
            return false;
        *consumed += take_piece(log, stream, bytes + *consumed, size - *consumed, now);
    }
    return flush(log);
}

bool log_retry(struct log *log)
{
    return flush(log);
}

void log_end(struct log *log, uint64_t now)
{
    log->blocking = false;
    for (int stream = 0; stream < 2; stream++) {
        struct log_partial *partial = &log->partial[stream];
        if (partial->size > 0 && prepare(log))
            emit(log, stream, partial->bytes, partial->size, false, now);
        partial->size = 0;
        partial->long_since = 0;
    }
    flush(log);
}

void log_trim(struct log *log)
{
    if (log->have == 0) {
        free(log->buffer);
        log->buffer = NULL;
    }
    for (int stream = 0; stream < 2; stream++) {
        if (log->partial[stream].size == 0) {
            free(log->partial[stream].bytes);
            log->partial[stream].bytes = NULL;
        }
    }
}
