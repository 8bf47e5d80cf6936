/* Frames: u32 size of the payload, u16 type, u16 zero, payload; little-endian. docs/shim-protocol.md "Frames". */
#ifndef GANTRY_FRAME_H
#define GANTRY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIM_VERSION 1
#define FRAME_HEADER 8u
#define FRAME_MAX (1u << 20)
#define FRAME_MAX_LAUNCH (16u << 20)

/* Between the engine and the starter. */
enum starter_frame { S_HELLO = 1, S_SPAWN = 2, S_SPAWNED = 3, S_REFUSED = 4 };

/* Between the engine and a watch. */
enum watch_frame {
    W_HELLO = 1,
    W_LAUNCH = 2,
    W_STARTED = 3,
    W_FAILED = 4,
    W_SIGNAL = 5,
    W_RESIZE = 6,
    W_ATTACH = 7,
    W_ATTACHED = 8,
    W_STDIN = 9,
    W_STDIN_EOF = 10,
    W_CREDIT = 11,
    W_OUT = 12,
    W_ERR = 13,
    W_FOLLOW = 14,
    W_RECORDS = 15,
    W_END = 16,
    W_SUBSCRIBE = 17,
    W_EXITED = 18,
    W_OK = 19,
    W_ERROR = 20,
    W_DETACH = 21,
    W_LOGPOS = 22,
    W_POS = 23,
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
