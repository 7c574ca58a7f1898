/* channel_aliyun.c - SMS by Aliyun: SendSms of 2017-05-25, signed by ACS3-HMAC-SHA256.
 * https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 * Its parameters go in the query, the body is empty, as the vendor's own client does it. */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "sign.h"

#define ALGORITHM "ACS3-HMAC-SHA256"
#define VERSION "2017-05-25"

/* https://help.aliyun.com/zh/sms/developer-reference/api-error-codes */
static const struct notify_meaning meanings[] = {
    {"OK", NOTIFY_ACCEPTED},
    {"isv.BUSINESS_LIMIT_CONTROL", NOTIFY_LATER}, /* so many to one number a minute, hour, day */
    {"isv.MOBILE_SEND_LIMIT", NOTIFY_LATER},
    {"isv.MOBILE_NUMBER_ILLEGAL", NOTIFY_REFUSED},
    {"isv.MOBILE_COUNT_OVER_LIMIT", NOTIFY_REFUSED},
    {"isv.SMS_SIGNATURE_*", NOTIFY_REFUSED},
    {"isv.SMS_SIGN_*", NOTIFY_REFUSED},
    {"isv.SMS_TEMPLATE_ILLEGAL", NOTIFY_REFUSED},
    {"isv.SMS_TEST_*", NOTIFY_REFUSED},
    {"isv.TEMPLATE_*", NOTIFY_REFUSED},
    {"isv.INVALID_PARAMETERS", NOTIFY_REFUSED},
    {"isv.INVALID_JSON_PARAM", NOTIFY_REFUSED},
    {"isv.PARAM_*", NOTIFY_REFUSED},
    {"isv.BLACK_KEY_CONTROL_LIMIT", NOTIFY_REFUSED},
    {"isv.SMS_CONTENT_*", NOTIFY_REFUSED},
    {"isv.AMOUNT_NOT_ENOUGH", NOTIFY_FAULT}, /* balance */
    {"isv.OUT_OF_SERVICE", NOTIFY_FAULT},    /* balance */
    {"isv.DAY_LIMIT_CONTROL", NOTIFY_FAULT}, /* of the account */
    {"isv.MONTH_LIMIT_CONTROL", NOTIFY_FAULT},
    {"isv.PRODUCT_UN_SUBSCRIPT", NOTIFY_FAULT},
    {"isv.PRODUCT_UNSUBSCRIBE", NOTIFY_FAULT},
    {"isv.ACCOUNT_*", NOTIFY_FAULT},
    {"isp.RAM_PERMISSION_DENY", NOTIFY_FAULT},
    {"isp.*", NOTIFY_FAULT},
    {"Throttling*", NOTIFY_THROTTLED},
    {"SignatureDoesNotMatch", NOTIFY_FAULT}, /* our key, not the message */
    {"SignatureNonceUsed", NOTIFY_LATER},
    {"InvalidAccessKeyId*", NOTIFY_FAULT},
    {"InvalidTimeStamp*", NOTIFY_FAULT},
    {"Forbidden*", NOTIFY_FAULT},
    {"NoPermission", NOTIFY_FAULT},
    {"ServiceUnavailable", NOTIFY_FAULT},
    {"InternalError", NOTIFY_FAULT},
    {NULL, 0},
};

static bool
is_configured(const struct notify_settings *settings)
{
    return strcmp(settings->sms_provider, "aliyun") == 0;
}

static enum dc_code
check(const struct notify_settings *settings, struct dc_error *error)
{
    const struct notify_sms_settings *own = &settings->aliyun;
    if (!*own->id || !*own->secret || !*own->sign_name) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "aliyun",
                             "access_key_id, access_key_secret_file and sign_name must be given "
                             "with sms.provider aliyun");
    }
    return notify_sms_check(settings, error);
}

/* {"stage":"...","due":"..."} */
static const char *
template_param(struct dc_arena *arena, const struct notify_sms *sms)
{
    struct notify_params params = {sms->names, sms->values, sms->count};
    return notify_params_write(arena, &params);
}

/* Numbers of the mainland are written without their country. */
static const char *
local_number(const char *number)
{
    return strncmp(number, "+86", 3) == 0 ? number + 3 : number + (*number == '+');
}

static void
add_query(struct dc_text *query, const char *name, const char *value)
{
    dc_text_printf(query, "%s%s=", query->length > 0 ? "&" : "", name);
    notify_percent_encode(value, query);
}

static const char *
authorization(struct dc_arena *arena, const struct notify_settings *settings, const char *host,
              const char *query, const char *date, const char *nonce, const char *body_hash)
{
    static const char signed_headers[] = "host;x-acs-action;x-acs-content-sha256;x-acs-date;"
                                         "x-acs-signature-nonce;x-acs-version";
    uint8_t mac[DC_MAC_BYTES];
    const char *canonical = dc_arena_printf(
        arena,
        "POST\n/\n%s\nhost:%s\nx-acs-action:SendSms\nx-acs-content-sha256:%s\nx-acs-date:%s\n"
        "x-acs-signature-nonce:%s\nx-acs-version:" VERSION "\n\n%s\n%s",
        query, host, body_hash, date, nonce, signed_headers, body_hash);
    const char *to_sign = dc_arena_printf(arena, ALGORITHM "\n%s",
                                          notify_sha256_hex(arena, canonical, strlen(canonical)));
    dc_hmac_sha256(settings->aliyun.secret, strlen(settings->aliyun.secret), to_sign,
                       strlen(to_sign), mac);
    return dc_arena_printf(arena, ALGORITHM " Credential=%s,SignedHeaders=%s,Signature=%s",
                           settings->aliyun.id, signed_headers,
                           notify_hex(arena, mac, sizeof(mac)));
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text query = DC_TEXT_INIT;
    const char *number = NULL;
    struct notify_sms sms = {0};
    DC_TRY(notify_number(arena, settings->sms_country, message->mobile, &number, error));
    DC_TRY(notify_sms_of(arena, settings, message, &sms, error));
    add_query(&query, "OutId", message->id); /* in the order of their names: as it is signed */
    add_query(&query, "PhoneNumbers", local_number(number));
    add_query(&query, "SignName", settings->aliyun.sign_name);
    add_query(&query, "TemplateCode", sms.template_id);
    if (sms.count > 0) {
        add_query(&query, "TemplateParam", template_param(arena, &sms));
    }
    const char *host = notify_host_of(arena, settings->aliyun.url, true);
    const char *date = notify_utc_second(arena, message->now);
    const char *body_hash = notify_sha256_hex(arena, "", 0);
    *ret_request = (struct dc_sender_request){
        .url = dc_arena_printf(arena, "%s/?%s", settings->aliyun.url, dc_text_cstr(&query)),
        .body = "",
    };
    notify_add_header(arena, ret_request, "x-acs-action: SendSms");
    notify_add_header(arena, ret_request, "x-acs-version: " VERSION);
    notify_add_header(arena, ret_request, "x-acs-date: %s", date);
    notify_add_header(arena, ret_request, "x-acs-signature-nonce: %s", message->nonce);
    notify_add_header(arena, ret_request, "x-acs-content-sha256: %s", body_hash);
    notify_add_header(arena, ret_request, "Accept: application/json");
    notify_add_header(arena, ret_request, "Authorization: %s",
                      authorization(arena, settings, host, dc_text_cstr(&query), date,
                                    message->nonce, body_hash));
    return DC_OK;
}

/* {"Code":"OK","Message":"OK","BizId":"...","RequestId":"..."}; failures of the gateway come as
 * HTTP 4xx with the same shape. */
static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    if (notify_judge_transport(reply, ret_verdict)) {
        return;
    }
    json_t *answer = json_loadb(reply->body, reply->body_size, 0, NULL);
    const char *code = json_string_value(json_object_get(answer, "Code"));
    const char *sentence = json_string_value(json_object_get(answer, "Message"));
    const char *receipt = json_string_value(json_object_get(answer, "BizId"));
    notify_sms_judge(meanings, code, sentence, receipt, reply->status, ret_verdict);
    json_decref(answer);
}

const struct notify_channel notify_channel_aliyun = {
    .number = NOTIFY__CHANNEL__CHANNEL_SMS,
    .name = "sms",
    .provider = "aliyun",
    .is_configured = is_configured,
    .check = check,
    .prepare = prepare,
    .judge = judge,
};
