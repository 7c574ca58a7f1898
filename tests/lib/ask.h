/*
 * ask.h - requests to services written as JSON, answered as JSON: for tests that read like a
 * conversation. Values live until the next dc_test_ask_forget().
 *
 *     json_t *me = dc_test_ask(bus, &org__session_service__descriptor, "GetMe", context, "{}");
 *     assert_string_equal(dc_test_text(me, "me.name"), "...");
 */
#ifndef DC_TESTS_ASK_H
#define DC_TESTS_ASK_H

#include <jansson.h>

#include "edge/bus.h"

/* The request as JSON text, printf-like. A refusal fails the test with its sentence. */
json_t *dc_test_ask(struct dc_bus *from, const ProtobufCServiceDescriptor *service,
                    const char *method, const Kernel__Context *context, const char *format, ...)
    DC_PRINTF(5, 6);
/* The same where a refusal is expected: its code; field and message in `ret_error`. */
enum dc_code dc_test_refused(struct dc_bus *from, const ProtobufCServiceDescriptor *service,
                             const char *method, const Kernel__Context *context,
                             struct dc_error *ret_error, const char *format, ...) DC_PRINTF(6, 7);
/* A message instead of JSON; the answer as JSON. Code OK: *ret_answer. */
enum dc_code dc_test_send(struct dc_bus *from, const ProtobufCServiceDescriptor *service,
                          const char *method, const Kernel__Context *context,
                          const ProtobufCMessage *request, json_t **ret_answer,
                          struct dc_error *ret_error);
/* Follows "nodes.0.unit.name"; "" / 0 / NULL where it leads nowhere (fields at their default are
 * left out of JSON). int64 fields are texts in JSON: dc_test_number reads both. */
const char *dc_test_text(const json_t *value, const char *path);
int64_t dc_test_number(const json_t *value, const char *path);
json_t *dc_test_value(const json_t *value, const char *path);
size_t dc_test_count(const json_t *value, const char *path); /* of an array */
/* Drops all answers so far. */
void dc_test_ask_forget(void);

#endif
