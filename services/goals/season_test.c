/* Tests the division into shorter periods by rows of cases, and that any division adds up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "season.h"
#include "tests/lib/harness.h"

static struct dc_decimal
decimal(const char *where, const char *text)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK) {
        fail_msg("%s: %s is no number", where, text);
    }
    return value;
}

/* Words of a column; "-" leaves the flag false. */
static size_t
read_words(const char *where, char *text, struct dc_decimal *values, bool *said)
{
    size_t count = 0;
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        assert_true(count < SEASON_PERIODS_MAX);
        said[count] = strcmp(word, "-") != 0;
        values[count] = said[count] ? decimal(where, word) : DC_DECIMAL_ZERO;
        count++;
    }
    return count;
}

static void
run_case(const char *where, char **columns, size_t column_count, void *context)
{
    (void)context;
    struct dc_decimal weights[SEASON_PERIODS_MAX], kept[SEASON_PERIODS_MAX],
        wanted[SEASON_PERIODS_MAX], left;
    bool said[SEASON_PERIODS_MAX], all[SEASON_PERIODS_MAX];
    struct season_part parts[SEASON_PERIODS_MAX];
    struct dc_error error = {0};
    assert_int_equal(column_count, 6);
    size_t count = read_words(where, columns[1], weights, all);
    assert_int_equal(read_words(where, columns[2], kept, said), count);
    assert_int_equal(read_words(where, columns[4], wanted, all), count);
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct season_part){.weight = weights[i], .value = kept[i], .kept = said[i]};
    }
    if (season_divide(decimal(where, columns[0]), parts, count, strcmp(columns[3], "yes") == 0, 2,
                      &left, &error) != DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    for (size_t i = 0; i < count; i++) {
        char text[DC_DECIMAL_TEXT];
        if (dc_decimal_cmp(parts[i].value, wanted[i]) != 0) {
            fail_msg("%s: part %zu is %s", where, i + 1, dc_decimal_format(parts[i].value, text));
        }
    }
    if (dc_decimal_cmp(left, decimal(where, columns[5])) != 0) {
        char text[DC_DECIMAL_TEXT];
        fail_msg("%s: %s is left over", where, dc_decimal_format(left, text));
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/season.txt", run_case, NULL) > 10);
}

static void
test_any_division_adds_up(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    for (int round = 0; round < 3000; round++) {
        size_t count = 1 + dc_test_random_below(&random, SEASON_PERIODS_MAX);
        struct season_part parts[SEASON_PERIODS_MAX];
        struct dc_decimal value = {.units =
                                       (__int128)dc_test_random_below(&random, 1000000) * 10000};
        struct dc_decimal left, sum = DC_DECIMAL_ZERO;
        bool open = false;
        for (size_t i = 0; i < count; i++) {
            parts[i] = (struct season_part){
                .weight = DC_DECIMAL_INT(dc_test_random_below(&random, 5)),
                .value = {.units = (__int128)dc_test_random_below(&random, 100000) * 10000},
                .kept = dc_test_random_below(&random, 3) == 0};
            parts[i].value = parts[i].kept ? parts[i].value : DC_DECIMAL_ZERO;
            open = open || (!parts[i].kept && dc_decimal_sign(parts[i].weight) > 0);
        }
        assert_int_equal(season_divide(value, parts, count, true, 2, &left, NULL), DC_OK);
        for (size_t i = 0; i < count; i++) {
            sum = dc_decimal_add(sum, parts[i].value);
            assert_true(dc_decimal_sign(parts[i].value) >= 0);
        }
        assert_int_equal(dc_decimal_cmp(dc_decimal_add(sum, left), value), 0);
        assert_true(!open || dc_decimal_sign(left) <= 0);
    }
}

static void
test_weights_of_a_year(void **state)
{
    (void)state;
    struct dc_decimal months[12], quarters[4], got[SEASON_PERIODS_MAX];
    struct dc_error error = {0};
    for (int i = 0; i < 12; i++) {
        months[i] = DC_DECIMAL_INT(i + 1);
        quarters[i % 4] = DC_DECIMAL_INT(i % 4);
    }
    assert_int_equal(season_weights(months, 12, 0, 12, 3, got, &error), DC_OK);
    assert_int_equal(dc_decimal_cmp(got[3], DC_DECIMAL_INT(33)), 0);
    assert_int_equal(season_weights(months, 12, 3, 3, 1, got, &error), DC_OK);
    assert_int_equal(dc_decimal_cmp(got[2], DC_DECIMAL_INT(6)), 0);
    /* Months of a quarter's weight are alike; a quarter without weight cannot be divided by it. */
    assert_int_equal(season_weights(quarters, 4, 9, 3, 1, got, &error), DC_OK);
    assert_int_equal(dc_decimal_cmp(got[0], got[2]), 0);
    assert_int_equal(season_weights(quarters, 4, 0, 3, 1, got, &error), DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "profile_id");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_any_division_adds_up),
        cmocka_unit_test(test_weights_of_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
