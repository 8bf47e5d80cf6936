/* Records as text: Docker's json-file, and CRI. */
#include <stdio.h>
#include <string.h>

#include "log.h"

static const char *const STREAMS[] = {"stdout", "stderr"};
static const char HEX[] = "0123456789abcdef";

void stamp_format(uint64_t unix_ns, char out[40])
{
    uint64_t seconds = unix_ns / 1000000000u;
    unsigned nanos = (unsigned)(unix_ns % 1000000000u);
    unsigned day_seconds = (unsigned)(seconds % 86400u);
    /* The proleptic Gregorian calendar in eras of 400 years that begin on 1 March. */
    uint64_t days = seconds / 86400u + 719468;
    uint64_t era = days / 146097;
    unsigned of_era = (unsigned)(days - era * 146097);
    unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned march_month = (5 * of_year + 2) / 153;
    unsigned day = of_year - (153 * march_month + 2) / 5 + 1;
    unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
    unsigned year = (unsigned)(era * 400) + year_of_era + (month <= 2 ? 1 : 0);

    int n = snprintf(out, 40, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day, day_seconds / 3600,
                     day_seconds / 60 % 60, day_seconds % 60);
    if (nanos != 0) {
        n += snprintf(out + n, 40 - (size_t)n, ".%09u", nanos);
        while (out[n - 1] == '0')
            n--;
    }
    out[n++] = 'Z';
    out[n] = 0;
}

/* Length of a well-formed UTF-8 sequence of two to four bytes, or 0. Unicode 15 table 3-7. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    unsigned char first = at[0], low = 0x80, high = 0xbf;
    size_t length;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        if (first == 0xe0)
            low = 0xa0;
        else if (first == 0xed)
            high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        if (first == 0xf0)
            low = 0x90;
        else if (first == 0xf4)
            high = 0x8f;
    } else {
        return 0;
    }
    if (left < length || at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* What JSON text may hold as it is; `<`, `>` and `&` are escaped because Docker does it. */
static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

static unsigned char *put(unsigned char *out, const char *text)
{
    size_t size = strlen(text);
    memcpy(out, text, size);
    return out + size;
}

static unsigned char *escape_ascii(unsigned char *out, unsigned char c)
{
    *out++ = '\\';
    switch (c) {
    case '"':
    case '\\':
        *out++ = c;
        break;
    case '\n':
        *out++ = 'n';
        break;
    case '\r':
        *out++ = 'r';
        break;
    default:
        out = put(out, "u00");
        *out++ = (unsigned char)HEX[c >> 4];
        *out++ = (unsigned char)HEX[c & 15];
    }
    return out;
}

static unsigned char *escape(unsigned char *out, const unsigned char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t from = i;
        while (i < size && plain(text[i]))
            i++;
        memcpy(out, text + from, i - from);
        out += i - from;
        if (i == size)
            break;
        if (text[i] < 0x80) {
            out = escape_ascii(out, text[i++]);
            continue;
        }
        size_t length = utf8_length(text + i, size - i);
        if (length == 0) {
            out = put(out, "\\ufffd");
            i++;
        } else if (length == 3 && text[i] == 0xe2 && text[i + 1] == 0x80 && (text[i + 2] & 0xfe) == 0xa8) {
            out = put(out, text[i + 2] == 0xa8 ? "\\u2028" : "\\u2029"); /* line ends in JavaScript */
            i += length;
        } else {
            memcpy(out, text + i, length);
            out += length;
            i += length;
        }
    }
    return out;
}

size_t record_format(enum log_kind kind, int stream, const unsigned char *text, size_t size, bool newline,
                     const char *attributes, const char *stamp, unsigned char *out)
{
    unsigned char *at = out;
    if (kind == LOG_CRI) {
        at = put(at, stamp);
        *at++ = ' ';
        at = put(at, STREAMS[stream]);
        at = put(at, newline ? " F " : " P ");
        memcpy(at, text, size);
        at += size;
    } else {
        at = put(at, "{\"log\":\"");
        at = escape(at, text, size);
        at = put(at, newline ? "\\n\",\"stream\":\"" : "\",\"stream\":\"");
        at = put(at, STREAMS[stream]);
        if (attributes != NULL) {
            at = put(at, "\",\"attrs\":");
            at = put(at, attributes);
            at = put(at, ",\"time\":\"");
        } else {
            at = put(at, "\",\"time\":\"");
        }
        at = put(at, stamp);
        at = put(at, "\"}");
    }
    *at++ = '\n';
    return (size_t)(at - out);
}

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after \u, or -1. */
static int code_point(const unsigned char *digits)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(digits[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static unsigned char *put_utf8(unsigned char *out, int c)
{
    if (c < 0x80) {
        *out++ = (unsigned char)c;
    } else if (c < 0x800) {
        *out++ = (unsigned char)(0xc0 | c >> 6);
        *out++ = (unsigned char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (unsigned char)(0xe0 | c >> 12);
        *out++ = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (unsigned char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* Each escape is at least as long as what it stands for, so `out` needs no more room than the record has. */
static ssize_t decode_json(const unsigned char *record, size_t size, int *stream, unsigned char *out)
{
    static const char HEAD[] = "{\"log\":\"", MIDDLE[] = "\",\"stream\":\"std";
    const unsigned char *at = record + sizeof HEAD - 1, *end = record + size;
    unsigned char *to = out;
    if (size < sizeof HEAD || memcmp(record, HEAD, sizeof HEAD - 1) != 0)
        return -1;
    while (at < end && *at != '"') {
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        if (end - at < 2)
            return -1;
        unsigned char kind = at[1];
        at += 2;
        if (kind == 'u') {
            int c = end - at < 4 ? -1 : code_point(at);
            if (c < 0)
                return -1;
            to = put_utf8(to, c);
            at += 4;
        } else if (kind == '"' || kind == '\\' || kind == '/') {
            *to++ = kind;
        } else {
            const char *found = kind == 0 ? NULL : strchr("n\nr\rt\tb\bf\f", kind);
            if (found == NULL)
                return -1;
            *to++ = (unsigned char)found[1];
        }
    }
    if ((size_t)(end - at) < sizeof MIDDLE || memcmp(at, MIDDLE, sizeof MIDDLE - 1) != 0)
        return -1;
    *stream = at[sizeof MIDDLE - 1] == 'e' ? STREAM_ERR : STREAM_OUT;
    return to - out;
}

static ssize_t decode_cri(const unsigned char *record, size_t size, int *stream, unsigned char *out)
{
    const unsigned char *name = memchr(record, ' ', size);
    const unsigned char *end = record + size;
    if (name == NULL || end - name < 10 || memcmp(name, " std", 4) != 0 || name[7] != ' ' || name[9] != ' ')
        return -1;
    *stream = name[4] == 'e' ? STREAM_ERR : STREAM_OUT;
    const unsigned char *text = name + 10;
    size_t length = (size_t)(end - text);
    memcpy(out, text, length);
    if (name[8] == 'F')
        out[length++] = '\n';
    return (ssize_t)length;
}

ssize_t record_decode(enum log_kind kind, const unsigned char *record, size_t size, int *stream, unsigned char *out)
{
    return kind == LOG_CRI ? decode_cri(record, size, stream, out) : decode_json(record, size, stream, out);
}
