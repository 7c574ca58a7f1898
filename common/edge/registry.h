/*
 * registry.h - every message and service of proto/, by its full name.
 *
 * protobuf-c keeps no list of its descriptors; this one is made at build time from the generated
 * files (deploy/build/proto-c), sorted by name. For programs that are generic over the contract:
 * the edge, the command line, the audit record.
 */
#ifndef DC_EDGE_REGISTRY_H
#define DC_EDGE_REGISTRY_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* "dacheng.goals.v1.TargetsAdjusted"; NULL when there is none. */
const ProtobufCMessageDescriptor *dc_registry_message(const char *full_name);
/* "dacheng.goals.v1.GoalService" */
const ProtobufCServiceDescriptor *dc_registry_service(const char *full_name);
/* The message of an event: stream "goals", type "TargetsAdjusted" (AccessRecorded is of every
 * stream). NULL when the type is not known to this program. */
const ProtobufCMessageDescriptor *dc_registry_event(const char *stream, const char *type);
/* A method as a person names it: "goals/AdjustTarget", "goals.GoalService/AdjustTarget",
 * "dacheng.goals.v1.GoalService/AdjustTarget"; "goals.log/Read" and "kernel/GetLag@goals" ask a
 * service for what the kernel answers in its name. ret_service is whom to ask over the bus,
 * ret_full the method's full name; both live in the arena. INVALID_ARGUMENT when there is none. */
enum dc_code dc_registry_method(const char *name, struct dc_arena *arena,
                                const ProtobufCMethodDescriptor **ret_method,
                                const char **ret_service, const char **ret_full,
                                struct dc_error *error) DC_MUST_CHECK;

/* All of them, ended by NULL. */
extern const ProtobufCMessageDescriptor *const dc_registry_messages[];
extern const ProtobufCServiceDescriptor *const dc_registry_services[];

#endif
