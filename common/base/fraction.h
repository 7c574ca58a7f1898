/*
 * fraction.h - an exact fraction brought into the room of a `struct dc_ratio`.
 *
 * What rules compare with has at most six decimals, so a fraction that is too long to be kept may
 * be replaced by one that lies on the same side of each such bound: no rule can tell the two apart.
 */
#ifndef DC_BASE_FRACTION_H
#define DC_BASE_FRACTION_H

#include <gmp.h>

#include "base/decimal.h"

/* As one number where it has six places, else over a whole number. Fractions whose two parts stay
 * below 10^24 are kept as they are; a longer one is replaced by the one in the middle between its
 * neighbours with up to 5 * 10^23 / (its whole part + 1) below the line. Magnitudes of 10^15 and
 * more answer 0 / 0. */
struct dc_ratio dc_fraction_fit(mpq_srcptr value);
/* The value of a ratio with a denominator that is not 0, in lowest terms. */
void dc_fraction_set(mpq_ptr ret_value, struct dc_ratio ratio);
/* Half away from zero, to 0..6 places, in place. */
void dc_fraction_round(mpq_ptr value, int places);

#endif
