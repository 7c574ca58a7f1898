/* caller.c - who asks: from cookie or bearer token to the context that travels with each call. */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"
#include "gateway.h"

static const char *
header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void
peer_address(struct MHD_Connection *connection, char text[GUARD_ADDRESS_TEXT])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    text[0] = '\0';
    if (address && address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text,
                  GUARD_ADDRESS_TEXT);
    } else if (address && address->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
                  GUARD_ADDRESS_TEXT);
    }
}

void
caller_read(struct caller *caller, const struct gateway *gateway, struct MHD_Connection *connection)
{
    char peer[GUARD_ADDRESS_TEXT];
    peer_address(connection, peer);
    guard_address(peer, gateway->behind_tls ? header(connection, "X-Forwarded-For") : NULL,
                  caller->address);
    caller->has_token = guard_bearer(header(connection, "Authorization"), caller->token);
    if (!caller->has_token) {
        caller->has_token =
            guard_cookie(header(connection, "Cookie"), gateway->cookie_name, caller->token);
        caller->by_cookie = caller->has_token;
    }
    const char *trace = header(connection, "traceparent");
    if (trace && dc_trace_is_valid(trace)) {
        snprintf(caller->trace, sizeof caller->trace, "%s", trace);
    } else {
        dc_trace_new(caller->trace);
        caller->begins_trace = true;
    }
    caller->language = guard_language(header(connection, "Accept-Language"));
}

void
caller_complete(const struct caller *caller, Kernel__Context *context)
{
    context->address = (char *)(uintptr_t)caller->address;
    context->traceparent = (char *)(uintptr_t)caller->trace;
    if (caller->language) { /* the page's, whatever org keeps of the person */
        context->language = (char *)(uintptr_t)caller->language;
    }
}

Kernel__Context *
caller_nobody(const struct caller *caller, struct dc_arena *arena)
{
    Kernel__Context *context = DC_NEW_MESSAGE(arena, Kernel__Context, kernel__context__init);
    caller_complete(caller, context);
    return context;
}

struct resolving {
    caller_fn *fn;
    void *context;
    uint64_t generation;
    char token[GUARD_TOKEN_MAX + 1];
};

static void
resolved(struct front *front, void *context, const struct dc_bus_message *reply)
{
    struct resolving *resolving = context;
    struct sessions *sessions = front->gateway->sessions;
    struct dc_error error = {0};
    ProtobufCMessage *message = NULL;
    enum dc_code code = reply->code;
    if (code != DC_OK) {
        dc_fail_with(&error, code, "", reply->error_message, reply->error_message_zh);
    } else {
        code = dc_wire_unpack(&org__resolve_response__descriptor, reply->body, reply->body_size,
                              front->arena, &message, &error);
    }
    Org__ResolveResponse *answer = (Org__ResolveResponse *)message;
    if (code == DC_OK && !answer->context) {
        code = dc_fail(&error, DC_INTERNAL, "org answered without a context");
    }
    if (code == DC_OK) {
        sessions_keep(sessions, resolving->token, answer, resolving->generation, dc_monotonic(),
                      dc_now());
        resolving->fn(front, resolving->context, answer->context, answer->must_change_password,
                      NULL);
    } else {
        resolving->fn(front, resolving->context, NULL, false, &error);
    }
    sodium_memzero(resolving->token, sizeof resolving->token);
    free(resolving);
}

uint64_t
caller_resolve(struct front *front, const struct caller *caller, int64_t timeout_ms, caller_fn *fn,
               void *context)
{
    struct resolving *resolving = calloc(1, sizeof *resolving);
    DC_ASSERT(resolving);
    *resolving = (struct resolving){
        .fn = fn,
        .context = context,
        .generation = sessions_generation(front->gateway->sessions),
    };
    memcpy(resolving->token, caller->token, sizeof resolving->token);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Org__ResolveRequest request = ORG__RESOLVE_REQUEST__INIT;
    request.token = resolving->token;
    request.address = (char *)(uintptr_t)caller->address;
    uint8_t *body;
    size_t size;
    dc_wire_pack(&request.base, arena, &body, &size);
    Kernel__Context *nobody = caller_nobody(caller, arena);
    return front_call(front,
                      &(struct dc_bus_request){
                          .service = "org",
                          .method = "dacheng.org.v1.OrgInternalService/Resolve",
                          .body = body,
                          .body_size = size,
                          .context = nobody,
                          .timeout_ms = timeout_ms,
                      },
                      resolved, resolving);
}
