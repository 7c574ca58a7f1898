/* figures.h - what the benchmarks in C share: settings, medians, and the line that is printed. */
#ifndef DC_BENCH_FIGURES_H
#define DC_BENCH_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A number of the environment ("BENCH_RUNS"), or another when it is not set. */
static inline double
bench_setting(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtod(text, NULL) : otherwise;
}

static inline int
bench_ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline int
bench_ascending_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Puts the figures of several runs side by side; a ratio above 1 means that ours is better. `note`
 * ends the line. Sorts both. */
static inline void
bench_report(const char *name, double *ours, double *peer, size_t runs, const char *unit,
             bool higher_is_better, const char *note)
{
    qsort(ours, runs, sizeof(ours[0]), bench_ascending);
    qsort(peer, runs, sizeof(peer[0]), bench_ascending);
    double a = ours[runs / 2], b = peer[runs / 2];
    printf("bench %s ours=%.4g%s peer=%.4g%s ratio=%.2f ours_range=%.4g..%.4g "
           "peer_range=%.4g..%.4g runs=%zu%s%s\n",
           name, a, unit, b, unit, higher_is_better ? a / b : b / a, ours[0], ours[runs - 1],
           peer[0], peer[runs - 1], runs, *note ? " " : "", note);
    fflush(stdout);
}

#endif
