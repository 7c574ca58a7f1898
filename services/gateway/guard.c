/* guard.c - what a request's head must look like. */
#include "guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/text.h"

enum { LENGTH_DIGITS_MAX = 18, HOST_MAX = 255 };

static bool
is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
all_digits(const char *text, size_t most)
{
    size_t length = strspn(text, "0123456789");
    return length > 0 && length <= most && text[length] == '\0';
}

static bool
host_is_valid(const char *host)
{
    size_t length = strlen(host);
    if (length == 0 || length > HOST_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_alnum(host[i]) && !strchr(".-:[]", host[i])) {
            return false;
        }
    }
    return true;
}

static bool
method_has_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
}

enum dc_code
guard_framing(const char *method, const struct guard_header *headers, size_t count,
              struct dc_error *error)
{
    DC_ASSERT(method && (headers || count == 0));
    const char *length = NULL, *encoding = NULL, *host = NULL;
    for (size_t i = 0; i < count; i++) {
        const char **kept = strcasecmp(headers[i].name, "Content-Length") == 0      ? &length
                            : strcasecmp(headers[i].name, "Transfer-Encoding") == 0 ? &encoding
                            : strcasecmp(headers[i].name, "Host") == 0              ? &host
                                                                                    : NULL;
        if (!kept) {
            continue;
        }
        if (*kept) {
            return dc_fail(error, DC_INVALID_ARGUMENT, "the header %s is given twice",
                           headers[i].name);
        }
        *kept = headers[i].value ? headers[i].value : "";
    }
    if (length && encoding) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "Content-Length and Transfer-Encoding cannot be given together");
    }
    if (length && !all_digits(length, LENGTH_DIGITS_MAX)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "Content-Length is not a number of bytes");
    }
    if (encoding && strcasecmp(encoding, "chunked") != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the only Transfer-Encoding is chunked");
    }
    if (!host || !host_is_valid(host)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "one Host is wanted");
    }
    bool has_body = encoding || (length && length[strspn(length, "0")] != '\0');
    if (has_body && !method_has_body(method)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "%.16s has no body", method);
    }
    return DC_OK;
}

/* Length of "host:port" without a port that the scheme has anyway. */
static size_t
without_default_port(const char *host, const char *port)
{
    size_t length = strlen(host), width = strlen(port);
    bool ends = length > width && strcmp(host + length - width, port) == 0;
    return ends ? length - width : length;
}

bool
guard_same_origin(const char *origin, const char *host, bool behind_tls)
{
    if (!origin) {
        return true;
    }
    const char *scheme = behind_tls ? "https://" : "http://";
    const char *port = behind_tls ? ":443" : ":80";
    if (!host || !dc_text_starts_with(origin, scheme)) {
        return false;
    }
    origin += strlen(scheme);
    size_t length = without_default_port(origin, port);
    return length == without_default_port(host, port) && strncasecmp(origin, host, length) == 0;
}

enum guard_body
guard_body_of(const char *content_type)
{
    static const struct {
        const char *type;
        enum guard_body body;
    } types[] = {
        {"application/json", GUARD_BODY_JSON},
        {"application/proto", GUARD_BODY_PROTO},
        {"application/connect+json", GUARD_BODY_STREAM_JSON},
        {"application/connect+proto", GUARD_BODY_STREAM_PROTO},
        {"application/octet-stream", GUARD_BODY_BYTES},
        {"text/csv", GUARD_BODY_BYTES},
    };
    if (!content_type) {
        return GUARD_BODY_OTHER;
    }
    /* Parameters (charset=utf-8) change nothing: the body is checked to be UTF-8. */
    size_t length = strcspn(content_type, "; \t");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strlen(types[i].type) == length &&
            strncasecmp(types[i].type, content_type, length) == 0) {
            return types[i].body;
        }
    }
    return GUARD_BODY_OTHER;
}

enum dc_code
guard_timeout(const char *text, int64_t default_ms, int64_t *ret_ms, struct dc_error *error)
{
    DC_ASSERT(ret_ms);
    int64_t ms = default_ms;
    if (text && (!all_digits(text, 10) || dc_parse_int64(text, &ms, NULL) != DC_OK || ms < 1)) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "Connect-Timeout-Ms is \"%.20s\"; a whole number of milliseconds from 1 is "
                       "wanted",
                       text);
    }
    *ret_ms = ms < GUARD_TIMEOUT_MAX_MS ? ms : GUARD_TIMEOUT_MAX_MS;
    return DC_OK;
}

static bool
take_token(const char *text, size_t length, char ret_token[GUARD_TOKEN_MAX + 1])
{
    if (length == 0 || length > GUARD_TOKEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_alnum(text[i]) && !strchr("-_.~+/=", text[i])) {
            return false;
        }
    }
    memcpy(ret_token, text, length);
    ret_token[length] = '\0';
    return true;
}

bool
guard_cookie(const char *cookies, const char *name, char ret_token[GUARD_TOKEN_MAX + 1])
{
    size_t width = strlen(name);
    while (cookies && *cookies) {
        cookies += strspn(cookies, " \t;");
        size_t length = strcspn(cookies, ";");
        if (length > width && strncmp(cookies, name, width) == 0 && cookies[width] == '=') {
            size_t end = length;
            while (end > width && (cookies[end - 1] == ' ' || cookies[end - 1] == '\t')) {
                end--;
            }
            return end > width && take_token(cookies + width + 1, end - width - 1, ret_token);
        }
        cookies += length;
    }
    return false;
}

bool
guard_bearer(const char *authorization, char ret_token[GUARD_TOKEN_MAX + 1])
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    authorization += sizeof scheme - 1;
    authorization += strspn(authorization, " ");
    return take_token(authorization, strlen(authorization), ret_token);
}

bool
guard_key_is_valid(const char *key)
{
    size_t length = strnlen(key, GUARD_KEY_MAX + 1);
    if (length == 0 || length > GUARD_KEY_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (key[i] < 0x21 || key[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

const char *
guard_language(const char *accept_language)
{
    while (accept_language && *accept_language) {
        accept_language += strspn(accept_language, ", ");
        if (strncasecmp(accept_language, "zh", 2) == 0) {
            return "zh-CN";
        }
        if (strncasecmp(accept_language, "en", 2) == 0) {
            return "en";
        }
        accept_language += strcspn(accept_language, ",");
    }
    return NULL;
}

void
guard_address(const char *peer, const char *forwarded, char ret_address[GUARD_ADDRESS_TEXT])
{
    const char *address = peer;
    if (forwarded) {
        const char *last = strrchr(forwarded, ',');
        last = last ? last + 1 : forwarded;
        last += strspn(last, " \t");
        size_t length = strspn(last, "0123456789abcdefABCDEF.:");
        if (length > 0 && length < GUARD_ADDRESS_TEXT && last[length] == '\0') {
            address = last;
        }
    }
    snprintf(ret_address, GUARD_ADDRESS_TEXT, "%s", address);
}

bool
guard_upload_path(const char *path, int64_t *ret_run_id)
{
    static const char prefix[] = "/upload/";
    return dc_text_starts_with(path, prefix) && guard_offset(path + sizeof prefix - 1, ret_run_id);
}

bool
guard_offset(const char *text, int64_t *ret_offset)
{
    return text && all_digits(text, LENGTH_DIGITS_MAX) &&
           dc_parse_int64(text, ret_offset, NULL) == DC_OK;
}
