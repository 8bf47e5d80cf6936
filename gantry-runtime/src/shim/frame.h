/* Frames: u32 size of the payload, u16 type, u16 zero, payload; little-endian. docs/shim-protocol.md "Frames". */
#ifndef GANTRY_FRAME_H
#define GANTRY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIM_VERSION 5
#define FRAME_HEADER 8u
#define FRAME_MAX (1u << 20)
#define FRAME_MAX_LAUNCH (16u << 20)

/* Between the engine and the starter. */
#define SPAWN_OWN_NETWORK 1u

enum starter_frame { STARTER_HELLO = 1, STARTER_SPAWN = 2, STARTER_SPAWNED = 3, STARTER_REFUSED = 4 };

/* Between the engine and a watch. */
enum watch_frame {
    WATCH_HELLO = 1,
    WATCH_LAUNCH = 2,
    WATCH_STARTED = 3,
    WATCH_FAILED = 4,
    WATCH_SIGNAL = 5,
    WATCH_RESIZE = 6,
    WATCH_ATTACH = 7,
    WATCH_ATTACHED = 8,
    WATCH_STDIN = 9,
    WATCH_STDIN_EOF = 10,
    WATCH_CREDIT = 11,
    WATCH_OUT = 12,
    WATCH_ERR = 13,
    WATCH_FOLLOW = 14,
    WATCH_RECORDS = 15,
    WATCH_END = 16,
    WATCH_SUBSCRIBE = 17,
    WATCH_EXITED = 18,
    WATCH_OK = 19,
    WATCH_ERROR = 20,
    WATCH_DETACH = 21,
    WATCH_LOGPOS = 22,
    WATCH_POS = 23,
    WATCH_OFFER = 24,
    WATCH_GO = 25,
    WATCH_ABORT = 26,
    WATCH_NETWORK = 27,
    WATCH_SOCKETS = 28,
    WATCH_SETTINGS = 29,
    WATCH_FREEZE = 30,
    WATCH_PREPARE = 31,
    WATCH_UNDO = 32,
};

struct frame_head {
    uint32_t size;
    uint16_t type;
};

/* Takes a header apart. False when the reserved field is not zero. */
bool frame_head_get(const unsigned char bytes[FRAME_HEADER], struct frame_head *out);
void frame_head_put(unsigned char bytes[FRAME_HEADER], uint16_t type, uint32_t size);

/* Reads fields one after the other. After the first field that does not fit, `bad` stays true and zeros come. */
struct field_reader {
    const unsigned char *at, *end;
    bool bad;
};

struct field_reader field_reader(const void *bytes, size_t size);
uint8_t get_u8(struct field_reader *in);
uint16_t get_u16(struct field_reader *in);
uint32_t get_u32(struct field_reader *in);
uint64_t get_u64(struct field_reader *in);
/* `str`: u32 length, bytes, one NUL that the length does not count. NULL when bad; bytes may hold further NULs. */
const char *get_str(struct field_reader *in, uint32_t *length);
/* True when all fields were good and nothing is left. */
bool fields_done(const struct field_reader *in);

/* Writes fields into a bounded buffer. `full` stays true once something did not fit. */
struct field_writer {
    unsigned char *start, *at, *end;
    bool full;
};

struct field_writer field_writer(void *bytes, size_t size);
void put_u8(struct field_writer *out, uint8_t value);
void put_u16(struct field_writer *out, uint16_t value);
void put_u32(struct field_writer *out, uint32_t value);
void put_u64(struct field_writer *out, uint64_t value);
void put_str(struct field_writer *out, const char *text);
size_t fields_size(const struct field_writer *out);

#endif
