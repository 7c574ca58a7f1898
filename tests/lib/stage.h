/*
 * stage.h - one service on a stage, without bus and processes: a real PostgreSQL with the service's
 * role and row-level security, a clock that the test turns, and its handlers, tasks and reactions
 * called as the skeleton calls them.
 *
 *     WHO(supervisor, 1, 1, SUPERVISOR, GROUP, 0);
 *
 *     stage_up(&reviews_spec, stage_people);      for cmocka: setup of the group
 *     MUST(CALL(supervisor, reviews_list_forms, &request, &response));
 *     REFUSED(CALL(stranger, reviews_get_round, &request, &response), DC_NOT_FOUND, "id");
 *     stage_run(reviews_close);
 *     closed = (void *)stage_hear(&reviews__ratings_closed__descriptor);
 *     stage_down(NULL);
 *
 * There is one stage in a test program. What messages hold lives in the arena of its thread: until
 * the test resets that. The people of a service, the tables that its tests clear and its short
 * forms are in services/<name>/stage_test.h.
 */
#ifndef DC_TESTS_STAGE_H
#define DC_TESTS_STAGE_H

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "service/service_internal.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

struct stage {
    struct dc_test_pg *pg;
    struct dc_service service;
    struct dc_thread thread;
    dc_time now;
    int64_t heard; /* id of the last event that was read */
    struct dc_error error;
};
extern struct stage stage;

/* --- up and down --------------------------------------------------------------------------------
 */

/* Ends the test program when this is no success; the sentence is in stage.error. */
void stage_must(enum dc_code code);
/* Starts PostgreSQL, migrates, lets the people in and connects. */
void stage_up(const struct dc_service_spec *spec, void (*people)(void));
int stage_down(void **state); /* for cmocka */
/* The schema of a service on a cluster, migrated; `ret_dsn` is for the service's role. */
enum dc_code stage_schema(struct dc_test_pg *pg, const struct dc_service_spec *spec,
                          struct dc_text *ret_dsn, struct dc_error *error) DC_MUST_CHECK;
/* A thread with a connection of its own, as the service's role. */
void stage_connect(struct dc_thread *thread);
void stage_disconnect(struct dc_thread *thread);
/* The service's state of the thread as it is at the start. */
void stage_forget(struct dc_thread *thread);
/* Who is below whom, by org_unit. */
void stage_tree(void);
/* The clock is turned to a time in China: "2026-11-23 18:00:00". */
void stage_clock(const char *text);

/* --- requests -----------------------------------------------------------------------------------
 */

/* Who asks. */
struct who {
    int64_t tenant, person;
    Kernel__Role role;
    Kernel__Scope scope;
    int64_t unit;
};
#define WHO(name, tenant, person, role, scope, unit)                                               \
    static const struct who name __attribute__((unused)) = {                                       \
        tenant, person, KERNEL__ROLE__ROLE_##role, KERNEL__SCOPE__SCOPE_##scope, unit}

Kernel__Context *stage_context(struct dc_arena *arena, const struct who *who);
/* One request in a transaction of its own, as a worker does it, on a thread's connection. */
enum dc_code stage_call_on(struct dc_thread *thread, const struct who *who, dc_handler *handler,
                           const ProtobufCMessage *request, ProtobufCMessage *response,
                           struct dc_error *error);
enum dc_code stage_call(const struct who *who, dc_handler *handler, const ProtobufCMessage *request,
                        ProtobufCMessage *response);
/* The handler makes its own transactions. */
enum dc_code stage_call_free(const struct who *who, dc_handler *handler,
                             const ProtobufCMessage *request, ProtobufCMessage *response);

/* CALL(who, goals_set_target, &request, &response) */
#define CALL(who, handler, request, response)                                                      \
    stage_call(&(who), (handler), &(request)->base, &(response)->base)
#define MUST(call)                                                                                 \
    do {                                                                                           \
        enum dc_code must_code_ = (call);                                                          \
        if (must_code_ != DC_OK) {                                                                 \
            stage_fail(must_code_, __FILE__, __LINE__);                                            \
        }                                                                                          \
    } while (0)
_Noreturn void stage_fail(enum dc_code code, const char *file, int line);
/* The call is refused, at this field. */
#define REFUSED(call, code, field) stage_refused((call), (code), (field), __FILE__, __LINE__)
void stage_refused(enum dc_code got, enum dc_code wanted, const char *field, const char *file,
                   int line);

/* --- what the service does by itself, and what is told ------------------------------------------
 */

/* A task until there is nothing more to be done now; its memory is dropped after each step. */
void stage_run(enum dc_code (*task)(struct dc_step *, bool *, struct dc_error *));
/* An event of another service, as the consumer delivers it. */
void stage_tell(int64_t tenant, dc_reaction_fn *reaction, const ProtobufCMessage *body);
/* The next event of this type that was told; NULL when there is none. Others are passed over. */
ProtobufCMessage *stage_hear(const ProtobufCMessageDescriptor *type);
/* The same, with the key that its order is kept for. */
ProtobufCMessage *stage_hear_keyed(const ProtobufCMessageDescriptor *type, const char **ret_key);
/* Forgets what was told until now. */
void stage_deaf(void);
/* One value of a query as superuser, as a number. */
int64_t stage_number(const char *sql);

#endif
