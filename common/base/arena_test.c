/* arena_test.c - memory that is dropped as a whole. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static void
pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 3; round++) {
        unsigned char *pieces[COUNT];
        size_t sizes[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            /* Mostly small, now and then larger than any block. */
            sizes[i] = dc_test_random_below(&random, i % 100 == 99 ? 3000000 : 300);
            pieces[i] = dc_arena_alloc(arena, sizes[i]);
            assert_int_equal((uintptr_t)pieces[i] % 16, 0);
            memset(pieces[i], (int)(i & 0xff), sizes[i]);
        }
        for (size_t i = 0; i < COUNT; i++) {
            for (size_t at = 0; at < sizes[i]; at += sizes[i] / 7 + 1) {
                assert_int_equal(pieces[i][at], i & 0xff);
            }
        }
        assert_true(dc_arena_used(arena) > 0);
        dc_arena_reset(arena, 0);
        assert_int_equal(dc_arena_used(arena), 0);
    }
}

static void
budget_bounds_what_is_tried(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(1000);
    size_t given = 0;
    while (dc_arena_try_alloc(arena, 100)) {
        given++;
    }
    assert_int_equal(given, 1000 / 112);
    assert_non_null(dc_arena_alloc(arena, 5000)); /* our own code is not bounded */
    assert_null(dc_arena_try_alloc(arena, 1));
    assert_null(dc_arena_try_alloc(arena, SIZE_MAX));
    dc_arena_reset(arena, 64);
    assert_non_null(dc_arena_try_alloc(arena, 64));
    assert_null(dc_arena_try_alloc(arena, 1));
    ProtobufCAllocator *allocator = dc_arena_allocator(arena);
    assert_null(allocator->alloc(allocator->allocator_data, 1));
}

static void
texts_are_copied(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    assert_string_equal(dc_arena_strdup(arena, "达成"), "达成");
    assert_string_equal(dc_arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(dc_arena_strndup(arena, "ab", 9), "ab");
    assert_string_equal(dc_arena_printf(arena, "%d of %s", 80, "100"), "80 of 100");
    int *numbers = DC_NEW_ARRAY(arena, int, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(numbers[i], 0);
    }
    assert_ptr_not_equal(dc_arena_alloc(arena, 0), dc_arena_alloc(arena, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(budget_bounds_what_is_tried),
        cmocka_unit_test(texts_are_copied),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
