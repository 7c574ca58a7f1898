/* text.c - building text, and checks of text that came from outside. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* Makes room for `more` bytes and the NUL. */
static void
reserve(struct dc_text *text, size_t more)
{
    DC_ASSERT(text && more < SIZE_MAX / 4);
    size_t need = text->length + more + 1;
    if (need <= text->capacity) {
        return;
    }
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity < need) {
        capacity += capacity / 2;
    }
    char *data = realloc(text->data, capacity);
    DC_ASSERT(data != NULL);
    text->data = data;
    text->capacity = capacity;
}

void
dc_text_release(struct dc_text *text)
{
    DC_ASSERT(text);
    free(text->data);
    *text = DC_TEXT_INIT;
}

void
dc_text_clear(struct dc_text *text)
{
    DC_ASSERT(text);
    text->length = 0;
    if (text->data) {
        text->data[0] = '\0';
    }
}

void
dc_text_append(struct dc_text *text, const char *data, size_t length)
{
    DC_ASSERT(data || !length);
    reserve(text, length);
    if (length) {
        memcpy(text->data + text->length, data, length);
    }
    text->length += length;
    text->data[text->length] = '\0';
}

void
dc_text_add(struct dc_text *text, const char *string)
{
    DC_ASSERT(string);
    dc_text_append(text, string, strlen(string));
}

void
dc_text_printf(struct dc_text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    DC_ASSERT(length >= 0);
    reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void
dc_text_add_json_string(struct dc_text *text, const char *data, size_t length)
{
    DC_ASSERT(data || !length);
    reserve(text, length + 2);
    dc_text_append(text, "\"", 1);
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
            continue;
        }
        dc_text_append(text, data + plain, i - plain);
        plain = i + 1;
        static const char short_forms[] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                           ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};
        if (c < sizeof short_forms && short_forms[c]) {
            dc_text_append(text, (char[]){'\\', short_forms[c]}, 2);
        } else {
            dc_text_printf(text, "\\u%04x", c);
        }
    }
    dc_text_append(text, data + plain, length - plain);
    dc_text_append(text, "\"", 1);
}

const char *
dc_text_cstr(const struct dc_text *text)
{
    DC_ASSERT(text);
    return text->data ? text->data : "";
}

/* Bytes of the character that begins at `s` with `left` bytes to go; 0: not valid. The ranges are
 * table 3-7 of the Unicode standard. */
static size_t
utf8_width(const unsigned char *s, size_t left)
{
    unsigned char c = s[0];
    if (c < 0x80) {
        return c ? 1 : 0;
    }
    if (c < 0xC2 || c > 0xF4) {
        return 0;
    }
    size_t width = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (left < width) {
        return 0;
    }
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < width; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return width;
}

bool
dc_utf8_is_valid(const char *data, size_t length)
{
    DC_ASSERT(data || !length);
    const unsigned char *s = (const unsigned char *)data;
    size_t i = 0;
    while (i < length) {
        /* Eight ASCII bytes at a time: none has its high bit, none is zero. */
        if (length - i >= 8) {
            uint64_t word;
            memcpy(&word, s + i, 8);
            uint64_t zero = (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
            if (!(word & 0x8080808080808080u) && !zero) {
                i += 8;
                continue;
            }
        }
        size_t width = utf8_width(s + i, length - i);
        if (!width) {
            return false;
        }
        i += width;
    }
    return true;
}

size_t
dc_utf8_length(const char *data, size_t length)
{
    DC_ASSERT(data || !length);
    size_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        characters += ((unsigned char)data[i] & 0xC0) != 0x80;
    }
    return characters;
}

bool
dc_text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool
dc_text_starts_with(const char *text, const char *prefix)
{
    DC_ASSERT(text && prefix);
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

enum dc_code
dc_parse_int64(const char *text, int64_t *ret_value, struct dc_error *error)
{
    DC_ASSERT(text && ret_value);
    bool negative = text[0] == '-';
    const char *digits = text + negative;
    if (!*digits) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "\"%.40s\" is not a whole number", text);
    }
    int64_t value = 0; /* kept negative: the range reaches one further there */
    for (const char *c = digits; *c; c++) {
        if (*c < '0' || *c > '9') {
            return dc_fail(error, DC_INVALID_ARGUMENT, "\"%.40s\" is not a whole number", text);
        }
    }
    for (const char *c = digits; *c; c++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *c - '0', &value)) {
            return dc_fail(error, DC_OUT_OF_RANGE, "%.40s is out of the range of 64 bits", text);
        }
    }
    if (!negative && __builtin_sub_overflow(0, value, &value)) {
        return dc_fail(error, DC_OUT_OF_RANGE, "%.40s is out of the range of 64 bits", text);
    }
    *ret_value = value;
    return DC_OK;
}

bool
dc_subject_matches(const char *pattern, const char *subject)
{
    DC_ASSERT(pattern && subject);
    for (;;) {
        size_t wanted = strcspn(pattern, ".");
        size_t given = strcspn(subject, ".");
        if (wanted == 1 && pattern[0] == '>' && !pattern[1]) {
            return given > 0;
        }
        bool any = wanted == 1 && pattern[0] == '*';
        if (given == 0 || (!any && (wanted != given || memcmp(pattern, subject, given) != 0))) {
            return false;
        }
        pattern += wanted;
        subject += given;
        if (!*pattern || !*subject) {
            return !*pattern && !*subject;
        }
        pattern++;
        subject++;
    }
}

bool
dc_subject_is_valid(const char *subject, bool pattern)
{
    DC_ASSERT(subject);
    size_t length = strnlen(subject, 201);
    if (length < 1 || length > 200) {
        return false;
    }
    const char *token = subject;
    for (;;) {
        size_t size = strcspn(token, ".");
        bool last = token[size] == '\0';
        if (size == 0) {
            return false;
        }
        bool wild = size == 1 && (token[0] == '*' || token[0] == '>');
        if (wild && (!pattern || (token[0] == '>' && !last))) {
            return false;
        }
        for (size_t i = 0; i < size && !wild; i++) {
            char c = token[i];
            if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-')) {
                return false;
            }
        }
        if (last) {
            return true;
        }
        token += size + 1;
    }
}

void
dc_hex_encode(const uint8_t *data, size_t size, char *ret_hex)
{
    DC_ASSERT((data || !size) && ret_hex);
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        ret_hex[2 * i] = digits[data[i] >> 4];
        ret_hex[2 * i + 1] = digits[data[i] & 15];
    }
    ret_hex[2 * size] = '\0';
}
