/* What is missing in a unit's sales data of a month, and which amount is odd. */
#include "completeness.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum {
    WEEKS_BEFORE = 8,
    WEEKS_NEEDED = 4, /* fewer days with records make no pattern */
    PERIODS_BEFORE = 3,
    SATURDAY = 5,
};

/* What is being found. Grows in the arena. */
struct finder {
    const struct completeness_facts *facts;
    const struct completeness_thresholds *thresholds;
    struct dc_arena *arena;
    char period[DC_PERIOD_TEXT];
    struct completeness_finding *items;
    size_t count, capacity;
};

static struct completeness_finding *
add(struct finder *f, Ingest__FindingKind kind, int64_t unit_id)
{
    if (f->count == f->capacity) {
        f->capacity = 2 * f->capacity + 16;
        struct completeness_finding *more =
            DC_NEW_ARRAY(f->arena, struct completeness_finding, f->capacity);
        memcpy(more, f->items ? f->items : more, f->count * sizeof(*more));
        f->items = more;
    }
    f->items[f->count] =
        (struct completeness_finding){.kind = kind, .unit_id = unit_id, .on = COMPLETENESS_NO_DAY};
    return &f->items[f->count++];
}

/* --- days ---------------------------------------------------------------------------------------
 */
static int
by_day(const void *a, const void *b)
{
    dc_date x = ((const struct completeness_day *)a)->on;
    dc_date y = ((const struct completeness_day *)b)->on;
    return (x > y) - (x < y);
}

static const struct completeness_day *
find_day(const struct completeness_facts *facts, dc_date on)
{
    const struct completeness_day key = {.on = on};
    return facts->day_count == 0
               ? NULL
               : bsearch(&key, facts->days, facts->day_count, sizeof(key), by_day);
}

static int
by_exception(const void *a, const void *b)
{
    dc_date x = ((const struct completeness_exception *)a)->on;
    dc_date y = ((const struct completeness_exception *)b)->on;
    return (x > y) - (x < y);
}

bool
completeness_is_working(const struct completeness_facts *facts, dc_date day)
{
    const struct completeness_exception key = {.on = day};
    const struct completeness_exception *found =
        facts->exception_count == 0
            ? NULL
            : bsearch(&key, facts->exceptions, facts->exception_count, sizeof(key), by_exception);
    if (found) {
        return found->working;
    }
    int weekday = (day % 7 + 10) % 7; /* 1970-01-01 was a Thursday; 0 = Monday */
    return weekday < SATURDAY;
}

/* The amount of the days [first, last], and how many of them have records. */
static struct dc_decimal
sum_days(const struct completeness_facts *facts, dc_date first, dc_date last, int64_t *ret_days)
{
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    *ret_days = 0;
    for (size_t i = 0; i < facts->day_count; i++) {
        if (facts->days[i].on >= first && facts->days[i].on <= last) {
            sum = dc_decimal_add(sum, facts->days[i].amount);
            ++*ret_days;
        }
    }
    return sum;
}

/* --- teams, people, days ------------------------------------------------------------------------
 */
static void
add_team(struct finder *f, int64_t unit_id, const char *name)
{
    struct completeness_finding *finding =
        add(f, INGEST__FINDING_KIND__FINDING_KIND_TEAM_MISSING, unit_id);
    finding->sentence_zh = dc_arena_printf(f->arena, "%s 在 %s 没有任何记录", name, f->period);
    finding->sentence_en = dc_arena_printf(f->arena, "%s has no record in %s", name, f->period);
}

static bool
is_missing(const struct completeness_facts *facts, int64_t unit_id)
{
    for (size_t i = 0; i < facts->team_count; i++) {
        if (facts->teams[i].unit_id == unit_id) {
            return !facts->teams[i].present;
        }
    }
    return false;
}

static void
find_teams(struct finder *f)
{
    for (size_t i = 0; i < f->facts->team_count; i++) {
        if (!f->facts->teams[i].present) {
            add_team(f, f->facts->teams[i].unit_id, f->facts->teams[i].name);
        }
    }
}

static void
find_people(struct finder *f)
{
    for (size_t i = 0; i < f->facts->person_count; i++) {
        const struct completeness_person *person = &f->facts->people[i];
        if (person->present || is_missing(f->facts, person->unit_id)) {
            continue;
        }
        struct completeness_finding *finding =
            add(f, INGEST__FINDING_KIND__FINDING_KIND_PERSON_MISSING, person->unit_id);
        finding->person_id = person->person_id;
        finding->sentence_zh = dc_arena_printf(f->arena, "%s（%s）在 %s 没有任何记录", person->name,
                                               person->unit_name, f->period);
        finding->sentence_en = dc_arena_printf(f->arena, "%s (%s) has no record in %s",
                                               person->name, person->unit_name, f->period);
    }
}

static void
find_days(struct finder *f)
{
    for (dc_date day = f->facts->period.first; day <= f->facts->whole; day++) {
        if (!completeness_is_working(f->facts, day) || find_day(f->facts, day)) {
            continue;
        }
        char text[DC_DATE_TEXT];
        dc_date_format(day, text);
        struct completeness_finding *finding =
            add(f, INGEST__FINDING_KIND__FINDING_KIND_DAY_MISSING, f->facts->unit_id);
        finding->on = day;
        finding->sentence_zh =
            dc_arena_printf(f->arena, "%s 是工作日，%s 却没有任何记录", text, f->facts->unit_name);
        finding->sentence_en = dc_arena_printf(f->arena, "%s has no record of %s, a working day",
                                               f->facts->unit_name, text);
    }
}

/* --- jumps --------------------------------------------------------------------------------------
 */
/* Is `amount` more than `factor` times, or less than that part of, sum / n? Exact: everything is
 * multiplied by n. The mean itself is for showing, with two decimals. */
static enum dc_code
jumps(struct dc_decimal amount, struct dc_decimal sum, int64_t n, struct dc_decimal factor,
      struct dc_decimal least, bool *ret_jumps, struct dc_decimal *ret_mean, struct dc_error *error)
{
    struct dc_decimal times = DC_DECIMAL_INT(n), amount_n, sum_factor, amount_factor, least_n;
    *ret_jumps = false;
    *ret_mean = DC_DECIMAL_ZERO;
    if (n == 0 || dc_decimal_sign(sum) <= 0) {
        return DC_OK;
    }
    DC_TRY(dc_decimal_mul(amount, times, DC_DECIMAL_PLACES, &amount_n, error));
    DC_TRY(dc_decimal_mul(sum, factor, DC_DECIMAL_PLACES, &sum_factor, error));
    DC_TRY(dc_decimal_mul(amount_n, factor, DC_DECIMAL_PLACES, &amount_factor, error));
    DC_TRY(dc_decimal_mul(least, times, DC_DECIMAL_PLACES, &least_n, error));
    DC_TRY(dc_decimal_mul_div(sum, DC_DECIMAL_INT(1), times, 2, ret_mean, error));
    struct dc_decimal far = dc_decimal_sub(amount_n, sum);
    far = dc_decimal_sign(far) < 0 ? dc_decimal_neg(far) : far;
    bool outside =
        dc_decimal_cmp(amount_n, sum_factor) > 0 || dc_decimal_cmp(amount_factor, sum) < 0;
    *ret_jumps = outside && dc_decimal_cmp(far, least_n) >= 0;
    return DC_OK;
}

static void
add_jump(struct finder *f, dc_date on, struct dc_decimal amount, struct dc_decimal mean,
         struct dc_decimal factor)
{
    char day[DC_DATE_TEXT], whole[DC_DATE_TEXT], is[DC_DECIMAL_TEXT], was[DC_DECIMAL_TEXT],
        allowed[DC_DECIMAL_TEXT];
    dc_decimal_format_fixed(amount, 2, is);
    dc_decimal_format_fixed(mean, 2, was);
    dc_decimal_format(factor, allowed);
    dc_date_format(f->facts->whole, whole);
    bool high = dc_decimal_cmp(amount, mean) > 0;
    struct completeness_finding *finding =
        add(f, INGEST__FINDING_KIND__FINDING_KIND_AMOUNT_JUMP, f->facts->unit_id);
    finding->on = on;
    finding->amount = amount;
    finding->expected = mean;
    if (on != COMPLETENESS_NO_DAY) {
        dc_date_format(on, day);
        finding->sentence_zh =
            dc_arena_printf(f->arena, "%s 的金额 %s %s此前 8 周同一星期日子平均值 %s 的 %s%s 倍",
                            day, is, high ? "超过" : "不到", was, high ? "" : "1/", allowed);
        finding->sentence_en = dc_arena_printf(
            f->arena,
            "the amount of %s, %s, is %s than %s%s times the mean of its weekday in the 8 weeks "
            "before, %s",
            day, is, high ? "more" : "less", high ? "" : "1/", allowed, was);
        return;
    }
    finding->sentence_zh = dc_arena_printf(
        f->arena, "%s 截至 %s 的金额 %s %s前三期同期平均值 %s 的 %s%s 倍", f->period, whole, is,
        high ? "超过" : "不到", was, high ? "" : "1/", allowed);
    finding->sentence_en = dc_arena_printf(f->arena,
                                           "the amount of %s up to %s, %s, is %s than %s%s times "
                                           "the mean of the three periods before, %s",
                                           f->period, whole, is, high ? "more" : "less",
                                           high ? "" : "1/", allowed, was);
}

/* A day that was found to jump would make the ones after it look odd. */
static bool
is_odd(const struct finder *f, dc_date on)
{
    for (size_t i = f->count; i-- > 0;) {
        if (f->items[i].kind == INGEST__FINDING_KIND__FINDING_KIND_AMOUNT_JUMP &&
            f->items[i].on == on) {
            return true;
        }
    }
    return false;
}

static enum dc_code
find_day_jumps(struct finder *f, struct dc_error *error)
{
    const struct completeness_facts *facts = f->facts;
    for (size_t i = 0; i < facts->day_count; i++) {
        const struct completeness_day *day = &facts->days[i];
        if (day->on < facts->period.first || day->on > facts->whole) {
            continue;
        }
        struct dc_decimal sum = DC_DECIMAL_ZERO, mean;
        int64_t n = 0;
        bool odd;
        for (int week = 1; week <= WEEKS_BEFORE; week++) {
            const struct completeness_day *before = find_day(facts, day->on - 7 * week);
            if (before && !is_odd(f, before->on)) {
                sum = dc_decimal_add(sum, before->amount);
                n++;
            }
        }
        if (n < WEEKS_NEEDED) {
            continue;
        }
        DC_TRY(jumps(day->amount, sum, n, f->thresholds->day_factor, f->thresholds->least_amount,
                     &odd, &mean, error));
        if (odd) {
            add_jump(f, day->on, day->amount, mean, f->thresholds->day_factor);
        }
    }
    return DC_OK;
}

/* Up to the same day of the month; the last day stands for all after it. */
static dc_date
same_day(const struct completeness_facts *facts, const struct dc_period *before)
{
    dc_date day = before->first + (facts->whole - facts->period.first);
    return facts->whole == facts->period.last || day > before->last ? before->last : day;
}

static enum dc_code
find_period_jump(struct finder *f, struct dc_error *error)
{
    const struct completeness_facts *facts = f->facts;
    struct dc_decimal sum = DC_DECIMAL_ZERO, mean;
    struct dc_period before = facts->period;
    int64_t n = 0, days;
    bool odd;
    for (int i = 0; i < PERIODS_BEFORE; i++) {
        before = dc_period_containing(facts->period.kind, before.first - 1);
        struct dc_decimal amount = sum_days(facts, before.first, same_day(facts, &before), &days);
        if (days > 0) {
            sum = dc_decimal_add(sum, amount);
            n++;
        }
    }
    struct dc_decimal amount = sum_days(facts, facts->period.first, facts->whole, &days);
    DC_TRY(jumps(amount, sum, n, f->thresholds->period_factor, f->thresholds->least_amount, &odd,
                 &mean, error));
    if (odd) {
        add_jump(f, COMPLETENESS_NO_DAY, amount, mean, f->thresholds->period_factor);
    }
    return DC_OK;
}

/* --- all of it ----------------------------------------------------------------------------------
 */
enum dc_code
completeness_check(const struct completeness_facts *facts,
                   const struct completeness_thresholds *thresholds, struct dc_arena *arena,
                   struct completeness_finding **ret_findings, size_t *ret_count,
                   struct dc_error *error)
{
    struct finder finder = {.facts = facts, .thresholds = thresholds, .arena = arena};
    int64_t days;
    dc_period_format(&facts->period, finder.period);
    sum_days(facts, facts->period.first, facts->period.last, &days);
    find_teams(&finder);
    if (days == 0 && finder.count == 0) {
        add_team(&finder, facts->unit_id, facts->unit_name);
    }
    if (days > 0) {
        if (thresholds->every_person) {
            find_people(&finder);
        }
        if (thresholds->every_day) {
            find_days(&finder);
        }
        if (facts->whole >= facts->period.first) {
            DC_TRY(find_day_jumps(&finder, error));
            DC_TRY(find_period_jump(&finder, error));
        }
    }
    *ret_findings = finder.items;
    *ret_count = finder.count;
    return DC_OK;
}

bool
completeness_still_holds(const struct completeness_finding *now, struct dc_decimal was_amount,
                         struct dc_decimal was_expected, struct dc_decimal deviation,
                         struct dc_decimal least_amount)
{
    if (now->kind != INGEST__FINDING_KIND__FINDING_KIND_AMOUNT_JUMP) {
        return true;
    }
    struct dc_decimal far = dc_decimal_sub(now->amount, now->expected);
    if (dc_decimal_sign(far) != dc_decimal_sign(dc_decimal_sub(was_amount, was_expected))) {
        return false;
    }
    far = dc_decimal_sign(far) < 0 ? dc_decimal_neg(far) : far;
    return dc_decimal_cmp(far, deviation) <= 0 ||
           dc_decimal_cmp(dc_decimal_sub(far, deviation), least_amount) < 0;
}

/* --- thresholds as they are given ----------------------------------------------------------------
 */
enum dc_code
completeness_parse_factor(const char *text, const char *field, struct dc_decimal *ret_factor,
                          struct dc_error *error)
{
    struct dc_decimal factor;
    if (dc_decimal_parse(text, &factor, NULL) != DC_OK ||
        dc_decimal_cmp(factor, DC_DECIMAL_INT(1)) <= 0 ||
        dc_decimal_cmp(factor, DC_DECIMAL_INT(1000)) > 0 ||
        dc_decimal_cmp(factor, dc_decimal_round(factor, 2)) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a factor is more than 1 and at most 1000, with at most two decimals: "
                             "3 or 1.5");
    }
    *ret_factor = factor;
    return DC_OK;
}

enum dc_code
completeness_parse_least(const char *text, const char *field, struct dc_decimal *ret_amount,
                         struct dc_error *error)
{
    struct dc_decimal amount;
    if (dc_decimal_parse(text, &amount, NULL) != DC_OK || dc_decimal_sign(amount) < 0 ||
        dc_decimal_cmp(amount, DC_DECIMAL_INT(1000000000000000)) > 0 ||
        dc_decimal_cmp(amount, dc_decimal_round(amount, 2)) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "an amount from 0 to 1000000000000000 with at most two decimals");
    }
    *ret_amount = amount;
    return DC_OK;
}
