/*
 * pace.c - expected share, run-rate and forecast. Rational numbers throughout (GMP); rounded once, half
 * up, where a figure is shown.
 */
#include "pace.h"

#include <gmp.h>
#include <string.h>

#include "base/assert.h"

/* --- working days -------------------------------------------------------------------------------
 */

bool
pace_is_working(const struct pace_calendar *calendar, dc_date day)
{
    size_t low = 0, high = calendar->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calendar->days[middle] < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < calendar->count && calendar->days[low] == day) {
        return calendar->working[low];
    }
    int64_t since_monday = (((int64_t)day - dc_date_from_civil(2024, 1, 1)) % 7 + 7) % 7;
    return since_monday < 5;
}

int64_t
pace_working_days(const struct pace_calendar *calendar, dc_date first, dc_date last)
{
    int64_t days = 0;
    for (dc_date day = first; day <= last; day++) {
        days += pace_is_working(calendar, day);
    }
    return days;
}

dc_date
pace_month(dc_date day, int before)
{
    int year, month, of_month;
    dc_date_to_civil(day, &year, &month, &of_month);
    int months = year * 12 + month - 1 - before;
    return dc_date_from_civil(months / 12, months % 12 + 1, 1);
}

/* --- rational numbers ---------------------------------------------------------------------------
 */

static void
set_decimal(mpq_t ret, struct dc_decimal value)
{
    bool negative = value.units < 0;
    unsigned __int128 size =
        negative ? -(unsigned __int128)value.units : (unsigned __int128)value.units;
    mpz_t low;
    mpz_init_set_ui(low, (unsigned long)size);
    mpz_set_ui(mpq_numref(ret), (unsigned long)(size >> 64));
    mpz_mul_2exp(mpq_numref(ret), mpq_numref(ret), 64);
    mpz_add(mpq_numref(ret), mpq_numref(ret), low);
    if (negative) {
        mpz_neg(mpq_numref(ret), mpq_numref(ret));
    }
    mpz_set_ui(mpq_denref(ret), DC_DECIMAL_ONE_UNITS);
    mpq_canonicalize(ret);
    mpz_clear(low);
}

/* Half away from zero, at `places`. Magnitudes here stay below 10^24. */
static struct dc_decimal
rounded(const mpq_t value, int places)
{
    mpz_t whole, twice;
    mpz_inits(whole, twice, NULL);
    mpz_ui_pow_ui(twice, 10, (unsigned long)places);
    mpz_mul(whole, mpq_numref(value), twice);
    bool negative = mpz_sgn(whole) < 0;
    mpz_abs(whole, whole);
    mpz_mul_2exp(whole, whole, 1);
    mpz_add(whole, whole, mpq_denref(value));
    mpz_mul_2exp(twice, mpq_denref(value), 1);
    mpz_fdiv_q(whole, whole, twice);
    mpz_ui_pow_ui(twice, 10, (unsigned long)(DC_DECIMAL_PLACES - places));
    mpz_mul(whole, whole, twice);
    unsigned __int128 units = 0;
    DC_ASSERT(mpz_sizeinbase(whole, 2) < 120);
    mpz_fdiv_q_2exp(twice, whole, 64);
    units = ((unsigned __int128)mpz_get_ui(twice) << 64) | (unsigned __int128)mpz_get_ui(whole);
    mpz_clears(whole, twice, NULL);
    return (struct dc_decimal){negative ? -(__int128)units : (__int128)units};
}

/* The root, rounded down at ten places: far below what is shown. */
static void
root_of(mpq_t ret, const mpq_t value)
{
    mpz_t scaled;
    mpz_init(scaled);
    mpz_ui_pow_ui(scaled, 10, 20);
    mpz_mul(scaled, scaled, mpq_numref(value));
    mpz_fdiv_q(scaled, scaled, mpq_denref(value));
    mpz_sqrt(mpq_numref(ret), scaled);
    mpz_ui_pow_ui(mpq_denref(ret), 10, 10);
    mpq_canonicalize(ret);
    mpz_clear(scaled);
}

/* --- weighed days -------------------------------------------------------------------------------
 */

/* What the working days from `first` up to `last` weigh, added to `sum`. A month's weight is shared by
 * its working days alike. */
static void
add_days(mpq_t sum, const struct pace_input *input, dc_date first, dc_date last)
{
    mpq_t part;
    mpq_init(part);
    for (dc_date month = pace_month(first, 0); month <= last; month = pace_month(month, -1)) {
        dc_date end = pace_month(month, -1) - 1;
        int64_t days = pace_working_days(input->calendar, month < first ? first : month,
                                         end > last ? last : end);
        if (days == 0) {
            continue;
        }
        mpq_set_ui(part, (unsigned long)days, 1);
        if (input->season) {
            int year, number, of_month;
            mpq_t weight;
            mpq_init(weight);
            dc_date_to_civil(month, &year, &number, &of_month);
            set_decimal(weight, input->season->weights[number - 1]);
            mpq_mul(part, part, weight);
            mpq_set_ui(weight, (unsigned long)pace_working_days(input->calendar, month, end), 1);
            mpq_div(part, part, weight);
            mpq_clear(weight);
        }
        mpq_add(sum, sum, part);
    }
    mpq_clear(part);
}

/* --- forecast -----------------------------------------------------------------------------------
 * The ratio model (Royall, On finite population sampling theory under certain linear regression models,
 * Biometrika 57, 1970): what a month brings is r times its days, with a variance that grows with the
 * days. Then r = sum(y) / sum(x), what is left brings r * X, and the variance of the error is
 * s2 * (X + X^2 / sum(x)) with s2 = sum((y - r x)^2 / x) / (k - 1). */

/* Student's t, 0.90, by degrees of freedom 3..12 (1.3722 is of 10): four of five lie within. */
static const int student[] = {16377, 15332, 14759, 14398, 14149, 13968, 13830, 13722, 13634, 13562};

struct observed {
    mpq_t x[PACE_MONTHS], y[PACE_MONTHS], sum_x, sum_y;
    int count;
};

static void
observe(struct observed *observed, const struct pace_input *input)
{
    int first = 0;
    mpq_inits(observed->sum_x, observed->sum_y, NULL);
    observed->count = 0;
    while (first < PACE_MONTHS && !input->months[first].known) {
        first++;
    }
    for (int i = first; i < PACE_MONTHS; i++) {
        int at = observed->count;
        dc_date month = pace_month(input->day, PACE_MONTHS - 1 - i), end = pace_month(month, -1) - 1;
        mpq_inits(observed->x[at], observed->y[at], NULL);
        add_days(observed->x[at], input, month, end > input->day ? input->day : end);
        set_decimal(observed->y[at],
                    input->months[i].known ? input->months[i].value : DC_DECIMAL_ZERO);
        if (mpq_sgn(observed->x[at]) == 0) { /* no day yet: it says nothing */
            mpq_clears(observed->x[at], observed->y[at], NULL);
            continue;
        }
        mpq_add(observed->sum_x, observed->sum_x, observed->x[at]);
        mpq_add(observed->sum_y, observed->sum_y, observed->y[at]);
        observed->count++;
    }
}

static void
observed_clear(struct observed *observed)
{
    for (int i = 0; i < observed->count; i++) {
        mpq_clears(observed->x[i], observed->y[i], NULL);
    }
    mpq_clears(observed->sum_x, observed->sum_y, NULL);
}

/* sum((y - r x)^2 / x) / (k - 1) */
static void
spread_of(mpq_t ret, const struct observed *observed, const mpq_t rate)
{
    mpq_t part;
    mpq_init(part);
    mpq_set_ui(ret, 0, 1);
    for (int i = 0; i < observed->count; i++) {
        mpq_mul(part, rate, observed->x[i]);
        mpq_sub(part, observed->y[i], part);
        mpq_mul(part, part, part);
        mpq_div(part, part, observed->x[i]);
        mpq_add(ret, ret, part);
    }
    mpq_set_ui(part, (unsigned long)observed->count - 1, 1);
    mpq_div(ret, ret, part);
    mpq_clear(part);
}

static void
forecast(struct pace *pace, const struct pace_input *input, const struct observed *observed,
         const mpq_t left)
{
    mpq_t rate, end, half, part;
    mpq_inits(rate, end, half, part, NULL);
    mpq_div(rate, observed->sum_y, observed->sum_x);
    set_decimal(end, input->actual.known ? input->actual.value : DC_DECIMAL_ZERO);
    mpq_mul(part, rate, left);
    mpq_add(end, end, part);
    spread_of(half, observed, rate);
    mpq_mul(part, left, left);
    mpq_div(part, part, observed->sum_x);
    mpq_add(part, part, left);
    mpq_mul(half, half, part);
    root_of(part, half);
    mpq_set_ui(half, (unsigned long)student[observed->count - PACE_LEAST_MONTHS], 10000);
    mpq_canonicalize(half);
    mpq_mul(half, half, part);
    pace->forecast = rounded(end, input->decimals);
    mpq_add(part, end, half);
    pace->high = rounded(part, input->decimals);
    mpq_sub(part, end, half);
    pace->low = mpq_sgn(part) < 0 ? DC_DECIMAL_ZERO : rounded(part, input->decimals);
    mpq_clears(rate, end, half, part, NULL);
}

static void
foresee(struct pace *pace, const struct pace_input *input, const mpq_t left)
{
    struct observed observed;
    if (input->day >= input->last_day) {
        pace->state = PACE_OVER;
        return;
    }
    observe(&observed, input);
    pace->months = observed.count;
    pace->state = observed.count < PACE_LEAST_MONTHS ? PACE_TOO_LITTLE : PACE_FORECAST;
    if (pace->state == PACE_FORECAST) {
        forecast(pace, input, &observed, left);
    }
    observed_clear(&observed);
}

/* --- the whole ----------------------------------------------------------------------------------
 */

static struct maybe
per_day(struct dc_decimal amount, int64_t days, int decimals)
{
    struct maybe rate = {0};
    rate.known = days > 0 && dc_decimal_mul_div(amount, DC_DECIMAL_INT(1), DC_DECIMAL_INT(days),
                                                decimals, &rate.value, NULL) == DC_OK;
    return rate;
}

static void
compare(struct pace *pace, const struct pace_input *input, const mpq_t share)
{
    mpq_t expected;
    int64_t left = pace->days - pace->days_elapsed;
    struct dc_decimal actual = input->actual.known ? input->actual.value : DC_DECIMAL_ZERO;
    pace->rate = per_day(actual, pace->days_elapsed, input->decimals);
    if (!input->target.known) {
        return;
    }
    mpq_init(expected);
    set_decimal(expected, input->target.value);
    mpq_mul(expected, expected, share);
    pace->expected = (struct maybe){true, rounded(expected, input->decimals)};
    struct dc_decimal ahead = dc_decimal_sub(actual, pace->expected.value);
    pace->ahead = (struct maybe){true, input->lower_is_better ? dc_decimal_neg(ahead) : ahead};
    struct dc_decimal to_go = dc_decimal_sub(input->target.value, actual);
    if (dc_decimal_sign(to_go) > 0) {
        pace->rate_needed = per_day(to_go, left, input->decimals);
    }
    mpq_clear(expected);
}

void
pace_compute(struct pace *ret_pace, const struct pace_input *input)
{
    struct pace pace = {.day = input->day < input->last_day ? input->day : input->last_day};
    mpq_t elapsed, all, left, share;
    mpq_inits(elapsed, all, left, share, NULL);
    pace.days = pace_working_days(input->calendar, input->first_day, input->last_day);
    pace.days_elapsed = pace_working_days(input->calendar, input->first_day, pace.day);
    add_days(elapsed, input, input->first_day, pace.day);
    add_days(all, input, input->first_day, input->last_day);
    mpq_sub(left, all, elapsed);
    if (mpq_sgn(all) > 0) {
        mpq_div(share, elapsed, all);
    }
    pace.share = (struct dc_ratio){rounded(elapsed, DC_DECIMAL_PLACES),
                                   mpq_sgn(all) > 0 ? rounded(all, DC_DECIMAL_PLACES)
                                                    : DC_DECIMAL_INT(1)};
    compare(&pace, input, share);
    foresee(&pace, input, left);
    mpq_set_ui(all, 100, 1);
    mpq_mul(share, share, all);
    pace.share_percent = rounded(share, 2);
    mpq_clears(elapsed, all, left, share, NULL);
    *ret_pace = pace;
}
