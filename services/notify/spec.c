/* spec.c - the table of notify: messages to people, in their inbox and by their channels. */
#include <curl/curl.h>
#include <dacheng/scoring/v1/objections_events.pb-c.h>
#include <dacheng/scoring/v1/results_events.pb-c.h>
#include <dacheng/goals/v1/check_in_events.pb-c.h>
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <notify_sql.h>
#include <sodium.h>

#include "edge/log.h"
#include "handlers.h"
#include "service/access.h"

static enum dc_code
check_channel(const struct notify_channel *channel, const struct notify_settings *settings,
              struct dc_error *error)
{
    struct notify_sender *sender = NULL;
    if (channel->check) {
        DC_TRY(channel->check(settings, error));
    }
    DC_TRY(notify_sender_new(&sender, channel, settings, error));
    notify_sender_free(sender);
    return DC_OK;
}

static enum dc_code
check(const struct notify_settings *settings, struct dc_error *error)
{
    bool any = false;
    if (*settings->sms_provider && !notify_channel_of(settings, NOTIFY__CHANNEL__CHANNEL_SMS)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "sms.provider",
                             "is \"%s\"; aliyun, tencent, or empty are allowed",
                             settings->sms_provider);
    }
    if (settings->lease_s <= settings->timeout_s + 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.lease_s",
                             "must be longer than smtp.timeout_s by 2 seconds or more");
    }
    for (size_t i = 0; notify_channels[i]; i++) {
        if (notify_channels[i]->is_configured(settings)) {
            DC_TRY(check_channel(notify_channels[i], settings, error));
            any = true;
        }
    }
    if (!any) {
        dc_log(DC_LOG_INFO,
               "no channel is set up (smtp.url, sms.provider, ...); notices go to the inbox alone",
               DC_LOG_NO_FIELDS);
    }
    return notify_templates_check(error);
}

static enum dc_code
start(struct dc_service *service, struct dc_error *error)
{
    struct notify_settings *settings = calloc(1, sizeof(*settings));
    if (!settings || sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(settings);
        return dc_fail(error, DC_INTERNAL, "libsodium or libcurl does not start");
    }
    dc_service_set_shared(service, settings);
    notify_settings_read(dc_service_config(service), settings);
    return check(settings, error);
}

static void
stop(struct dc_service *service)
{
    struct notify_settings *settings = dc_service_shared(service);
    if (settings) {
        notify_settings_release(settings);
        free(settings);
    }
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
        notify_sender_free(thread->sender);
        free(thread);
    }
}

#define NOTIFY &notify__notify_service__descriptor

static const struct dc_method methods[] = {
    {NOTIFY, "ListInbox", DC_QUERY, notify_list_inbox},
    {NOTIFY, "MarkRead", DC_COMMAND, notify_mark_read},
    {NOTIFY, "GetPreferences", DC_QUERY, notify_get_preferences},
    {NOTIFY, "SetPreferences", DC_COMMAND, notify_set_preferences},
    {NOTIFY, "SendTest", DC_COMMAND, notify_send_test},
    {NOTIFY, "GetTenantSettings", DC_QUERY, notify_get_tenant_settings},
    {NOTIFY, "SetTenantSettings", DC_COMMAND, notify_set_tenant_settings},
    {NOTIFY, "ListDeliveries", DC_QUERY, notify_list_deliveries},
    {NOTIFY, "GetDelivery", DC_QUERY, notify_get_delivery},
    {NOTIFY, "RetryDeliveries", DC_COMMAND, notify_retry_deliveries},
    {NOTIFY, "ListChannels", DC_QUERY, notify_list_channels},
    {0},
};

static const struct dc_reaction reactions[] = {
    DC_ACCESS_REACTIONS,
    {"org", "GrantsChanged", &org__grants_changed__descriptor, notify_on_grants_changed},
    {"goals", "IndicatorsDefined", &goals__indicators_defined__descriptor,
     notify_on_indicators_defined},
    {"goals", "TargetsAdjusted", &goals__targets_adjusted__descriptor, notify_on_targets_adjusted},
    {"goals", "ProposalSettled", &goals__proposal_settled__descriptor, notify_on_proposal_settled},
    {"goals", "CheckInsDue", &goals__check_ins_due__descriptor, notify_on_check_ins_due},
    {"goals", "PlanChanged", &goals__plan_changed__descriptor, notify_on_plan_changed},
    {"scoring", "ResultPublished", &scoring__result_published__descriptor,
     notify_on_result_published},
    {"scoring", "ObjectionRaised", &scoring__objection_raised__descriptor,
     notify_on_objection_raised},
    {"scoring", "ObjectionSettled", &scoring__objection_settled__descriptor,
     notify_on_objection_settled},
    {"ingest", "RunFinished", &ingest__run_finished__descriptor, notify_on_run_finished},
    {"workflow", "TasksOpened", &workflow__tasks_opened__descriptor, notify_on_tasks_opened},
    {"workflow", "TasksReminded", &workflow__tasks_reminded__descriptor, notify_on_tasks_reminded},
    {"workflow", "TasksEscalated", &workflow__tasks_escalated__descriptor,
     notify_on_tasks_escalated},
    {"workflow", "TasksHandedOver", &workflow__tasks_handed_over__descriptor,
     notify_on_tasks_handed_over},
    {"workflow", "TasksRescheduled", &workflow__tasks_rescheduled__descriptor,
     notify_on_tasks_rescheduled},
    {"workflow", "TasksDecided", &workflow__tasks_decided__descriptor, notify_on_tasks_decided},
    {"workflow", "TasksCancelled", &workflow__tasks_cancelled__descriptor,
     notify_on_tasks_cancelled},
    {"workflow", "CycleChanged", &workflow__cycle_changed__descriptor, notify_on_cycle_changed},
    {0},
};

/* Mail has two threads: one sends while the other's outcomes are written. */
static const struct dc_task tasks[] = {
    {"mail", 2000, notify_task_send},        {"mail", 2000, notify_task_send},
    {"sms", 2000, notify_task_send},         {"dingtalk", 2000, notify_task_send},
    {"wecom", 2000, notify_task_send},       {"feishu", 2000, notify_task_send},
    {"forget", 3600000, notify_task_forget}, {0},
};

static const struct dc_watch watches[] = {
    {"dacheng_notify_deliveries_due", false, "Messages to be sent now, to 10,001.",
     &notify_statements[NOTIFY_WATCH_DELIVERIES_DUE]},
    {"dacheng_notify_deliveries_late_seconds", true, "Since when the oldest of them is due.",
     &notify_statements[NOTIFY_WATCH_DELIVERIES_LATE]},
    {0},
};

static const struct dc_statement *const statements[] = {notify_statements, NULL};
const struct dc_service_spec notify_spec = {
    .name = "notify",
    .sentence = "messages to people: inbox, mail, SMS, robots of chats",
    .options = notify_options,
    .statements = statements,
    .migrations = notify_migrations,
    .methods = methods,
    .reactions = reactions,
    .tasks = tasks,
    .watches = watches,
    .publishes = true,
    .start = start,
    .stop = stop,
    .thread_state_new = thread_state_new,
    .thread_state_free = thread_state_free,
};
