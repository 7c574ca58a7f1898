/* routing.c - the arithmetic of quiet hours, digests and limits. */
#include "routing.h"

#include <ctype.h>
#include <string.h>

#include "base/assert.h"

#define MINUTE ((dc_time)60 * DC_SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

dc_time
notify_day_begin(int32_t utc_offset_s, dc_time at)
{
    return dc_time_of_date(dc_date_of(at, utc_offset_s), utc_offset_s);
}

struct notify_quiet
notify_quiet_of(const struct notify_house *house, const struct notify_quiet *own)
{
    if (own->off) {
        return *own;
    }
    if (own->from < 0 || own->until < 0) {
        return house->quiet;
    }
    return *own;
}

dc_time
notify_quiet_end(const struct notify_quiet *quiet, int32_t utc_offset_s, dc_time at)
{
    if (quiet->off || quiet->from == quiet->until) {
        return at;
    }
    dc_time midnight = notify_day_begin(utc_offset_s, at);
    dc_time from = midnight + quiet->from * MINUTE, until = midnight + quiet->until * MINUTE;
    if (quiet->from < quiet->until) {
        return at >= from && at < until ? until : at;
    }
    if (at < until) {
        return until; /* they began yesterday */
    }
    return at >= from ? until + DAY : at;
}

dc_time
notify_quiet_wait(const struct notify_quiet *quiet, int32_t utc_offset_s, dc_time deadline,
                  dc_time at)
{
    dc_time end = notify_quiet_end(quiet, utc_offset_s, at);
    return deadline > at && deadline <= end ? at : end;
}

dc_time
notify_next_minute(int32_t minute, int32_t utc_offset_s, dc_time after)
{
    dc_time at = notify_day_begin(utc_offset_s, after) + minute * MINUTE;
    return at > after ? at : at + DAY;
}

static dc_time
digest_time(const struct notify_house *house, const struct notify_wish *wish, dc_time soon)
{
    int32_t minute = wish->digest_at >= 0 ? wish->digest_at : house->digest_at;
    switch (wish->digest) {
    case NOTIFY_HOURLY:
        return soon - soon % HOUR + (soon % HOUR > 0 ? HOUR : 0);
    case NOTIFY_DAILY:
        return notify_next_minute(minute, house->utc_offset_s, soon - 1);
    default:
        return soon;
    }
}

bool
notify_route(const struct notify_house *house, const struct notify_wish *wish, int64_t gather_s,
             dc_time deadline, dc_time now, dc_time *ret_due)
{
    DC_ASSERT(wish->channel > 0 && wish->channel < NOTIFY_CHANNELS);
    if (!house->channels[wish->channel].on || !wish->on || !wish->reachable) {
        return false;
    }
    struct notify_quiet quiet = notify_quiet_of(house, &wish->quiet);
    dc_time soon = now + gather_s * DC_SECOND;
    dc_time due = notify_quiet_end(&quiet, house->utc_offset_s, digest_time(house, wish, soon));
    if (deadline > now && due >= deadline) {
        due = soon < deadline ? soon : now;
    }
    int64_t limit = house->channels[wish->channel].per_day;
    if (limit > 0 && wish->sent_today >= limit) {
        int32_t minute = wish->digest_at >= 0 ? wish->digest_at : house->digest_at;
        dc_time tomorrow = notify_day_begin(house->utc_offset_s, now) + DAY + minute * MINUTE;
        due = due > tomorrow ? due : tomorrow;
    }
    *ret_due = due;
    return true;
}

enum dc_code
notify_minute_parse(const char *text, const char *field, int32_t *ret_minute,
                    struct dc_error *error)
{
    bool shaped = strlen(text) == 5 && text[2] == ':';
    for (int i = 0; shaped && i < 5; i++) {
        shaped = i == 2 || isdigit((unsigned char)text[i]);
    }
    int hour = shaped ? (text[0] - '0') * 10 + text[1] - '0' : 24;
    int minute = shaped ? (text[3] - '0') * 10 + text[4] - '0' : 60;
    if (hour > 23 || minute > 59) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "is no time of day; 00:00 to 23:59 are allowed");
    }
    *ret_minute = hour * 60 + minute;
    return DC_OK;
}
