/* operations.c - OperationsService, which the edge answers itself. */
#include "edge/json.h"
#include "edge/wire_check.h"
#include "gateway.h"
#include "health.h"

/* What the edge itself knows: the deployment's health. */
void
operations_answer(struct front *front, void *context, Kernel__Context *who, bool must_change,
                  const struct dc_error *resolve_error)
{
    struct request *request = context;
    struct dc_error error;
    Gateway__GetHealthResponse *response = NULL;
    enum dc_code code;
    if (!who) {
        error = *resolve_error;
        code = error.code;
    } else if (must_change) {
        code = request_refuse_must_change(&error);
    } else {
        code = health_answer(front->gateway->health, who, dc_monotonic(), request->arena, &response,
                             &error);
    }
    if (code != DC_OK) {
        error.code = code;
        request_answer_error(request, &error);
        return;
    }
    struct dc_text text = DC_TEXT_INIT;
    if (request->kind == GUARD_BODY_JSON) {
        dc_json_encode(&response->base, &text);
    } else {
        uint8_t *data;
        size_t size;
        dc_wire_pack(&response->base, request->arena, &data, &size);
        dc_text_append(&text, (const char *)data, size);
    }
    request_answer(request, &text,
                   request->kind == GUARD_BODY_JSON ? "application/json" : "application/proto");
}
