/*
 * guard.h - what a request's head must look like, decided without any connection: pure functions
 * over header texts. Everything here reads what came from outside.
 */
#ifndef GATEWAY_GUARD_H
#define GATEWAY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    GUARD_TOKEN_MAX = 200,   /* a session or bearer token */
    GUARD_ADDRESS_TEXT = 64, /* a network address */
    GUARD_KEY_MAX = 200,     /* an idempotency key */
    GUARD_TIMEOUT_MAX_MS = 600000,
};

struct guard_header {
    const char *name;
    const char *value;
};

/*
 * Against request smuggling: what two programs in a row could read differently is refused. At most
 * one Content-Length, only digits; at most one Transfer-Encoding, "chunked" and nothing else; not
 * both; exactly one Host of letters, digits and ".-:[]"; no body where the method has none.
 */
enum dc_code guard_framing(const char *method, const struct guard_header *headers, size_t count,
                           struct dc_error *error) DC_MUST_CHECK;

/* The page that sent the request came from us: Origin's host is Host, and its scheme ours. NULL
 * (no browser sent it) is fine. */
bool guard_same_origin(const char *origin, const char *host, bool behind_tls);

enum guard_body {
    GUARD_BODY_OTHER,
    GUARD_BODY_JSON,         /* application/json */
    GUARD_BODY_PROTO,        /* application/proto */
    GUARD_BODY_STREAM_JSON,  /* application/connect+json */
    GUARD_BODY_STREAM_PROTO, /* application/connect+proto */
    GUARD_BODY_BYTES,        /* application/octet-stream, text/csv: uploads */
};
enum guard_body guard_body_of(const char *content_type /* or NULL */);

/* Connect-Timeout-Ms: at most ten digits; longer than GUARD_TIMEOUT_MAX_MS becomes that. */
enum dc_code guard_timeout(const char *text /* or NULL */, int64_t default_ms, int64_t *ret_ms,
                           struct dc_error *error) DC_MUST_CHECK;

/* A token from "a=b; name=token; ..." or from "Bearer token". False when there is none, or none
 * that could be a token. */
bool guard_cookie(const char *cookies, const char *name, char ret_token[GUARD_TOKEN_MAX + 1]);
bool guard_bearer(const char *authorization, char ret_token[GUARD_TOKEN_MAX + 1]);

/* Printable ASCII, at most GUARD_KEY_MAX bytes. */
bool guard_key_is_valid(const char *key);

/* "zh-CN" or "en", by the first of them in Accept-Language; NULL when neither is. */
const char *guard_language(const char *accept_language);

/* The last address that X-Forwarded-For names (the one that our own proxy wrote), when it looks
 * like an address; otherwise `peer`. */
void guard_address(const char *peer, const char *forwarded /* NULL: not behind a proxy */,
                   char ret_address[GUARD_ADDRESS_TEXT]);

/* "/upload/17" and "8388608"; whole numbers, not negative. */
bool guard_upload_path(const char *path, int64_t *ret_run_id);
bool guard_offset(const char *text, int64_t *ret_offset);

#endif
