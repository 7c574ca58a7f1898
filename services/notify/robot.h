/*
 * robot.h - what the robots of chat programs have in common: a webhook that takes JSON, a text that
 * the whole chat reads, and a number as the answer's code. Pure.
 */
#ifndef DC_NOTIFY_ROBOT_H
#define DC_NOTIFY_ROBOT_H

#include "base/text.h"
#include "channel.h"

/* The number to mention, as chats know it: of the mainland without country; "" where none is
 * known, which keeps nobody from being told by name. */
enum dc_code notify_robot_number(struct dc_arena *arena, const struct notify_settings *settings,
                                 const struct notify_message *message, const char **ret_number,
                                 struct dc_error *error) DC_MUST_CHECK;
/* "@13800000000 张三：..." */
const char *notify_robot_text(struct dc_arena *arena, const struct notify_message *message,
                              const char *number);
/* <url><path><token>: whoever knows the address may write to the chat. */
void notify_robot_address(const struct notify_robot_settings *own, const char *path,
                          struct dc_text *url);
/* The JSON list of whom to mention: empty, or the one. */
void notify_robot_numbers(const char *number, struct dc_text *body);
void notify_robot_request(struct dc_arena *arena, const struct dc_text *url,
                          const struct dc_text *body, struct dc_sender_request *ret_request);
void notify_robot_judge(const struct dc_sender_reply *reply, const char *code_field,
                        const char *sentence_field, const struct notify_meaning *meanings,
                        struct notify_verdict *ret_verdict);

#endif
