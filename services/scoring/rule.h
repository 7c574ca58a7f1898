/*
 * rule.h - the scoring rules of DOMAIN.md section 7, items 1 to 9, and the total. Pure: no clock,
 * no database.
 *
 * All arithmetic is exact; an item is rounded once, half-up, at the places that its plan names, and
 * the total once more. What each rule does at its ends stands beside its message in
 * proto/dacheng/goals/v1/events.proto, and with examples in docs/scoring-rules.md.
 */
#ifndef SCORING_RULE_H
#define SCORING_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "exact.h"
#include "quotient.h"

/* What stands beside a score; the letter is how it is stored, the code how it is told; and whether
 * there is a score at all. */
#define RULE_REMARKS(X)                                                                            \
    X(NONE, '-', "", true)                                                                         \
    X(NO_TARGET, 't', "no_target", false)                                                          \
    X(NO_DATA, 'd', "no_data", false)                                                              \
    X(BELOW_THRESHOLD, 'b', "below_threshold", true)                                               \
    X(CAPPED, 'c', "capped", true)                                                                 \
    X(ZERO_BY_POLICY, 'z', "zero_by_policy", true)                                                 \
    X(NO_FLOOR, 'f', "no_floor", false)                                                            \
    X(NO_STRETCH, 's', "no_stretch", true)                                                         \
    X(FLOOR_AT_TARGET, 'e', "floor_at_target", true)                                               \
    X(BELOW_FLOOR, 'l', "below_floor", true)                                                       \
    X(AT_LOWEST, 'w', "at_lowest", true)                                                           \
    X(VETOED, 'v', "vetoed", false)                                                                \
    X(NOT_VETOED, 'n', "not_vetoed", false)                                                        \
    X(SEGMENTS, 'g', "segments", true)

enum rule_remark {
#define X(name, letter, code, scored) RULE_##name,
    RULE_REMARKS(X)
#undef X
};
char rule_remark_letter(enum rule_remark remark);
const char *rule_remark_code(char letter); /* "" for a letter that is not in the table */
bool rule_remark_is_scored(char letter);

/* What to do with an item that has no target, floor or data. There is no silent default. */
enum rule_missing {
    RULE_DROP = 1, /* left out; the total is renormalised by the weights present */
    RULE_ZERO = 2, /* scores 0 */
};

/* F * clamp(A/T, lower, cap). Bounds: full_marks below 10^9, cap below 10^6, so that no score
 * leaves the range of a decimal. */
struct rule_ratio {
    struct dc_decimal full_marks; /* > 0 */
    struct dc_decimal lower;      /* >= 0 */
    struct dc_decimal cap;        /* >= lower */
    bool has_threshold;
    struct dc_decimal threshold;     /* below it the item scores 0; exactly at it counts */
    enum quotient_form lower_better; /* for indicators where lower is better */
};

/* Of the others: points of magnitude up to 10^6, values of x below 10^12, so that a point in
 * 10^-12 fits 128 bits. */
struct rule_linear {
    struct dc_decimal full_marks;
    bool has_floor_ratio;
    struct dc_decimal floor_ratio;
    int128 lowest, highest; /* unclamped: EXACT_MOST either way */
};
struct rule_three_point {
    struct dc_decimal full_marks, floor_score, cap_score;
    bool has_floor_ratio, has_stretch_ratio;
    struct dc_decimal floor_ratio, stretch_ratio;
    bool zero_below_floor;
};
enum { RULE_STEPS_MAX = 50, RULE_TERMS_MAX = 20 };
struct rule_step {
    struct dc_decimal from; /* the first row of an open range: not used */
    bool slope;
    struct dc_decimal points; /* score, or points for each 1 of x */
    int128 start;             /* marginal: what the rows before come to */
};
struct rule_steps {
    bool of_target;
    bool marginal;
    bool open_below; /* the first row has no lower end */
    struct rule_step *rows;
    size_t count;
    int128 lowest, highest;
};
struct rule_add_deduct {
    int128 start;
    int64_t *indicator_ids; /* 0 = the item's own */
    struct dc_decimal *points;
    size_t count;
    int128 lowest, highest;
};
struct rule_accrual {
    struct dc_decimal step, points, cap; /* > 0 */
};
enum rule_comparison { RULE_BELOW, RULE_AT_MOST, RULE_ABOVE, RULE_AT_LEAST };
struct rule_veto {
    bool of_target;
    enum rule_comparison comparison;
    struct dc_decimal value;
    bool holds_total;
    struct dc_decimal highest; /* of the total while the condition holds */
    const char *highest_grade; /* "" = the grade follows from the total */
};
struct rule_band {
    bool of_target;
    struct dc_decimal full_marks, lo, hi, slope_below, slope_above, lowest;
};

struct rule_okr {
    struct dc_decimal full_marks; /* > 0 */
    struct dc_decimal full_at;    /* the actual that earns them: 0 < full_at <= 1 */
    struct dc_decimal cap;        /* of the marks, >= 1 */
};

struct rule_rating {
    struct dc_decimal full_marks;           /* > 0 */
    struct dc_decimal scale_min, scale_max; /* min < max */
};

enum rule_kind {
    RATIO_RULE,
    LINEAR_RULE,
    THREE_POINT_RULE,
    STEPS_RULE,
    ADD_DEDUCT_RULE,
    ACCRUAL_RULE,
    VETO_RULE,
    BAND_RULE,
    OKR_RULE,
    RATING_RULE,
};
struct rule {
    enum rule_kind kind;
    int decimals; /* 0..6 */
    union {
        struct rule_ratio ratio;
        struct rule_linear linear;
        struct rule_three_point three_point;
        struct rule_steps steps;
        struct rule_add_deduct add_deduct;
        struct rule_accrual accrual;
        struct rule_veto veto;
        struct rule_band band;
        struct rule_okr okr;
        struct rule_rating rating;
    };
};
/* Does the rule read the target's floor and stretch? */
bool rule_wants_ends(const struct rule *rule);
/* How the attainment is written where lower is better. */
enum quotient_form rule_lower_better(const struct rule *rule);

struct rule_points; /* rule_family.h */
struct rule_input {
    bool lower_is_better;
    bool has_target;
    struct dc_decimal target;
    struct dc_ratio actual; /* denominator 0 = no data: 0/0 is never 0 and never 100 */
    bool has_floor, has_stretch;
    struct dc_decimal floor, stretch;
    const struct dc_ratio *counts; /* add/deduct: by its terms */
    struct rule_points *points;    /* out, by rules with a target: the score unrounded; or NULL */
};

struct rule_score {
    bool scored; /* false: dropped */
    struct dc_decimal score;
    enum rule_remark remark;
};

/* The score of one item. A target that is not positive is no target, never a division. */
struct rule_score rule_score_item(const struct rule *rule, enum rule_missing missing,
                                  const struct rule_input *input);

/* Does the score depend on the target? Only then a cut of it cuts the score. */
bool rule_wants_target(const struct rule *rule);

/* A part of the period with figures of its own. */
struct rule_segment {
    struct rule_input input;
    int64_t days; /* working days: its weight, > 0 */
};
/*
 * The mean of the segments' scores by their working days, exact, rounded once. A segment with nothing to
 * score is left out, or counts as 0, as `missing` says of an item; with none left there is no score, for
 * the last one's reason. The remark is SEGMENTS; of one segment alone everything is as of an item.
 * ret_parts: the score of each by itself, or NULL.
 */
struct rule_score rule_score_segments(const struct rule *rule, enum rule_missing missing,
                                      const struct rule_segment *segments, size_t count,
                                      struct rule_score *ret_parts);

/* How far the target is reached, in percent with two decimals: 100 * A/T, or its lower-is-better
 * form. False: no target, no data, or past what can be written. */
bool rule_attainment(enum quotient_form lower_better, const struct rule_input *input,
                     struct dc_decimal *ret_percent);
/* Is the target reached, exactly? False also without target or data: such an item is not open
 * either; ask rule_is_open. */
bool rule_is_open(const struct rule_input *input);
/* What is still to go, 0 when reached, rounded to six places. False: no target or no data. */
bool rule_gap(const struct rule_input *input, struct dc_decimal *ret_gap);

/* Items that one person can be scored by. */
enum { RULE_ITEMS_MAX = 256 };

/* sum(score * weight) / sum(weight) over the scored items. False: nothing was scored. */
bool rule_total(const struct rule_score *scores, const struct dc_decimal *weights, size_t count,
                int decimals, struct dc_decimal *ret_total);
/* The total while a veto holds: not above `highest`, which is rounded as a total is. */
struct dc_decimal rule_veto_total(struct dc_decimal total, struct dc_decimal highest, int decimals);

#endif
