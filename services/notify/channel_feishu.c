/* channel_feishu.c - the robot of a Feishu group chat, 飞书自定义机器人.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 * It mentions people by an id of Feishu's alone, which we do not know: their name stands in the
 * text instead. */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "robot.h"
#include "sign.h"

static const struct notify_meaning meanings[] = {
    {"0", NOTIFY_ACCEPTED},
    {"11232", NOTIFY_THROTTLED}, /* 100 a minute, 5 a second */
    {"11233", NOTIFY_THROTTLED},
    {"9499", NOTIFY_REFUSED}, /* the body */
    {"11246", NOTIFY_REFUSED},
    {"19001", NOTIFY_FAULT}, /* the address */
    {"19021", NOTIFY_FAULT}, /* signature, or a clock an hour off */
    {"19022", NOTIFY_FAULT}, /* our address is not on its list */
    {"19024", NOTIFY_FAULT}, /* keywords: the robot's settings */
    {"19007", NOTIFY_FAULT}, /* the robot is off */
    {NULL, 0},
};

static bool
is_configured(const struct notify_settings *settings)
{
    return *settings->feishu.token != '\0';
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error __attribute__((unused)))
{
    const struct notify_robot_settings *own = &settings->feishu;
    DC_AUTO_TEXT struct dc_text url = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    notify_robot_address(own, "/open-apis/bot/v2/hook/", &url);
    dc_text_add(&body, "{");
    if (*own->secret) { /* base64(HMAC-SHA256(timestamp + "\n" + secret, "")), the key signs nothing
                         */
        uint8_t mac[DC_MAC_BYTES];
        long long timestamp = (long long)(message->now / DC_SECOND);
        const char *key = dc_arena_printf(arena, "%lld\n%s", timestamp, own->secret);
        dc_hmac_sha256(key, strlen(key), "", 0, mac);
        dc_text_printf(&body, "\"timestamp\":\"%lld\",\"sign\":\"%s\",", timestamp,
                       dc_base64(arena, mac, sizeof(mac)));
    }
    const char *text = notify_robot_text(arena, message, "");
    dc_text_add(&body, "\"msg_type\":\"text\",\"content\":{\"text\":");
    dc_text_add_json_string(&body, text, strlen(text));
    dc_text_add(&body, "}}");
    notify_robot_request(arena, &url, &body, ret_request);
    return DC_OK;
}

static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    notify_robot_judge(reply, "code", "msg", meanings, ret_verdict);
}

const struct notify_channel notify_channel_feishu = {
    .number = NOTIFY__CHANNEL__CHANNEL_FEISHU,
    .name = "feishu",
    .provider = "feishu",
    .is_configured = is_configured,
    .prepare = prepare,
    .judge = judge,
};
