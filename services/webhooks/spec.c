/* spec.c - what webhooks answers, hears and does by itself; its configuration. */
#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>

#include "handlers.h"
#include "webhooks_sql.h"

const struct dc_option webhooks_options[] = {
    {"webhooks.allow_http", DC_OPTION_BOOL, "false", 0, 0,
     "receivers without TLS too; for tests and closed networks"},
    {"webhooks.allow_networks", DC_OPTION_LIST, "", 0, 0,
     "networks that may be sent into although they are not of the world outside: 10.1.0.0/16"},
    {"webhooks.deny_networks", DC_OPTION_LIST, "", 0, 0,
     "networks that nothing is sent into although they are: the deployment's own public ones"},
    {"webhooks.attempts", DC_OPTION_INT, "12", 1, 100, "attempts before a delivery is parked"},
    {"webhooks.first_delay_s", DC_OPTION_INT, "10", 1, 86400,
     "wait after the first failed attempt, seconds; doubles, with a quarter of jitter"},
    {"webhooks.longest_delay_s", DC_OPTION_INT, "21600", 1, 604800, "longest such wait, seconds"},
    {"webhooks.timeout_s", DC_OPTION_INT, "10", 1, 60, "for an answer, seconds"},
    {"webhooks.connections", DC_OPTION_INT, "16", 1, 64, "at a time, of a replica"},
    {"webhooks.per_receiver", DC_OPTION_INT, "4", 1, 64, "of these to one receiver"},
    {"webhooks.ca_file", DC_OPTION_TEXT, "", 0, 0,
     "certificates that receivers' are checked against; empty = the system's"},
    {"breaker.faults", DC_OPTION_INT, "5", 1, 1000,
     "faults of a receiver in a row before nothing is sent to it for a while"},
    {"breaker.first_pause_s", DC_OPTION_INT, "15", 1, 86400,
     "that while, seconds; doubles until something is taken again"},
    {"breaker.longest_pause_s", DC_OPTION_INT, "600", 1, 86400, "longest such while, seconds"},
    {"breaker.throttle_pause_s", DC_OPTION_INT, "20", 1, 86400,
     "pause when a receiver says that we are too fast, seconds"},
    {0},
};

static enum dc_code
read_nets(const struct dc_config *config, const char *name, struct address_net *ret_nets,
          size_t *ret_count, struct dc_error *error)
{
    *ret_count = dc_config_list_length(config, name);
    if (*ret_count > WEBHOOKS_NETS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, name, "has more than %d entries",
                             WEBHOOKS_NETS_MAX);
    }
    for (size_t i = 0; i < *ret_count; i++) {
        if (address_net_parse(dc_config_list_at(config, name, i), &ret_nets[i], error) != DC_OK) {
            return dc_fail_context(error, "the option %s", name);
        }
    }
    return DC_OK;
}

enum dc_code
webhooks_settings_read(const struct dc_config *config, struct webhooks_settings *ret_settings,
                       struct dc_error *error)
{
    struct webhooks_settings *settings = ret_settings;
    settings->allow_http = dc_config_bool(config, "webhooks.allow_http");
    settings->attempts = dc_config_int(config, "webhooks.attempts");
    settings->first_delay_s = dc_config_int(config, "webhooks.first_delay_s");
    settings->longest_delay_s = dc_config_int(config, "webhooks.longest_delay_s");
    settings->timeout_s = dc_config_int(config, "webhooks.timeout_s");
    settings->connections = dc_config_int(config, "webhooks.connections");
    settings->per_receiver = dc_config_int(config, "webhooks.per_receiver");
    settings->ca_file = dc_config_text(config, "webhooks.ca_file");
    settings->breaker = (struct dc_breaker_rule){
        .faults = dc_config_int(config, "breaker.faults"),
        .first_pause_s = dc_config_int(config, "breaker.first_pause_s"),
        .longest_pause_s = dc_config_int(config, "breaker.longest_pause_s"),
        .throttle_pause_s = dc_config_int(config, "breaker.throttle_pause_s"),
    };
    DC_TRY(read_nets(config, "webhooks.allow_networks", settings->allowed, &settings->allowed_count,
                     error));
    return read_nets(config, "webhooks.deny_networks", settings->denied, &settings->denied_count,
                     error);
}

static enum dc_code
start(struct dc_service *service, struct dc_error *error)
{
    struct webhooks_settings *settings = calloc(1, sizeof(*settings));
    if (!settings || sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(settings);
        return dc_fail(error, DC_INTERNAL, "libsodium or libcurl does not start");
    }
    dc_service_set_shared(service, settings);
    return webhooks_settings_read(dc_service_config(service), settings, error);
}

static void
stop(struct dc_service *service)
{
    free(dc_service_shared(service));
    dc_service_set_shared(service, NULL);
    curl_global_cleanup();
}

static void *
thread_state_new(struct dc_service *service __attribute__((unused)))
{
    struct webhooks_thread *thread = calloc(1, sizeof(*thread));
    uint8_t random[16];
    if (thread) {
        randombytes_buf(random, sizeof(random));
        dc_hex_encode(random, sizeof(random), thread->holder);
    }
    return thread;
}

static void
thread_state_free(void *state)
{
    struct webhooks_thread *thread = state;
    if (thread) {
        dc_sender_free(thread->sender);
    }
    free(thread);
}

#define WEBHOOKS &webhooks__webhook_service__descriptor

static const struct dc_method methods[] = {
    {WEBHOOKS, "SaveWebhook", DC_COMMAND, webhooks_save},
    {WEBHOOKS, "ListWebhooks", DC_QUERY, webhooks_list},
    {WEBHOOKS, "DeleteWebhook", DC_COMMAND, webhooks_delete},
    {WEBHOOKS, "RotateSecret", DC_COMMAND, webhooks_rotate},
    {WEBHOOKS, "ListDeliveries", DC_QUERY, webhooks_list_deliveries},
    {WEBHOOKS, "Redrive", DC_COMMAND, webhooks_redrive},
    {0},
};

static enum dc_code
on_units_changed(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    return webhooks_on_event(step, delivery, error);
}

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, dc_access_on_people_changed},
    {"org", "GrantsChanged", &org__grants_changed__descriptor, webhooks_on_grants_changed},
    {"goals", "*", NULL, webhooks_on_event},
    {"ingest", "*", NULL, webhooks_on_event},
    {"reviews", "*", NULL, webhooks_on_event},
    {"scoring", "*", NULL, webhooks_on_event},
    {"workflow", "*", NULL, webhooks_on_event},
    {0},
};

static const struct dc_task tasks[] = {{"deliver", 1000, webhooks_deliver}, {0}};

static const struct dc_statement *const statements[] = {webhooks_statements, NULL};
const struct dc_service_spec webhooks_spec = {
    .name = "webhooks",
    .sentence = "events for programs that only speak HTTP: CloudEvents, signed",
    .options = webhooks_options,
    .statements = statements,
    .migrations = webhooks_migrations,
    .methods = methods,
    .reactions = reactions,
    .batch_end = webhooks_batch_end,
    .tasks = tasks,
    .publishes = true,
    .start = start,
    .stop = stop,
    .thread_state_new = thread_state_new,
    .thread_state_free = thread_state_free,
};
