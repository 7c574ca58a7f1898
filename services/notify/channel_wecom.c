/* channel_wecom.c - the robot of a WeCom group chat, 企业微信群机器人; its key stands in the
 * address. https://developer.work.weixin.qq.com/document/path/91770 */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "robot.h"
#include "sign.h"

static const struct notify_meaning meanings[] = {
    {"0", NOTIFY_ACCEPTED},      {"-1", NOTIFY_FAULT},    /* busy */
    {"45009", NOTIFY_THROTTLED},                          /* 20 a minute */
    {"45033", NOTIFY_THROTTLED}, {"93000", NOTIFY_FAULT}, /* the key */
    {"93004", NOTIFY_FAULT},                              /* the robot is off */
    {"93008", NOTIFY_FAULT},                              /* not in the chat any more */
    {"40008", NOTIFY_REFUSED},                            /* kind of message */
    {"40058", NOTIFY_REFUSED},                            /* parameters */
    {"44004", NOTIFY_REFUSED},                            /* empty */
    {"45002", NOTIFY_REFUSED},                            /* too long */
    {"45008", NOTIFY_REFUSED},   {NULL, 0},
};

static bool
is_configured(const struct notify_settings *settings)
{
    return *settings->wecom.token != '\0';
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error)
{
    const struct notify_robot_settings *own = &settings->wecom;
    DC_AUTO_TEXT struct dc_text url = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    const char *number = NULL;
    DC_TRY(notify_robot_number(arena, settings, message, &number, error));
    notify_robot_address(own, "/cgi-bin/webhook/send?key=", &url);
    const char *text = notify_robot_text(arena, message, "");
    dc_text_add(&body, "{\"msgtype\":\"text\",\"text\":{\"content\":");
    dc_text_add_json_string(&body, text, strlen(text));
    dc_text_add(&body, ",\"mentioned_mobile_list\":");
    notify_robot_numbers(number, &body);
    dc_text_add(&body, "}}");
    notify_robot_request(arena, &url, &body, ret_request);
    return DC_OK;
}

static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    notify_robot_judge(reply, "errcode", "errmsg", meanings, ret_verdict);
}

const struct notify_channel notify_channel_wecom = {
    .number = NOTIFY__CHANNEL__CHANNEL_WECOM,
    .name = "wecom",
    .provider = "wecom",
    .is_configured = is_configured,
    .prepare = prepare,
    .judge = judge,
};
