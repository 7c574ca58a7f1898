/*
 * services_test.h - services behind the edge, played on a thread of the test: what they answer and
 * tell is decided by the test, and what they saw is kept for it.
 */
#ifndef GATEWAY_SERVICES_TEST_H
#define GATEWAY_SERVICES_TEST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/org/v1/org.pb-c.h>
#include <dacheng/scoring/v1/events.pb-c.h>
#include <dacheng/scoring/v1/scoring.pb-c.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/bus.h"
#include "edge/wire_check.h"
#include "tests/lib/bus.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { UPLOAD_ROOM = 16 << 20, DEADLINE_MS = 15000 };

/* What the services do, set by the test; and what they saw. */
static struct {
    struct dc_test_bus *bus;
    pthread_t services;
    atomic_bool leave;
    pid_t gateway;
    char address[80];
    const char *console;
    atomic_int resolves;
    atomic_int queries;       /* of GetUnit */
    atomic_int actual;        /* what GetUnit answers */
    atomic_bool alice_is_out; /* her session is over */
    atomic_int end_session;   /* publish SessionEnded of alice */
    atomic_int change_grants; /* publish GrantsChanged of alice */
    atomic_int change_scores; /* publish ScoresChanged of this unit */
    pthread_mutex_t mutex;
    char last_context[512];
    char last_key[256];
    uint8_t *upload;
    size_t uploaded;
} stage;

/* "sender tenant/person account address language length-of-trace" of the newest request. */
static inline const char *
last_context(void)
{
    static char text[sizeof stage.last_context];
    pthread_mutex_lock(&stage.mutex);
    memcpy(text, stage.last_context, sizeof text);
    pthread_mutex_unlock(&stage.mutex);
    return text;
}

static inline const char *
last_key(void)
{
    static char text[sizeof stage.last_key];
    pthread_mutex_lock(&stage.mutex);
    memcpy(text, stage.last_key, sizeof text);
    pthread_mutex_unlock(&stage.mutex);
    return text;
}

static inline void
answer(struct dc_bus *bus, uint64_t id, const ProtobufCMessage *message)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    uint8_t *body;
    size_t size;
    dc_wire_pack(message, arena, &body, &size);
    dc_bus_reply(bus, id, body, size);
}

static inline void
refuse(struct dc_bus *bus, uint64_t id, enum dc_code code, const char *field, const char *text)
{
    struct dc_error error;
    dc_fail_with(&error, code, field, text, "被拒绝");
    dc_bus_reply_error(bus, id, &error);
}

static ProtobufCMessage *
body_of(const struct dc_bus_message *request, const ProtobufCMessageDescriptor *descriptor,
        struct dc_arena *arena)
{
    ProtobufCMessage *message = NULL;
    if (dc_wire_unpack(descriptor, request->body, request->body_size, arena, &message, NULL) !=
        DC_OK) {
        dc_test_die("a request that is none: %s", request->method);
    }
    return message;
}

/* Tokens: alice, bob, onetime; everything else is nobody. */
static inline void
resolve(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__ResolveRequest *asked =
        (const Org__ResolveRequest *)body_of(request, &org__resolve_request__descriptor, arena);
    bool alice = strcmp(asked->token, "alice") == 0, bob = strcmp(asked->token, "bob") == 0;
    bool once = strcmp(asked->token, "onetime") == 0;
    atomic_fetch_add(&stage.resolves, 1);
    if ((!alice && !bob && !once) || (alice && atomic_load(&stage.alice_is_out))) {
        refuse(bus, request->id, DC_UNAUTHENTICATED, "", "the session has ended; please log in");
        return;
    }
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    context.person_id = alice ? 17 : bob ? 18 : 19;
    context.account = asked->token;
    context.session_id = alice ? (char *)"s-alice" : bob ? (char *)"s-bob" : (char *)"s-once";
    context.language = alice ? (char *)"zh-CN" : (char *)"";
    Org__ResolveResponse response = ORG__RESOLVE_RESPONSE__INIT;
    response.context = &context;
    response.expires_at_us = dc_now() + 3600 * (dc_time)DC_SECOND;
    response.must_change_password = once;
    answer(bus, request->id, &response.base);
}

static inline void
login(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__LoginRequest *asked =
        (const Org__LoginRequest *)body_of(request, &org__login_request__descriptor, arena);
    if (strcmp(asked->password, "right") != 0) {
        refuse(bus, request->id, DC_UNAUTHENTICATED, "", "the account or the password is wrong");
        return;
    }
    Org__Me me = ORG__ME__INIT;
    me.person_id = 17;
    me.name = (char *)"艾丽丝";
    Org__LoginResponse response = ORG__LOGIN_RESPONSE__INIT;
    response.me = &me;
    response.token = (char *)"alice";
    answer(bus, request->id, &response.base);
}

/* A search "fail:not_found" fails so, "slow" is never answered, "large" answers much. */
static inline void
list_people(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__ListPeopleRequest *asked = (const Org__ListPeopleRequest *)body_of(
        request, &org__list_people_request__descriptor, arena);
    if (dc_text_starts_with(asked->search, "fail:")) {
        refuse(bus, request->id, dc_code_from_wire(asked->search + 5), "search", "as was asked");
    } else if (strcmp(asked->search, "slow") != 0) {
        Org__Person person = ORG__PERSON__INIT;
        person.id = 9007199254740993;
        person.name = asked->search;
        Org__Person *people[] = {&person};
        Org__ListPeopleResponse response = ORG__LIST_PEOPLE_RESPONSE__INIT;
        response.people = people;
        response.n_people = 1;
        answer(bus, request->id, &response.base);
    }
}

static inline void
get_unit(struct dc_bus *bus, const struct dc_bus_message *request)
{
    char actual[24];
    atomic_fetch_add(&stage.queries, 1);
    snprintf(actual, sizeof actual, "%d", atomic_load(&stage.actual));
    Scoring__GetUnitResponse response = SCORING__GET_UNIT_RESPONSE__INIT;
    response.period = actual;
    answer(bus, request->id, &response.base);
}

static inline void
put_piece(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Ingest__PutPieceRequest *piece = (const Ingest__PutPieceRequest *)body_of(
        request, &ingest__put_piece_request__descriptor, arena);
    Ingest__PutPieceResponse response = INGEST__PUT_PIECE_RESPONSE__INIT;
    pthread_mutex_lock(&stage.mutex);
    bool fits = piece->run_id == 7 && piece->offset == (int64_t)stage.uploaded &&
                piece->data.len >= 1 && piece->data.len <= 1 << 20 &&
                stage.uploaded + piece->data.len <= UPLOAD_ROOM;
    if (fits) {
        memcpy(stage.upload + stage.uploaded, piece->data.data, piece->data.len);
        stage.uploaded += piece->data.len;
    }
    response.offset = (int64_t)stage.uploaded;
    pthread_mutex_unlock(&stage.mutex);
    if (fits) {
        answer(bus, request->id, &response.base);
    } else {
        char text[80];
        snprintf(text, sizeof text, "the run has %lld bytes", (long long)response.offset);
        refuse(bus, request->id, DC_FAILED_PRECONDITION, "offset", text);
    }
}

static inline void
serve(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Kernel__Context *who = request->context;
    const char *name = strchr(request->method, '/') + 1;
    pthread_mutex_lock(&stage.mutex);
    snprintf(stage.last_context, sizeof stage.last_context, "%s %lld/%lld %s %s %s %zu",
             request->sender, (long long)who->tenant_id, (long long)who->person_id, who->account,
             who->address, who->language, strlen(who->traceparent));
    snprintf(stage.last_key, sizeof stage.last_key, "%s", request->idempotency_key);
    pthread_mutex_unlock(&stage.mutex);
    if (strcmp(name, "Resolve") == 0) {
        resolve(bus, request, arena);
    } else if (strcmp(name, "Login") == 0) {
        login(bus, request, arena);
    } else if (strcmp(name, "Logout") == 0) {
        Org__LogoutResponse response = ORG__LOGOUT_RESPONSE__INIT;
        answer(bus, request->id, &response.base);
    } else if (strcmp(name, "GetMe") == 0) {
        Org__GetMeResponse response = ORG__GET_ME_RESPONSE__INIT;
        answer(bus, request->id, &response.base);
    } else if (strcmp(name, "ListPeople") == 0) {
        list_people(bus, request, arena);
    } else if (strcmp(name, "GetUnit") == 0) {
        get_unit(bus, request);
    } else if (strcmp(name, "PutPiece") == 0) {
        put_piece(bus, request, arena);
    } else {
        refuse(bus, request->id, DC_UNIMPLEMENTED, "", "not on this stage");
    }
}

static inline void
publish(struct dc_bus *bus, const char *stream, const char *type, const ProtobufCMessage *body)
{
    static int64_t number;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char subject[80];
    snprintf(subject, sizeof subject, "%s.%s", stream, type);
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = (char *)(uintptr_t)stream;
    event.type = (char *)(uintptr_t)type;
    event.epoch = 1;
    event.number = ++number;
    event.overall = number;
    event.tenant_id = 1;
    event.at_us = dc_now();
    uint8_t *data;
    size_t size;
    dc_wire_pack(body, arena, &data, &size);
    event.body = (ProtobufCBinaryData){size, data};
    dc_bus_publish(bus, subject, &event, NULL, 0);
}

static inline void
publish_what_is_wanted(struct dc_bus *bus)
{
    if (atomic_exchange(&stage.end_session, 0)) {
        Org__SessionEnded event = ORG__SESSION_ENDED__INIT;
        event.session_id = (char *)"s-alice";
        publish(bus, "org", "SessionEnded", &event.base);
    }
    if (atomic_exchange(&stage.change_grants, 0)) {
        Org__GrantsChanged event = ORG__GRANTS_CHANGED__INIT;
        event.person_id = 17;
        publish(bus, "org", "GrantsChanged", &event.base);
    }
    int unit = atomic_exchange(&stage.change_scores, 0);
    if (unit) {
        Scoring__ScoresChanged event = SCORING__SCORES_CHANGED__INIT;
        int64_t ids[] = {unit};
        event.unit_ids = ids;
        event.n_unit_ids = 1;
        publish(bus, "scoring", "ScoresChanged", &event.base);
    }
}

static inline void *
run_services(void *context)
{
    (void)context;
    struct dc_bus *bus = dc_test_bus_open(stage.bus, "services");
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const char *const names[] = {"org", "scoring", "ingest"};
    for (size_t i = 0; i < 3; i++) {
        dc_bus_ready(bus, names[i], 50);
    }
    while (!atomic_load(&stage.leave)) {
        dc_bus_poll(bus, 5);
        struct dc_bus_message message;
        while (dc_bus_next(bus, arena, &message)) {
            if (message.kind == DC_BUS_REQUEST) {
                serve(bus, &message, arena);
            }
            dc_arena_reset(arena, 0);
        }
        publish_what_is_wanted(bus);
    }
    dc_bus_free(bus);
    return NULL;
}

#endif
