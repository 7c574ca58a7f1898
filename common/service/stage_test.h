/*
 * stage_test.h - the skeleton as a maker of things (tests/lib/kernel_services.h), a real process
 * with a real PostgreSQL and bus, and callers who ask it.
 */
#ifndef DC_SERVICE_STAGE_TEST_H
#define DC_SERVICE_STAGE_TEST_H

#include "edge/wire_check.h"
#include "tests/lib/kernel_services.h"
#include "values_test.h"

#include <dacheng/kernel/v1/admin.pb-c.h>

static struct dc_test_bus *bus;
static struct dc_test_service *maker;
static struct dc_bus *edge;  /* speaks for people */
static struct dc_bus *plain; /* does not */

static const struct dc_service_spec *const stage_specs[] = {&dc_test_maker, &dc_test_wrong, NULL};

static inline int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    static const char service[] =
        "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    dc_test_bus_peer(bus, "maker", service);
    dc_test_bus_peer(bus, "wrong", service);
    dc_test_bus_peer(bus, "edge",
                     "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true\nadmin: true");
    dc_test_bus_peer(bus, "plain", "call: [\">\"]");
    dc_test_bus_start(bus);
    maker = dc_test_service_new("maker", pg, bus);
    /* So that an immediate stop of the server loses nothing that was answered. */
    dc_test_pg_exec(pg, "ALTER ROLE maker SET synchronous_commit = on");
    dc_test_service_start(maker);
    edge = dc_test_bus_open(bus, "edge");
    plain = dc_test_bus_open(bus, "plain");
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    dc_bus_free(edge);
    dc_bus_free(plain);
    assert_int_equal(dc_test_service_stop(maker), 0);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* --- asking ------------------------------------------------------------------------------------
 */

static Kernel__Grant supervisor = {PROTOBUF_C_MESSAGE_INIT(&kernel__grant__descriptor),
                                   KERNEL__ROLE__ROLE_SUPERVISOR, KERNEL__SCOPE__SCOPE_UNIT_TREE,
                                   10};
static Kernel__Grant *grants[] = {&supervisor};

static inline Kernel__Context
person(int64_t tenant_id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = tenant_id;
    context.person_id = 7;
    context.account = "zhang.san";
    context.grants = grants;
    context.n_grants = 1;
    context.address = "192.0.2.1";
    return context;
}

struct ask {
    struct dc_bus *from;
    const char *method;
    const char *key; /* the thing */
    int32_t unit;
    bool only_new;
    const char *idempotency_key;
    const Kernel__Context *context;
    int64_t timeout_ms;
};

static inline enum dc_code
ask(const struct ask *what, int32_t *ret_number, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
    request.key = (char *)what->key;
    request.partition = what->unit;
    request.drop = what->only_new;
    uint8_t *body;
    size_t size, reply_size;
    dc_wire_pack(&request.base, arena, &body, &size);
    char method[200];
    snprintf(method, sizeof(method), DC_TEST_MAKER "%s", what->method);
    const uint8_t *reply;
    DC_TRY(dc_bus_call(what->from ? what->from : edge,
                       &(struct dc_bus_request){
                           .service = "maker",
                           .method = method,
                           .body = body,
                           .body_size = size,
                           .context = what->context,
                           .idempotency_key = what->idempotency_key,
                           .timeout_ms = what->timeout_ms ? what->timeout_ms : 10000,
                       },
                       arena, &reply, &reply_size, error));
    ProtobufCMessage *response;
    DC_TRY(dc_wire_unpack(&kernel__redrive_response__descriptor, reply, reply_size, arena,
                          &response, error));
    if (ret_number) {
        *ret_number = ((Kernel__RedriveResponse *)response)->events;
    }
    return DC_OK;
}

static inline bool
answers(void *argument)
{
    Kernel__Context context = person(3);
    struct dc_error error;
    dc_bus_poll(edge, 10); /* a client that does not turn its loop does not reconnect either */
    return ask(&(struct ask){.method = "Make", .key = argument, .context = &context}, NULL,
               &error) == DC_OK;
}

#endif
