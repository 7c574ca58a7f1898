/* csv_encoding.c - which encoding bytes are in. Pure. */
#include "edge/csv_encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Length of the valid UTF-8 sequence at `text` (2..4), 0 if there is none, -1 if it is cut off. */
static int
utf8_sequence(const unsigned char *text, size_t size)
{
    int length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : text[0] >= 0xC2 ? 2 : 0;
    if (length == 0 || text[0] > 0xF4) {
        return 0;
    }
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= size) {
            return -1;
        }
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return dc_utf8_is_valid((const char *)text, (size_t)length) ? length : 0;
}

/* Length of the GB18030 character at `text` (1, 2 or 4), 0 if there is none, -1 if it is cut off.
 */
static int
gb18030_character(const unsigned char *text, size_t size)
{
    if (text[0] < 0x80) {
        return 1;
    }
    if (text[0] == 0x80 || text[0] == 0xFF) {
        return 0;
    }
    if (size < 2) {
        return -1;
    }
    if (text[1] >= 0x40 && text[1] != 0x7F && text[1] != 0xFF) {
        return 2;
    }
    if (text[1] < 0x30 || text[1] > 0x39) {
        return 0;
    }
    if (size < 4) {
        return -1;
    }
    return text[2] >= 0x81 && text[2] < 0xFF && text[3] >= 0x30 && text[3] <= 0x39 ? 4 : 0;
}

/* Places where the bytes are not of an encoding; characters cut off at the end do not count. */
static size_t
count_faults(const char *data, size_t size, int (*character)(const unsigned char *, size_t))
{
    size_t faults = 0;
    for (size_t at = 0; at < size;) {
        const unsigned char *text = (const unsigned char *)data + at;
        int length = text[0] < 0x80 ? 1 : character(text, size - at);
        if (length < 0) {
            break;
        }
        faults += length == 0;
        at += length > 0 ? (size_t)length : 1;
    }
    return faults;
}

enum dc_csv_encoding
dc_csv_guess_encoding(const char *data, size_t size)
{
    size_t utf8 = count_faults(data, size, utf8_sequence);
    return utf8 == 0 || utf8 <= count_faults(data, size, gb18030_character) ? DC_CSV_UTF8
                                                                            : DC_CSV_GB18030;
}

bool
dc_csv_is_ascii(const char *data, size_t size)
{
    uint64_t seen = 0;
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word;
        memcpy(&word, data + at, 8);
        seen |= word;
    }
    for (; at < size; at++) {
        seen |= (uint64_t)(unsigned char)data[at];
    }
    return (seen & 0x8080808080808080ULL) == 0;
}
