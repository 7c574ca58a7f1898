/*
 * completeness.h - is the sales data of a unit and a month whole? Pure: the store gathers the
 * figures, this file says what is missing and what is odd.
 *
 *   team     a team that should have records has none. When the whole unit has none, the missing
 *            teams (or the unit itself) are all that is said.
 *   person   somebody in sales has no record; not said of people whose team is missing.
 *   day      a working day that is over has no record.
 *   jump     a day's amount is more than `day_factor` times, or less than that part of, the mean of
 *            its weekday in the 8 weeks before (of the days that had records and did not jump
 *            themselves, at least 4), or the period's amount likewise by `period_factor` against
 * the mean of the three periods before up to the same day (of those that had records); and the
 * difference is at least `least_amount`. A pattern of nothing or of refunds is none.
 *
 * Only days that are over are held against a pattern: today is still going on.
 */
#ifndef DC_INGEST_COMPLETENESS_H
#define DC_INGEST_COMPLETENESS_H

#include <dacheng/ingest/v1/submission.pb-c.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/time.h"

struct completeness_thresholds {
    struct dc_decimal day_factor, period_factor; /* > 1 */
    struct dc_decimal least_amount;              /* >= 0 */
    bool every_day, every_person;
};

/* A day that has records. */
struct completeness_day {
    dc_date on;
    int64_t records;
    struct dc_decimal amount;
};
/* A day that is not as its weekday says. */
struct completeness_exception {
    dc_date on;
    bool working;
};
struct completeness_team {
    int64_t unit_id;
    const char *name;
    bool present; /* has a record in the period */
};
struct completeness_person {
    int64_t person_id, unit_id;
    const char *name, *unit_name;
    bool present;
};

struct completeness_facts {
    struct dc_period period; /* a month */
    dc_date whole;           /* the last day of it that is over; before its first day: none */
    int64_t unit_id;
    const char *unit_name;
    const struct completeness_day *days; /* ordered; from three months before the period on */
    size_t day_count;
    const struct completeness_exception *exceptions; /* ordered */
    size_t exception_count;
    const struct completeness_team *teams; /* that should have records */
    size_t team_count;
    const struct completeness_person *people; /* in sales */
    size_t person_count;
};

enum { COMPLETENESS_NO_DAY = INT32_MIN };

/* Identity: kind, unit, person, day. */
struct completeness_finding {
    Ingest__FindingKind kind;
    int64_t unit_id;
    int64_t person_id;                  /* 0: none */
    dc_date on;                         /* COMPLETENESS_NO_DAY: the whole period */
    struct dc_decimal amount, expected; /* AMOUNT_JUMP */
    const char *sentence_zh, *sentence_en;
};

bool completeness_is_working(const struct completeness_facts *facts, dc_date day);

/* Findings in the order of their kinds and days, in the arena. Errors: OUT_OF_RANGE past 10^24. */
enum dc_code completeness_check(const struct completeness_facts *facts,
                                const struct completeness_thresholds *thresholds,
                                struct dc_arena *arena, struct completeness_finding **ret_findings,
                                size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

/* Is what was said of a finding still said of it as it is now? Always, unless a jump has turned or
 * grown: `deviation` is how far its amount was from the pattern when it was declared. */
bool completeness_still_holds(const struct completeness_finding *now, struct dc_decimal was_amount,
                              struct dc_decimal was_expected, struct dc_decimal deviation,
                              struct dc_decimal least_amount);

/* "3", "1.5": more than 1, up to 1000, at most two decimals; an amount from 0 up. */
enum dc_code completeness_parse_factor(const char *text, const char *field,
                                       struct dc_decimal *ret_factor,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code completeness_parse_least(const char *text, const char *field,
                                      struct dc_decimal *ret_amount,
                                      struct dc_error *error) DC_MUST_CHECK;

#endif
