/* robot.c - requests and answers of webhooks. */
#include "robot.h"

#include <jansson.h>
#include <string.h>

#include "sign.h"

enum dc_code
notify_robot_number(struct dc_arena *arena, const struct notify_settings *settings,
                    const struct notify_message *message, const char **ret_number,
                    struct dc_error *error)
{
    const char *number = "";
    if (*message->mobile) {
        DC_TRY(notify_number(arena, settings->sms_country, message->mobile, &number, error));
    }
    *ret_number = strncmp(number, "+86", 3) == 0 ? number + 3 : number;
    return DC_OK;
}

const char *
notify_robot_text(struct dc_arena *arena, const struct notify_message *message, const char *number)
{
    bool english = strcmp(message->language, "en") == 0;
    return dc_arena_printf(arena, "%s%s%s%s%s%s", *number ? "@" : "", number, *number ? " " : "",
                           message->name, *message->name ? (english ? ": " : "：") : "",
                           message->brief);
}

void
notify_robot_address(const struct notify_robot_settings *own, const char *path, struct dc_text *url)
{
    dc_text_printf(url, "%s%s", own->url, path);
    notify_percent_encode(own->token, url);
}

void
notify_robot_numbers(const char *number, struct dc_text *body)
{
    dc_text_add(body, "[");
    if (*number) {
        dc_text_add_json_string(body, number, strlen(number));
    }
    dc_text_add(body, "]");
}

void
notify_robot_request(struct dc_arena *arena, const struct dc_text *url, const struct dc_text *body,
                     struct dc_sender_request *ret_request)
{
    *ret_request = (struct dc_sender_request){
        .url = dc_arena_strndup(arena, dc_text_cstr(url), url->length),
        .body = dc_arena_strndup(arena, dc_text_cstr(body), body->length),
        .body_size = body->length,
    };
    notify_add_header(arena, ret_request, "Content-Type: application/json; charset=utf-8");
}

void
notify_robot_judge(const struct dc_sender_reply *reply, const char *code_field,
                   const char *sentence_field, const struct notify_meaning *meanings,
                   struct notify_verdict *ret_verdict)
{
    if (notify_judge_transport(reply, ret_verdict)) {
        return;
    }
    json_t *answer = json_loadb(reply->body, reply->body_size, 0, NULL);
    json_t *code = json_object_get(answer, code_field);
    const char *sentence = json_string_value(json_object_get(answer, sentence_field));
    if (json_is_integer(code)) {
        char text[24];
        snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(code));
        ret_verdict->outcome = notify_meaning_of(meanings, text, NOTIFY_LATER);
        notify_answer_printf(ret_verdict, "%s: %s", text, sentence ? sentence : "");
    } else {
        ret_verdict->outcome = NOTIFY_LATER;
        notify_answer_printf(ret_verdict, "HTTP %ld without %s", reply->status, code_field);
    }
    json_decref(answer);
}
