/*
 * pace.h - how far one should be by a day, what is needed to land, and a forecast. Pure: the day is a
 * parameter. What adds up over days only: sums and counts. docs/pace.md has formulas and sources.
 */
#ifndef SCORING_PACE_H
#define SCORING_PACE_H

#include "score.h"

#include "base/time.h"

enum { PACE_MONTHS = 13, PACE_LEAST_MONTHS = 4 };

/* Days that are not as their weekday says, ascending. */
struct pace_calendar {
    const dc_date *days;
    const bool *working;
    size_t count;
};
bool pace_is_working(const struct pace_calendar *calendar, dc_date day);
/* Working days from `first` up to and with `last`. */
int64_t pace_working_days(const struct pace_calendar *calendar, dc_date first, dc_date last);

/* How much of a year each month weighs, January first; none negative. NULL: every working day alike. */
struct pace_season {
    struct dc_decimal weights[12];
};

struct pace_input {
    const struct pace_calendar *calendar;
    const struct pace_season *season;
    dc_date first_day, last_day; /* of the period */
    dc_date day;                 /* up to and with which it is counted */
    bool lower_is_better;
    int decimals; /* of amounts */
    struct maybe actual, target;
    /* Actuals of the months up to the one of `day`, which comes last; those before the first that is
     * known do not count, later ones without any are 0. */
    struct maybe months[PACE_MONTHS];
};

enum pace_forecast { PACE_FORECAST, PACE_OVER, PACE_TOO_LITTLE };

struct pace {
    dc_date day;
    int64_t days_elapsed, days;
    struct dc_ratio share; /* expected */
    struct dc_decimal share_percent;
    struct maybe expected, ahead, rate, rate_needed;
    enum pace_forecast state;
    struct dc_decimal forecast, low, high;
    int months;
};
void pace_compute(struct pace *ret_pace, const struct pace_input *input);
/* The first day of the month that many months before the one of `day`. */
dc_date pace_month(dc_date day, int before);

#endif
