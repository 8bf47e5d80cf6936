/* The container's log: a file of records, rotated by size. The watch is its only writer.
 *
 * A record is one line of text, so that whole records can be counted and cut off at newlines. */
#ifndef GANTRY_LOG_H
#define GANTRY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum log_kind { LOG_NONE = 0, LOG_JSON = 1, LOG_CRI = 2 };
enum { STREAM_OUT = 0, STREAM_ERR = 1 };

/* A longer line becomes several records, as Docker does it. */
#define LOG_PIECE (16u << 10)
/* Of what every record of a log says besides. */
#define LOG_ATTRIBUTES_MAX (16u << 10)
/* A piece of control characters grows sixfold; the rest is stream name and time. */
#define LOG_RECORD_MAX (6 * LOG_PIECE + LOG_ATTRIBUTES_MAX + 256)

struct log_partial {
    unsigned char *bytes; /* LOG_PIECE of them, or NULL */
    size_t size;
    uint64_t long_since; /* time of the first record of a line longer than a piece; 0 otherwise */
};

struct log {
    enum log_kind kind;
    int fd;
    char *path;
    char *attributes; /* a JSON object that each record carries, or NULL */
    uint64_t max_bytes;
    unsigned max_files;
    bool blocking;
    uint64_t generation;
    uint64_t size; /* of the current file: whole records only */
    struct log_partial partial[2];
    unsigned char *buffer; /* formatted records on their way to the file */
    size_t have;
    bool stalled; /* blocking, and there is no space: `buffer` holds records that wait */
    uint64_t dropped, unreported;
    uint64_t stamp_ns;
    char stamp[40];
};

/* Opens or creates. The log continues an existing file; a torn last record is cut off. 0, or -1 and errno. */
int log_open(struct log *log, enum log_kind kind, const char *path, uint64_t max_bytes, uint64_t max_files,
             bool blocking);
/* Has every record of a json-file carry this JSON object. 0, or -1 and errno. */
int log_attributes(struct log *log, const char *object);
/* Takes bytes of a stream. True when all are in the file (or dropped, or wait for their newline). False: there is no
 * space and the log is blocking; *consumed bytes were taken, and log_retry must succeed before the rest is fed. */
bool log_feed(struct log *log, int stream, const unsigned char *bytes, size_t size, uint64_t now, size_t *consumed);
bool log_retry(struct log *log);
/* The unfinished lines become records; nothing waits any more. */
void log_end(struct log *log, uint64_t now);
/* Gives back memory that only bursts need. */
void log_trim(struct log *log);

/* A reader's place. `fd` is -1 when the generation's file is not open. */
struct log_cursor {
    uint64_t generation, offset;
    int fd;
};

#define CURSOR_GONE (-1)
/* Reads on, into the next generations too. 0: caught up. CURSOR_GONE: what comes next was rotated away or never was. */
ssize_t log_read(struct log *log, struct log_cursor *cursor, unsigned char *bytes, size_t size);
bool log_caught_up(const struct log *log, const struct log_cursor *cursor);
void log_cursor_close(struct log_cursor *cursor);

/* log_format.c: one record, and back. */

/* Formats a record into `out` (LOG_RECORD_MAX of room); returns its length. `stamp` is RFC 3339 with nanoseconds,
 * `attributes` a JSON object or NULL. */
size_t record_format(enum log_kind kind, int stream, const unsigned char *text, size_t size, bool newline,
                     const char *attributes, const char *stamp, unsigned char *out);
/* Decodes a record without its newline: returns the length of the text in `out` (which has room for `size` + 1 bytes),
 * or -1 when it is no record of ours. */
ssize_t record_decode(enum log_kind kind, const unsigned char *record, size_t size, int *stream, unsigned char *out);
/* Unix nanoseconds as Go prints RFC3339Nano in UTC: no zeros at the end of the fraction. */
void stamp_format(uint64_t unix_ns, char out[40]);

#endif
