/* fanout.c - see fanout.h. */
#include "fanout.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

enum {
    BUCKETS = 1024,
    SUBJECTS_MAX = 8192,        /* kept in the table; then it is begun anew */
    CREDITS_MAX = 10 * 1000000, /* what a subscriber can pile up */
};

struct subscriber {
    uint64_t session;
    char **patterns;
    size_t pattern_count;
    int64_t credits;
    uint64_t sent, dropped;
    uint64_t told; /* `dropped` as it was last told */
    bool behind;   /* something was lost since there was last credit */
    bool owes_notice;
};

struct subject {
    struct subject *next;
    char *name;
    struct subscriber **hearers;
    size_t count;
};

struct fanout {
    struct fanout_effects effects;
    void *context;
    struct subscriber **subscribers;
    size_t count;
    struct subject *subjects[BUCKETS];
    size_t subject_count;
    struct fanout_totals totals;
};

struct fanout *
fanout_new(const struct fanout_effects *effects, void *context)
{
    struct fanout *fanout = calloc(1, sizeof(*fanout));
    DC_ASSERT(fanout);
    fanout->effects = *effects;
    fanout->context = context;
    return fanout;
}

static void
forget_patterns(struct subscriber *subscriber)
{
    for (size_t i = 0; i < subscriber->pattern_count; i++) {
        free(subscriber->patterns[i]);
    }
    free(subscriber->patterns);
    subscriber->patterns = NULL;
    subscriber->pattern_count = 0;
}

/* --- the table -------------------------------------------------------------------------------- */
static void
forget_subjects(struct fanout *fanout)
{
    for (size_t i = 0; fanout->subject_count && i < BUCKETS; i++) {
        while (fanout->subjects[i]) {
            struct subject *subject = fanout->subjects[i];
            fanout->subjects[i] = subject->next;
            free(subject->hearers);
            free(subject->name);
            free(subject);
            fanout->subject_count--;
        }
    }
}

static bool
hears(const struct subscriber *subscriber, const char *subject)
{
    for (size_t i = 0; i < subscriber->pattern_count; i++) {
        if (dc_subject_matches(subscriber->patterns[i], subject)) {
            return true;
        }
    }
    return false;
}

static struct subject *
index_subject(struct fanout *fanout, const char *name)
{
    struct subject *subject = calloc(1, sizeof(*subject));
    DC_ASSERT(subject);
    subject->name = strdup(name);
    subject->hearers = calloc(fanout->count + 1, sizeof(subject->hearers[0]));
    DC_ASSERT(subject->name && subject->hearers);
    for (size_t i = 0; i < fanout->count; i++) {
        if (hears(fanout->subscribers[i], name)) {
            subject->hearers[subject->count++] = fanout->subscribers[i];
        }
    }
    return subject;
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t
bucket_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++) {
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    }
    return hash % BUCKETS;
}

static struct subject *
find_subject(struct fanout *fanout, const char *name)
{
    size_t bucket = bucket_of(name);
    for (struct subject *subject = fanout->subjects[bucket]; subject; subject = subject->next) {
        if (strcmp(subject->name, name) == 0) {
            return subject;
        }
    }
    if (fanout->subject_count == SUBJECTS_MAX) {
        forget_subjects(fanout);
    }
    struct subject *subject = index_subject(fanout, name);
    subject->next = fanout->subjects[bucket];
    fanout->subjects[bucket] = subject;
    fanout->subject_count++;
    return subject;
}

/* --- subscribers ------------------------------------------------------------------------------ */
static size_t
find(const struct fanout *fanout, uint64_t session)
{
    for (size_t i = 0; i < fanout->count; i++) {
        if (fanout->subscribers[i]->session == session) {
            return i;
        }
    }
    return SIZE_MAX;
}

void
fanout_gone(struct fanout *fanout, uint64_t session)
{
    size_t at = find(fanout, session);
    if (at != SIZE_MAX) {
        forget_patterns(fanout->subscribers[at]);
        free(fanout->subscribers[at]);
        fanout->subscribers[at] = fanout->subscribers[--fanout->count];
        forget_subjects(fanout);
    }
}

void
fanout_free(struct fanout *fanout)
{
    if (fanout) {
        while (fanout->count) {
            fanout_gone(fanout, fanout->subscribers[0]->session);
        }
        forget_subjects(fanout);
        free(fanout->subscribers);
        free(fanout);
    }
}

void
fanout_subscribe(struct fanout *fanout, uint64_t session, const char *const *patterns, size_t count,
                 int credits)
{
    if (!count) {
        fanout_gone(fanout, session);
        return;
    }
    size_t at = find(fanout, session);
    if (at == SIZE_MAX) {
        at = fanout->count++;
        fanout->subscribers =
            realloc(fanout->subscribers, fanout->count * sizeof(fanout->subscribers[0]));
        DC_ASSERT(fanout->subscribers);
        fanout->subscribers[at] = calloc(1, sizeof(struct subscriber));
        DC_ASSERT(fanout->subscribers[at]);
    }
    struct subscriber *subscriber = fanout->subscribers[at];
    forget_patterns(subscriber);
    subscriber->session = session;
    subscriber->patterns = calloc(count, sizeof(subscriber->patterns[0]));
    DC_ASSERT(subscriber->patterns);
    for (; subscriber->pattern_count < count; subscriber->pattern_count++) {
        subscriber->patterns[subscriber->pattern_count] =
            strdup(patterns[subscriber->pattern_count]);
        DC_ASSERT(subscriber->patterns[subscriber->pattern_count]);
    }
    subscriber->credits = credits;
    subscriber->dropped = subscriber->told = 0;
    subscriber->behind = subscriber->owes_notice = false;
    forget_subjects(fanout);
}

void
fanout_restrict(struct fanout *fanout, uint64_t session,
                bool (*keep)(const void *context, const char *pattern), const void *context)
{
    size_t at = find(fanout, session);
    if (at == SIZE_MAX) {
        return;
    }
    struct subscriber *subscriber = fanout->subscribers[at];
    size_t kept = 0;
    for (size_t i = 0; i < subscriber->pattern_count; i++) {
        if (keep(context, subscriber->patterns[i])) {
            subscriber->patterns[kept++] = subscriber->patterns[i];
        } else {
            free(subscriber->patterns[i]);
        }
    }
    subscriber->pattern_count = kept;
    forget_subjects(fanout);
}

/* --- events ----------------------------------------------------------------------------------- */
static void
give_notice(struct fanout *fanout, struct subscriber *subscriber)
{
    subscriber->owes_notice = fanout->effects.behind(fanout->context, subscriber->session,
                                                     subscriber->dropped) != FANOUT_SENT;
    if (!subscriber->owes_notice) {
        subscriber->told = subscriber->dropped;
    }
}

void
fanout_credit(struct fanout *fanout, uint64_t session, int events)
{
    size_t at = find(fanout, session);
    if (at == SIZE_MAX) {
        return;
    }
    struct subscriber *subscriber = fanout->subscribers[at];
    subscriber->credits += events;
    if (subscriber->credits > CREDITS_MAX) {
        subscriber->credits = CREDITS_MAX;
    }
    if (subscriber->behind && subscriber->dropped != subscriber->told) {
        give_notice(fanout, subscriber);
    }
    subscriber->behind = subscriber->owes_notice;
}

static bool
deliver(struct fanout *fanout, struct subscriber *subscriber, void *message)
{
    if (subscriber->credits > 0 &&
        fanout->effects.event(fanout->context, subscriber->session, message) == FANOUT_SENT) {
        subscriber->credits--;
        subscriber->sent++;
        return true;
    }
    subscriber->dropped++;
    if (!subscriber->behind) {
        subscriber->behind = true;
        give_notice(fanout, subscriber);
    }
    return false;
}

size_t
fanout_publish(struct fanout *fanout, const char *name, void *message)
{
    const struct subject *subject = find_subject(fanout, name);
    size_t delivered = 0;
    for (size_t i = 0; i < subject->count; i++) {
        delivered += deliver(fanout, subject->hearers[i], message);
    }
    fanout->totals.published++;
    fanout->totals.delivered += delivered;
    fanout->totals.dropped += subject->count - delivered;
    return delivered;
}

void
fanout_tick(struct fanout *fanout)
{
    for (size_t i = 0; i < fanout->count; i++) {
        struct subscriber *subscriber = fanout->subscribers[i];
        if (subscriber->owes_notice) {
            give_notice(fanout, subscriber);
        }
        if (subscriber->behind && subscriber->credits > 0 && !subscriber->owes_notice) {
            /* It lost something for want of room, not of credit: say how much, once it is over. */
            if (subscriber->dropped != subscriber->told) {
                give_notice(fanout, subscriber);
            }
            subscriber->behind = subscriber->owes_notice;
        }
    }
}

bool
fanout_owes(const struct fanout *fanout)
{
    for (size_t i = 0; i < fanout->count; i++) {
        const struct subscriber *subscriber = fanout->subscribers[i];
        if (subscriber->owes_notice || (subscriber->behind && subscriber->credits > 0)) {
            return true;
        }
    }
    return false;
}

/* --- facts ------------------------------------------------------------------------------------ */
size_t
fanout_count(const struct fanout *fanout)
{
    return fanout->count;
}

void
fanout_at(const struct fanout *fanout, size_t index, struct fanout_facts *ret_facts)
{
    const struct subscriber *subscriber = fanout->subscribers[index];
    *ret_facts = (struct fanout_facts){
        .session = subscriber->session,
        .patterns = (const char *const *)subscriber->patterns,
        .pattern_count = subscriber->pattern_count,
        .credits = subscriber->credits,
        .sent = subscriber->sent,
        .dropped = subscriber->dropped,
        .behind = subscriber->behind,
    };
}

struct fanout_totals
fanout_totals(const struct fanout *fanout)
{
    return fanout->totals;
}
