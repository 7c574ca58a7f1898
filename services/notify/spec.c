/* spec.c - the table of notify: notices to people, in their inbox and by mail. */
#include <curl/curl.h>
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <notify_sql.h>
#include <sodium.h>
#include <string.h>

#include "edge/log.h"
#include "handlers.h"
#include "message.h"
#include "service/access.h"

static const struct dc_option options[] = {
    {"smtp.url", DC_OPTION_TEXT, "", 0, 0,
     "mail server, smtp://host:25 or smtps://host:465; empty = no mail is sent"},
    {"smtp.tls", DC_OPTION_TEXT, "none", 0, 0,
     "none, starttls (required then), or tls (with smtps://)"},
    {"smtp.user", DC_OPTION_TEXT, "", 0, 0, "log-in at the mail server; empty = without"},
    {"smtp.password_file", DC_OPTION_SECRET_FILE, "", 0, 0, "file that holds the password"},
    {"smtp.ca_file", DC_OPTION_TEXT, "", 0, 0,
     "certificates that the mail server's is checked against; empty = the system's"},
    {"smtp.from", DC_OPTION_TEXT, "dacheng@localhost.localdomain", 0, 0, "address of the sender"},
    {"smtp.from_name", DC_OPTION_TEXT, "达成 Dacheng", 0, 0, "name of the sender"},
    {"smtp.timeout_s", DC_OPTION_INT, "30", 1, 600, "for one mail, seconds"},
    {"smtp.lease_s", DC_OPTION_INT, "120", 2, 3600,
     "how long a replica keeps what it took to send, seconds; longer than smtp.timeout_s"},
    {"smtp.attempts", DC_OPTION_INT, "12", 1, 100, "attempts before a mail has failed"},
    {"smtp.first_delay_s", DC_OPTION_INT, "30", 1, 86400,
     "wait after the first failed attempt, seconds; doubles, with a quarter of jitter"},
    {"smtp.longest_delay_s", DC_OPTION_INT, "21600", 1, 604800, "longest such wait, seconds"},
    {"mail.base_url", DC_OPTION_TEXT, "", 0, 0,
     "address of the console for links in mail, https://...; empty = no links"},
    {"keep_days", DC_OPTION_INT, "180", 7, 3650, "how long notices are kept, days"},
    {"utc_offset_s", DC_OPTION_INT, "28800", -50400, 50400,
     "where today is, seconds east of Greenwich"},
    {NULL},
};

static enum dc_code
check_mail(const struct notify_shared *shared, struct dc_error *error)
{
    struct notify_smtp *smtp = NULL;
    if (!notify_address_is_valid(shared->from_address)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.from", "is not a mail address");
    }
    if (shared->lease_s <= shared->smtp.timeout_s + 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.lease_s",
                             "must be longer than smtp.timeout_s by 2 seconds or more");
    }
    DC_TRY(notify_smtp_new(&smtp, &shared->smtp, error));
    notify_smtp_free(smtp);
    return DC_OK;
}

static void
read_config(const struct dc_config *config, struct notify_shared *shared)
{
    const char *url = dc_config_text(config, "smtp.url");
    *shared = (struct notify_shared){
        .mail = *url != '\0',
        .smtp = {.url = url,
                 .user = dc_config_text(config, "smtp.user"),
                 .password = dc_config_text(config, "smtp.password_file"),
                 .tls = dc_config_text(config, "smtp.tls"),
                 .ca_file = dc_config_text(config, "smtp.ca_file"),
                 .timeout_s = dc_config_int(config, "smtp.timeout_s")},
        .from_address = dc_config_text(config, "smtp.from"),
        .from_name = dc_config_text(config, "smtp.from_name"),
        .base_url = dc_config_text(config, "mail.base_url"),
        .lease_s = dc_config_int(config, "smtp.lease_s"),
        .keep_days = dc_config_int(config, "keep_days"),
        .utc_offset_s = (int32_t)dc_config_int(config, "utc_offset_s"),
        .retry = {.attempts = dc_config_int(config, "smtp.attempts"),
                  .first_delay_s = dc_config_int(config, "smtp.first_delay_s"),
                  .longest_delay_s = dc_config_int(config, "smtp.longest_delay_s")},
    };
    const char *at = strchr(shared->from_address, '@');
    shared->domain = at ? at + 1 : "localhost";
}

static enum dc_code
start(struct dc_service *service, struct dc_error *error)
{
    struct notify_shared *shared = calloc(1, sizeof(*shared));
    if (!shared || sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(shared);
        return dc_fail(error, DC_INTERNAL, "libsodium or libcurl does not start");
    }
    dc_service_set_shared(service, shared);
    read_config(dc_service_config(service), shared);
    DC_TRY(notify_templates_check(error));
    if (shared->mail) {
        return check_mail(shared, error);
    }
    dc_log(DC_LOG_INFO, "mail is off: smtp.url is empty; notices go to the inbox alone",
           DC_LOG_NO_FIELDS);
    return DC_OK;
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
    struct notify_thread *thread = calloc(1, sizeof(*thread));
    uint8_t random[16];
    if (thread) {
        randombytes_buf(random, sizeof(random));
        randombytes_buf(&thread->random, sizeof(thread->random));
        dc_hex_encode(random, sizeof(random), thread->holder);
    }
    return thread;
}

static void
thread_state_free(void *state)
{
    struct notify_thread *thread = state;
    if (thread) {
        notify_smtp_free(thread->smtp);
        free(thread);
    }
}

#define NOTIFY &notify__notify_service__descriptor

static const struct dc_method methods[] = {
    {NOTIFY, "ListInbox", DC_QUERY, notify_list_inbox},
    {NOTIFY, "MarkRead", DC_COMMAND, notify_mark_read},
    {NOTIFY, "GetPreferences", DC_QUERY, notify_get_preferences},
    {NOTIFY, "SetPreferences", DC_COMMAND, notify_set_preferences},
    {NOTIFY, "ListDeliveries", DC_QUERY, notify_list_deliveries},
    {NOTIFY, "RetryDeliveries", DC_COMMAND, notify_retry_deliveries},
    {0},
};

static const struct dc_reaction reactions[] = {
    DC_ACCESS_REACTIONS,
    {"org", "GrantsChanged", &org__grants_changed__descriptor, notify_on_grants_changed},
    {"goals", "IndicatorsDefined", &goals__indicators_defined__descriptor,
     notify_on_indicators_defined},
    {"goals", "TargetsAdjusted", &goals__targets_adjusted__descriptor, notify_on_targets_adjusted},
    {"goals", "PlanChanged", &goals__plan_changed__descriptor, notify_on_plan_changed},
    {"ingest", "RunFinished", &ingest__run_finished__descriptor, notify_on_run_finished},
    {0},
};

static const struct dc_task tasks[] = {
    {"mail", 2000, notify_task_mail},
    {"forget", 3600000, notify_task_forget},
    {0},
};

static const struct dc_statement *const statements[] = {notify_statements, NULL};
const struct dc_service_spec notify_spec = {
    .name = "notify",
    .sentence = "notices to people: inbox and mail",
    .options = options,
    .statements = statements,
    .migrations = notify_migrations,
    .methods = methods,
    .reactions = reactions,
    .tasks = tasks,
    .publishes = true,
    .start = start,
    .stop = stop,
    .thread_state_new = thread_state_new,
    .thread_state_free = thread_state_free,
};
