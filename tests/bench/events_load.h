/*
 * events_load.h - the same load for our log and for its peers: eight writers, each with one event
 * of some 300 bytes under way at a time, as fast as it is acknowledged or at a rate; and one
 * hearer.
 *
 * BENCH_RATE (events a second in all, 0 = as fast as it goes) and BENCH_SECONDS say which. One line
 * comes out: acknowledged events a second, and the latency from before an event is written until
 * the hearer has it, in milliseconds.
 */
#ifndef DC_BENCH_EVENTS_LOAD_H
#define DC_BENCH_EVENTS_LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS_WRITERS = 8, EVENTS_BODY = 300, EVENTS_SAMPLES = 4000000, EVENTS_WARM_S = 2 };

static inline int64_t
events_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline double
events_setting(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atof(text) : otherwise;
}

/* Waits until this writer's next event is due. `next` is its own, 0 at first. */
static inline void
events_pace(int64_t *next)
{
    static _Atomic double rate = -1;
    if (rate < 0) {
        rate = events_setting("BENCH_RATE", 0);
    }
    if (rate == 0) {
        return;
    }
    int64_t now = events_clock(CLOCK_MONOTONIC), step = (int64_t)(EVENTS_WRITERS * 1e6 / rate);
    *next = *next == 0 ? now + rand() % step : *next + step;
    if (*next > now) {
        int64_t wait = *next - now;
        nanosleep(&(struct timespec){wait / 1000000, wait % 1000000 * 1000}, NULL);
    }
}

/* What the hearer saw; one thread adds. */
struct events_heard {
    int64_t *samples; /* microseconds */
    size_t count;
};

static inline void
events_hear(struct events_heard *heard, int64_t sent_at)
{
    if (heard->count < EVENTS_SAMPLES) {
        heard->samples[heard->count++] = events_clock(CLOCK_REALTIME) - sent_at;
    }
}

static inline int
events_ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static inline void
events_print(double rate, struct events_heard *heard)
{
    qsort(heard->samples, heard->count, sizeof(heard->samples[0]), events_ascending);
    double p50 = heard->count ? (double)heard->samples[heard->count / 2] / 1000 : 0;
    double p99 = heard->count ? (double)heard->samples[heard->count * 99 / 100] / 1000 : 0;
    printf("%.1f %.3f %.3f %zu\n", rate, p50, p99, heard->count);
    fflush(stdout);
}

/* --- a peer's load, by threads of this program ------------------------------------------------ */
static atomic_bool events_stop, events_listen; /* the writers' end; the hearer's samples count */
static _Atomic int64_t events_acknowledged;

static inline void
events_sleep(double seconds)
{
    nanosleep(&(struct timespec){(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)}, NULL);
}

/* Runs the writers until all that is wanted is measured: acknowledged events a second. */
static inline double
events_measure(void *(*write_events)(void *))
{
    pthread_t writers[EVENTS_WRITERS];
    for (intptr_t i = 0; i < EVENTS_WRITERS; i++) {
        pthread_create(&writers[i], NULL, write_events, (void *)i);
    }
    events_sleep(EVENTS_WARM_S);
    int64_t before = atomic_load(&events_acknowledged), began = events_clock(CLOCK_MONOTONIC);
    atomic_store(&events_listen, true);
    events_sleep(events_setting("BENCH_SECONDS", 5));
    atomic_store(&events_listen, false);
    double rate = (double)(atomic_load(&events_acknowledged) - before) * 1e6 /
                  (double)(events_clock(CLOCK_MONOTONIC) - began);
    atomic_store(&events_stop, true);
    for (int i = 0; i < EVENTS_WRITERS; i++) {
        pthread_join(writers[i], NULL);
    }
    return rate;
}

#endif
