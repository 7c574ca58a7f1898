/* pace_test.c - pace by rows of text, and the forecast against the same in floating point. */
#include "pace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { EXCEPTIONS = 16 };

static struct dc_decimal
number(const char *text)
{
    struct dc_decimal value;
    struct dc_error error;
    if (dc_decimal_parse(text, &value, &error) != DC_OK) {
        dc_test_die("%s: %s", text, error.message);
    }
    return value;
}

static struct maybe
optional(const char *text)
{
    bool given = strcmp(text, "-") != 0;
    return (struct maybe){given, given ? number(text) : DC_DECIMAL_ZERO};
}

static const char *
shown(struct maybe value, char *text)
{
    return value.known ? dc_decimal_format_fixed(value.value, 2, text) : strcpy(text, "-");
}

static void
read_calendar(char *words, struct pace_calendar *calendar, dc_date *days, bool *working)
{
    *calendar = (struct pace_calendar){.days = days, .working = working};
    char *save;
    for (char *word = strtok_r(words, " ", &save); word && strcmp(word, "-") != 0;
         word = strtok_r(NULL, " ", &save)) {
        size_t last = strlen(word) - 1;
        working[calendar->count] = word[last] == '+';
        word[last] = '\0';
        struct dc_error error;
        assert_int_equal(dc_date_parse(word, &days[calendar->count++], &error), DC_OK);
    }
}

static const struct pace_season *
read_season(char *words, struct pace_season *season)
{
    if (strcmp(words, "-") == 0) {
        return NULL;
    }
    char *save, *word = strtok_r(words, " ", &save);
    for (int i = 0; i < 12; i++, word = strtok_r(NULL, " ", &save)) {
        season->weights[i] = number(word);
    }
    return season;
}

/* The last word is the running month. */
static void
read_months(char *words, struct maybe *months)
{
    char *list[PACE_MONTHS], *save;
    int count = 0;
    for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        list[count++] = word;
    }
    for (int i = 0; i < count; i++) {
        months[PACE_MONTHS - count + i] = optional(list[i]);
    }
}

static void
row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    dc_date days[EXCEPTIONS];
    bool working[EXCEPTIONS];
    struct pace_calendar calendar;
    struct pace_season season;
    struct dc_period period;
    struct dc_error error;
    struct pace pace;
    struct pace_input input = {.calendar = &calendar, .decimals = 2};
    if (count != 14) {
        dc_test_die("%s: %zu columns", where, count);
    }
    assert_int_equal(dc_period_parse(column[1], &period, &error), DC_OK);
    assert_int_equal(dc_date_parse(column[2], &input.day, &error), DC_OK);
    read_calendar(column[3], &calendar, days, working);
    input.season = read_season(column[4], &season);
    input.first_day = period.first;
    input.last_day = period.last;
    input.target = optional(column[5]);
    input.actual = optional(column[6]);
    read_months(column[7], input.months);
    pace_compute(&pace, &input);
    char got[300], a[5][DC_DECIMAL_TEXT], forecast[160] = "over";
    if (pace.state == PACE_TOO_LITTLE) {
        snprintf(forecast, sizeof(forecast), "too little");
    } else if (pace.state == PACE_FORECAST) {
        snprintf(forecast, sizeof(forecast), "%s %s..%s",
                 dc_decimal_format_fixed(pace.forecast, 2, a[0]),
                 dc_decimal_format_fixed(pace.low, 2, a[1]),
                 dc_decimal_format_fixed(pace.high, 2, a[2]));
    }
    snprintf(got, sizeof(got), "%lld/%lld | %s | %s | %s | %s | %s", (long long)pace.days_elapsed,
             (long long)pace.days, dc_decimal_format_fixed(pace.share_percent, 2, a[3]),
             shown(pace.expected, a[0]), shown(pace.ahead, a[1]), shown(pace.rate_needed, a[2]),
             forecast);
    char wanted[300];
    snprintf(wanted, sizeof(wanted), "%s | %s | %s | %s | %s | %s", column[8], column[9],
             column[10], column[11], column[12], column[13]);
    if (strcmp(got, wanted) != 0) {
        fail_msg("%s: %s\n  wanted %s", where, got, wanted);
    }
}

static void
rows_of_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/pace.txt", row, NULL) >= 16);
}

/* Random months, the same formula in floating point: to the cent of some hundred thousand. */
static void
as_in_floating_point(void **state)
{
    (void)state;
    static const double student[] = {1.6377, 1.5332, 1.4759, 1.4398, 1.4149,
                                     1.3968, 1.3830, 1.3722, 1.3634, 1.3562};
    struct dc_test_random random = {.state = dc_test_seed()};
    const struct pace_calendar calendar = {0};
    for (int round = 0; round < 200; round++) {
        int known = 4 + (int)dc_test_random_below(&random, PACE_MONTHS - 3);
        struct pace_input input = {.calendar = &calendar,
                                   .decimals = 2,
                                   .first_day = dc_date_from_civil(2026, 10, 1),
                                   .last_day = dc_date_from_civil(2026, 12, 31)};
        input.day = input.first_day + 5 + (dc_date)dc_test_random_below(&random, 80);
        double x[PACE_MONTHS] = {0}, y[PACE_MONTHS] = {0}, sum_x = 0, sum_y = 0, spread = 0;
        for (int i = 0; i < known; i++) {
            dc_date first = pace_month(input.day, known - 1 - i), last = pace_month(first, -1) - 1;
            int64_t amount = (int64_t)dc_test_random_below(&random, 100000);
            input.months[PACE_MONTHS - known + i] = (struct maybe){true, DC_DECIMAL_INT(amount)};
            x[i] = (double)pace_working_days(&calendar, first, last < input.day ? last : input.day);
            y[i] = (double)amount;
            sum_x += x[i];
            sum_y += y[i];
        }
        if (x[known - 1] == 0) {
            continue; /* the running month has no day yet */
        }
        double rate = sum_y / sum_x;
        for (int i = 0; i < known; i++) {
            spread += (y[i] - rate * x[i]) * (y[i] - rate * x[i]) / x[i] / (known - 1);
        }
        double left = (double)pace_working_days(&calendar, input.day + 1, input.last_day);
        double half = student[known - 4] * sqrt(spread * (left + left * left / sum_x));
        struct pace pace;
        pace_compute(&pace, &input);
        assert_int_equal(pace.state, PACE_FORECAST);
        assert_int_equal(pace.months, known);
        assert_true(fabs((double)pace.forecast.units / 1e6 - rate * left) < 0.01);
        assert_true(fabs((double)pace.high.units / 1e6 - (rate * left + half)) < 0.01);
        double low = rate * left - half > 0 ? rate * left - half : 0;
        assert_true(fabs((double)pace.low.units / 1e6 - low) < 0.01);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_of_cases),
                                       cmocka_unit_test(as_in_floating_point)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
