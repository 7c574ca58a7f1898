/*
 * service.h - real processes of a service for tests, played by the test program itself.
 *
 *     int main(int argc, char **argv)
 *     {
 *         static const struct dc_service_spec *const specs[] = {&maker, &taker, NULL};
 *         int status;
 *         if (dc_test_service_plays(argc, argv, specs, &status)) {
 *             return status;
 *         }
 *         ... the tests
 *     }
 *
 *     struct dc_test_service *one = dc_test_service_new("maker", pg, bus);
 *     dc_test_service_start(one);    returns when it is ready
 *
 * Its schema is made and migrated on the first start. Processes end with the test program.
 */
#ifndef DC_TESTS_SERVICE_H
#define DC_TESTS_SERVICE_H

#include "service/service.h"
#include "tests/lib/bus.h"
#include "tests/lib/harness.h"

/* True when this process was started to play one of the services; `ret_status` is then its exit
 * status. */
bool dc_test_service_plays(int argc, char **argv, const struct dc_service_spec *const *specs,
                           int *ret_status);

struct dc_test_service;
/* A replica; several of one name share schema and key. The bus must know the peer of that name. */
struct dc_test_service *dc_test_service_new(const char *name, struct dc_test_pg *pg,
                                            struct dc_test_bus *bus);
/* A setting for the next start: "consumers=2". */
void dc_test_service_set(struct dc_test_service *service, const char *setting);
/* A configuration file, for --config. */
void dc_test_service_config(struct dc_test_service *service, const char *path);
void dc_test_service_signal(struct dc_test_service *service, int signal);
void dc_test_service_migrate(struct dc_test_service *service);
void dc_test_service_start(struct dc_test_service *service);  /* waits until ready */
void dc_test_service_launch(struct dc_test_service *service); /* does not wait */
bool dc_test_service_wait_ready(struct dc_test_service *service, int deadline_ms);
void dc_test_service_kill(struct dc_test_service *service);  /* kill -9 */
void dc_test_service_pause(struct dc_test_service *service); /* SIGSTOP */
void dc_test_service_resume(struct dc_test_service *service);
void dc_test_service_tell_to_stop(struct dc_test_service *service); /* SIGTERM; does not wait */
int dc_test_service_stop(struct dc_test_service *service);          /* SIGTERM; the exit status */
int dc_test_service_wait(struct dc_test_service *service);          /* until it ends by itself */
char *dc_test_service_log(struct dc_test_service *service);         /* what it wrote; from malloc */
/* A value of its /metrics: the line that begins with `line`; -1 when there is none. */
double dc_test_service_metric(struct dc_test_service *service, const char *line);

#endif
