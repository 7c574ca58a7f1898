/* sessions.c - see sessions.h: two hash tables and a list over the same objects. */
#include "sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { BUCKETS = 1024 };

struct sessions {
    struct session *by_routing[BUCKETS];
    struct session *by_id[BUCKETS];
    struct session **list;
    size_t count, capacity;
    uint64_t last_id;
};

struct sessions *
sessions_new(void)
{
    struct sessions *sessions = calloc(1, sizeof(*sessions));
    DC_ASSERT(sessions);
    return sessions;
}

void
sessions_free(struct sessions *sessions)
{
    if (sessions) {
        while (sessions->count) {
            sessions_end(sessions, sessions->list[0]);
        }
        free(sessions->list);
        free(sessions);
    }
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t
bucket_of(const uint8_t *data, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * 16777619u;
    }
    return hash % BUCKETS;
}

static struct session **
find_routing(const struct sessions *sessions, const void *routing, size_t size)
{
    struct session **at = (struct session **)&sessions->by_routing[bucket_of(routing, size)];
    while (*at && ((*at)->routing_size != size || memcmp((*at)->routing, routing, size) != 0)) {
        at = &(*at)->next_by_routing;
    }
    return at;
}

static struct session **
find_id(const struct sessions *sessions, uint64_t id)
{
    struct session **at = (struct session **)&sessions->by_id[id % BUCKETS];
    while (*at && (*at)->id != id) {
        at = &(*at)->next_by_id;
    }
    return at;
}

struct session *
sessions_begin(struct sessions *sessions, const void *routing, size_t size, const char *key,
               int64_t now)
{
    DC_ASSERT(size <= ROUTING_MAX && strlen(key) == DC_BUS_KEY_TEXT - 1);
    struct session *session = calloc(1, sizeof(*session));
    DC_ASSERT(session);
    session->id = ++sessions->last_id;
    memcpy(session->routing, routing, size);
    session->routing_size = (uint8_t)size;
    memcpy(session->key, key, DC_BUS_KEY_TEXT);
    session->began_at = session->heard_at = session->sent_at = now;
    struct session **at = &sessions->by_routing[bucket_of(routing, size)];
    session->next_by_routing = *at;
    *at = session;
    at = &sessions->by_id[session->id % BUCKETS];
    session->next_by_id = *at;
    *at = session;
    if (sessions->count == sessions->capacity) {
        sessions->capacity = sessions->capacity ? 2 * sessions->capacity : 64;
        sessions->list = realloc(sessions->list, sessions->capacity * sizeof(sessions->list[0]));
        DC_ASSERT(sessions->list);
    }
    session->position = sessions->count;
    sessions->list[sessions->count++] = session;
    return session;
}

void
sessions_end(struct sessions *sessions, struct session *session)
{
    struct session **at = find_routing(sessions, session->routing, session->routing_size);
    DC_ASSERT(*at == session);
    *at = session->next_by_routing;
    at = find_id(sessions, session->id);
    DC_ASSERT(*at == session);
    *at = session->next_by_id;
    sessions->list[session->position] = sessions->list[--sessions->count];
    sessions->list[session->position]->position = session->position;
    free(session);
}

struct session *
sessions_by_routing(const struct sessions *sessions, const void *routing, size_t size)
{
    return *find_routing(sessions, routing, size);
}

struct session *
sessions_by_id(const struct sessions *sessions, uint64_t id)
{
    return *find_id(sessions, id);
}

size_t
sessions_count(const struct sessions *sessions)
{
    return sessions->count;
}

struct session *
sessions_at(const struct sessions *sessions, size_t position)
{
    DC_ASSERT(position < sessions->count);
    return sessions->list[position];
}
