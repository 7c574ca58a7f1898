/* channel_tencent.c - SMS by Tencent Cloud: SendSms of 2021-01-11, signed by TC3-HMAC-SHA256.
 * https://cloud.tencent.com/document/api/382/52071 (signature), /55981 (SendSms) */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "sign.h"

#define ALGORITHM "TC3-HMAC-SHA256"
#define VERSION "2021-01-11"
#define SERVICE "sms"
#define CONTENT_TYPE "application/json"

/* https://cloud.tencent.com/document/product/382/59177 */
static const struct notify_meaning meanings[] = {
    {"Ok", NOTIFY_ACCEPTED},
    {"LimitExceeded.PhoneNumberDailyLimit", NOTIFY_LATER},
    {"LimitExceeded.PhoneNumberOneHourLimit", NOTIFY_LATER},
    {"LimitExceeded.PhoneNumberThirtySecondLimit", NOTIFY_LATER},
    {"LimitExceeded.PhoneNumberSameContentDailyLimit", NOTIFY_REFUSED},
    {"LimitExceeded.PhoneNumberCountLimit", NOTIFY_REFUSED},
    {"LimitExceeded.AppDailyLimit", NOTIFY_FAULT},
    {"LimitExceeded.AppMainlandChinaDailyLimit", NOTIFY_FAULT},
    {"LimitExceeded.*", NOTIFY_LATER},
    {"FailedOperation.InsufficientBalanceInSmsPackage", NOTIFY_FAULT}, /* balance */
    {"FailedOperation.FailResolvePacket", NOTIFY_REFUSED},
    {"FailedOperation.SignatureIncorrectOrUnapproved", NOTIFY_REFUSED}, /* 签名 of the message */
    {"FailedOperation.TemplateIncorrectOrUnapproved", NOTIFY_REFUSED},
    {"FailedOperation.Template*", NOTIFY_REFUSED},
    {"FailedOperation.ContainSensitiveWord", NOTIFY_REFUSED},
    {"FailedOperation.PhoneNumberInBlacklist", NOTIFY_REFUSED},
    {"FailedOperation.*", NOTIFY_LATER},
    {"InvalidParameterValue.SdkAppIdNotExist", NOTIFY_FAULT},
    {"InvalidParameter*", NOTIFY_REFUSED},
    {"MissingParameter*", NOTIFY_REFUSED},
    {"UnsupportedOperation*", NOTIFY_REFUSED},
    {"RequestLimitExceeded*", NOTIFY_THROTTLED},
    {"AuthFailure*", NOTIFY_FAULT}, /* our key, not the message */
    {"UnauthorizedOperation*", NOTIFY_FAULT},
    {"InternalError*", NOTIFY_FAULT},
    {"ResourceUnavailable*", NOTIFY_FAULT},
    {NULL, 0},
};

static bool
is_configured(const struct notify_settings *settings)
{
    return strcmp(settings->sms_provider, "tencent") == 0;
}

static enum dc_code
check(const struct notify_settings *settings, struct dc_error *error)
{
    const struct notify_sms_settings *own = &settings->tencent;
    if (!*own->id || !*own->secret || !*own->sdk_app_id || !*own->sign_name) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "tencent",
                             "secret_id, secret_key_file, sdk_app_id and sign_name must be given "
                             "with sms.provider tencent");
    }
    return notify_sms_check(settings, error);
}

static void
add_text(struct dc_text *body, const char *name, const char *value)
{
    dc_text_printf(body, "%s\"%s\":", body->length > 1 ? "," : "", name);
    dc_text_add_json_string(body, value, strlen(value));
}

static const char *
write_body(struct dc_arena *arena, const struct notify_settings *settings, const char *number,
           const struct notify_message *message, const struct notify_sms *sms)
{
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    dc_text_add(&body, "{\"PhoneNumberSet\":[");
    dc_text_add_json_string(&body, number, strlen(number));
    dc_text_add(&body, "]");
    add_text(&body, "SmsSdkAppId", settings->tencent.sdk_app_id);
    add_text(&body, "TemplateId", sms->template_id);
    add_text(&body, "SignName", settings->tencent.sign_name);
    dc_text_add(&body, ",\"TemplateParamSet\":[");
    for (size_t i = 0; i < sms->count; i++) {
        dc_text_add(&body, i > 0 ? "," : "");
        dc_text_add_json_string(&body, sms->values[i], strlen(sms->values[i]));
    }
    dc_text_add(&body, "]");
    add_text(&body, "SessionContext", message->id);
    dc_text_add(&body, "}");
    return dc_arena_strndup(arena, dc_text_cstr(&body), body.length);
}

static void
hmac_text(const uint8_t *key, size_t key_size, const char *text, uint8_t mac[DC_MAC_BYTES])
{
    dc_hmac_sha256(key, key_size, text, strlen(text), mac);
}

static const char *
authorization(struct dc_arena *arena, const struct notify_settings *settings, const char *body,
              dc_time now)
{
    uint8_t of_date[DC_MAC_BYTES], of_service[DC_MAC_BYTES], of_all[DC_MAC_BYTES];
    uint8_t mac[DC_MAC_BYTES];
    const char *date = notify_utc_date(arena, now);
    const char *canonical = dc_arena_printf(
        arena, "POST\n/\n\ncontent-type:" CONTENT_TYPE "\nhost:%s\n\ncontent-type;host\n%s",
        notify_host_of(arena, settings->tencent.url, false),
        notify_sha256_hex(arena, body, strlen(body)));
    const char *to_sign = dc_arena_printf(arena, ALGORITHM "\n%lld\n%s/" SERVICE "/tc3_request\n%s",
                                          (long long)(now / DC_SECOND), date,
                                          notify_sha256_hex(arena, canonical, strlen(canonical)));
    const char *key = dc_arena_printf(arena, "TC3%s", settings->tencent.secret);
    hmac_text((const uint8_t *)key, strlen(key), date, of_date);
    hmac_text(of_date, sizeof(of_date), SERVICE, of_service);
    hmac_text(of_service, sizeof(of_service), "tc3_request", of_all);
    hmac_text(of_all, sizeof(of_all), to_sign, mac);
    return dc_arena_printf(arena,
                           ALGORITHM " Credential=%s/%s/" SERVICE "/tc3_request, "
                                     "SignedHeaders=content-type;host, Signature=%s",
                           settings->tencent.id, date, notify_hex(arena, mac, sizeof(mac)));
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error)
{
    const char *number = NULL;
    struct notify_sms sms = {0};
    DC_TRY(notify_number(arena, settings->sms_country, message->mobile, &number, error));
    DC_TRY(notify_sms_of(arena, settings, message, &sms, error));
    const char *body = write_body(arena, settings, number, message, &sms);
    *ret_request = (struct dc_sender_request){
        .url = dc_arena_printf(arena, "%s/", settings->tencent.url),
        .body = body,
        .body_size = strlen(body),
    };
    notify_add_header(arena, ret_request, "Content-Type: " CONTENT_TYPE);
    notify_add_header(arena, ret_request, "X-TC-Action: SendSms");
    notify_add_header(arena, ret_request, "X-TC-Version: " VERSION);
    notify_add_header(arena, ret_request, "X-TC-Region: %s", settings->tencent.region);
    notify_add_header(arena, ret_request, "X-TC-Timestamp: %lld",
                      (long long)(message->now / DC_SECOND));
    notify_add_header(arena, ret_request, "Authorization: %s",
                      authorization(arena, settings, body, message->now));
    return DC_OK;
}

/* {"Response":{"SendStatusSet":[{"Code":"Ok","Message":"...","SerialNo":"..."}],"RequestId":...}}
 * or {"Response":{"Error":{"Code":"...","Message":"..."},"RequestId":"..."}} */
static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    if (notify_judge_transport(reply, ret_verdict)) {
        return;
    }
    json_t *answer = json_loadb(reply->body, reply->body_size, 0, NULL);
    json_t *response = json_object_get(answer, "Response");
    json_t *status = json_object_get(response, "Error");
    if (!status) {
        status = json_array_get(json_object_get(response, "SendStatusSet"), 0);
    }
    const char *code = json_string_value(json_object_get(status, "Code"));
    const char *sentence = json_string_value(json_object_get(status, "Message"));
    const char *receipt = json_string_value(json_object_get(status, "SerialNo"));
    notify_sms_judge(meanings, code, sentence, receipt, reply->status, ret_verdict);
    json_decref(answer);
}

const struct notify_channel notify_channel_tencent = {
    .number = NOTIFY__CHANNEL__CHANNEL_SMS,
    .name = "sms",
    .provider = "tencent",
    .is_configured = is_configured,
    .check = check,
    .prepare = prepare,
    .judge = judge,
};
