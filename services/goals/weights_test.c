/* Tests the change of weights by rows of cases, and that any change adds up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/harness.h"
#include "weights.h"

enum { WEIGHTS_MAX = 16 };

static size_t
read_weights(const char *where, char *text, struct dc_decimal *weights, bool *given)
{
    size_t count = 0;
    for (char *save, *token = strtok_r(text, " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        given[count] = strcmp(token, "-") != 0;
        if (given[count] && weight_parse(token, "weight", &weights[count], NULL) != DC_OK) {
            fail_msg("%s: %s is no weight", where, token);
        }
        assert_true(++count <= WEIGHTS_MAX);
    }
    return count;
}

static void
run_case(const char *where, char **columns, size_t column_count, void *context)
{
    (void)context;
    struct dc_decimal before[WEIGHTS_MAX], wanted[WEIGHTS_MAX], after[WEIGHTS_MAX],
        got[WEIGHTS_MAX];
    bool all[WEIGHTS_MAX], changed[WEIGHTS_MAX], refused = strcmp(columns[2], "refused") == 0;
    struct dc_error error = {0};
    assert_int_equal(column_count, 3);
    size_t count = read_weights(where, columns[0], before, all);
    assert_int_equal(read_weights(where, columns[1], wanted, changed), count);
    enum dc_code code = weights_change(before, changed, wanted, count, got, &error);
    if (refused) {
        if (code != DC_INVALID_ARGUMENT || strcmp(error.field, "changes") != 0) {
            fail_msg("%s: not refused", where);
        }
        return;
    }
    if (code != DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    assert_int_equal(read_weights(where, columns[2], after, all), count);
    for (size_t i = 0; i < count; i++) {
        char text[DC_DECIMAL_TEXT];
        if (dc_decimal_cmp(after[i], got[i]) != 0) {
            fail_msg("%s: weight %zu is %s", where, i + 1,
                     dc_decimal_format_fixed(got[i], WEIGHT_DECIMALS, text));
        }
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/weights.txt", run_case, NULL) > 10);
}

static void
test_any_change_adds_up(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    int taken = 0;
    for (int round = 0; round < 2000; round++) {
        size_t count = 2 + dc_test_random_below(&random, WEIGHTS_MAX - 1);
        struct dc_decimal shares[WEIGHTS_MAX], before[WEIGHTS_MAX], wanted[WEIGHTS_MAX],
            after[WEIGHTS_MAX], sum = DC_DECIMAL_ZERO;
        bool changed[WEIGHTS_MAX] = {false};
        for (size_t i = 0; i < count; i++) {
            shares[i] = DC_DECIMAL_INT(1 + dc_test_random_below(&random, 50));
            wanted[i].units = (__int128)(1 + dc_test_random_below(&random, 3000)) * 10000;
            changed[i] = i > 0 && dc_test_random_below(&random, 4) == 0;
        }
        assert_int_equal(dc_decimal_split(WEIGHTS_TOTAL, shares, count, 2, before, NULL), DC_OK);
        if (weights_change(before, changed, wanted, count, after, NULL) != DC_OK) {
            continue;
        }
        taken++;
        for (size_t i = 0; i < count; i++) {
            assert_true(dc_decimal_sign(after[i]) > 0);
            assert_true(!changed[i] || dc_decimal_cmp(after[i], wanted[i]) == 0);
            sum = dc_decimal_add(sum, after[i]);
        }
        assert_int_equal(dc_decimal_cmp(sum, WEIGHTS_TOTAL), 0);
    }
    assert_true(taken > 500);
}

static void
test_weights_are_percentages(void **state)
{
    (void)state;
    const char *const bad[] = {"",
                               "0",
                               "0.00",
                               "-1",
                               "100.01",
                               "30.001",
                               "30%",
                               "1e1",
                               " 30",
                               "30,00",
                               "999999999999999999999999999"};
    struct dc_decimal weight;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct dc_error error = {0};
        assert_int_equal(weight_parse(bad[i], "items[2].weight", &weight, &error),
                         DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, "items[2].weight");
    }
    assert_int_equal(weight_parse("0.01", "w", &weight, NULL), DC_OK);
    assert_int_equal(weight_parse("100", "w", &weight, NULL), DC_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_any_change_adds_up),
        cmocka_unit_test(test_weights_are_percentages),
    };
    return cmocka_run_group_tests_name("goals weights", tests, NULL, NULL);
}
