/*
 * settings.h - the configuration of notify, read once. Texts belong to the configuration.
 */
#ifndef DC_NOTIFY_SETTINGS_H
#define DC_NOTIFY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/breaker.h"
#include "delivery.h"
#include "edge/config.h"
#include "routing.h"

struct notify_smtp_settings {
    const char *url;  /* smtp://host:port or smtps://host:port; "" = no mail */
    const char *user; /* "" = without log-in */
    const char *password;
    const char *tls;     /* "none", "starttls" (required), "tls" (from the first byte) */
    const char *ca_file; /* "" = the system's */
    const char *from_address;
    const char *from_name;
    const char *domain; /* of Message-IDs */
};
/* Aliyun: id and secret of the access key. Tencent Cloud: SecretId and SecretKey. */
struct notify_sms_settings {
    const char *url;
    const char *id;
    const char *secret;
    const char *sign_name;
    const char *region;     /* tencent */
    const char *sdk_app_id; /* tencent */
};
struct notify_robot_settings {
    const char *url;
    const char *token;  /* DingTalk access_token, WeCom key, Feishu hook; "" = no robot */
    const char *secret; /* "" = without signature */
};

struct notify_settings {
    struct notify_smtp_settings smtp;
    const char *sms_provider; /* "", "aliyun", "tencent" */
    const char *sms_country;  /* "86" */
    const char *const *sms_templates;
    size_t sms_template_count;
    struct notify_sms_settings aliyun, tencent;
    struct notify_robot_settings dingtalk, wecom, feishu;
    int64_t robot_tenant_id; /* whose chat the robots are in; 0 = any tenant's */
    const char *http_ca_file;
    const char *base_url; /* of the console, without a slash at the end; "" = no links */
    int64_t timeout_s;    /* for one message */
    int64_t connections;  /* of each channel */
    int64_t lease_s;
    int64_t gather_s;
    int64_t keep_days;
    int32_t utc_offset_s; /* of tenants that have set none */
    struct notify_retry_rule retry;
    struct dc_breaker_rule breaker;
};

/* The rows. */
extern const struct dc_option notify_options[];
/* *settings is to be released. */
void notify_settings_read(const struct dc_config *config, struct notify_settings *settings);
void notify_settings_release(struct notify_settings *settings);
/* What a tenant has that never changed it. */
void notify_house_default(const struct notify_settings *settings, struct notify_house *ret_house);

#endif
