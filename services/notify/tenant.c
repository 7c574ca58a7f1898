/* tenant.c - what a tenant allows: figures in mail, channels, limits, quiet hours. */
#include <string.h>

#include "base/text.h"
#include "handlers.h"
#include "service/access.h"

enum { PER_DAY_MAX = 10000, OFFSET_MAX = 14 * 60 };

static enum dc_code
need_administrator(struct dc_step *step, struct dc_error *error)
{
    DC_TRY(notify_need_person(step, error));
    return dc_access_group(step, DC_ROLE(SUPERVISOR) | DC_ROLE(SYSTEM_ADMIN), error);
}

static Notify__ChannelSetting *
make_channel(struct dc_step *step, const struct notify_house *house, int32_t channel)
{
    Notify__ChannelSetting *made =
        DC_NEW_MESSAGE(step->arena, Notify__ChannelSetting, notify__channel_setting__init);
    const struct notify_channel *kind = notify_channel_of(notify_settings_of(step), channel);
    made->channel = (Notify__Channel)channel;
    made->on = house->channels[channel].on;
    made->per_person_per_day = (int32_t)house->channels[channel].per_day;
    made->configured =
        notify_is_available(notify_settings_of(step), step->context->tenant_id, channel);
    made->provider = kind ? (char *)kind->provider : (char *)"";
    return made;
}

static Notify__TenantSettings *
make_settings(struct dc_step *step, const struct notify_house *house)
{
    struct dc_arena *arena = step->arena;
    Notify__TenantSettings *made =
        DC_NEW_MESSAGE(arena, Notify__TenantSettings, notify__tenant_settings__init);
    made->quiet = DC_NEW_MESSAGE(arena, Notify__QuietHours, notify__quiet_hours__init);
    made->quiet->off = house->quiet.off;
    made->quiet->from = (char *)notify_minute_text(arena, house->quiet.from);
    made->quiet->until = (char *)notify_minute_text(arena, house->quiet.until);
    made->scores_in_messages = house->scores;
    made->digest_at = (char *)notify_minute_text(arena, house->digest_at);
    made->utc_offset_minutes = house->utc_offset_s / 60;
    made->version = house->version;
    made->author = (char *)house->author;
    made->changed_at_us = house->changed_at;
    made->channels = DC_NEW_ARRAY(arena, Notify__ChannelSetting *, NOTIFY_CHANNELS);
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        made->channels[made->n_channels++] = make_channel(step, house, i);
    }
    return made;
}

DC_HANDLER(notify_get_tenant_settings, Notify__GetTenantSettingsRequest,
           Notify__GetTenantSettingsResponse)
{
    struct notify_house house;
    DC_TRY(need_administrator(step, error));
    DC_TRY(notify_store_house(step, step->context->tenant_id, notify_settings_of(step), &house,
                              error));
    response->settings = make_settings(step, &house);
    return DC_OK;
}

/* --- setting --------------------------------------------------------------------------------- */
static enum dc_code
take_channel(const Notify__ChannelSetting *one, size_t i, struct notify_house *house,
             struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof(field), "settings.channels[%zu]", i);
    if (one->channel < NOTIFY__CHANNEL__CHANNEL_MAIL || (int)one->channel >= NOTIFY_CHANNELS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "channel must be MAIL, SMS, DINGTALK, WECOM or FEISHU; the inbox is "
                             "always on");
    }
    if (one->per_person_per_day < 0 || one->per_person_per_day > PER_DAY_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "per_person_per_day is %d; 0 (no limit) to %d are allowed",
                             one->per_person_per_day, PER_DAY_MAX);
    }
    house->channels[one->channel].on = one->on;
    house->channels[one->channel].per_day = one->per_person_per_day;
    return DC_OK;
}

static enum dc_code
take_times(const Notify__TenantSettings *wanted, struct notify_house *house, struct dc_error *error)
{
    if (wanted->quiet) {
        house->quiet.off = wanted->quiet->off;
        DC_TRY(notify_minute_parse(wanted->quiet->from, "settings.quiet.from", &house->quiet.from,
                                   error));
        DC_TRY(notify_minute_parse(wanted->quiet->until, "settings.quiet.until",
                                   &house->quiet.until, error));
        if (house->quiet.from == house->quiet.until) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "settings.quiet.until",
                                 "is the same as from; say off for none");
        }
    }
    DC_TRY(notify_minute_parse(wanted->digest_at, "settings.digest_at", &house->digest_at, error));
    if (wanted->utc_offset_minutes < -OFFSET_MAX || wanted->utc_offset_minutes > OFFSET_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "settings.utc_offset_minutes",
                             "is %d; %d to %d are allowed", wanted->utc_offset_minutes, -OFFSET_MAX,
                             OFFSET_MAX);
    }
    house->utc_offset_s = wanted->utc_offset_minutes * 60;
    return DC_OK;
}

DC_HANDLER(notify_set_tenant_settings, Notify__SetTenantSettingsRequest,
           Notify__SetTenantSettingsResponse)
{
    const Notify__TenantSettings *wanted = request->settings;
    int64_t tenant_id = step->context->tenant_id;
    struct notify_house house;
    DC_TRY(need_administrator(step, error));
    if (!wanted) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "settings", "are missing");
    }
    DC_TRY(notify_store_house(step, tenant_id, notify_settings_of(step), &house, error));
    house.version = wanted->version;
    house.scores = wanted->scores_in_messages;
    for (size_t i = 0; i < wanted->n_channels; i++) {
        DC_TRY(take_channel(wanted->channels[i], i, &house, error));
    }
    DC_TRY(take_times(wanted, &house, error));
    DC_TRY(notify_store_save_house(step, &house, error));
    DC_TRY(notify_store_house(step, tenant_id, notify_settings_of(step), &house, error));
    response->settings = make_settings(step, &house);
    Notify__TenantSettingsChanged event = NOTIFY__TENANT_SETTINGS_CHANGED__INIT;
    event.settings = response->settings;
    dc_emit(step, tenant_id, "settings", &event.base);
    return DC_OK;
}
