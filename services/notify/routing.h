/*
 * routing.h - by which channels a notice goes out, and when: what the tenant allows, what the
 * person wishes, quiet hours, digests, limits. Pure; time is told, minutes are of the local day.
 */
#ifndef DC_NOTIFY_ROUTING_H
#define DC_NOTIFY_ROUTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

/* Channels are numbered by notify.v1.Channel; tables have a place for each. */
enum { NOTIFY_CHANNELS = 7, NOTIFY_DAY_MINUTES = 24 * 60 };
#define NOTIFY_CHANNEL_BIT(name) (1u << NOTIFY__CHANNEL__CHANNEL_##name)

enum notify_digest { NOTIFY_AT_ONCE = 1, NOTIFY_HOURLY = 2, NOTIFY_DAILY = 3 };

/* From a minute until another one, past midnight when it is not later. */
struct notify_quiet {
    bool off;
    int32_t from;
    int32_t until;
};

/* What a tenant allows. */
struct notify_house {
    bool scores; /* mail may carry the recipient's figures */
    struct notify_quiet quiet;
    int32_t digest_at;
    int32_t utc_offset_s;
    struct {
        bool on;
        int64_t per_day; /* for one person; 0 = without limit */
    } channels[NOTIFY_CHANNELS];
    int64_t version; /* 0: never changed */
    const char *author;
    dc_time changed_at;
};

/* What a person wishes of one channel; -1 minutes: as the tenant has. */
struct notify_wish {
    int64_t person_id;
    int32_t channel;
    bool on;
    bool reachable; /* has an address, as far as is known */
    enum notify_digest digest;
    struct notify_quiet quiet;
    int32_t digest_at;
    int64_t sent_today;
};

/* The quiet hours that hold for somebody. */
struct notify_quiet notify_quiet_of(const struct notify_house *house,
                                    const struct notify_quiet *own);
/* When the quiet hours end that `at` lies in; `at` itself where it lies in none. */
dc_time notify_quiet_end(const struct notify_quiet *quiet, int32_t utc_offset_s, dc_time at);
/* The first moment after `after` that is the minute of a local day. */
dc_time notify_next_minute(int32_t minute, int32_t utc_offset_s, dc_time after);
/* When the local day of `at` began. */
dc_time notify_day_begin(int32_t utc_offset_s, dc_time at);

/* When something of that moment may go out: `at`, or the end of the quiet hours, unless the
 * deadline is still to come and would pass by then. deadline: 0 or INT64_MAX = none. */
dc_time notify_quiet_wait(const struct notify_quiet *quiet, int32_t utc_offset_s, dc_time deadline,
                          dc_time at);

/* Whether a notice made now goes out by the wish's channel, and when it is due. What comes within
 * `gather_s` is one message. deadline: of what the notice calls to, 0 = none; neither digest nor
 * quiet hours wait past one that is still to come. Above the limit of a day everything waits for
 * the next day's digest. */
bool notify_route(const struct notify_house *house, const struct notify_wish *wish,
                  int64_t gather_s, dc_time deadline, dc_time now, dc_time *ret_due);

/* "22:00" as a minute of the day, 00:00 to 23:59, strict. */
enum dc_code notify_minute_parse(const char *text, const char *field, int32_t *ret_minute,
                                 struct dc_error *error) DC_MUST_CHECK;

#endif
