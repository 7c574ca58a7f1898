/* preferences.c - how somebody wants to be told, and a message to oneself to try it. */
#include <string.h>

#include "base/text.h"
#include "handlers.h"

enum { TESTS_MAX = 5, TESTS_WITHIN_S = 600 };

const char *
notify_minute_text(struct dc_arena *arena, int32_t minute)
{
    return minute < 0 ? "" : dc_arena_printf(arena, "%02d:%02d", minute / 60, minute % 60);
}

/* "138****5678", "z***@demo.example": enough to know one's own. */
static const char *
mask(struct dc_arena *arena, const struct notify_person *person, int32_t channel)
{
    if (channel == NOTIFY__CHANNEL__CHANNEL_MAIL) {
        const char *at = strchr(person->email, '@');
        return at ? dc_arena_printf(arena, "%.1s***%s", person->email, at) : "";
    }
    size_t length = strlen(person->mobile);
    return length < 8 ? ""
                      : dc_arena_printf(arena, "%.*s****%s", (int)length - 8, person->mobile,
                                        person->mobile + length - 4);
}

static Notify__QuietHours *
make_quiet(struct dc_arena *arena, const struct notify_quiet *quiet)
{
    Notify__QuietHours *hours =
        DC_NEW_MESSAGE(arena, Notify__QuietHours, notify__quiet_hours__init);
    hours->off = quiet->off;
    hours->from = (char *)notify_minute_text(arena, quiet->from);
    hours->until = (char *)notify_minute_text(arena, quiet->until);
    return hours;
}

static Notify__ChannelPreference *
make_channel(struct dc_step *step, const struct notify_person *person,
             const struct notify_house *house, int32_t channel)
{
    Notify__ChannelPreference *made =
        DC_NEW_MESSAGE(step->arena, Notify__ChannelPreference, notify__channel_preference__init);
    made->channel = (Notify__Channel)channel;
    made->on = person->channels[channel].on;
    made->digest = (Notify__Digest)person->channels[channel].digest;
    made->available =
        house->channels[channel].on &&
        notify_is_available(notify_settings_of(step), step->context->tenant_id, channel);
    made->address = (char *)mask(step->arena, person, channel);
    return made;
}

static enum dc_code
fill_preferences(struct dc_step *step, Notify__Preferences **ret_preferences,
                 struct notify_house *ret_house, struct dc_error *error)
{
    struct notify_person person;
    Notify__Preferences *made =
        DC_NEW_MESSAGE(step->arena, Notify__Preferences, notify__preferences__init);
    DC_TRY(notify_store_person(step, step->context->tenant_id, step->context->person_id, &person,
                               error));
    DC_TRY(notify_store_house(step, step->context->tenant_id, notify_settings_of(step), ret_house,
                              error));
    made->mail = person.channels[NOTIFY__CHANNEL__CHANNEL_MAIL].on;
    made->language = (char *)person.language;
    made->quiet = make_quiet(step->arena, &person.quiet);
    made->digest_at = (char *)notify_minute_text(step->arena, person.digest_at);
    made->channels = DC_NEW_ARRAY(step->arena, Notify__ChannelPreference *, NOTIFY_CHANNELS);
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        made->channels[made->n_channels++] = make_channel(step, &person, ret_house, i);
    }
    *ret_preferences = made;
    return DC_OK;
}

DC_HANDLER(notify_get_preferences, Notify__GetPreferencesRequest, Notify__GetPreferencesResponse)
{
    struct notify_house house;
    DC_TRY(notify_need_person(step, error));
    DC_TRY(fill_preferences(step, &response->preferences, &house, error));
    response->tenant_quiet = make_quiet(step->arena, &house.quiet);
    response->tenant_digest_at = (char *)notify_minute_text(step->arena, house.digest_at);
    return DC_OK;
}

/* --- setting --------------------------------------------------------------------------------- */
static enum dc_code
take_channels(const Notify__Preferences *wanted, struct notify_person *person,
              struct dc_error *error)
{
    if (wanted->n_channels == 0) {
        person->channels[NOTIFY__CHANNEL__CHANNEL_MAIL].on = wanted->mail;
    }
    for (size_t i = 0; i < wanted->n_channels; i++) {
        const Notify__ChannelPreference *one = wanted->channels[i];
        char field[DC_ERROR_FIELD_MAX];
        snprintf(field, sizeof(field), "preferences.channels[%zu]", i);
        if (one->channel < NOTIFY__CHANNEL__CHANNEL_MAIL || (int)one->channel >= NOTIFY_CHANNELS) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "channel must be MAIL, SMS, DINGTALK, WECOM or FEISHU; the inbox "
                                 "is always on");
        }
        if (one->digest < 0 || one->digest > NOTIFY__DIGEST__DIGEST_DAILY) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "digest must be AT_ONCE, HOURLY or DAILY");
        }
        person->channels[one->channel].on = one->on;
        person->channels[one->channel].digest =
            one->digest == 0 ? NOTIFY_AT_ONCE : (enum notify_digest)one->digest;
    }
    return DC_OK;
}

static enum dc_code
take_quiet(const Notify__QuietHours *wanted, struct notify_quiet *quiet, struct dc_error *error)
{
    if (!wanted) {
        return DC_OK;
    }
    *quiet = (struct notify_quiet){wanted->off, -1, -1};
    if (*wanted->from == '\0' && *wanted->until == '\0') {
        return DC_OK;
    }
    DC_TRY(notify_minute_parse(wanted->from, "preferences.quiet.from", &quiet->from, error));
    DC_TRY(notify_minute_parse(wanted->until, "preferences.quiet.until", &quiet->until, error));
    if (quiet->from == quiet->until) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "preferences.quiet.until",
                             "is the same as from; say off for none");
    }
    return DC_OK;
}

DC_HANDLER(notify_set_preferences, Notify__SetPreferencesRequest, Notify__SetPreferencesResponse)
{
    const Notify__Preferences *wanted = request->preferences;
    struct notify_person person;
    struct notify_house house;
    DC_TRY(notify_need_person(step, error));
    if (!wanted) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "preferences", "are missing");
    }
    if (*wanted->language && strcmp(wanted->language, "zh-CN") != 0 &&
        strcmp(wanted->language, "en") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "preferences.language",
                             "must be zh-CN, en, or empty for the one that org has");
    }
    DC_TRY(notify_store_person(step, step->context->tenant_id, step->context->person_id, &person,
                               error));
    DC_TRY(take_channels(wanted, &person, error));
    DC_TRY(take_quiet(wanted->quiet, &person.quiet, error));
    if (*wanted->digest_at) {
        DC_TRY(notify_minute_parse(wanted->digest_at, "preferences.digest_at", &person.digest_at,
                                   error));
    } else if (wanted->n_channels > 0) {
        person.digest_at = -1;
    }
    DC_TRY(notify_store_save_person(step, wanted->language, &person, error));
    return fill_preferences(step, &response->preferences, &house, error);
}

/* --- a message to oneself ----------------------------------------------------------------------
 */
DC_HANDLER(notify_send_test, Notify__SendTestRequest, Notify__SendTestResponse)
{
    int64_t tenant_id = step->context->tenant_id;
    int32_t channel = (int32_t)request->channel;
    struct notify_house house;
    const struct notify_made *made = NULL;
    size_t count = 0;
    DC_TRY(notify_need_person(step, error));
    DC_TRY(notify_store_house(step, tenant_id, notify_settings_of(step), &house, error));
    if (channel < NOTIFY__CHANNEL__CHANNEL_MAIL || channel >= NOTIFY_CHANNELS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "channel",
                             "must be MAIL, SMS, DINGTALK, WECOM or FEISHU");
    }
    if (!house.channels[channel].on ||
        !notify_is_available(notify_settings_of(step), tenant_id, channel)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "channel",
                             "is not set up, or the tenant has it off");
    }
    struct notify_post post = {
        .person_id = step->context->person_id,
        .cause = dc_arena_printf(step->arena, "test/%d/%lld", channel, (long long)step->now),
        .template_name = NOTIFY_TEST,
        .params = "{}",
        .fold = NOTIFY_TEST,
    };
    DC_TRY(notify_store_post(step, tenant_id, &post, 1, &made, &count, error));
    if (count > 0) {
        DC_TRY(notify_store_queue_test(step, channel, made[0].id,
                                       step->now - TESTS_WITHIN_S * (dc_time)DC_SECOND, TESTS_MAX,
                                       &response->delivery_id, error));
    }
    if (response->delivery_id == 0) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED,
                       "at most %d test messages in %d minutes; please wait", TESTS_MAX,
                       TESTS_WITHIN_S / 60);
    }
    notify_tell_posted(step, tenant_id, NOTIFY_TEST, &post.person_id, 1);
    dc_wake_on_commit(step, notify_channel_of(notify_settings_of(step), channel)->name);
    return DC_OK;
}
