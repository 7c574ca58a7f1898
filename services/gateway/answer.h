/* answer.h - making HTTP answers: headers that every answer has, and errors. */
#ifndef GATEWAY_ANSWER_H
#define GATEWAY_ANSWER_H

#include <microhttpd.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

/* No guessing of types, no frames, no referrer. */
void answer_add_security(struct MHD_Response *response);
/* For pages: what they may load and where they may send. */
void answer_add_page_security(struct MHD_Response *response);

/* Takes over the text's memory. Not to be stored by anyone. */
struct MHD_Response *answer_new(struct dc_text *text, const char *content_type);
struct MHD_Response *answer_new_error(const struct dc_error *error, const char *language);

/* Queues an error. `close`: nothing more is read from this connection. */
enum MHD_Result answer_error(struct MHD_Connection *connection, unsigned status,
                             const struct dc_error *error, bool close);

#endif
