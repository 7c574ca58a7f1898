/* service.c - a service's life: command line, configuration, start, waiting for the end, stop. */
#include "service/service.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/assert.h"
#include "edge/log.h"
#include "service/clock.h"
#include "service/service_internal.h"

/* The skeleton's own rows; a service's follow behind. */
static const struct dc_option kernel_options[] = {
    {"bus.endpoints", DC_OPTION_LIST, "", 0, 0, "Endpoints of the bus instances, tcp:// or ipc://"},
    {"bus.key_file", DC_OPTION_SECRET_FILE, "", 0, 0, "File with this service's secret CURVE key"},
    {"bus.server_key_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "File with the bus's public CURVE key"},
    {"db.dsn", DC_OPTION_TEXT, "", 0, 0, "Connection to the database as the service's role"},
    {"db.password_file", DC_OPTION_SECRET_FILE, "", 0, 0, "File with that role's password"},
    {"db.read_dsn", DC_OPTION_TEXT, "", 0, 0,
     "Connection to a read-only replica, for queries; empty: the same as db.dsn. Queries may then "
     "answer what was true a moment ago"},
    {"migrate.dsn", DC_OPTION_TEXT, "", 0, 0,
     "Connection to the database as the schema's owner, for --migrate alone"},
    {"migrate.password_file", DC_OPTION_SECRET_FILE, "", 0, 0, "File with the owner's password"},
    {"workers", DC_OPTION_INT, "4", 1, 64, "Threads that answer requests"},
    {"worker_credits", DC_OPTION_INT, "2", 1, 100,
     "Requests that the bus may hand to one worker at a time"},
    {"consumers", DC_OPTION_INT, "1", 1, 16, "Threads that apply other services' events"},
    {"consumer.attempts", DC_OPTION_INT, "5", 1, 20,
     "How often an event is tried before it is parked with its key"},
    {"consumer.read_events", DC_OPTION_INT, "1000", 1, 5000,
     "Events of one reading of another service's log, and of one transaction"},
    {"log.keep_days", DC_OPTION_INT, "90", 1, 36500,
     "How long this service's events are kept, in days"},
    {"log.reads_per_second", DC_OPTION_INT, "500", 0, 1000000,
     "Readings of the event log answered a second (0: without bound)"},
    {"commands.keep_days", DC_OPTION_INT, "7", 1, 365,
     "How long a command's answer is kept for repetitions, in days"},
    {"clock.ahead_file", DC_OPTION_TEXT, "", 0, 0,
     "For tests: file with seconds by which this service's clock is ahead; read again on SIGHUP"},
    {NULL, DC_OPTION_TEXT, NULL, 0, 0, NULL},
};

/* --- making the service
 * ---------------------------------------------------------------------------- */
static enum dc_code
require(const struct dc_config *config, const char *name, struct dc_error *error)
{
    if (!*dc_config_text(config, name)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, name, "the option %s must be given", name);
    }
    return DC_OK;
}

static const char *
null_if_empty(const char *text)
{
    return *text ? text : NULL;
}

/* A connection text of the service's role; `first` stands before it, so that it is overridden. */
static enum dc_code
complete_dsn(const struct dc_service *service, const char *option, const char *first,
             char **ret_dsn, struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text given = DC_TEXT_INIT, dsn = DC_TEXT_INIT, path = DC_TEXT_INIT;
    dc_text_printf(&path, "%s,pg_temp", service->spec->name);
    DC_TRY(dc_db_dsn_with(dc_config_text(service->config, option),
                          null_if_empty(dc_config_text(service->config, "db.password_file")),
                          dc_text_cstr(&path), &given, error));
    dc_text_printf(&dsn, "%s%s", first, dc_text_cstr(&given));
    *ret_dsn = strdup(dc_text_cstr(&dsn));
    DC_ASSERT(*ret_dsn);
    return DC_OK;
}

static enum dc_code
set_dsn(struct dc_service *service, struct dc_error *error)
{
    DC_TRY(require(service->config, "db.dsn", error));
    DC_TRY(complete_dsn(service, "db.dsn", "", &service->dsn, error));
    if (!*dc_config_text(service->config, "db.read_dsn")) {
        return DC_OK;
    }
    return complete_dsn(service, "db.read_dsn", "target_session_attrs=any ", &service->read_dsn,
                        error);
}

static enum dc_code
set_bus(struct dc_service *service, struct dc_error *error)
{
    const struct dc_config *config = service->config;
    size_t n = dc_config_list_length(config, "bus.endpoints");
    if (n == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "bus.endpoints",
                             "the option bus.endpoints must be given");
    }
    DC_TRY(require(config, "bus.key_file", error));
    DC_TRY(require(config, "bus.server_key_file", error));
    const char **endpoints = calloc(n + 1, sizeof(*endpoints));
    char *public_key = calloc(1, DC_BUS_KEY_TEXT);
    DC_ASSERT(endpoints && public_key);
    for (size_t i = 0; i < n; i++) {
        endpoints[i] = dc_config_list_at(config, "bus.endpoints", i);
    }
    uint32_t unique = 0;
    DC_ASSERT(getrandom(&unique, sizeof(unique), 0) == (ssize_t)sizeof(unique));
    snprintf(service->instance, sizeof(service->instance), "%s-%08x", service->spec->name, unique);
    service->bus = (struct dc_bus_options){
        .endpoints = endpoints,
        .public_key = public_key,
        .secret_key = dc_config_text(config, "bus.key_file"),
        .server_key = dc_config_text(config, "bus.server_key_file"),
        .instance = service->instance,
    };
    return dc_bus_public_of(service->bus.secret_key, public_key, error);
}

static void
collect_statements(struct dc_service *service)
{
    size_t n = 0;
    while (service->spec->statements && service->spec->statements[n]) {
        n++;
    }
    service->statements = calloc(n + 2, sizeof(*service->statements));
    DC_ASSERT(service->statements);
    service->statements[0] = kernel_statements;
    for (size_t i = 0; i < n; i++) {
        service->statements[i + 1] = service->spec->statements[i];
    }
}

static void
add_method(struct dc_service *service, const struct dc_method *method, bool admin)
{
    struct dc_method_entry *entry = &service->methods[service->method_count++];
    entry->method = method;
    entry->admin = admin;
    entry->descriptor =
        protobuf_c_service_descriptor_get_method_by_name(method->service, method->name);
    DC_ASSERT(entry->descriptor); /* the name stands in the .proto file */
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text, "%s/%s", method->service->name, method->name);
    entry->full_name = strdup(dc_text_cstr(&text));
    for (int code = 0; code < DC_CODE_COUNT; code++) {
        dc_text_clear(&text);
        dc_text_printf(&text, "method=\"%s\",code=\"%s\"", method->name,
                       dc_code_wire_name((enum dc_code)code));
        entry->answers[code] =
            dc_counter("dacheng_requests_total", dc_text_cstr(&text), "Requests answered.");
    }
    dc_text_clear(&text);
    dc_text_printf(&text, "method=\"%s\"", method->name);
    entry->seconds = dc_histogram("dacheng_request_seconds", dc_text_cstr(&text),
                                  "From a request's arrival at the worker to its answer.");
}

static int
by_full_name(const void *a, const void *b)
{
    return strcmp(((const struct dc_method_entry *)a)->full_name,
                  ((const struct dc_method_entry *)b)->full_name);
}

static void
collect_methods(struct dc_service *service)
{
    size_t n = 0, admin = 0;
    while (service->spec->methods && service->spec->methods[n].name) {
        n++;
    }
    while (dc_admin_methods[admin].name) {
        admin++;
    }
    service->methods = calloc(n + admin, sizeof(*service->methods));
    DC_ASSERT(service->methods);
    for (size_t i = 0; i < n; i++) {
        add_method(service, &service->spec->methods[i], false);
    }
    for (size_t i = 0; i < admin; i++) {
        add_method(service, &dc_admin_methods[i], true);
    }
    qsort(service->methods, service->method_count, sizeof(*service->methods), by_full_name);
}

const struct dc_method_entry *
dc_service_find_method(const struct dc_service *service, const char *full_name)
{
    struct dc_method_entry key = {.full_name = (char *)full_name};
    return bsearch(&key, service->methods, service->method_count, sizeof(key), by_full_name);
}

/* --- migrations
 * ------------------------------------------------------------------------------------ */
static enum dc_code
migrate(struct dc_service *service, struct dc_error *error)
{
    const struct dc_config *config = service->config;
    const char *schema = service->spec->name;
    DC_TRY(require(config, "migrate.dsn", error));
    DC_TRY(require(config, "db.dsn", error));
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT, role = DC_TEXT_INIT;
    DC_TRY(dc_db_dsn_user(dc_config_text(config, "db.dsn"), &role, error));
    if (role.length == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "db.dsn",
                             "db.dsn must name its user: the role that is granted its rights");
    }
    DC_TRY(dc_db_dsn_with(dc_config_text(config, "migrate.dsn"),
                          null_if_empty(dc_config_text(config, "migrate.password_file")), NULL,
                          &dsn, error));
    size_t kernel = 0, own = 0;
    DC_TRY(dc_migrate(dc_text_cstr(&dsn), schema, dc_text_cstr(&role), "kernel", kernel_migrations,
                      &kernel, error));
    if (service->spec->migrations) {
        DC_TRY(dc_migrate(dc_text_cstr(&dsn), schema, dc_text_cstr(&role), schema,
                          service->spec->migrations, &own, error));
    }
    char counts[2][24];
    snprintf(counts[0], sizeof(counts[0]), "%zu", kernel);
    snprintf(counts[1], sizeof(counts[1]), "%zu", own);
    dc_log(
        DC_LOG_INFO, "the schema is up to date",
        DC_LOG_FIELDS({"schema", schema}, {"kernel_files", counts[0]}, {"own_files", counts[1]}));
    return DC_OK;
}

/* --- running
 * --------------------------------------------------------------------------------------- */
void
dc_service_fail(struct dc_service *service)
{
    atomic_store(&service->failed, true);
    kill(getpid(), SIGTERM);
}

static void *
thread_main(void *argument)
{
    struct dc_thread *thread = argument;
    if (dc_thread_open(thread)) {
        thread->run(thread);
    } else {
        dc_service_fail(thread->service);
    }
    dc_thread_close(thread);
    return NULL;
}

static void
add_threads(struct dc_service *service)
{
    const struct dc_service_spec *spec = service->spec;
    int64_t workers = dc_config_int(service->config, "workers");
    bool hears = spec->reactions && spec->reactions[0].stream;
    int64_t consumers = hears ? dc_config_int(service->config, "consumers") : 0;
    size_t tasks = 0;
    while (spec->tasks && spec->tasks[tasks].name) {
        tasks++;
    }
    service->threads = calloc((size_t)(workers + consumers) + tasks + 2, sizeof(struct dc_thread));
    DC_ASSERT(service->threads);
    char name[DC_THREAD_NAME];
    for (int64_t i = 1; i <= workers; i++) {
        snprintf(name, sizeof(name), "worker %d", (int)i);
        dc_thread_add(service, name, dc_worker_run, true);
    }
    if (spec->publishes) {
        dc_thread_add(service, "log", dc_log_lane_run, true)->session_sql = dc_log_session_sql;
        service->stamper = dc_thread_add(service, "stamper", dc_stamper_run, true);
        service->stamper->session_sql = dc_log_session_sql;
    }
    for (int64_t i = 1; i <= consumers; i++) {
        snprintf(name, sizeof(name), "consumer %d", (int)i);
        dc_thread_add(service, name, dc_consumer_run, true);
    }
    for (size_t i = 0; i < tasks; i++) {
        snprintf(name, sizeof(name), "task %.30s", spec->tasks[i].name);
        dc_thread_add(service, name, dc_task_run, false)->argument = &spec->tasks[i];
    }
}

/* Reads the configuration again. What can change without a restart does (the log's level, how far
 * the clock of a test is ahead); for the rest a rolling restart loses nothing. A wrong file changes
 * nothing. */
static void
reload(const struct dc_service *service)
{
    const struct dc_invocation *invocation = service->invocation;
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    struct dc_error error;
    enum dc_code code = dc_config_load(&config, service->program->tables, invocation->config_path,
                                       invocation->sets, invocation->set_count, &error);
    if (code == DC_OK) {
        code = dc_log_set_level(dc_config_text(config, "log.level"), &error);
    }
    if (code == DC_OK) {
        code = dc_clock_turn(dc_config_text(config, "clock.ahead_file"), &error);
    }
    if (code != DC_OK) {
        dc_log_error(DC_LOG_ERROR, "the configuration is not valid; nothing is changed", &error);
        return;
    }
    dc_log(DC_LOG_INFO, "the configuration was read again",
           DC_LOG_FIELDS({"log.level", dc_config_text(config, "log.level")}));
}

static void
wait_for_end(const struct dc_service *service, const sigset_t *signals)
{
    for (;;) {
        int number = 0;
        if (sigwait(signals, &number) != 0) {
            continue;
        }
        if (number != SIGHUP) {
            return;
        }
        reload(service);
    }
}

/* Connects once, to see that every statement fits the schema. A database that is not there is no
 * reason to end: the threads keep trying. */
static enum dc_code
try_statements(struct dc_service *service, struct dc_error *error)
{
    DC_AUTO(dc_db) struct dc_db *db = NULL;
    enum dc_code code =
        dc_db_open(&db, service->dsn, service->instance, service->statements, error);
    if (code == DC_OK || code == DC_UNAVAILABLE) {
        return DC_OK;
    }
    return dc_fail_context(error, "the schema does not fit this program; run it with --migrate");
}

static void
say_up(const struct dc_service *service, uint16_t metrics_port)
{
    DC_AUTO_TEXT struct dc_text endpoints = DC_TEXT_INIT;
    for (size_t i = 0; service->bus.endpoints[i]; i++) {
        dc_text_printf(&endpoints, "%s%s", i > 0 ? "," : "", service->bus.endpoints[i]);
    }
    char port[8];
    snprintf(port, sizeof(port), "%u", (unsigned)metrics_port);
    dc_log(DC_LOG_INFO, "up",
           DC_LOG_FIELDS({"version", DC_VERSION}, {"instance", service->instance},
                         {"bus", dc_text_cstr(&endpoints)}, {"metrics_port", port}));
}

static void
stop_threads(struct dc_service *service)
{
    atomic_store(&service->stopping, true);
    for (size_t i = 0; i < service->thread_count; i++) {
        dc_thread_wake(&service->threads[i]);
    }
    for (size_t i = 0; i < service->thread_count; i++) {
        if (service->threads[i].started) {
            pthread_join(service->threads[i].id, NULL);
        }
    }
}

static enum dc_code
run(struct dc_service *service, struct dc_error *error)
{
    sigset_t signals;
    dc_program_take_signals(&signals); /* for wait_for_end() */
    DC_TRY(set_dsn(service, error));
    DC_TRY(set_bus(service, error));
    DC_TRY(dc_clock_turn(dc_config_text(service->config, "clock.ahead_file"), error));
    DC_TRY(try_statements(service, error));
    uint16_t metrics_port = 0;
    struct dc_metrics_listener *listener = NULL;
    DC_TRY(dc_program_show(service->program, service->config, &listener, &metrics_port, error));
    add_threads(service);
    enum dc_code traced =
        dc_trace_start(service->config, service->program->name, service->instance, error);
    if (traced != DC_OK) {
        dc_metrics_listener_free(listener);
        return traced;
    }
    if (service->spec->start) {
        enum dc_code code = service->spec->start(service, error);
        if (code != DC_OK) {
            dc_metrics_listener_free(listener);
            return code;
        }
    }
    for (size_t i = 0; i < service->thread_count; i++) {
        struct dc_thread *thread = &service->threads[i];
        int failed = pthread_create(&thread->id, NULL, thread_main, thread);
        DC_ASSERT(!failed); /* a machine without room for threads cannot run us */
        thread->started = true;
    }
    say_up(service, metrics_port);
    wait_for_end(service, &signals);
    dc_ready_set("service", "stopping");
    dc_log(DC_LOG_INFO, "stopping", DC_LOG_NO_FIELDS);
    stop_threads(service);
    if (service->spec->stop) {
        service->spec->stop(service);
    }
    dc_trace_stop();
    dc_metrics_listener_free(listener);
    dc_bus_terminate();
    dc_log(DC_LOG_INFO, "stopped", DC_LOG_NO_FIELDS);
    return DC_OK;
}

static void
release(struct dc_service *service)
{
    for (size_t i = 0; i < service->thread_count; i++) {
        close(service->threads[i].wake_fd);
    }
    free(service->threads);
    for (size_t i = 0; i < service->method_count; i++) {
        free(service->methods[i].full_name);
    }
    free(service->methods);
    free(service->statements);
    free(service->lags);
    free((void *)service->bus.endpoints);
    free((void *)service->bus.public_key);
    free(service->dsn);
    free(service->read_dsn);
    dc_config_free(service->config);
    pthread_mutex_destroy(&service->lag_mutex);
}

static enum dc_code
act(struct dc_service *service, struct dc_error *error)
{
    DC_TRY(dc_program_configure(service->program, service->invocation, &service->config, error));
    if (service->invocation->action == DC_PROGRAM_CHECK_CONFIG) {
        DC_TRY(set_dsn(service, error));
        return set_bus(service, error);
    }
    if (service->invocation->action == DC_PROGRAM_MIGRATE) {
        return migrate(service, error);
    }
    collect_statements(service);
    collect_methods(service);
    return run(service, error);
}

int
dc_service_main(int argc, char **argv, const struct dc_service_spec *spec)
{
    DC_ASSERT(spec && spec->name && spec->sentence);
    const struct dc_option *tables[] = {kernel_options, dc_program_options, dc_trace_options, spec->options, NULL};
    char name[80];
    snprintf(name, sizeof(name), "dacheng-%s", spec->name);
    const struct dc_program program = {
        .name = name,
        .sentence = spec->sentence,
        .signals = "SIGTERM drains and stops, SIGHUP reads log.level and clock.ahead_file again.\n",
        .tables = tables,
        .migrates = true,
    };
    struct dc_invocation invocation;
    dc_program_invoked(&program, argc, argv, &invocation);
    if (invocation.action == DC_PROGRAM_DONE) {
        return invocation.status;
    }
    struct dc_service service = {
        .tag = DC_SERVICE_TAG, .spec = spec, .program = &program, .invocation = &invocation};
    pthread_mutex_init(&service.lag_mutex, NULL);
    struct dc_error error;
    enum dc_code code = act(&service, &error);
    if (code != DC_OK) {
        dc_log_error(DC_LOG_ERROR, "cannot go on", &error);
    }
    bool failed = code != DC_OK || atomic_load(&service.failed);
    release(&service);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- what services ask
 * ------------------------------------------------------------------------------ */
const struct dc_config *
dc_service_config(const struct dc_service *service)
{
    DC_ASSERT(service && service->tag == DC_SERVICE_TAG);
    return service->config;
}

void
dc_service_set_shared(struct dc_service *service, void *shared)
{
    DC_ASSERT(service && service->tag == DC_SERVICE_TAG);
    service->shared = shared;
}

void *
dc_service_shared(const struct dc_service *service)
{
    DC_ASSERT(service && service->tag == DC_SERVICE_TAG);
    return service->shared;
}

bool
dc_service_is_stopping(const struct dc_service *service)
{
    DC_ASSERT(service && service->tag == DC_SERVICE_TAG);
    return atomic_load_explicit(&service->stopping, memory_order_relaxed);
}
