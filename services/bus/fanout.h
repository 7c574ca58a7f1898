/*
 * fanout.h - events: who hears which, against credit. Pure: what is to be sent goes through
 * `struct fanout_effects`.
 *
 * A subscriber without credit, or whose pipe is full, loses the event; it is told BEHIND at the
 * first loss, and again when it gives credit after further losses. The others do not notice.
 *
 * The index is a table from subject to subscribers, made when a subject is first heard and
 * thrown away when a subscription changes: there are few subjects, and many events of each.
 */
#ifndef DC_BUS_FANOUT_H
#define DC_BUS_FANOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct fanout;

enum fanout_sent { FANOUT_SENT, FANOUT_FULL };

struct fanout_effects {
    enum fanout_sent (*event)(void *context, uint64_t session, void *message);
    enum fanout_sent (*behind)(void *context, uint64_t session, uint64_t dropped);
};

struct fanout *fanout_new(const struct fanout_effects *effects, void *context);
void fanout_free(struct fanout *fanout);
DC_DEFINE_AUTO(fanout)

/* Replaces the session's subscription and credit; no patterns: ends it. Patterns are valid. */
void fanout_subscribe(struct fanout *fanout, uint64_t session, const char *const *patterns,
                      size_t count, int credits);
void fanout_credit(struct fanout *fanout, uint64_t session, int events);
void fanout_gone(struct fanout *fanout, uint64_t session);
/* Keeps only patterns for which `keep` is true: permissions have changed. */
void fanout_restrict(struct fanout *fanout, uint64_t session,
                     bool (*keep)(const void *context, const char *pattern), const void *context);
/* Returns how many got it. */
size_t fanout_publish(struct fanout *fanout, const char *subject, void *message);
/* Notices that could not be sent for want of room are tried again. */
void fanout_tick(struct fanout *fanout);
bool fanout_owes(const struct fanout *fanout); /* a tick has something to do */

struct fanout_facts {
    uint64_t session;
    const char *const *patterns;
    size_t pattern_count;
    int64_t credits;
    uint64_t sent, dropped;
    bool behind; /* has lost something since it last had credit */
};
size_t fanout_count(const struct fanout *fanout);
void fanout_at(const struct fanout *fanout, size_t index, struct fanout_facts *ret_facts);
struct fanout_totals {
    uint64_t published, delivered, dropped;
};
struct fanout_totals fanout_totals(const struct fanout *fanout);

#endif
