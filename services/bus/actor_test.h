/*
 * actor_test.h - a peer of the bus that is played by our client: it answers, or keeps what it is
 * asked, and counts what it hears. Actors play together: PUMP_UNTIL(condition, &one, &other).
 */
#ifndef DC_BUS_ACTOR_TEST_H
#define DC_BUS_ACTOR_TEST_H

#include <stdio.h>
#include <string.h>

#include "tests/lib/bus.h"
#include "tests/lib/cmocka.h"

enum { HELD_MAX = 4096, PATIENCE_MS = 20000 };

static int open_count; /* clients; those of a test that failed stay open */

struct actor {
    struct dc_bus *bus;
    bool holds; /* does not answer: keeps the handles */
    uint64_t held[HELD_MAX];
    int held_count;
    int requests, events, notices, behinds, replies, good;
    int by_code[DC_CODE_COUNT];
    struct dc_error last_failure;
    char sender[64], field[64], method[128];
    int64_t person_id, tenant_id;
    bool speaks, admin;
    size_t body_size;
    uint64_t last_reply;
    int64_t numbers_sum; /* of events */
    struct dc_error trouble;
};

static inline void
answer(struct actor *actor, uint64_t id, const char *method, const uint8_t *body, size_t size)
{
    if (strcmp(method, "fail") == 0) {
        struct dc_error error;
        dc_fail_field(&error, DC_FAILED_PRECONDITION, "items[3].weight", "not now");
        dc_bus_reply_error(actor->bus, id, &error);
    } else {
        dc_bus_reply(actor->bus, id, body, size);
    }
}

static inline void
take(struct actor *actor, const struct dc_bus_message *message)
{
    switch (message->kind) {
    case DC_BUS_REQUEST:
        actor->requests++;
        snprintf(actor->sender, sizeof(actor->sender), "%s", message->sender);
        snprintf(actor->method, sizeof(actor->method), "%s", message->method);
        actor->speaks = message->sender_speaks_for_people;
        actor->admin = message->sender_is_admin;
        actor->person_id = message->context->person_id;
        actor->tenant_id = message->context->tenant_id;
        if (actor->holds) {
            assert_true(actor->held_count < HELD_MAX);
            actor->held[actor->held_count++] = message->id;
        } else {
            answer(actor, message->id, message->method, message->body, message->body_size);
        }
        break;
    case DC_BUS_REPLY:
        actor->replies++;
        actor->by_code[message->code]++;
        actor->body_size = message->body_size;
        actor->last_reply = message->id;
        if (message->code != DC_OK) {
            dc_fail_field(&actor->last_failure, message->code, message->field, "%s",
                          message->error_message);
        }
        break;
    case DC_BUS_EVENT:
        actor->events++;
        actor->numbers_sum += message->event->number;
        break;
    case DC_BUS_NOTICE:
        actor->notices++;
        break;
    case DC_BUS_BEHIND:
        actor->behinds++;
        break;
    }
}

static inline void
pump(struct actor **actors, size_t count)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    for (size_t i = 0; i < count; i++) {
        struct dc_bus_message message;
        dc_bus_poll(actors[i]->bus, 1);
        while (dc_bus_next(actors[i]->bus, arena, &message)) {
            take(actors[i], &message);
            dc_arena_reset(arena, 0);
        }
        const struct dc_error *trouble = dc_bus_trouble(actors[i]->bus);
        if (trouble) {
            actors[i]->trouble = *trouble;
        }
    }
}

/* Lets the actors play until the condition holds. */
#define PUMP_UNTIL(condition, ...)                                                                 \
    do {                                                                                           \
        struct actor *actors_[] = {__VA_ARGS__};                                                   \
        int64_t end_ = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;                              \
        while (!(condition)) {                                                                     \
            pump(actors_, sizeof(actors_) / sizeof(actors_[0]));                                   \
            if (dc_monotonic() > end_) {                                                           \
                fail_msg("%s:%d: never: %s", __FILE__, __LINE__, #condition);                      \
            }                                                                                      \
        }                                                                                          \
    } while (0)

/* For what must not happen: plays long enough for it to happen. */
static inline void
pump_for(int ms, struct actor **actors, size_t count)
{
    int64_t end = dc_monotonic() + ms * DC_MILLISECOND;
    while (dc_monotonic() < end) {
        pump(actors, count);
    }
}

static inline uint64_t
ask(struct actor *actor, const char *service, const char *method, size_t body_size, int timeout_ms)
{
    static uint8_t body[2 << 20];
    return dc_bus_send(actor->bus, &(struct dc_bus_request){.service = service,
                                                            .method = method,
                                                            .body = body,
                                                            .body_size = body_size,
                                                            .timeout_ms = timeout_ms});
}

static inline struct actor
play(struct dc_test_bus *at, const char *peer)
{
    open_count++;
    return (struct actor){.bus = dc_test_bus_open(at, peer)};
}

static inline void
leave(struct actor *actor)
{
    open_count--;
    dc_bus_free(actor->bus);
    actor->bus = NULL;
}

/* Makes `worker` ready and waits until the bus knows. */
static inline void
make_ready(struct actor *worker, struct actor *caller, const char *service, int credits)
{
    dc_bus_ready(worker->bus, service, credits);
    bool held = worker->holds;
    worker->holds = false;
    for (int tries = 0; tries < 1000; tries++) {
        int good = caller->by_code[DC_OK];
        uint64_t id = ask(caller, service, "echo", 0, 5000);
        PUMP_UNTIL(caller->last_reply == id, worker, caller);
        if (caller->by_code[DC_OK] > good) {
            break;
        }
    }
    worker->holds = held;
    worker->requests = 0;
    memset(caller->by_code, 0, sizeof(caller->by_code));
    caller->replies = 0;
}

static inline void
publish(struct actor *actor, const char *stream, const char *type, int64_t number)
{
    char subject[128];
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = (char *)stream;
    event.type = (char *)type;
    event.epoch = 1;
    event.number = event.overall = number;
    snprintf(subject, sizeof(subject), "%s.%s", stream, type);
    dc_bus_publish(actor->bus, subject, &event, NULL, 0);
}

#endif
