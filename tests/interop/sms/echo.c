/* echo.c - our side of the comparison with the vendors' clients: sends one SMS and prints what
 * became of it.
 *     sms_echo PROVIDER URL SECONDS NONCE ID SECRET MOBILE [NAME VALUE]... */
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/notify/sender.h"

enum { FIXED = 8, PARAMETERS_MAX = 16 };

int
main(int argc, char **argv)
{
    static const char *names[PARAMETERS_MAX], *values[PARAMETERS_MAX];
    struct dc_error error;
    char row[512] = "* SMS_154950909";
    if (argc < FIXED || sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return 2;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct notify_message message = {.id = "dacheng.7.15",
                                     .name = "",
                                     .mobile = argv[7],
                                     .language = "zh-CN",
                                     .template_name = NOTIFY_TASKS_REMINDED,
                                     .now = (dc_time)atoll(argv[3]) * DC_SECOND,
                                     .nonce = argv[4],
                                     .open = {names, values, 0}};
    for (int i = FIXED; i + 1 < argc && message.open.count < PARAMETERS_MAX; i += 2) {
        names[message.open.count] = argv[i];
        values[message.open.count++] = argv[i + 1];
        strncat(row, " ", sizeof(row) - strlen(row) - 1);
        strncat(row, argv[i], sizeof(row) - strlen(row) - 1);
    }
    const char *const rows[] = {row};
    struct notify_sms_settings own = {argv[2], argv[5],        argv[6],
                                      "达成",  "ap-guangzhou", "1400006666"};
    struct notify_settings settings = {.smtp = {.url = ""},
                                       .sms_provider = argv[1],
                                       .sms_country = "86",
                                       .sms_templates = rows,
                                       .sms_template_count = 1,
                                       .aliyun = own,
                                       .tencent = own,
                                       .http_ca_file = "",
                                       .timeout_s = 10,
                                       .connections = 1};
    const struct notify_channel *channel = notify_channel_named(&settings, "sms");
    DC_AUTO(notify_sender) struct notify_sender *sender = NULL;
    struct dc_sender_request request = {0};
    struct notify_done done = {0};
    if (!channel || notify_sender_new(&sender, channel, &settings, &error) != DC_OK ||
        channel->prepare(arena, &settings, &message, &request, &error) != DC_OK) {
        fprintf(stderr, "it cannot be sent: %s\n", channel ? error.message : argv[1]);
        return 1;
    }
    notify_sender_start(sender, &request, 0);
    while (notify_sender_wait(sender, 10000, &done, 1) == 0) {
    }
    printf("%s %s %s\n", notify_outcome_name(done.verdict.outcome), done.verdict.answer,
           done.verdict.receipt);
    return 0;
}
