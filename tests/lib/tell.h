/*
 * tell.h - for tests of one service: events told into others' logs by the test itself, and the
 * servers that it sends to.
 */
#ifndef DC_TESTS_TELL_H
#define DC_TESTS_TELL_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "tests/lib/harness.h"

/* Into the outbox of the schema `stream`, as its service would. */
void dc_test_tell(struct dc_test_pg *pg, const char *stream, int64_t tenant_id, const char *key,
                  const ProtobufCMessage *event);

/* A server script of tests/lib in a directory of its own, where it writes its port and what it
 * received (a line of JSON each). Ends with the test program. */
struct dc_test_receiver;
struct dc_test_receiver *dc_test_receiver_start(const char *script, const char *variable);
/* Again on the port that it had. */
void dc_test_receiver_restart(struct dc_test_receiver *receiver);
void dc_test_receiver_kill(struct dc_test_receiver *receiver); /* connections are refused then */
int dc_test_receiver_port(const struct dc_test_receiver *receiver);
const char *dc_test_receiver_directory(const struct dc_test_receiver *receiver);
/* What it wrote into `file` so far, as a JSON array; to be released. */
json_t *dc_test_receiver_records(const struct dc_test_receiver *receiver, const char *file);

#endif
