/* request_call.c - a request that is a call: its body to the service, the service's answer back. */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "edge/json.h"
#include "edge/wire_check.h"
#include "envelope.h"
#include "gateway.h"

enum {
    DECODE_BUDGET_MIN = 1 << 20,
    DECODE_BUDGET_MAX = 192 << 20,
};

/* The token of a new session goes into a cookie and nowhere else. */
static enum dc_code
hide_token(Org__LoginResponse *login, char token[GUARD_TOKEN_MAX + 1], struct dc_error *error)
{
    if (strlen(login->token) > GUARD_TOKEN_MAX || !*login->token) {
        return dc_fail(error, DC_INTERNAL, "org gave no token that fits");
    }
    snprintf(token, GUARD_TOKEN_MAX + 1, "%s", login->token);
    login->token = (char *)"";
    return DC_OK;
}

static enum dc_code
encode_answer(struct request *request, const struct dc_bus_message *reply, char *token,
              struct dc_text *text, struct dc_error *error)
{
    const struct route *route = request->route;
    if (request->kind == GUARD_BODY_PROTO && route->part != ROUTE_LOGIN) {
        dc_text_append(text, (const char *)reply->body, reply->body_size);
        return DC_OK;
    }
    ProtobufCMessage *message;
    if (dc_wire_unpack(route->output, reply->body, reply->body_size, request->front->arena,
                       &message, error) != DC_OK) {
        return dc_fail(error, DC_INTERNAL, "the answer of %s is not what it should be",
                       route->service);
    }
    if (route->part == ROUTE_LOGIN) {
        DC_TRY(hide_token((Org__LoginResponse *)message, token, error));
    }
    if (request->kind == GUARD_BODY_JSON) {
        dc_json_encode(message, text);
    } else {
        uint8_t *data;
        size_t size;
        dc_wire_pack(message, request->front->arena, &data, &size);
        dc_text_append(text, (const char *)data, size);
    }
    return DC_OK;
}

static void
on_reply(struct front *front, void *context, const struct dc_bus_message *reply)
{
    struct request *request = context;
    struct dc_error error;
    char token[GUARD_TOKEN_MAX + 1] = "";
    struct dc_text text = DC_TEXT_INIT;
    enum dc_code code = reply->code;
    request->call = 0;
    if (code != DC_OK) {
        dc_fail_with(&error, code, reply->field, reply->error_message, reply->error_message_zh);
    } else {
        code = encode_answer(request, reply, token, &text, &error);
    }
    if (code != DC_OK) {
        dc_text_release(&text);
        if (code == DC_UNAUTHENTICATED) {
            sessions_forget_token(front->gateway->sessions, request->caller.token);
        }
        request_answer_error(request, &error);
    } else {
        request_answer(request, &text,
                       request->kind == GUARD_BODY_JSON ? "application/json" : "application/proto");
        if (request->route->part == ROUTE_LOGIN) {
            request_add_cookie(request, token);
        } else if (request->route->part == ROUTE_LOGOUT) {
            sessions_forget_token(front->gateway->sessions, request->caller.token);
            request_add_cookie(request, "");
        }
    }
    explicit_bzero(token, sizeof token);
    request_resume(request);
}

/* The body as protobuf: checked, or made from JSON. In the request's arena. */
static enum dc_code
decode_body(struct request *request, const uint8_t **ret_data, size_t *ret_size,
            struct dc_error *error)
{
    const struct route *route = request->route;
    const uint8_t *bytes = (const uint8_t *)request->body.data;
    if (request->kind == GUARD_BODY_PROTO) {
        *ret_data = bytes;
        *ret_size = request->body.length;
        return dc_wire_check(route->input, bytes, request->body.length, error);
    }
    size_t budget = request->body.length * 24 + DECODE_BUDGET_MIN;
    budget = budget < DECODE_BUDGET_MAX ? budget : DECODE_BUDGET_MAX;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(budget);
    ProtobufCMessage *message;
    DC_TRY(dc_json_decode(route->input, request->body.data, request->body.length, arena, &message,
                          error));
    uint8_t *data;
    dc_wire_pack(message, request->arena, &data, ret_size);
    *ret_data = data;
    return DC_OK;
}

enum dc_code
request_refuse_must_change(struct dc_error *error)
{
    return dc_fail(error, DC_FAILED_PRECONDITION,
                   "the one-time password must be changed first (SessionService/ChangePassword)");
}

static void
call_service(struct front *front, void *context, Kernel__Context *who, bool must_change,
             const struct dc_error *resolve_error)
{
    struct request *request = context;
    const struct route *route = request->route;
    struct dc_error error;
    const uint8_t *body = NULL;
    size_t size = 0;
    if (!who) {
        error = *resolve_error;
    } else if (must_change && !route->session) {
        (void)request_refuse_must_change(&error);
        who = NULL;
    } else if (decode_body(request, &body, &size, &error) != DC_OK) {
        who = NULL;
    }
    if (!who) {
        request_answer_error(request, &error);
        return;
    }
    if (request->phase != REQUEST_WORKING) {
        request_suspend(request);
    }
    request->call = front_call(front,
                               &(struct dc_bus_request){
                                   .service = route->service,
                                   .method = route->method,
                                   .body = body,
                                   .body_size = size,
                                   .context = who,
                                   .idempotency_key = request->key,
                                   .timeout_ms = request->timeout_ms,
                               },
                               on_reply, request);
    request_drop_body(request); /* the bus has a copy */
}

void
request_call(struct request *request)
{
    if (request->route->part == ROUTE_LOGIN) {
        request->context = caller_nobody(&request->caller, request->arena);
        call_service(request->front, request, request->context, false, NULL);
    } else {
        request_resolve(request,
                        request->route->part == ROUTE_HEALTH ? operations_answer : call_service);
    }
}
