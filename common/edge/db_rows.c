/* db_rows.c - reading what PostgreSQL answered, from its binary formats. */
#include <endian.h>
#include <string.h>

#include "base/assert.h"
#include "edge/db_internal.h"

bool
dc_oid_is_readable(Oid type)
{
    switch ((int)type) {
    case DC_OID_BOOL:
    case DC_OID_BYTEA:
    case DC_OID_CHAR:
    case DC_OID_NAME:
    case DC_OID_INT8:
    case DC_OID_INT2:
    case DC_OID_INT4:
    case DC_OID_TEXT:
    case DC_OID_OID:
    case DC_OID_JSON:
    case DC_OID_UNKNOWN:
    case DC_OID_INT2_ARRAY:
    case DC_OID_INT4_ARRAY:
    case DC_OID_TEXT_ARRAY:
    case DC_OID_VARCHAR_ARRAY:
    case DC_OID_INT8_ARRAY:
    case DC_OID_BPCHAR:
    case DC_OID_VARCHAR:
    case DC_OID_DATE:
    case DC_OID_TIMESTAMPTZ:
    case DC_OID_NUMERIC_ARRAY:
    case DC_OID_NUMERIC:
    case DC_OID_VOID:
    case DC_OID_UUID:
    case DC_OID_JSONB:
    case DC_OID_XID8:
        return true;
    default:
        return false;
    }
}

void
dc_rows_free(struct dc_rows *rows)
{
    if (rows) {
        PQclear(rows->result);
        dc_arena_free(rows->arena);
        free(rows);
    }
}

size_t
dc_rows_count(const struct dc_rows *rows)
{
    DC_ASSERT(rows);
    return (size_t)PQntuples(rows->result);
}

int64_t
dc_rows_affected(const struct dc_rows *rows)
{
    DC_ASSERT(rows);
    const char *text = PQcmdTuples(rows->result);
    return *text ? strtoll(text, NULL, 10) : 0;
}

/* The value's bytes; NULL for NULL. Asking past the answer's edges is a bug. */
static const uint8_t *
value_at(const struct dc_rows *rows, size_t row, int column, size_t *ret_size)
{
    DC_ASSERT(rows && row < (size_t)PQntuples(rows->result));
    DC_ASSERT(column >= 0 && column < PQnfields(rows->result));
    if (PQgetisnull(rows->result, (int)row, column)) {
        *ret_size = 0;
        return NULL;
    }
    *ret_size = (size_t)PQgetlength(rows->result, (int)row, column);
    return (const uint8_t *)PQgetvalue(rows->result, (int)row, column);
}

static int16_t
get_i16(const uint8_t *data)
{
    uint16_t wire;
    memcpy(&wire, data, sizeof(wire));
    return (int16_t)be16toh(wire);
}

static int32_t
get_i32(const uint8_t *data)
{
    uint32_t wire;
    memcpy(&wire, data, sizeof(wire));
    return (int32_t)be32toh(wire);
}

static int64_t
get_i64(const uint8_t *data)
{
    uint64_t wire;
    memcpy(&wire, data, sizeof(wire));
    return (int64_t)be64toh(wire);
}

bool
dc_rows_is_null(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    return !value_at(rows, row, column, &size);
}

/* An integer of 2, 4 or 8 bytes. */
static int64_t
integer(const uint8_t *data, size_t size)
{
    DC_ASSERT(size == 2 || size == 4 || size == 8);
    return size == 8 ? get_i64(data) : size == 4 ? get_i32(data) : get_i16(data);
}

int64_t
dc_rows_int64(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    if (!data) {
        return 0;
    }
    Oid type = PQftype(rows->result, column);
    DC_ASSERT(type == DC_OID_INT8 || type == DC_OID_INT4 || type == DC_OID_INT2 ||
              type == DC_OID_XID8 || type == DC_OID_OID);
    return type == DC_OID_OID ? (uint32_t)get_i32(data) : integer(data, size);
}

bool
dc_rows_bool(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    DC_ASSERT(!data || PQftype(rows->result, column) == DC_OID_BOOL);
    return data && data[0];
}

/* numeric_send's format, see put_numeric. Places past the sixth are rounded half away from zero;
 * for that the seventh is enough, so what is behind the eighth is left unread. */
static struct dc_decimal
numeric(const uint8_t *data, size_t size)
{
    DC_ASSERT(size >= 8);
    int count = get_i16(data), weight = get_i16(data + 2);
    unsigned sign = (uint16_t)get_i16(data + 4);
    DC_ASSERT(sign == 0 || sign == 0x4000); /* neither NaN nor infinite */
    DC_ASSERT(count >= 0 && size >= 8 + 2 * (size_t)count);
    DC_ASSERT(count == 0 || weight <= 6);
    __int128 units = 0; /* in steps of 10^-8: two digits behind the point */
    for (int i = 0; i < count && weight - i >= -2; i++) {
        __int128 scale = 1;
        for (int p = -2; p < weight - i; p++) {
            scale *= 10000;
        }
        units += get_i16(data + 8 + 2 * i) * scale;
    }
    units = (units + 50) / 100;
    DC_ASSERT(units < (__int128)1000000000000000 * 1000000000000000);
    return (struct dc_decimal){sign ? -units : units};
}

struct dc_decimal
dc_rows_decimal(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    if (!data) {
        return DC_DECIMAL_ZERO;
    }
    if (PQftype(rows->result, column) != DC_OID_NUMERIC) {
        return DC_DECIMAL_INT(dc_rows_int64(rows, row, column));
    }
    return numeric(data, size);
}

dc_time
dc_rows_time(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    if (!data) {
        return 0;
    }
    DC_ASSERT(PQftype(rows->result, column) == DC_OID_TIMESTAMPTZ);
    int64_t value = get_i64(data);
    bool infinite = value == INT64_MAX || value == INT64_MIN;
    return infinite ? value : value + DC_PG_EPOCH_TIME;
}

dc_date
dc_rows_date(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    if (!data) {
        return 0;
    }
    DC_ASSERT(PQftype(rows->result, column) == DC_OID_DATE);
    int32_t value = get_i32(data);
    bool infinite = value == INT32_MAX || value == INT32_MIN;
    return infinite ? value : value + DC_PG_EPOCH_DATE;
}

struct dc_bytes
dc_rows_bytes(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    return (struct dc_bytes){data, size};
}

/* numeric as text, with all its places: digits of base 10,000 written out, cut at `places`. */
static const char *
numeric_text(struct dc_arena *arena, const uint8_t *data, size_t size)
{
    DC_ASSERT(size >= 8);
    int count = get_i16(data), weight = get_i16(data + 2), places = get_i16(data + 6);
    unsigned sign = (uint16_t)get_i16(data + 4);
    if (sign & 0x8000) {
        return sign == 0xC000 ? "NaN" : sign == 0xD000 ? "Infinity" : "-Infinity";
    }
    DC_ASSERT(count >= 0 && size >= 8 + 2 * (size_t)count);
    size_t room = 16 + 4 * (size_t)(weight > 0 ? weight + 1 : 1) + (size_t)places + 4;
    char *text = dc_arena_alloc(arena, room), *at = text;
    if (sign) {
        *at++ = '-';
    }
    if (weight < 0) {
        *at++ = '0';
    }
    for (int i = 0; i <= weight; i++) {
        int digit = i < count ? get_i16(data + 8 + 2 * i) : 0;
        at += snprintf(at, 5 + 1, i == 0 ? "%d" : "%04d", digit);
    }
    if (places > 0) {
        *at++ = '.';
        char *point = at;
        for (int i = weight + 1; at - point < places; i++) {
            int digit = i >= 0 && i < count ? get_i16(data + 8 + 2 * i) : 0;
            at += snprintf(at, 5 + 1, "%04d", digit);
        }
        at = point + places;
    }
    *at = '\0';
    return text;
}

static const char *
uuid_text(struct dc_arena *arena, const uint8_t *data)
{
    char hex[33];
    dc_hex_encode(data, 16, hex);
    return dc_arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                           hex + 20);
}

static struct dc_arena *
arena_of(const struct dc_rows *rows)
{
    struct dc_rows *own = (struct dc_rows *)rows; /* the cache of texts is not part of the answer */
    if (!own->arena) {
        own->arena = dc_arena_new(0);
    }
    return own->arena;
}

static const char *
time_text(struct dc_arena *arena, dc_time time)
{
    char text[DC_TIME_TEXT];
    dc_time_format(time, text); /* 2026-11-23T08:30:00.000000Z; the session's zone is UTC */
    text[10] = ' ';
    size_t end = strlen(text) - 1;
    while (text[end - 1] == '0') {
        end--;
    }
    end -= text[end - 1] == '.';
    text[end] = '\0';
    return dc_arena_printf(arena, "%s+00", text);
}

const char *
dc_rows_text(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    if (!data) {
        return "";
    }
    switch ((int)PQftype(rows->result, column)) {
    case DC_OID_BOOL:
        return data[0] ? "true" : "false";
    case DC_OID_INT8:
    case DC_OID_INT4:
    case DC_OID_INT2:
    case DC_OID_OID:
    case DC_OID_XID8:
        return dc_arena_printf(arena_of(rows), "%lld", (long long)dc_rows_int64(rows, row, column));
    case DC_OID_NUMERIC:
        return numeric_text(arena_of(rows), data, size);
    case DC_OID_DATE: {
        dc_date date = dc_rows_date(rows, row, column);
        if (date == INT32_MAX || date == INT32_MIN) {
            return date > 0 ? "infinity" : "-infinity";
        }
        char *text = dc_arena_alloc(arena_of(rows), DC_DATE_TEXT);
        dc_date_format(date, text);
        return text;
    }
    case DC_OID_TIMESTAMPTZ: {
        dc_time time = dc_rows_time(rows, row, column);
        if (time == INT64_MAX || time == INT64_MIN) {
            return time > 0 ? "infinity" : "-infinity";
        }
        return time_text(arena_of(rows), time);
    }
    case DC_OID_UUID:
        return uuid_text(arena_of(rows), data);
    case DC_OID_JSONB:
        return (const char *)data + 1; /* a version byte, then the text */
    case DC_OID_TEXT:
    case DC_OID_VARCHAR:
    case DC_OID_BPCHAR:
    case DC_OID_NAME:
    case DC_OID_CHAR:
    case DC_OID_JSON:
    case DC_OID_UNKNOWN:
    case DC_OID_VOID:
        return (const char *)data; /* libpq ends every value with a NUL */
    default:
        DC_ASSERT(!"a column that reads as text");
        return "";
    }
}

/* An array's elements one after the other. */
struct walk {
    const uint8_t *at;
    size_t left;
    size_t count;
};

static struct walk
walk_array(const struct dc_rows *rows, size_t row, int column)
{
    size_t size;
    const uint8_t *data = value_at(rows, row, column, &size);
    struct walk walk = {0};
    if (!data || get_i32(data) == 0) {
        return walk;
    }
    DC_ASSERT(get_i32(data) == 1 && size >= 20); /* of one dimension */
    walk.count = (size_t)get_i32(data + 12);
    walk.at = data + 20;
    walk.left = size - 20;
    return walk;
}

/* NULL: the element is NULL. */
static const uint8_t *
walk_next(struct walk *walk, size_t *ret_size)
{
    DC_ASSERT(walk->left >= 4);
    int32_t size = get_i32(walk->at);
    const uint8_t *data = size < 0 ? NULL : walk->at + 4;
    *ret_size = size < 0 ? 0 : (size_t)size;
    DC_ASSERT(walk->left >= 4 + *ret_size);
    walk->at += 4 + *ret_size;
    walk->left -= 4 + *ret_size;
    return data;
}

size_t
dc_rows_int64s(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
               const int64_t **ret_items)
{
    Oid type = PQftype(rows->result, column);
    DC_ASSERT(type == DC_OID_INT8_ARRAY || type == DC_OID_INT4_ARRAY || type == DC_OID_INT2_ARRAY);
    struct walk walk = walk_array(rows, row, column);
    int64_t *items = DC_NEW_ARRAY(arena, int64_t, walk.count + 1);
    for (size_t i = 0; i < walk.count; i++) {
        size_t size;
        const uint8_t *data = walk_next(&walk, &size);
        items[i] = data ? integer(data, size) : 0;
    }
    *ret_items = items;
    return walk.count;
}

size_t
dc_rows_texts(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
              const char ***ret_items)
{
    Oid type = PQftype(rows->result, column);
    DC_ASSERT(type == DC_OID_TEXT_ARRAY || type == DC_OID_VARCHAR_ARRAY);
    struct walk walk = walk_array(rows, row, column);
    const char **items = DC_NEW_ARRAY(arena, const char *, walk.count + 1);
    for (size_t i = 0; i < walk.count; i++) {
        size_t size;
        const uint8_t *data = walk_next(&walk, &size);
        items[i] = data ? dc_arena_strndup(arena, (const char *)data, size) : NULL;
    }
    *ret_items = items;
    return walk.count;
}

size_t
dc_rows_decimals(const struct dc_rows *rows, size_t row, int column, struct dc_arena *arena,
                 const struct dc_decimal **ret_items)
{
    DC_ASSERT(PQftype(rows->result, column) == DC_OID_NUMERIC_ARRAY);
    struct walk walk = walk_array(rows, row, column);
    struct dc_decimal *items = DC_NEW_ARRAY(arena, struct dc_decimal, walk.count + 1);
    for (size_t i = 0; i < walk.count; i++) {
        size_t size;
        const uint8_t *data = walk_next(&walk, &size);
        items[i] = data ? numeric(data, size) : DC_DECIMAL_ZERO;
    }
    *ret_items = items;
    return walk.count;
}
