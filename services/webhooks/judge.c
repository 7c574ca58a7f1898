/* judge.c - see judge.h. */
#include "judge.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Some of what it said, printable, in one line. */
static void
say(char ret_answer[JUDGE_ANSWER_MAX], const char *what, const char *said, size_t size)
{
    int length = snprintf(ret_answer, JUDGE_ANSWER_MAX, "%s", what);
    for (size_t i = 0; i < size && length < 120; i++) {
        unsigned char c = (unsigned char)said[i];
        if (i == 0) {
            length += snprintf(ret_answer + length, JUDGE_ANSWER_MAX - (size_t)length, ": ");
        }
        ret_answer[length++] = c < 0x20 || c >= 0x7f ? ' ' : (char)c;
        ret_answer[length] = '\0';
    }
}

enum judge_outcome
judge(const struct dc_sender_reply *reply, char ret_answer[JUDGE_ANSWER_MAX])
{
    char status[32];
    if (reply->refused) {
        say(ret_answer, "its address is of a network that nothing is sent into", "", 0);
        return JUDGE_FORBIDDEN;
    }
    if (reply->error != 0) {
        say(ret_answer, "no answer", reply->problem, strlen(reply->problem));
        return JUDGE_FAULT;
    }
    snprintf(status, sizeof(status), "HTTP %ld", reply->status);
    say(ret_answer, status, reply->body, reply->body_size);
    if (reply->status >= 200 && reply->status < 300) {
        return JUDGE_ACCEPTED;
    }
    if (reply->status == 429 || reply->status == 503) {
        return JUDGE_THROTTLED;
    }
    if (reply->status == 410) {
        return JUDGE_GONE;
    }
    return reply->status >= 500 ? JUDGE_FAULT : JUDGE_AGAIN;
}

enum dc_breaker_event
judge_breaker_event(enum judge_outcome outcome)
{
    switch (outcome) {
    case JUDGE_FAULT:
        return DC_BREAKER_FAULTY;
    case JUDGE_THROTTLED:
        return DC_BREAKER_TOO_FAST;
    default:
        return DC_BREAKER_ALIVE;
    }
}
