/*
 * quotient.h - an actual against its target, exact.
 *
 * The quotient is never computed as such: it is compared with a limit by cross-multiplication, and
 * multiplied by full marks before the one division, so that it is rounded once. The products are
 * formed in 128 bits where they fit and with GMP where they do not.
 */
#ifndef SCORING_QUOTIENT_H
#define SCORING_QUOTIENT_H

#include <stdbool.h>

#include "base/decimal.h"

enum quotient_form {
    QUOTIENT_STRAIGHT,   /* A/T */
    QUOTIENT_DIFFERENCE, /* 2 - A/T, lower is better */
    QUOTIENT_INVERSE,    /* T/A, lower is better; A > 0 */
};

struct quotient {
    enum quotient_form form;
    struct dc_ratio actual;   /* denominator not 0 */
    struct dc_decimal target; /* > 0 */
};

/* Of a ratio whose denominator may be negative. */
int quotient_sign(struct dc_ratio ratio);
/* Sign of quotient - limit. */
int quotient_cmp(const struct quotient *quotient, struct dc_decimal limit);
/* factor * quotient, rounded half away from zero to 0..6 places. False: past 10^24. */
bool quotient_scale(const struct quotient *quotient, struct dc_decimal factor, int places,
                    struct dc_decimal *ret_value);

#endif
