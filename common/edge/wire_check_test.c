/* wire_check_test.c - what is refused, by which path, and that what passes also unpacks. */
#include "edge/wire_check.h"

#include <stdlib.h>
#include <string.h>

#include <dacheng/testing/v1/kinds.pb-c.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static const ProtobufCMessageDescriptor *const kinds = &testing__kinds__descriptor;

static size_t
from_hex(const char *hex, uint8_t *bytes)
{
    size_t size = 0;
    for (; *hex; hex += 2) {
        hex += strspn(hex, " ");
        if (!*hex) {
            break;
        }
        bytes[size++] = (uint8_t)strtoul((char[]){hex[0], hex[1], 0}, NULL, 16);
    }
    return size;
}

static void
one_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 3);
    static uint8_t bytes[4096];
    size_t size = from_hex(columns[0], bytes);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(1 << 20);
    ProtobufCMessage *message;
    struct dc_error error = {0};
    enum dc_code code = dc_wire_unpack(kinds, bytes, size, arena, &message, &error);
    if (strcmp(dc_code_wire_name(code), columns[1]) != 0 ||
        (code != DC_OK && strcmp(error.field, columns[2]) != 0)) {
        fail_msg("%s: %s at \"%s\" (%s)", where, dc_code_wire_name(code), error.field,
                 error.message);
    }
}

static void
cases(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/wire_check.txt", one_case, NULL);
}

/* A message within a message, `depth` times. */
static uint8_t *
nested(size_t depth, size_t *ret_size)
{
    size_t room = depth * 7 + 16, at = room;
    uint8_t *data = malloc(room);
    assert_non_null(data);
    for (size_t i = 0; i < depth; i++) {
        size_t inner = room - at;
        uint8_t head[8];
        size_t length = 0;
        head[length++] = 0x92; /* field 18 */
        head[length++] = 0x01;
        for (; inner > 127; inner >>= 7) {
            head[length++] = (uint8_t)(inner | 128);
        }
        head[length++] = (uint8_t)inner;
        at -= length;
        memcpy(data + at, head, length);
    }
    memmove(data, data + at, room - at);
    *ret_size = room - at;
    return data;
}

static void
depth_is_bounded(void **state)
{
    (void)state;
    struct dc_error error;
    size_t size;
    DC_AUTO_FREE uint8_t *deepest = nested(DC_WIRE_DEPTH_MAX - 1, &size);
    assert_int_equal(dc_wire_check(kinds, deepest, size, &error), DC_OK);
    DC_AUTO_FREE uint8_t *too_deep = nested(DC_WIRE_DEPTH_MAX, &size);
    assert_int_equal(dc_wire_check(kinds, too_deep, size, &error), DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "nested too deep"));
    DC_AUTO_FREE uint8_t *abyss = nested(10000, &size);
    assert_int_equal(dc_wire_check(kinds, abyss, size, &error), DC_INVALID_ARGUMENT);
}

static void
memory_is_bounded(void **state)
{
    (void)state;
    enum { COUNT = 500000, BUDGET = 4 << 20 };
    /* Two bytes each, some 700 in memory each. */
    uint8_t *data = malloc(COUNT * 3);
    assert_non_null(data);
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(data + 3 * i, "\x82\x02\x00", 3); /* field 32: an empty Kinds */
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(BUDGET);
    ProtobufCMessage *message;
    struct dc_error error;
    assert_int_equal(dc_wire_check(kinds, data, COUNT * 3, &error), DC_OK);
    assert_int_equal(dc_wire_unpack(kinds, data, COUNT * 3, arena, &message, &error),
                     DC_RESOURCE_EXHAUSTED);
    assert_true(dc_arena_used(arena) <= BUDGET);
    free(data);
    /* More elements than there may be, in one packed field. */
    size_t many = DC_WIRE_ELEMENTS_MAX + 1;
    data = malloc(many + 16);
    assert_non_null(data);
    size_t at = from_hex("aa 01", data);
    for (size_t rest = many; rest; rest >>= 7) {
        data[at++] = (uint8_t)(rest | (rest > 127 ? 128 : 0));
    }
    memset(data + at, 1, many);
    assert_int_equal(dc_wire_check(kinds, data, at + many, &error), DC_RESOURCE_EXHAUSTED);
    free(data);
}

static void
packing_is_read_back(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Testing__Kinds *kinds_message = DC_NEW_MESSAGE(arena, Testing__Kinds, testing__kinds__init);
    kinds_message->a_string = "达成";
    kinds_message->a_int64 = INT64_MIN;
    uint8_t *data;
    size_t size;
    dc_wire_pack(&kinds_message->base, arena, &data, &size);
    ProtobufCMessage *back;
    assert_int_equal(dc_wire_unpack(kinds, data, size, arena, &back, NULL), DC_OK);
    assert_string_equal(((Testing__Kinds *)back)->a_string, "达成");
    assert_true(((Testing__Kinds *)back)->a_int64 == INT64_MIN);
    /* Every truncation of it comes back with an answer. */
    for (size_t cut = 0; cut < size; cut++) {
        (void)!dc_wire_unpack(kinds, data, cut, arena, &back, NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(packing_is_read_back),
    };
    return cmocka_run_group_tests_name("wire_check", tests, NULL, NULL);
}
