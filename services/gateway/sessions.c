/* sessions.c - what org said of a token, kept for a short time: a hash table behind a mutex. */
#include "sessions.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { BUCKETS = 4096, ENTRIES_MAX = 200000, HASH_BYTES = 32 };

struct entry {
    struct entry *next;
    uint8_t hash[HASH_BYTES];
    int64_t tenant_id;
    int64_t person_id;
    char *session_id;
    dc_time until; /* dc_monotonic() */
    size_t size;
    uint8_t context[]; /* packed */
};

struct sessions {
    pthread_mutex_t mutex;
    dc_time time_to_live;
    uint64_t generation;
    size_t count;
    struct entry *buckets[BUCKETS];
};

struct sessions *
sessions_new(dc_time time_to_live)
{
    struct sessions *sessions = calloc(1, sizeof *sessions);
    DC_ASSERT(sessions);
    pthread_mutex_init(&sessions->mutex, NULL);
    sessions->time_to_live = time_to_live;
    return sessions;
}

static void
entry_free(struct entry *entry)
{
    free(entry->session_id);
    free(entry);
}

static bool
is_any(const struct entry *entry, const void *what)
{
    (void)entry, (void)what;
    return true;
}

static bool
is_session(const struct entry *entry, const void *session_id)
{
    return strcmp(entry->session_id, session_id) == 0;
}

static bool
is_token(const struct entry *entry, const void *hash)
{
    return memcmp(entry->hash, hash, HASH_BYTES) == 0;
}

static bool
is_person(const struct entry *entry, const void *ids)
{
    const int64_t *pair = ids;
    return entry->tenant_id == pair[0] && entry->person_id == pair[1];
}

static bool
is_over(const struct entry *entry, const void *now)
{
    return entry->until <= *(const dc_time *)now;
}

/* Drops the entries for which `fits` holds. That time has passed changes nothing that an answer
 * on its way could have missed. */
static void
drop(struct sessions *sessions, bool (*fits)(const struct entry *, const void *), const void *what)
{
    pthread_mutex_lock(&sessions->mutex);
    sessions->generation += fits != is_over;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &sessions->buckets[i];
        while (*at) {
            struct entry *entry = *at;
            if (fits(entry, what)) {
                *at = entry->next;
                entry_free(entry);
                sessions->count--;
            } else {
                at = &entry->next;
            }
        }
    }
    pthread_mutex_unlock(&sessions->mutex);
}

void
sessions_free(struct sessions *sessions)
{
    if (sessions) {
        sessions_clear(sessions);
        pthread_mutex_destroy(&sessions->mutex);
        free(sessions);
    }
}

static void
hash_of(const char *token, uint8_t hash[HASH_BYTES])
{
    crypto_generichash(hash, HASH_BYTES, (const uint8_t *)token, strlen(token), NULL, 0);
}

static struct entry **
bucket_of(struct sessions *sessions, const uint8_t hash[HASH_BYTES])
{
    return &sessions->buckets[(hash[0] | (unsigned)hash[1] << 8) % BUCKETS];
}

Kernel__Context *
sessions_find(struct sessions *sessions, const char *token, dc_time now, struct dc_arena *arena)
{
    DC_ASSERT(sessions && token && arena);
    uint8_t hash[HASH_BYTES];
    hash_of(token, hash);
    Kernel__Context *context = NULL;
    pthread_mutex_lock(&sessions->mutex);
    for (struct entry *entry = *bucket_of(sessions, hash); entry; entry = entry->next) {
        if (is_token(entry, hash) && entry->until > now) {
            context =
                kernel__context__unpack(dc_arena_allocator(arena), entry->size, entry->context);
            break;
        }
    }
    pthread_mutex_unlock(&sessions->mutex);
    return context;
}

uint64_t
sessions_generation(struct sessions *sessions)
{
    pthread_mutex_lock(&sessions->mutex);
    uint64_t generation = sessions->generation;
    pthread_mutex_unlock(&sessions->mutex);
    return generation;
}

void
sessions_keep(struct sessions *sessions, const char *token, const Org__ResolveResponse *answer,
              uint64_t generation, dc_time now, dc_time wall)
{
    DC_ASSERT(sessions && token && answer && answer->context);
    const Kernel__Context *context = answer->context;
    dc_time left = answer->expires_at_us ? answer->expires_at_us - wall : sessions->time_to_live;
    if (answer->must_change_password || left <= 0) {
        return;
    }
    size_t size = kernel__context__get_packed_size(context);
    struct entry *entry = calloc(1, sizeof *entry + size);
    DC_ASSERT(entry);
    hash_of(token, entry->hash);
    entry->tenant_id = context->tenant_id;
    entry->person_id = context->person_id;
    entry->session_id = strdup(context->session_id);
    DC_ASSERT(entry->session_id);
    entry->until = now + (left < sessions->time_to_live ? left : sessions->time_to_live);
    entry->size = kernel__context__pack(context, entry->context);
    pthread_mutex_lock(&sessions->mutex);
    if (sessions->generation != generation || sessions->count >= ENTRIES_MAX) {
        pthread_mutex_unlock(&sessions->mutex);
        entry_free(entry);
        return;
    }
    struct entry **at = bucket_of(sessions, entry->hash);
    while (*at && !is_token(*at, entry->hash)) {
        at = &(*at)->next;
    }
    if (*at) {
        struct entry *old = *at;
        *at = old->next;
        entry_free(old);
        sessions->count--;
    }
    entry->next = *at;
    *at = entry;
    sessions->count++;
    pthread_mutex_unlock(&sessions->mutex);
}

void
sessions_end(struct sessions *sessions, const char *session_id)
{
    drop(sessions, is_session, session_id);
}

void
sessions_forget_token(struct sessions *sessions, const char *token)
{
    uint8_t hash[HASH_BYTES];
    hash_of(token, hash);
    drop(sessions, is_token, hash);
}

void
sessions_forget_person(struct sessions *sessions, int64_t tenant_id, int64_t person_id)
{
    drop(sessions, is_person, (const int64_t[]){tenant_id, person_id});
}

void
sessions_clear(struct sessions *sessions)
{
    drop(sessions, is_any, NULL);
}

void
sessions_sweep(struct sessions *sessions, dc_time now)
{
    drop(sessions, is_over, &now);
}

size_t
sessions_count(struct sessions *sessions)
{
    pthread_mutex_lock(&sessions->mutex);
    size_t count = sessions->count;
    pthread_mutex_unlock(&sessions->mutex);
    return count;
}
