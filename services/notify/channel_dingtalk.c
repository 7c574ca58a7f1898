/* channel_dingtalk.c - the robot of a DingTalk group chat, 钉钉自定义机器人.
 * https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "robot.h"
#include "sign.h"

static const struct notify_meaning meanings[] = {
    {"0", NOTIFY_ACCEPTED},       {"-1", NOTIFY_FAULT}, /* busy */
    {"130101", NOTIFY_THROTTLED}, /* 20 a minute; more than that shuts the robot for ten */
    {"660026", NOTIFY_THROTTLED}, {"300001", NOTIFY_FAULT}, /* the token */
    {"310000", NOTIFY_FAULT},   /* signature, keywords or address: the robot's settings */
    {"400013", NOTIFY_FAULT},   /* the chat was dissolved */
    {"400101", NOTIFY_FAULT},   /* no such robot */
    {"400102", NOTIFY_FAULT},   /* the robot is off */
    {"400105", NOTIFY_REFUSED}, /* kind of message */
    {"400106", NOTIFY_FAULT},     {"40035", NOTIFY_REFUSED},  /* parameters */
    {"43004", NOTIFY_REFUSED},    {"430101", NOTIFY_REFUSED}, /* unsafe link */
    {"430102", NOTIFY_REFUSED},                               /* text that is not fitting */
    {"430103", NOTIFY_REFUSED},   {"430104", NOTIFY_REFUSED}, {NULL, 0},
};

static bool
is_configured(const struct notify_settings *settings)
{
    return *settings->dingtalk.token != '\0';
}

/* timestamp in ms, and base64(HMAC-SHA256(secret, timestamp + "\n" + secret)), in the address. */
static void
add_signature(struct dc_arena *arena, const char *secret, dc_time now, struct dc_text *url)
{
    uint8_t mac[DC_MAC_BYTES];
    long long timestamp = (long long)(now / DC_MILLISECOND);
    const char *to_sign = dc_arena_printf(arena, "%lld\n%s", timestamp, secret);
    dc_hmac_sha256(secret, strlen(secret), to_sign, strlen(to_sign), mac);
    dc_text_printf(url, "&timestamp=%lld&sign=", timestamp);
    notify_percent_encode(dc_base64(arena, mac, sizeof(mac)), url);
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error)
{
    const struct notify_robot_settings *own = &settings->dingtalk;
    DC_AUTO_TEXT struct dc_text url = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    const char *number = NULL;
    DC_TRY(notify_robot_number(arena, settings, message, &number, error));
    notify_robot_address(own, "/robot/send?access_token=", &url);
    if (*own->secret) {
        add_signature(arena, own->secret, message->now, &url);
    }
    const char *text = notify_robot_text(arena, message, number);
    dc_text_add(&body, "{\"msgtype\":\"text\",\"text\":{\"content\":");
    dc_text_add_json_string(&body, text, strlen(text));
    dc_text_add(&body, "},\"at\":{\"atMobiles\":");
    notify_robot_numbers(number, &body);
    dc_text_add(&body, ",\"isAtAll\":false}}");
    notify_robot_request(arena, &url, &body, ret_request);
    return DC_OK;
}

static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    notify_robot_judge(reply, "errcode", "errmsg", meanings, ret_verdict);
}

const struct notify_channel notify_channel_dingtalk = {
    .number = NOTIFY__CHANNEL__CHANNEL_DINGTALK,
    .name = "dingtalk",
    .provider = "dingtalk",
    .is_configured = is_configured,
    .prepare = prepare,
    .judge = judge,
};
