/* db_param.c - parameters on their way to PostgreSQL: binary where the server's inferred type
 * allows, text otherwise. */
#include <endian.h>
#include <string.h>

#include "base/assert.h"
#include "edge/db_internal.h"

struct dc_param
dc_p_null(void)
{
    return (struct dc_param){.type = DC_PARAM_NULL};
}

struct dc_param
dc_p_text(const char *text)
{
    if (!text) {
        return dc_p_null();
    }
    return (struct dc_param){.type = DC_PARAM_TEXT, .u.text = text};
}

struct dc_param
dc_p_int64(int64_t value)
{
    return (struct dc_param){.type = DC_PARAM_INT64, .u.int64 = value};
}

struct dc_param
dc_p_bool(bool value)
{
    return (struct dc_param){.type = DC_PARAM_BOOL, .u.boolean = value};
}

struct dc_param
dc_p_bytes(const void *data, size_t size)
{
    return (struct dc_param){.type = DC_PARAM_BYTES, .u.bytes = {data ? data : "", size}};
}

struct dc_param
dc_p_decimal(struct dc_decimal value)
{
    return (struct dc_param){.type = DC_PARAM_DECIMAL, .u.decimal = value};
}

struct dc_param
dc_p_time(dc_time value)
{
    return (struct dc_param){.type = DC_PARAM_TIME, .u.time = value};
}

struct dc_param
dc_p_date(dc_date value)
{
    return (struct dc_param){.type = DC_PARAM_DATE, .u.date = value};
}

#define ARRAY_PARAM(name, TYPE, Item)                                                              \
    struct dc_param name(Item items, size_t count)                                                 \
    {                                                                                              \
        DC_ASSERT(items || count == 0);                                                            \
        return (struct dc_param){.type = TYPE, .u.array = {items, count}};                         \
    }
ARRAY_PARAM(dc_p_int64s, DC_PARAM_INT64_ARRAY, const int64_t *)
ARRAY_PARAM(dc_p_texts, DC_PARAM_TEXT_ARRAY, const char *const *)
ARRAY_PARAM(dc_p_decimals, DC_PARAM_DECIMAL_ARRAY, const struct dc_decimal *)
ARRAY_PARAM(dc_p_bytes_array, DC_PARAM_BYTES_ARRAY, const struct dc_bytes *)
ARRAY_PARAM(dc_p_dates, DC_PARAM_DATE_ARRAY, const dc_date *)
ARRAY_PARAM(dc_p_times, DC_PARAM_TIME_ARRAY, const dc_time *)
ARRAY_PARAM(dc_p_bools, DC_PARAM_BOOL_ARRAY, const bool *)

void
dc_put_i16(struct dc_text *buffer, int16_t value)
{
    uint16_t wire = htobe16((uint16_t)value);
    dc_text_append(buffer, (const char *)&wire, sizeof(wire));
}

void
dc_put_i32(struct dc_text *buffer, int32_t value)
{
    uint32_t wire = htobe32((uint32_t)value);
    dc_text_append(buffer, (const char *)&wire, sizeof(wire));
}

void
dc_put_i64(struct dc_text *buffer, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    dc_text_append(buffer, (const char *)&wire, sizeof(wire));
}

/* numeric_send's format: count of digits in base 10,000, weight of the first (a power of 10,000),
 * sign, decimal places shown, digits. */
static void
put_numeric(struct dc_text *buffer, struct dc_decimal value)
{
    bool negative = value.units < 0;
    unsigned __int128 rest =
        negative ? -(unsigned __int128)value.units : (unsigned __int128)value.units;
    int places = DC_DECIMAL_PLACES;
    for (unsigned __int128 u = rest; places > 0 && u % 10 == 0; u /= 10) {
        places--;
    }
    rest *= 100;        /* eight places: two digits of base 10,000 behind the point */
    int16_t digits[10]; /* 10^32 needs eight, one to spare on either side */
    int count = 0;
    while (rest > 0) {
        DC_ASSERT(count < 10);
        digits[count++] = (int16_t)(rest % 10000);
        rest /= 10000;
    }
    int lowest = 0;
    while (lowest < count && digits[lowest] == 0) {
        lowest++;
    }
    dc_put_i16(buffer, (int16_t)(count - lowest));
    dc_put_i16(buffer, (int16_t)(count > 0 ? count - 3 : 0));
    dc_put_i16(buffer, negative ? 0x4000 : 0);
    dc_put_i16(buffer, (int16_t)places);
    for (int i = count - 1; i >= lowest; i--) {
        dc_put_i16(buffer, digits[i]);
    }
}

static void
put_time(struct dc_text *buffer, dc_time value)
{
    bool infinite = value == INT64_MAX || value == INT64_MIN;
    dc_put_i64(buffer, infinite ? value : value - DC_PG_EPOCH_TIME);
}

static void
put_date(struct dc_text *buffer, dc_date value)
{
    bool infinite = value == INT32_MAX || value == INT32_MIN;
    dc_put_i32(buffer, infinite ? value : value - DC_PG_EPOCH_DATE);
}

static Oid
natural_type(int type)
{
    switch (type) {
    case DC_PARAM_TEXT:
        return DC_OID_TEXT;
    case DC_PARAM_INT64:
        return DC_OID_INT8;
    case DC_PARAM_BOOL:
        return DC_OID_BOOL;
    case DC_PARAM_BYTES:
        return DC_OID_BYTEA;
    case DC_PARAM_DECIMAL:
        return DC_OID_NUMERIC;
    case DC_PARAM_TIME:
        return DC_OID_TIMESTAMPTZ;
    case DC_PARAM_DATE:
        return DC_OID_DATE;
    case DC_PARAM_INT64_ARRAY:
        return DC_OID_INT8_ARRAY;
    case DC_PARAM_TEXT_ARRAY:
        return DC_OID_TEXT_ARRAY;
    case DC_PARAM_DECIMAL_ARRAY:
        return DC_OID_NUMERIC_ARRAY;
    case DC_PARAM_BYTES_ARRAY:
        return DC_OID_BYTEA_ARRAY;
    case DC_PARAM_DATE_ARRAY:
        return DC_OID_DATE_ARRAY;
    case DC_PARAM_TIME_ARRAY:
        return DC_OID_TIMESTAMPTZ_ARRAY;
    case DC_PARAM_BOOL_ARRAY:
        return DC_OID_BOOL_ARRAY;
    default:
        return DC_OID_UNKNOWN;
    }
}

static bool
is_array(int type)
{
    return type >= DC_PARAM_INT64_ARRAY;
}

/* The scalar that stands at an index of an array parameter. */
static struct dc_param
array_item(const struct dc_param *param, size_t i)
{
    const void *items = param->u.array.items;
    switch ((int)param->type) {
    case DC_PARAM_INT64_ARRAY:
        return dc_p_int64(((const int64_t *)items)[i]);
    case DC_PARAM_TEXT_ARRAY:
        return dc_p_text(((const char *const *)items)[i]);
    case DC_PARAM_DECIMAL_ARRAY:
        return dc_p_decimal(((const struct dc_decimal *)items)[i]);
    case DC_PARAM_BYTES_ARRAY: {
        const struct dc_bytes *bytes = (const struct dc_bytes *)items + i;
        return bytes->data ? dc_p_bytes(bytes->data, bytes->size) : dc_p_null();
    }
    case DC_PARAM_DATE_ARRAY:
        return dc_p_date(((const dc_date *)items)[i]);
    case DC_PARAM_TIME_ARRAY:
        return dc_p_time(((const dc_time *)items)[i]);
    case DC_PARAM_BOOL_ARRAY:
        return dc_p_bool(((const bool *)items)[i]);
    default:
        DC_ASSERT(!"an array parameter");
        return dc_p_null();
    }
}

/* The value without its length, in the binary format of its natural type. */
static void
put_binary(struct dc_text *buffer, const struct dc_param *param)
{
    switch ((int)param->type) {
    case DC_PARAM_TEXT:
        dc_text_add(buffer, param->u.text);
        return;
    case DC_PARAM_INT64:
        dc_put_i64(buffer, param->u.int64);
        return;
    case DC_PARAM_BOOL:
        dc_text_append(buffer, param->u.boolean ? "\1" : "\0", 1);
        return;
    case DC_PARAM_BYTES:
        dc_text_append(buffer, (const char *)param->u.bytes.data, param->u.bytes.size);
        return;
    case DC_PARAM_DECIMAL:
        put_numeric(buffer, param->u.decimal);
        return;
    case DC_PARAM_TIME:
        put_time(buffer, param->u.time);
        return;
    case DC_PARAM_DATE:
        put_date(buffer, param->u.date);
        return;
    default:
        DC_ASSERT(!"a scalar parameter");
    }
}

static void
put_length_at(struct dc_text *buffer, size_t at)
{
    uint32_t wire = htobe32((uint32_t)(buffer->length - at - 4));
    memcpy(buffer->data + at, &wire, sizeof(wire));
}

void
dc_param_put_copy(const struct dc_param *param, struct dc_text *buffer)
{
    if (param->type == DC_PARAM_NULL) {
        dc_put_i32(buffer, -1);
        return;
    }
    size_t at = buffer->length;
    dc_put_i32(buffer, 0);
    put_binary(buffer, param);
    put_length_at(buffer, at);
}

/* array_recv's format: dimensions, has nulls, element type, size, lower bound, elements. */
static void
put_binary_array(struct dc_text *buffer, const struct dc_param *param, Oid element)
{
    size_t count = param->u.array.count;
    dc_put_i32(buffer, count > 0 ? 1 : 0);
    dc_put_i32(buffer, 1);
    dc_put_i32(buffer, (int32_t)element);
    if (count == 0) {
        return;
    }
    dc_put_i32(buffer, (int32_t)count);
    dc_put_i32(buffer, 1);
    for (size_t i = 0; i < count; i++) {
        struct dc_param item = array_item(param, i);
        dc_param_put_copy(&item, buffer);
    }
}

static void
put_text(struct dc_text *buffer, const struct dc_param *param)
{
    char text[DC_DECIMAL_TEXT];
    switch ((int)param->type) {
    case DC_PARAM_TEXT:
        dc_text_add(buffer, param->u.text);
        return;
    case DC_PARAM_INT64:
        dc_text_printf(buffer, "%lld", (long long)param->u.int64);
        return;
    case DC_PARAM_BOOL:
        dc_text_add(buffer, param->u.boolean ? "t" : "f");
        return;
    case DC_PARAM_DECIMAL:
        dc_text_add(buffer, dc_decimal_format(param->u.decimal, text));
        return;
    case DC_PARAM_TIME:
        dc_time_format(param->u.time, text);
        dc_text_add(buffer, text);
        return;
    case DC_PARAM_DATE:
        dc_date_format(param->u.date, text);
        dc_text_add(buffer, text);
        return;
    case DC_PARAM_BYTES:
        dc_text_add(buffer, "\\x");
        for (size_t i = 0; i < param->u.bytes.size; i++) {
            dc_text_printf(buffer, "%02x", param->u.bytes.data[i]);
        }
        return;
    default:
        DC_ASSERT(!"a scalar parameter");
    }
}

static void
put_text_array(struct dc_text *buffer, const struct dc_param *param)
{
    DC_AUTO_TEXT struct dc_text item_text = DC_TEXT_INIT;
    dc_text_add(buffer, "{");
    for (size_t i = 0; i < param->u.array.count; i++) {
        struct dc_param item = array_item(param, i);
        dc_text_add(buffer, i > 0 ? "," : "");
        if (item.type == DC_PARAM_NULL) {
            dc_text_add(buffer, "NULL");
            continue;
        }
        dc_text_clear(&item_text);
        put_text(&item_text, &item);
        dc_text_add(buffer, "\"");
        for (const char *c = dc_text_cstr(&item_text); *c; c++) {
            if (*c == '"' || *c == '\\') {
                dc_text_add(buffer, "\\");
            }
            dc_text_append(buffer, c, 1);
        }
        dc_text_add(buffer, "\"");
    }
    dc_text_add(buffer, "}");
}

static Oid
array_of(Oid element)
{
    switch (element) {
    case DC_OID_INT8:
        return DC_OID_INT8_ARRAY;
    case DC_OID_TEXT:
        return DC_OID_TEXT_ARRAY;
    case DC_OID_NUMERIC:
        return DC_OID_NUMERIC_ARRAY;
    case DC_OID_BYTEA:
        return DC_OID_BYTEA_ARRAY;
    case DC_OID_DATE:
        return DC_OID_DATE_ARRAY;
    case DC_OID_TIMESTAMPTZ:
        return DC_OID_TIMESTAMPTZ_ARRAY;
    default:
        return DC_OID_BOOL_ARRAY;
    }
}

static Oid
element_of(int array_type)
{
    static const Oid elements[] = {DC_OID_INT8, DC_OID_TEXT,        DC_OID_NUMERIC, DC_OID_BYTEA,
                                   DC_OID_DATE, DC_OID_TIMESTAMPTZ, DC_OID_BOOL};
    return elements[array_type - DC_PARAM_INT64_ARRAY];
}

/* Returns the format: 0 text, 1 binary. */
static int
put_as(struct dc_text *buffer, const struct dc_param *param, Oid type)
{
    if (is_array(param->type)) {
        Oid element = element_of(param->type);
        if (type == array_of(element)) {
            put_binary_array(buffer, param, element);
            return 1;
        }
        put_text_array(buffer, param);
        return 0;
    }
    bool int4 = param->type == DC_PARAM_INT64 && type == DC_OID_INT4 &&
                param->u.int64 == (int32_t)param->u.int64;
    if (int4) {
        dc_put_i32(buffer, (int32_t)param->u.int64);
        return 1;
    }
    if (param->type == DC_PARAM_BYTES || type == natural_type(param->type)) {
        put_binary(buffer, param);
        return 1;
    }
    put_text(buffer, param);
    return 0;
}

void
dc_params_encode(const struct dc_param *params, size_t count, const Oid *types,
                 struct dc_text *buffer, struct dc_encoded *ret_encoded)
{
    DC_ASSERT(count <= DC_DB_PARAMS_MAX);
    dc_text_clear(buffer);
    dc_text_append(buffer, "", 1);
    for (size_t i = 0; i < count; i++) {
        ret_encoded->offset[i] = buffer->length;
        ret_encoded->formats[i] =
            params[i].type == DC_PARAM_NULL ? 0 : put_as(buffer, &params[i], types[i]);
        ret_encoded->lengths[i] = (int)(buffer->length - ret_encoded->offset[i]);
        dc_text_append(buffer, "", 1); /* text format is NUL-terminated */
    }
    for (size_t i = 0; i < count; i++) { /* the buffer has stopped moving */
        ret_encoded->values[i] =
            params[i].type == DC_PARAM_NULL ? NULL : buffer->data + ret_encoded->offset[i];
    }
}
