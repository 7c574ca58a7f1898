/* store_internal.h - what the store's files share; nobody else includes it. */
#ifndef DC_REVIEWS_STORE_INTERNAL_H
#define DC_REVIEWS_STORE_INTERNAL_H

#include "store.h"

#include <reviews_sql.h>

#define SQL(name) (&reviews_statements[REVIEWS_##name])
#define TENANT dc_p_int64(step->context->tenant_id)

char *store_text(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column);
struct dc_bytes store_pack(struct dc_step *step, const ProtobufCMessage *message);
enum dc_code store_unpack(struct dc_step *step, const ProtobufCMessageDescriptor *descriptor,
                          const struct dc_rows *rows, size_t row, int column,
                          ProtobufCMessage **ret_message, struct dc_error *error) DC_MUST_CHECK;

#endif
