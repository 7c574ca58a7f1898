/* Tests sentences in two languages: the same arguments, in an order of their own. */
#include "base/bilingual.h"
#include "tests/lib/cmocka.h"

static void
both_languages_have_the_arguments(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_bilingual sentence = dc_bilingual_printf(arena, "%1$d of %2$lld rows, %3$s",
                                                       "%2$lld 行中的 %1$d 行，%3$s", 5, 6LL, "x");
    assert_string_equal(sentence.en, "5 of 6 rows, x");
    assert_string_equal(sentence.zh, "6 行中的 5 行，x");
}

static void
a_copy_stands_by_itself(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char en[] = "one", zh[] = "一";
    struct dc_bilingual copy = dc_bilingual_copy(arena, en, zh);
    en[0] = zh[0] = '?';
    assert_string_equal(copy.en, "one");
    assert_string_equal(copy.zh, "一");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_have_the_arguments),
        cmocka_unit_test(a_copy_stands_by_itself),
    };
    return cmocka_run_group_tests_name("bilingual", tests, NULL, NULL);
}
