#include "frame.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the protocol is little-endian, and so is this code");

bool frame_head_get(const unsigned char bytes[FRAME_HEADER], struct frame_head *out)
{
    uint16_t zero;
    memcpy(&out->size, bytes, 4);
    memcpy(&out->type, bytes + 4, 2);
    memcpy(&zero, bytes + 6, 2);
    return zero == 0;
}

void frame_head_put(unsigned char bytes[FRAME_HEADER], uint16_t type, uint32_t size)
{
    memcpy(bytes, &size, 4);
    memcpy(bytes + 4, &type, 2);
    memset(bytes + 6, 0, 2);
}

struct field_reader field_reader(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    return (struct field_reader){.at = at, .end = at + size};
}

static void take(struct field_reader *in, void *value, size_t size)
{
    if (in->bad || (size_t)(in->end - in->at) < size) {
        in->bad = true;
        memset(value, 0, size);
        return;
    }
    memcpy(value, in->at, size);
    in->at += size;
}

uint8_t get_u8(struct field_reader *in)
{
    uint8_t value;
    take(in, &value, sizeof value);
    return value;
}

uint16_t get_u16(struct field_reader *in)
{
    uint16_t value;
    take(in, &value, sizeof value);
    return value;
}

uint32_t get_u32(struct field_reader *in)
{
    uint32_t value;
    take(in, &value, sizeof value);
    return value;
}

uint64_t get_u64(struct field_reader *in)
{
    uint64_t value;
    take(in, &value, sizeof value);
    return value;
}

const char *get_str(struct field_reader *in, uint32_t *length)
{
    uint32_t size = get_u32(in);
    *length = 0;
    if (in->bad || (size_t)(in->end - in->at) <= size || in->at[size] != 0) {
        in->bad = true;
        return NULL;
    }
    const char *text = (const char *)in->at;
    in->at += (size_t)size + 1;
    *length = size;
    return text;
}

bool fields_done(const struct field_reader *in)
{
    return !in->bad && in->at == in->end;
}

struct field_writer field_writer(void *bytes, size_t size)
{
    unsigned char *start = bytes;
    return (struct field_writer){.start = start, .at = start, .end = start + size};
}

static void give(struct field_writer *out, const void *value, size_t size)
{
    if (out->full || (size_t)(out->end - out->at) < size) {
        out->full = true;
        return;
    }
    memcpy(out->at, value, size);
    out->at += size;
}

void put_u8(struct field_writer *out, uint8_t value)
{
    give(out, &value, sizeof value);
}

void put_u16(struct field_writer *out, uint16_t value)
{
    give(out, &value, sizeof value);
}

void put_u32(struct field_writer *out, uint32_t value)
{
    give(out, &value, sizeof value);
}

void put_u64(struct field_writer *out, uint64_t value)
{
    give(out, &value, sizeof value);
}

void put_str(struct field_writer *out, const char *text)
{
    size_t size = strlen(text);
    put_u32(out, (uint32_t)size);
    give(out, text, size + 1);
}

size_t fields_size(const struct field_writer *out)
{
    return (size_t)(out->at - out->start);
}
