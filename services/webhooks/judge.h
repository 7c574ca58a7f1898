/*
 * judge.h - what a receiver's answer means. Pure.
 */
#ifndef DC_WEBHOOKS_JUDGE_H
#define DC_WEBHOOKS_JUDGE_H

#include "base/breaker.h"
#include "edge/sender.h"

enum judge_outcome {
    JUDGE_ACCEPTED,  /* 2xx */
    JUDGE_AGAIN,     /* it answered, but did not take it: 3xx, 4xx. It may be mended */
    JUDGE_THROTTLED, /* 429, 503: too fast */
    JUDGE_FAULT,     /* no connection, time-out, 5xx */
    JUDGE_GONE,      /* 410: it wants no more */
    JUDGE_FORBIDDEN, /* its address is of a network that nothing is sent into */
};
enum { JUDGE_ANSWER_MAX = 200 };

/* ret_answer: one line of valid UTF-8 for a person. */
enum judge_outcome judge(const struct dc_sender_reply *reply, char ret_answer[JUDGE_ANSWER_MAX]);
enum dc_breaker_event judge_breaker_event(enum judge_outcome outcome);

#endif
