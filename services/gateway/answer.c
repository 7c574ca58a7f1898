/* answer.c - making HTTP answers. */
#include "answer.h"

#include "base/assert.h"
#include "base/cleanup.h"
#include "envelope.h"
#include "guard.h"

void
answer_add_security(struct MHD_Response *response)
{
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
}

/* Styles: charts and tables set the style attribute. Images: charts are exported as data. */
void
answer_add_page_security(struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Security-Policy",
                            "default-src 'self'; script-src 'self'; style-src 'self' "
                            "'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
                            "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
                            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    MHD_add_response_header(response, "Permissions-Policy",
                            "camera=(), microphone=(), geolocation=(), payment=()");
}

struct MHD_Response *
answer_new(struct dc_text *text, const char *content_type)
{
    dc_text_append(text, "", 0);
    size_t length = text->length;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, DC_TAKE(text->data), MHD_RESPMEM_MUST_FREE);
    DC_ASSERT(response);
    *text = DC_TEXT_INIT;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    answer_add_security(response);
    return response;
}

struct MHD_Response *
answer_new_error(const struct dc_error *error, const char *language)
{
    struct dc_text text = DC_TEXT_INIT;
    envelope_add_error(&text, error, language);
    return answer_new(&text, "application/json");
}

enum MHD_Result
answer_error(struct MHD_Connection *connection, unsigned status, const struct dc_error *error,
             bool close)
{
    const char *wished =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
    struct MHD_Response *response = answer_new_error(error, guard_language(wished));
    if (close) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST, PUT");
    }
    if (status == MHD_HTTP_UNSUPPORTED_MEDIA_TYPE) {
        MHD_add_response_header(response, "Accept-Post",
                                "application/json, application/proto, application/connect+json, "
                                "application/connect+proto");
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}
