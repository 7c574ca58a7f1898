/*
 * upload.c - PUT /upload/<run>?offset=N: the body goes on to ingest in pieces of at most 1 MiB, one
 * at a time, so memory does not grow with the file. While a piece is on its way the connection is
 * suspended, and TCP makes the sender wait.
 */
#include <string.h>

#include <dacheng/ingest/v1/ingest.pb-c.h>

#include "base/assert.h"
#include "edge/json.h"
#include "edge/wire_check.h"
#include "gateway.h"

enum { PIECE_BYTES = 1 << 20 };

static void
answer_offset(struct request *request)
{
    struct dc_text text = DC_TEXT_INIT;
    Ingest__PutPieceResponse response = INGEST__PUT_PIECE_RESPONSE__INIT;
    response.offset = request->offset;
    dc_json_encode(&response.base, &text);
    request_answer(request, &text, "application/json");
}

static enum dc_code
take_piece_reply(struct request *request, const struct dc_bus_message *reply,
                 struct dc_error *error)
{
    if (reply->code != DC_OK) {
        return dc_fail_with(error, reply->code, reply->field, reply->error_message, reply->error_message_zh);
    }
    ProtobufCMessage *message = NULL;
    if (dc_wire_unpack(&ingest__put_piece_response__descriptor, reply->body, reply->body_size,
                       request->front->arena, &message, error) != DC_OK) {
        return dc_fail(error, DC_INTERNAL, "the answer of ingest is not what it should be");
    }
    request->offset = ((Ingest__PutPieceResponse *)message)->offset;
    return DC_OK;
}

static void
on_piece(struct front *front, void *context, const struct dc_bus_message *reply)
{
    (void)front;
    struct request *request = context;
    struct dc_error error;
    request->call = 0;
    if (take_piece_reply(request, reply, &error) != DC_OK) {
        request_answer_error(request, &error);
    } else if (request->ending) {
        answer_offset(request);
    } else {
        request->phase = REQUEST_READING;
    }
    request_resume(request);
}

static void
put_piece(struct front *front, void *context, Kernel__Context *who, bool must_change,
          const struct dc_error *resolve_error)
{
    struct request *request = context;
    struct dc_error error;
    if (!who || must_change) {
        if (who) {
            dc_fail(&error, DC_FAILED_PRECONDITION, "the one-time password must be changed first");
        }
        request_drop_body(request);
        request_answer_error(request, who ? &error : resolve_error);
        return;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Ingest__PutPieceRequest piece = INGEST__PUT_PIECE_REQUEST__INIT;
    piece.run_id = request->run_id;
    piece.offset = request->offset;
    piece.data = (ProtobufCBinaryData){request->body.length, (uint8_t *)request->body.data};
    uint8_t *body;
    size_t size;
    dc_wire_pack(&piece.base, arena, &body, &size);
    if (request->phase != REQUEST_WORKING) {
        request_suspend(request);
    }
    request->call = front_call(front,
                               &(struct dc_bus_request){
                                   .service = "ingest",
                                   .method = "dacheng.ingest.v1.IngestService/PutPiece",
                                   .body = body,
                                   .body_size = size,
                                   .context = who,
                                   .timeout_ms = request->timeout_ms,
                               },
                               on_piece, request);
    request_drop_body(request);
}

static void
send_piece(struct request *request)
{
    if (request->context) {
        put_piece(request->front, request, request->context, false, NULL);
    } else {
        request_resolve(request, put_piece);
    }
}

static void
refuse_size(struct request *request)
{
    struct dc_error error;
    request->too_large = true;
    dc_fail(&error, DC_RESOURCE_EXHAUSTED,
            "one PUT may bring %zu bytes; or too many large requests come at once",
            request->front->gateway->upload_max);
    request_drop_body(request);
    request_answer_error(request, &error);
}

void
upload_data(struct request *request, const char *data, size_t *size)
{
    size_t room = PIECE_BYTES - request->body.length;
    size_t taken = *size < room ? *size : room;
    if (request->received + taken > request->front->gateway->upload_max ||
        !request_keep_body(request, data, taken, PIECE_BYTES)) {
        refuse_size(request);
        *size = 0;
        return;
    }
    request->received += taken;
    *size -= taken; /* the rest is given again, when the piece has gone */
    if (request->body.length == PIECE_BYTES) {
        send_piece(request);
    }
}

void
upload_end(struct request *request)
{
    request->ending = true;
    if (request->body.length > 0) {
        send_piece(request);
    } else if (request->received > 0) {
        answer_offset(request);
    } else {
        struct dc_error error;
        dc_fail(&error, DC_INVALID_ARGUMENT, "the upload has no bytes");
        request_answer_error(request, &error);
    }
}
