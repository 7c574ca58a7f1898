/* guard_fuzz.c - whatever stands in a head: the first line is the method, then "name: value" lines.
 * Every parser of header texts sees every value. */
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "edge/trace.h"
#include "guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
see(const char *value)
{
    char token[GUARD_TOKEN_MAX + 1], address[GUARD_ADDRESS_TEXT];
    int64_t number = -1;
    if (guard_cookie(value, "dacheng_session", token) || guard_bearer(value, token)) {
        DC_ASSERT(*token && strlen(token) <= GUARD_TOKEN_MAX && !strpbrk(token, " ;\r\n\""));
    }
    if (guard_timeout(value, 30000, &number, NULL) == DC_OK) {
        DC_ASSERT(number >= 1 && number <= GUARD_TIMEOUT_MAX_MS);
    }
    if (guard_upload_path(value, &number) || guard_offset(value, &number)) {
        DC_ASSERT(number >= 0);
    }
    guard_address("127.0.0.1", value, address);
    DC_ASSERT(*address && !strpbrk(address, " ,<>\"\r\n"));
    if (guard_same_origin(value, "a.example:8080", false)) {
        DC_ASSERT(strlen(value) == strlen("http://a.example:8080"));
    }
    guard_body_of(value);
    guard_language(value);
    dc_trace_is_valid(value);
    guard_key_is_valid(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEADERS = 16 };
    DC_AUTO_FREE char *text = strndup((const char *)data, size);
    struct guard_header headers[HEADERS];
    size_t count = 0;
    char *rest = text, *method = strsep(&rest, "\n"), *line;
    while ((line = strsep(&rest, "\n")) && count < HEADERS) {
        char *value = strchr(line, ':');
        if (value) {
            *value++ = '\0';
            value += strspn(value, " ");
            headers[count++] = (struct guard_header){line, value};
            see(value);
        }
    }
    struct dc_error error = {.message = ""};
    if (guard_framing(method, headers, count, &error) != DC_OK) {
        DC_ASSERT(error.message[0] && dc_utf8_is_valid(error.message, strlen(error.message)));
    }
    return 0;
}
