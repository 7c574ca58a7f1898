/*
 * json_read.c - single JSON values, strictly: whole numbers, reals, base64, instants, durations.
 * Each answers false for what it does not take, and leaves the sentence to the caller.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "edge/json_mapping.h"

/* --- numbers -----------------------------------------------------------------------------------
 */

static bool
has_decimal_form(const char *text)
{
    const char *c = text + (*text == '-');
    if (*c < '0' || *c > '9') {
        return false;
    }
    for (; *c; c++) {
        if (!((*c >= '0' && *c <= '9') || *c == '.' || *c == 'e' || *c == 'E' || *c == '+' ||
              *c == '-')) {
            return false;
        }
    }
    return true;
}

/* A whole number from -2^63 to 2^64-1, given as number or as text; `ret_negative` tells them apart
 * (then the value is its two's complement). */
static bool
read_integer(json_t *json, uint64_t *ret_value, bool *ret_negative)
{
    if (json_is_integer(json)) {
        json_int_t value = json_integer_value(json);
        *ret_value = (uint64_t)value;
        *ret_negative = value < 0;
        return true;
    }
    if (json_is_real(json)) {
        double value = json_real_value(json);
        if (value != floor(value) || fabs(value) > 9007199254740992.0) {
            return false;
        }
        *ret_value = (uint64_t)(int64_t)value;
        *ret_negative = value < 0;
        return true;
    }
    const char *text = json_string_value(json);
    if (!text) {
        return false;
    }
    int64_t value;
    if (dc_parse_int64(text, &value, NULL) == DC_OK) {
        *ret_value = (uint64_t)value;
        *ret_negative = value < 0;
        return true;
    }
    if (text[0] < '0' || text[0] > '9' || strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    errno = 0;
    *ret_value = strtoull(text, NULL, 10);
    *ret_negative = false;
    return errno == 0;
}

bool
json_read_signed(json_t *json, int64_t minimum, int64_t maximum, int64_t *ret_value)
{
    uint64_t value;
    bool negative;
    if (!read_integer(json, &value, &negative) || (!negative && value > (uint64_t)maximum)) {
        return false;
    }
    *ret_value = (int64_t)value;
    return !negative || *ret_value >= minimum;
}

bool
json_read_unsigned(json_t *json, uint64_t maximum, uint64_t *ret_value)
{
    bool negative;
    return read_integer(json, ret_value, &negative) && !negative && *ret_value <= maximum;
}

bool
json_read_double(json_t *json, double *ret_value)
{
    if (json_is_number(json)) {
        *ret_value = json_number_value(json);
        return true;
    }
    const char *text = json_string_value(json);
    if (!text) {
        return false;
    }
    if (strcmp(text, "NaN") == 0) {
        *ret_value = NAN;
    } else if (strcmp(text, "Infinity") == 0) {
        *ret_value = INFINITY;
    } else if (strcmp(text, "-Infinity") == 0) {
        *ret_value = -INFINITY;
    } else {
        char *end;
        if (!has_decimal_form(text)) {
            return false;
        }
        *ret_value = strtod(text, &end);
        return *end == '\0' && isfinite(*ret_value);
    }
    return true;
}

bool
json_read_float(json_t *json, float *ret_value)
{
    double value;
    if (!json_read_double(json, &value)) {
        return false;
    }
    *ret_value = (float)value;
    return isfinite(*ret_value) || !isfinite(value);
}

static int
base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool
json_read_base64(const char *text, size_t length, uint8_t *ret_data, size_t *ret_size)
{
    size_t padding = 0;
    while (padding < 2 && length > 0 && text[length - 1] == '=') {
        length--;
        padding++;
    }
    if (length % 4 == 1 || (padding && (length + padding) % 4 != 0)) {
        return false;
    }
    size_t size = 0;
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = base64_digit(text[i]);
        if (digit < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            ret_data[size++] = (uint8_t)(bits >> count);
        }
    }
    *ret_size = size;
    return true;
}

/* "1.5s" or the fraction of a time: up to nine digits behind the point, in nanoseconds. */
static bool
read_fraction(const char **at, int32_t *ret_nanos)
{
    int32_t nanos = 0;
    int digits = 0;
    if (**at == '.') {
        (*at)++;
        for (; **at >= '0' && **at <= '9'; (*at)++) {
            if (++digits > 9) {
                return false;
            }
            nanos = nanos * 10 + (**at - '0');
        }
        if (digits == 0) {
            return false;
        }
    }
    for (; digits < 9; digits++) {
        nanos *= 10;
    }
    *ret_nanos = nanos;
    return true;
}

bool
json_read_duration(const char *text, int64_t *ret_seconds, int32_t *ret_nanos)
{
    bool negative = *text == '-';
    const char *c = text + negative;
    int64_t seconds = 0;
    if (*c < '0' || *c > '9') {
        return false;
    }
    for (; *c >= '0' && *c <= '9'; c++) {
        seconds = seconds * 10 + (*c - '0');
        if (seconds > JSON_DURATION_MAX_SECONDS) {
            return false;
        }
    }
    if (!read_fraction(&c, ret_nanos) || strcmp(c, "s") != 0) {
        return false;
    }
    *ret_seconds = negative ? -seconds : seconds;
    *ret_nanos = negative ? -*ret_nanos : *ret_nanos;
    return true;
}

/* RFC 3339 with an offset. dc_time_parse knows years from 1900 on and microseconds; the fraction is
 * read here, and the rest with the fraction left out. */
bool
json_read_timestamp(const char *text, int64_t *ret_seconds, int32_t *ret_nanos)
{
    char whole[40];
    const char *point = strchr(text, '.');
    size_t head = point ? (size_t)(point - text) : strlen(text);
    const char *rest = text + head;
    if (head < 19 || text[10] != 'T' || !read_fraction(&rest, ret_nanos) ||
        (size_t)snprintf(whole, sizeof whole, "%.*s%s", (int)head, text, rest) >= sizeof whole ||
        strlen(whole) < 20) {
        return false;
    }
    dc_time time;
    if (dc_time_parse(whole, 0, &time, NULL) != DC_OK) {
        return false;
    }
    *ret_seconds = time / DC_SECOND - (time % DC_SECOND < 0);
    return true;
}
