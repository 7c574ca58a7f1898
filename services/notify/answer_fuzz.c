/* answer_fuzz.c - whatever a provider answers: a verdict whose texts are text. The first byte
 * chooses the provider, the second the HTTP status. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 400, 404, 429, 500};
    char body[DC_SENDER_BODY_MAX + 1];
    if (size < 2) {
        return 0;
    }
    const struct notify_channel *channel = notify_channels[data[0] % 6];
    size_t length = size - 2 < DC_SENDER_BODY_MAX ? size - 2 : DC_SENDER_BODY_MAX;
    memcpy(body, data + 2, length);
    body[length] = '\0';
    struct dc_sender_reply reply = {.error = 0,
                                 .status = statuses[data[1] % 5],
                                 .body = body,
                                 .body_size = length,
                                 .problem = ""};
    struct notify_verdict verdict = {0};
    channel->judge(&reply, &verdict);
    DC_ASSERT(notify_outcome_name(verdict.outcome));
    DC_ASSERT(dc_utf8_is_valid(verdict.answer, strlen(verdict.answer)));
    DC_ASSERT(dc_utf8_is_valid(verdict.receipt, strlen(verdict.receipt)));
    DC_ASSERT(strpbrk(verdict.answer, "\r\n") == NULL);
    return 0;
}
