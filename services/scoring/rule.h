/*
 * rule.h - the scoring rules of DOMAIN.md section 7: ratio and total. Pure: no clock, no database.
 *
 * All arithmetic is exact; an item is rounded once, half-up, at the places that its plan names, and
 * the total once more.
 */
#ifndef SCORING_RULE_H
#define SCORING_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "quotient.h"

/* What stands beside a score; the letter is how it is stored, the code how it is told. */
#define RULE_REMARKS(X)                                                                            \
    X(NONE, '-', "")                                                                               \
    X(NO_TARGET, 't', "no_target")                                                                 \
    X(NO_DATA, 'd', "no_data")                                                                     \
    X(BELOW_THRESHOLD, 'b', "below_threshold")                                                     \
    X(CAPPED, 'c', "capped")                                                                       \
    X(ZERO_BY_POLICY, 'z', "zero_by_policy")

enum rule_remark {
#define X(name, letter, code) RULE_##name,
    RULE_REMARKS(X)
#undef X
};
char rule_remark_letter(enum rule_remark remark);
const char *rule_remark_code(char letter); /* "" for a letter that is not in the table */

/* What to do with an item that has no target or no data. There is no silent default. */
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
    int decimals;                    /* 0..6 */
};

struct rule_input {
    bool lower_is_better;
    bool has_target;
    struct dc_decimal target;
    struct dc_ratio actual; /* denominator 0 = no data: 0/0 is never 0 and never 100 */
};

struct rule_score {
    bool scored; /* false: dropped */
    struct dc_decimal score;
    enum rule_remark remark;
};

/* The score of one item. A target that is not positive is no target, never a division. */
struct rule_score rule_score_item(const struct rule_ratio *rule, enum rule_missing missing,
                                  const struct rule_input *input);

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

#endif
