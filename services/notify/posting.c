/* posting.c - from notices that were made to what goes out: for each person and channel what the
 * tenant allows and the person wishes, then into the delivery that gathers. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "handlers.h"

enum { EVENT_PEOPLE = 1000, PIECE = 5000 };

bool
notify_is_available(const struct notify_settings *settings, int64_t tenant_id, int32_t channel)
{
    bool robot = channel >= NOTIFY__CHANNEL__CHANNEL_DINGTALK;
    return notify_channel_of(settings, channel) &&
           (!robot || settings->robot_tenant_id == 0 || settings->robot_tenant_id == tenant_id);
}

/* Nobody's inbox is locked: in which order a person's events come says nothing, whoever hears one
 * looks again. */
void
notify_tell_posted(struct dc_step *step, int64_t tenant_id, const char *template_name,
                   const int64_t *people, size_t count)
{
    for (size_t at = 0; at < count; at += EVENT_PEOPLE) {
        Notify__NoticesPosted event = NOTIFY__NOTICES_POSTED__INIT;
        event.person_ids = (int64_t *)people + at;
        event.n_person_ids = count - at < EVENT_PEOPLE ? count - at : EVENT_PEOPLE;
        event.template_ = (char *)template_name;
        dc_emit(step, tenant_id, dc_arena_printf(step->arena, "person/%lld", (long long)people[at]),
                &event.base);
    }
}

/* One event for all notices of a template, whose people stand next to each other in `made` for
 * the most part. */
static void
tell_made(struct dc_step *step, int64_t tenant_id, const struct notify_made *made, size_t count)
{
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    bool *told = DC_NEW_ARRAY(step->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        if (told[i]) {
            continue;
        }
        size_t n = 0;
        for (size_t k = i; k < count; k++) {
            if (!told[k] && strcmp(made[k].template_name, made[i].template_name) == 0) {
                told[k] = true;
                people[n++] = made[k].person_id;
            }
        }
        notify_tell_posted(step, tenant_id, made[i].template_name, people, n);
    }
}

static int
compare_wishes(const void *a, const void *b)
{
    const struct notify_wish *x = a, *y = b;
    if (x->person_id != y->person_id) {
        return x->person_id < y->person_id ? -1 : 1;
    }
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static const struct notify_wish *
wish_of(const struct notify_wish *wishes, size_t count, int64_t person_id, int64_t channel)
{
    struct notify_wish wanted = {.person_id = person_id, .channel = (int32_t)channel};
    return bsearch(&wanted, wishes, count, sizeof(*wishes), compare_wishes);
}

/* The channels asked for that are there. */
static size_t
choose_channels(const struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
                const struct notify_house *house, int64_t channels[NOTIFY_CHANNELS])
{
    size_t count = 0;
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        if ((way->channels & (1u << i)) && house->channels[i].on &&
            notify_is_available(notify_settings_of(step), tenant_id, i)) {
            channels[count++] = i;
        }
    }
    return count;
}

static void
wake_channels(struct dc_step *step, const int64_t *channels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct notify_channel *channel =
            notify_channel_of(notify_settings_of(step), (int32_t)channels[i]);
        dc_wake_on_commit(step, channel->name);
    }
}

static enum dc_code
gather_piece(struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
             const struct notify_house *house, const int64_t *channels, size_t channel_count,
             const struct notify_made *made, size_t count, struct dc_error *error)
{
    size_t room = count * channel_count, n = 0;
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *notices = DC_NEW_ARRAY(step->arena, int64_t, room);
    int64_t *whom = DC_NEW_ARRAY(step->arena, int64_t, room);
    int64_t *by = DC_NEW_ARRAY(step->arena, int64_t, room);
    const char **templates = DC_NEW_ARRAY(step->arena, const char *, room);
    dc_time *due = DC_NEW_ARRAY(step->arena, dc_time, room);
    dc_time *deadlines = DC_NEW_ARRAY(step->arena, dc_time, room);
    const struct notify_wish *wishes = NULL;
    size_t wish_count = 0;
    for (size_t i = 0; i < count; i++) {
        people[i] = made[i].person_id;
    }
    DC_TRY(notify_store_wishes(step, tenant_id, people, count, channels, channel_count,
                               notify_day_begin(house->utc_offset_s, step->now), &wishes,
                               &wish_count, error));
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < channel_count; c++) {
            const struct notify_wish *wish =
                wish_of(wishes, wish_count, made[i].person_id, channels[c]);
            DC_ASSERT(wish); /* there is a row for every person and channel */
            if (notify_route(house, wish, notify_settings_of(step)->gather_s, way->deadline,
                             step->now, &due[n])) {
                notices[n] = made[i].id;
                whom[n] = made[i].person_id;
                by[n] = channels[c];
                deadlines[n] = way->deadline > 0 ? way->deadline : INT64_MAX;
                templates[n++] = made[i].template_name;
            }
        }
    }
    struct notify_gathering gathering = {notices, whom, by, templates, due, deadlines, n};
    return n > 0 ? notify_store_gather(step, tenant_id, &gathering, error) : DC_OK;
}

enum dc_code
notify_send_made(struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
                 const struct notify_made *made, size_t count, struct dc_error *error)
{
    struct notify_house house;
    int64_t channels[NOTIFY_CHANNELS];
    if (count == 0) {
        return DC_OK;
    }
    tell_made(step, tenant_id, made, count);
    DC_TRY(notify_store_house(step, tenant_id, notify_settings_of(step), &house, error));
    size_t channel_count = choose_channels(step, tenant_id, way, &house, channels);
    for (size_t at = 0; channel_count > 0 && at < count; at += PIECE) {
        size_t piece = count - at < PIECE ? count - at : PIECE;
        DC_TRY(gather_piece(step, tenant_id, way, &house, channels, channel_count, made + at, piece,
                            error));
    }
    wake_channels(step, channels, channel_count);
    return DC_OK;
}

enum dc_code
notify_post(struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
            const struct notify_post *posts, size_t count, struct dc_error *error)
{
    const struct notify_made *made = NULL;
    size_t made_count = 0;
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(notify_store_post(step, tenant_id, posts, count, &made, &made_count, error));
    return notify_send_made(step, tenant_id, way, made, made_count, error);
}
