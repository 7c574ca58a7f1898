/* settings.c - the rows of the configuration, and the defaults of tenants. */
#include "settings.h"

#include <dacheng/notify/v1/notify.pb-c.h>
#include <stdlib.h>
#include <string.h>

const struct dc_option notify_options[] = {
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
    {"smtp.timeout_s", DC_OPTION_INT, "30", 1, 600, "for one message by any channel, seconds"},
    {"smtp.lease_s", DC_OPTION_INT, "120", 2, 3600,
     "how long a replica keeps what it took to send, by any channel, seconds; longer than "
     "smtp.timeout_s"},
    {"smtp.attempts", DC_OPTION_INT, "12", 1, 100,
     "attempts before a message has failed, by any channel"},
    {"smtp.first_delay_s", DC_OPTION_INT, "30", 1, 86400,
     "wait after the first failed attempt, seconds; doubles, with a quarter of jitter"},
    {"smtp.longest_delay_s", DC_OPTION_INT, "21600", 1, 604800, "longest such wait, seconds"},
    {"mail.base_url", DC_OPTION_TEXT, "", 0, 0,
     "address of the console for links in messages, https://...; empty = no links"},
    {"connections", DC_OPTION_INT, "4", 1, 64, "at a time to the provider of each channel"},
    {"gather_s", DC_OPTION_INT, "60", 0, 3600,
     "what comes for a person within this time is one message, seconds"},
    {"breaker.faults", DC_OPTION_INT, "5", 1, 1000,
     "faults of a channel in a row before nothing is sent by it for a while"},
    {"breaker.first_pause_s", DC_OPTION_INT, "15", 1, 86400,
     "that while, seconds; doubles until a message is taken again"},
    {"breaker.longest_pause_s", DC_OPTION_INT, "600", 1, 86400, "longest such while, seconds"},
    {"breaker.throttle_pause_s", DC_OPTION_INT, "20", 1, 86400,
     "pause when a provider says that we are too fast, seconds"},
    {"sms.provider", DC_OPTION_TEXT, "", 0, 0, "aliyun or tencent; empty = no SMS is sent"},
    {"sms.country", DC_OPTION_TEXT, "86", 0, 0, "country code of numbers without one"},
    {"sms.templates", DC_OPTION_LIST, "", 0, 0,
     "the provider's templates: \"tasks_reminded SMS_1234 stage count=number due\" (ours or *, "
     "theirs, their parameters in order, =ours where the name differs); tasks_reminded.en for "
     "one language"},
    {"aliyun.url", DC_OPTION_TEXT, "https://dysmsapi.aliyuncs.com", 0, 0, "Aliyun SMS"},
    {"aliyun.access_key_id", DC_OPTION_TEXT, "", 0, 0, "id of the access key"},
    {"aliyun.access_key_secret_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the access key's secret"},
    {"aliyun.sign_name", DC_OPTION_TEXT, "", 0, 0, "the registered signature of messages, 签名"},
    {"tencent.url", DC_OPTION_TEXT, "https://sms.tencentcloudapi.com", 0, 0, "Tencent Cloud SMS"},
    {"tencent.secret_id", DC_OPTION_TEXT, "", 0, 0, "SecretId"},
    {"tencent.secret_key_file", DC_OPTION_SECRET_FILE, "", 0, 0, "file that holds the SecretKey"},
    {"tencent.region", DC_OPTION_TEXT, "ap-guangzhou", 0, 0, "region"},
    {"tencent.sdk_app_id", DC_OPTION_TEXT, "", 0, 0, "SmsSdkAppId"},
    {"tencent.sign_name", DC_OPTION_TEXT, "", 0, 0, "the registered signature of messages, 签名"},
    {"dingtalk.url", DC_OPTION_TEXT, "https://oapi.dingtalk.com", 0, 0, "DingTalk"},
    {"dingtalk.token_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the robot's access_token; empty = no robot"},
    {"dingtalk.secret_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the robot's secret (SEC...); empty = without signature"},
    {"wecom.url", DC_OPTION_TEXT, "https://qyapi.weixin.qq.com", 0, 0, "WeCom"},
    {"wecom.key_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the robot's key; empty = no robot"},
    {"feishu.url", DC_OPTION_TEXT, "https://open.feishu.cn", 0, 0, "Feishu"},
    {"feishu.token_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the end of the robot's webhook address, after hook/; empty = no robot"},
    {"feishu.secret_file", DC_OPTION_SECRET_FILE, "", 0, 0,
     "file that holds the robot's secret; empty = without signature"},
    {"robot.tenant_id", DC_OPTION_INT, "0", 0, INT64_MAX,
     "the one tenant whose chats the robots are in; 0 = of whichever turns them on"},
    {"http.ca_file", DC_OPTION_TEXT, "", 0, 0,
     "certificates that providers' are checked against; empty = the system's"},
    {"keep_days", DC_OPTION_INT, "180", 7, 3650, "how long notices are kept, days"},
    {"utc_offset_s", DC_OPTION_INT, "28800", -50400, 50400,
     "where today is for tenants that have set nothing, seconds east of Greenwich"},
    {NULL},
};

static void
read_sms(const struct dc_config *config, struct notify_settings *settings)
{
    settings->sms_provider = dc_config_text(config, "sms.provider");
    settings->sms_country = dc_config_text(config, "sms.country");
    settings->sms_template_count = dc_config_list_length(config, "sms.templates");
    const char **templates = calloc(settings->sms_template_count + 1, sizeof(*templates));
    for (size_t i = 0; templates && i < settings->sms_template_count; i++) {
        templates[i] = dc_config_list_at(config, "sms.templates", i);
    }
    settings->sms_templates = templates;
    settings->aliyun = (struct notify_sms_settings){
        .url = dc_config_text(config, "aliyun.url"),
        .id = dc_config_text(config, "aliyun.access_key_id"),
        .secret = dc_config_text(config, "aliyun.access_key_secret_file"),
        .sign_name = dc_config_text(config, "aliyun.sign_name"),
        .region = "",
        .sdk_app_id = "",
    };
    settings->tencent = (struct notify_sms_settings){
        .url = dc_config_text(config, "tencent.url"),
        .id = dc_config_text(config, "tencent.secret_id"),
        .secret = dc_config_text(config, "tencent.secret_key_file"),
        .sign_name = dc_config_text(config, "tencent.sign_name"),
        .region = dc_config_text(config, "tencent.region"),
        .sdk_app_id = dc_config_text(config, "tencent.sdk_app_id"),
    };
}

static void
read_robots(const struct dc_config *config, struct notify_settings *settings)
{
    settings->dingtalk = (struct notify_robot_settings){
        dc_config_text(config, "dingtalk.url"), dc_config_text(config, "dingtalk.token_file"),
        dc_config_text(config, "dingtalk.secret_file")};
    settings->wecom = (struct notify_robot_settings){dc_config_text(config, "wecom.url"),
                                                     dc_config_text(config, "wecom.key_file"), ""};
    settings->feishu = (struct notify_robot_settings){dc_config_text(config, "feishu.url"),
                                                      dc_config_text(config, "feishu.token_file"),
                                                      dc_config_text(config, "feishu.secret_file")};
    settings->robot_tenant_id = dc_config_int(config, "robot.tenant_id");
    settings->http_ca_file = dc_config_text(config, "http.ca_file");
}

void
notify_settings_read(const struct dc_config *config, struct notify_settings *settings)
{
    *settings = (struct notify_settings){
        .smtp = {.url = dc_config_text(config, "smtp.url"),
                 .user = dc_config_text(config, "smtp.user"),
                 .password = dc_config_text(config, "smtp.password_file"),
                 .tls = dc_config_text(config, "smtp.tls"),
                 .ca_file = dc_config_text(config, "smtp.ca_file"),
                 .from_address = dc_config_text(config, "smtp.from"),
                 .from_name = dc_config_text(config, "smtp.from_name")},
        .base_url = dc_config_text(config, "mail.base_url"),
        .timeout_s = dc_config_int(config, "smtp.timeout_s"),
        .connections = dc_config_int(config, "connections"),
        .lease_s = dc_config_int(config, "smtp.lease_s"),
        .gather_s = dc_config_int(config, "gather_s"),
        .keep_days = dc_config_int(config, "keep_days"),
        .utc_offset_s = (int32_t)dc_config_int(config, "utc_offset_s"),
        .retry = {.attempts = dc_config_int(config, "smtp.attempts"),
                  .first_delay_s = dc_config_int(config, "smtp.first_delay_s"),
                  .longest_delay_s = dc_config_int(config, "smtp.longest_delay_s")},
        .breaker = {.faults = dc_config_int(config, "breaker.faults"),
                    .first_pause_s = dc_config_int(config, "breaker.first_pause_s"),
                    .longest_pause_s = dc_config_int(config, "breaker.longest_pause_s"),
                    .throttle_pause_s = dc_config_int(config, "breaker.throttle_pause_s")},
    };
    const char *at = strchr(settings->smtp.from_address, '@');
    settings->smtp.domain = at ? at + 1 : "localhost";
    read_sms(config, settings);
    read_robots(config, settings);
}

void
notify_settings_release(struct notify_settings *settings)
{
    free((void *)settings->sms_templates);
    settings->sms_templates = NULL;
}

/* Robots speak into a chat that others read: a tenant turns them on by itself. Providers of SMS
 * take about ten a day for one number. */
void
notify_house_default(const struct notify_settings *settings, struct notify_house *ret_house)
{
    *ret_house = (struct notify_house){
        .quiet = {false, 22 * 60, 8 * 60},
        .digest_at = 8 * 60 + 30,
        .utc_offset_s = settings->utc_offset_s,
        .author = "",
    };
    for (int channel = 0; channel < NOTIFY_CHANNELS; channel++) {
        ret_house->channels[channel].on = channel <= NOTIFY__CHANNEL__CHANNEL_SMS;
        ret_house->channels[channel].per_day = channel == NOTIFY__CHANNEL__CHANNEL_SMS ? 8 : 30;
    }
}
