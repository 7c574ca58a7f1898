/*
 * library.h - the standard indicators of sales and of process, with the measures that they stand
 * on.
 */
#ifndef DC_GOALS_LIBRARY_H
#define DC_GOALS_LIBRARY_H

#include <stdbool.h>

#include <dacheng/goals/v1/events.pb-c.h>

/* A row per measure. Parts of ratios stand before them and are named by code. */
struct library_measure {
    const char *code;
    const char *name;
    Goals__MeasureKind kind;
    const char *field;     /* "" for counts and ratios */
    const char *numerator; /* codes, of ratios */
    const char *denominator;
    bool repeat_only;
    Goals__MeasureOf of;
    const char *scale_min, *scale_max; /* of ratings; else NULL */
    const char *formula;               /* of measures of FORMULA; else NULL */
    bool first_only;
    const char *dimension; /* one filter, or NULL */
    bool exclude;
    const char *values[3]; /* of the filter, NULL-ended */
};

struct library_indicator {
    const char *code;
    const char *name;
    const char *name_en;
    Goals__IndicatorClass indicator_class;
    const char *unit_of_measure;
    Goals__Direction direction;
    int decimals;
    const char *measure; /* code */
    bool additive;
    bool primary;
};

extern const struct library_measure library_measures[];     /* ended by a NULL code */
extern const struct library_indicator library_indicators[]; /* ended by a NULL code */

#endif
