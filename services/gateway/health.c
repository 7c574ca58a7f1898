/* health.c - what the programs last told, as they told it. */
#include "health.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"

enum { TOLD_MAX = 500, INSTANCE_MAX = 120 };
#define FORGOTTEN_US (3600 * (dc_time)DC_SECOND)

struct told {
    bool of_bus;
    char service[40];
    char instance[INSTANCE_MAX];
    uint8_t *body;
    size_t size;
    dc_time heard_at;
};

struct health {
    pthread_mutex_t mutex;
    struct told told[TOLD_MAX]; /* by service, then instance; buses last */
    size_t count;
};

struct health *
health_new(void)
{
    struct health *health = calloc(1, sizeof *health);
    DC_ASSERT(health);
    pthread_mutex_init(&health->mutex, NULL);
    return health;
}

void
health_free(struct health *health)
{
    if (!health) {
        return;
    }
    for (size_t i = 0; i < health->count; i++) {
        free(health->told[i].body);
    }
    pthread_mutex_destroy(&health->mutex);
    free(health);
}

static int
order(const struct told *told, bool of_bus, const char *service, const char *instance)
{
    if (told->of_bus != of_bus) {
        return told->of_bus ? 1 : -1;
    }
    int services = strcmp(told->service, service);
    return services ? services : strcmp(told->instance, instance);
}

static void
forget_at(struct health *health, size_t at)
{
    free(health->told[at].body);
    health->count--;
    memmove(health->told + at, health->told + at + 1, (health->count - at) * sizeof *health->told);
}

static void
forget_old(struct health *health, dc_time now)
{
    for (size_t i = health->count; i-- > 0;) {
        if (now - health->told[i].heard_at > FORGOTTEN_US) {
            forget_at(health, i);
        }
    }
}

/* Where it stands, or where it is to stand. */
static size_t
place_of(const struct health *health, bool of_bus, const char *service, const char *instance,
         bool *ret_there)
{
    size_t at = 0;
    while (at < health->count && order(&health->told[at], of_bus, service, instance) < 0) {
        at++;
    }
    *ret_there = at < health->count && order(&health->told[at], of_bus, service, instance) == 0;
    return at;
}

static void
keep(struct health *health, bool of_bus, const char *service, const char *instance, bool leaving,
     const uint8_t *body, size_t size, dc_time now)
{
    bool there;
    size_t at = place_of(health, of_bus, service, instance, &there);
    if (there) {
        forget_at(health, at);
    }
    forget_old(health, now);
    if (leaving || health->count == TOLD_MAX) {
        return;
    }
    at = place_of(health, of_bus, service, instance, &there);
    memmove(health->told + at + 1, health->told + at, (health->count - at) * sizeof *health->told);
    health->count++;
    struct told *told = &health->told[at];
    *told = (struct told){.of_bus = of_bus, .size = size, .heard_at = now};
    snprintf(told->service, sizeof told->service, "%s", service);
    snprintf(told->instance, sizeof told->instance, "%s", instance);
    told->body = malloc(size ? size : 1);
    DC_ASSERT(told->body);
    memcpy(told->body, body, size);
}

void
health_hear(struct health *health, const char *subject, const uint8_t *body, size_t size,
            dc_time now)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    ProtobufCMessage *message;
    bool of_bus = strcmp(subject, "_health.bus") == 0;
    if (dc_wire_unpack(of_bus ? &bus__status_response__descriptor : &kernel__health__descriptor,
                       body, size, arena, &message, NULL) != DC_OK) {
        return;
    }
    pthread_mutex_lock(&health->mutex);
    if (of_bus) {
        keep(health, true, "bus", ((Bus__StatusResponse *)message)->bus, false, body, size, now);
    } else {
        const Kernel__Health *told = (const Kernel__Health *)message;
        keep(health, false, told->service, told->instance, told->leaving, body, size, now);
    }
    pthread_mutex_unlock(&health->mutex);
}

static bool
may_see(const Kernel__Context *who)
{
    for (size_t i = 0; i < who->n_grants; i++) {
        if (who->grants[i]->role == KERNEL__ROLE__ROLE_OPERATIONS &&
            who->grants[i]->scope == KERNEL__SCOPE__SCOPE_GROUP) {
            return true;
        }
    }
    return false;
}

static void
add_told(const struct told *told, dc_time now, struct dc_arena *arena,
         Gateway__GetHealthResponse *response)
{
    ProtobufCMessage *message;
    enum dc_code code = dc_wire_unpack(told->of_bus ? &bus__status_response__descriptor
                                                    : &kernel__health__descriptor,
                                       told->body, told->size, arena, &message, NULL);
    DC_ASSERT(code == DC_OK); /* it was when it came */
    int64_t silent_ms = (now - told->heard_at) / DC_MILLISECOND;
    if (told->of_bus) {
        Gateway__BusHealth *bus =
            DC_NEW_MESSAGE(arena, Gateway__BusHealth, gateway__bus_health__init);
        bus->status = (Bus__StatusResponse *)message;
        bus->silent_ms = silent_ms;
        response->buses[response->n_buses++] = bus;
    } else {
        Gateway__ReplicaHealth *replica =
            DC_NEW_MESSAGE(arena, Gateway__ReplicaHealth, gateway__replica_health__init);
        replica->health = (Kernel__Health *)message;
        replica->silent_ms = silent_ms;
        response->replicas[response->n_replicas++] = replica;
    }
}

enum dc_code
health_answer(struct health *health, const Kernel__Context *who, dc_time now,
              struct dc_arena *arena, Gateway__GetHealthResponse **ret_response,
              struct dc_error *error)
{
    if (!may_see(who)) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "the deployment's health is shown to OPERATIONS of the group");
    }
    Gateway__GetHealthResponse *response =
        DC_NEW_MESSAGE(arena, Gateway__GetHealthResponse, gateway__get_health_response__init);
    pthread_mutex_lock(&health->mutex);
    forget_old(health, now);
    response->replicas = DC_NEW_ARRAY(arena, Gateway__ReplicaHealth *, health->count + 1);
    response->buses = DC_NEW_ARRAY(arena, Gateway__BusHealth *, health->count + 1);
    for (size_t i = 0; i < health->count; i++) {
        add_told(&health->told[i], now, arena, response);
    }
    pthread_mutex_unlock(&health->mutex);
    response->edge_version = DC_VERSION;
    *ret_response = response;
    return DC_OK;
}
