/*
 * notify_stage.h - notify between real receivers of mail, SMS and chats, told of tasks as workflow
 * would: for the tests of services/notify. People and an administrator are there; quiet hours and
 * gathering are on, and the clock is turned by moving due times and by where the tenant is.
 */
#ifndef DC_TESTS_NOTIFY_STAGE_H
#define DC_TESTS_NOTIFY_STAGE_H

#include <dacheng/notify/v1/notify.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <jansson.h>

#include "tests/lib/service.h"
#include "tests/lib/tell.h"

enum { TENANT = 7, ZHANG = 11, DIRECTOR = 12, VICE = 13, STARTER = 14, MUTE = 15, ADMIN = 90 };
enum { STAGE_TASKS_MAX = 64 };

/* Others' logs, played by the test program. */
extern const struct dc_service_spec stage_org, stage_workflow;
extern struct dc_test_pg *stage_pg;
extern struct dc_bus *stage_edge;
extern struct dc_test_service *stage_notify;
extern struct dc_test_receiver *stage_http; /* SMS and chats */

/* For cmocka: starts everything, stops everything. */
int stage_set_up(void **state);
int stage_tear_down(void **state);
struct dc_test_service *stage_replica(void);

/* Until the SQL answers true; printf-like. */
void stage_wait_for(const char *format, ...) DC_PRINTF(1, 2);
Kernel__Context stage_person(int64_t id);
json_t *stage_ask(int64_t id, const char *method, const char *request);
/* The tenant is where it is half past `hour`; `more`: fields of the settings, with a comma. */
void stage_allow(int hour, const char *more);
/* Everything that waits is due now. */
void stage_turn_clock(void);

/* What a provider does from here on (http_receiver.py), and how many requests it got. */
void stage_set_mode(const char *provider, const char *mode);
size_t stage_requests(const char *provider, json_t **ret_last /* or NULL */);
/* The last mail to somebody, to be released; how many there were. */
json_t *stage_mail_to(const char *address, size_t *ret_count);

/* Tasks of one holder, due in two days, in stage_tasks; to be changed before they are told. */
extern Workflow__Task stage_tasks[STAGE_TASKS_MAX];
extern Workflow__Seat stage_seats[STAGE_TASKS_MAX];
extern Workflow__Task *stage_task_list[STAGE_TASKS_MAX];
void stage_make_tasks(int64_t first, size_t count, int64_t owner, int64_t holder);
char *stage_task_key(int64_t first);
void stage_tell_person(int64_t id, const char *name, const char *email, const char *mobile);
void stage_tell_opened(int64_t first, size_t count, int64_t holder, Workflow__Channel channel);
void stage_tell_reminded(int64_t first, size_t count, Workflow__Channel channel, const char *cause);
/* Makes tasks and tells their reminder. */
void stage_remind(int64_t first, size_t count, int64_t holder, Workflow__Channel channel,
                  const char *cause);

#endif
