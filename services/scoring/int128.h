/*
 * int128.h - 128-bit integers that notice when a product leaves them, and their way into GMP.
 */
#ifndef SCORING_INT128_H
#define SCORING_INT128_H

#include <gmp.h>
#include <stdbool.h>

typedef __int128 int128;

static inline bool
int128_mul(int128 a, int128 b, int128 *ret_product)
{
    return !__builtin_mul_overflow(a, b, ret_product);
}

static inline void
mpz_set_int128(mpz_t value, int128 number)
{
    unsigned __int128 magnitude =
        number < 0 ? -(unsigned __int128)number : (unsigned __int128)number;
    mpz_set_ui(value, (unsigned long)(magnitude >> 64));
    mpz_mul_2exp(value, value, 64);
    mpz_add_ui(value, value, (unsigned long)magnitude);
    if (number < 0) {
        mpz_neg(value, value);
    }
}

#endif
