/* gate.c - the breaker's row, before and after a piece of work. */
#include "gate.h"

#include "base/assert.h"
#include "edge/log.h"
#include "edge/metrics.h"

static struct dc_gauge *
gauge_of(const struct notify_channel *channel, struct dc_arena *arena)
{
    return dc_gauge("dacheng_notify_breaker",
                    dc_arena_printf(arena, "channel=\"%s\"", channel->name),
                    "Breaker of a channel: 0 closed, 1 open, 2 half open.");
}

enum dc_code
notify_gate_enter(struct dc_step *step, const struct notify_channel *channel,
                  struct notify_gate *gate, bool *ret_open, struct dc_error *error)
{
    const struct notify_settings *settings = notify_settings_of(step);
    struct notify_breaker_row rows[NOTIFY_CHANNELS];
    DC_TRY(notify_store_breakers(step, rows, error));
    *gate = (struct notify_gate){.channel = channel, .row = rows[channel->number]};
    *ret_open = dc_breaker_may_try(&gate->row.breaker, step->now);
    dc_gauge_set(gauge_of(channel, step->arena), gate->row.breaker.state);
    if (!*ret_open || gate->row.breaker.state == DC_BREAKER_CLOSED) {
        return DC_OK;
    }
    /* The pause is over: of all replicas one takes the trial. */
    DC_TRY(notify_store_lock_breaker(step, channel->number, &gate->row, error));
    *ret_open = dc_breaker_may_try(&gate->row.breaker, step->now);
    gate->trial = gate->row.breaker.state != DC_BREAKER_CLOSED;
    if (!*ret_open || !gate->trial) {
        return DC_OK;
    }
    gate->row.breaker = dc_breaker_next(&settings->breaker, &gate->row.breaker, DC_BREAKER_TRIAL,
                                        step->now, settings->lease_s);
    return notify_store_save_breaker(step, channel->number, &gate->row, error);
}

enum dc_breaker_event
notify_breaker_event_of(enum notify_outcome outcome)
{
    switch (outcome) {
    case NOTIFY_FAULT:
        return DC_BREAKER_FAULTY;
    case NOTIFY_THROTTLED:
        return DC_BREAKER_TOO_FAST;
    default:
        return DC_BREAKER_ALIVE;
    }
}

bool
notify_gate_see(struct notify_gate *gate, const struct notify_settings *settings,
                const struct notify_verdict *verdict, dc_time now, struct dc_arena *arena)
{
    enum dc_breaker_event event = notify_breaker_event_of(verdict->outcome);
    bool quiet = event == DC_BREAKER_ALIVE && gate->row.breaker.state == DC_BREAKER_CLOSED &&
                 gate->row.breaker.faults == 0;
    DC_ASSERT(gate->seen_count < NOTIFY_GATE_EVENTS);
    gate->seen[gate->seen_count++] = event;
    gate->dirty |= !quiet;
    if (event != DC_BREAKER_ALIVE) {
        gate->row.last_fault = dc_arena_strdup(arena, verdict->answer);
    }
    gate->row.breaker =
        dc_breaker_next(&settings->breaker, &gate->row.breaker, event, now, settings->lease_s);
    return gate->row.breaker.state == DC_BREAKER_CLOSED;
}

static void
say(struct dc_step *step, const struct notify_channel *channel,
    const struct notify_breaker_row *row)
{
    bool closed = row->breaker.state == DC_BREAKER_CLOSED;
    dc_log(
        closed ? DC_LOG_INFO : DC_LOG_WARN,
        closed ? "a channel works again" : "a channel does not work; it is left alone for a while",
        DC_LOG_FIELDS({"channel", channel->name}, {"provider", channel->provider},
                      {"state", dc_breaker_name(row->breaker.state)}, {"answer", row->last_fault}));
    dc_gauge_set(gauge_of(channel, step->arena), row->breaker.state);
}

enum dc_code
notify_gate_leave(struct dc_step *step, struct notify_gate *gate, dc_time now,
                  struct dc_error *error)
{
    const struct notify_settings *settings = notify_settings_of(step);
    struct notify_breaker_row row;
    if (!gate->dirty) {
        return DC_OK;
    }
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(notify_store_lock_breaker(step, gate->channel->number, &row, error));
    enum dc_breaker_state before = row.breaker.state;
    for (size_t i = 0; i < gate->seen_count; i++) {
        row.breaker = dc_breaker_next(&settings->breaker, &row.breaker, gate->seen[i], now,
                                      settings->lease_s);
        if (gate->seen[i] != DC_BREAKER_ALIVE) {
            row.last_fault = gate->row.last_fault;
        }
    }
    DC_TRY(notify_store_save_breaker(step, gate->channel->number, &row, error));
    DC_TRY(dc_step_commit(step, error));
    if (row.breaker.state != before) {
        say(step, gate->channel, &row);
    }
    return DC_OK;
}
