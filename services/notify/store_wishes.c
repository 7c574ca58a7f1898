/* store_wishes.c - how people want to be told and what tenants allow, in the database. */
#include <notify_sql.h>

#include "store.h"

#define SQL(name) (&notify_statements[NOTIFY_##name])

static const char *
keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

/* Columns from `column` on: none at all, from, until. */
static struct notify_quiet
read_quiet(const struct dc_rows *rows, size_t row, int column)
{
    return (struct notify_quiet){dc_rows_bool(rows, row, column),
                                 (int32_t)dc_rows_int64(rows, row, column + 1),
                                 (int32_t)dc_rows_int64(rows, row, column + 2)};
}

static bool
is_channel(int64_t channel)
{
    return channel > 0 && channel < NOTIFY_CHANNELS;
}

enum dc_code
notify_store_person(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                    struct notify_person *ret_person, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL, *channels = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_PREFERENCES), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id)));
    DC_TRY(dc_db_run(step->db, SQL(LOAD_CHANNEL_PREFERENCES), &channels, error,
                     dc_p_int64(tenant_id), dc_p_int64(person_id)));
    *ret_person = (struct notify_person){
        .language = keep(step, rows, 0, 0),
        .quiet = read_quiet(rows, 0, 1),
        .digest_at = (int32_t)dc_rows_int64(rows, 0, 4),
        .email = keep(step, rows, 0, 5),
        .mobile = keep(step, rows, 0, 6),
        .name = keep(step, rows, 0, 7),
    };
    for (int i = 0; i < NOTIFY_CHANNELS; i++) {
        ret_person->channels[i].on = true;
        ret_person->channels[i].digest = NOTIFY_AT_ONCE;
    }
    for (size_t i = 0; i < dc_rows_count(channels); i++) {
        int64_t channel = dc_rows_int64(channels, i, 0);
        if (is_channel(channel)) {
            ret_person->channels[channel].on = dc_rows_bool(channels, i, 1);
            ret_person->channels[channel].digest =
                (enum notify_digest)dc_rows_int64(channels, i, 2);
        }
    }
    return DC_OK;
}

enum dc_code
notify_store_save_person(struct dc_step *step, const char *language,
                         const struct notify_person *person, struct dc_error *error)
{
    struct dc_param tenant = dc_p_int64(step->context->tenant_id);
    struct dc_param whom = dc_p_int64(step->context->person_id);
    int64_t channels[NOTIFY_CHANNELS], digests[NOTIFY_CHANNELS];
    bool on[NOTIFY_CHANNELS];
    size_t count = 0;
    for (int i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        channels[count] = i;
        on[count] = person->channels[i].on;
        digests[count++] = person->channels[i].digest;
    }
    DC_TRY(dc_db_run(step->db, SQL(SAVE_PREFERENCES), NULL, error, tenant, whom,
                     dc_p_bool(person->channels[NOTIFY__CHANNEL__CHANNEL_MAIL].on),
                     dc_p_text(language), dc_p_bool(person->quiet.off),
                     dc_p_int64(person->quiet.from), dc_p_int64(person->quiet.until),
                     dc_p_int64(person->digest_at)));
    return dc_db_run(step->db, SQL(SAVE_CHANNEL_PREFERENCES), NULL, error, tenant, whom,
                     dc_p_int64s(channels, count), dc_p_bools(on, count),
                     dc_p_int64s(digests, count));
}

enum dc_code
notify_store_wishes(struct dc_step *step, int64_t tenant_id, const int64_t *people,
                    size_t people_count, const int64_t *channels, size_t channel_count,
                    dc_time day_began, const struct notify_wish **ret_wishes, size_t *ret_count,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_WISHES), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(people, people_count), dc_p_int64s(channels, channel_count),
                     dc_p_time(day_began)));
    size_t count = dc_rows_count(rows);
    struct notify_wish *wishes = DC_NEW_ARRAY(step->arena, struct notify_wish, count);
    for (size_t i = 0; i < count; i++) {
        wishes[i] = (struct notify_wish){
            .person_id = dc_rows_int64(rows, i, 0),
            .channel = (int32_t)dc_rows_int64(rows, i, 1),
            .on = dc_rows_bool(rows, i, 2),
            .digest = (enum notify_digest)dc_rows_int64(rows, i, 3),
            .quiet = read_quiet(rows, i, 4),
            .digest_at = (int32_t)dc_rows_int64(rows, i, 7),
            .sent_today = dc_rows_int64(rows, i, 8),
            .reachable = dc_rows_bool(rows, i, 9),
        };
    }
    *ret_wishes = wishes;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
notify_store_house(struct dc_step *step, int64_t tenant_id, const struct notify_settings *settings,
                   struct notify_house *ret_house, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL, *channels = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_SETTING), &rows, error, dc_p_int64(tenant_id)));
    DC_TRY(
        dc_db_run(step->db, SQL(LOAD_CHANNEL_SETTINGS), &channels, error, dc_p_int64(tenant_id)));
    notify_house_default(settings, ret_house);
    if (dc_rows_count(rows) > 0) {
        ret_house->scores = dc_rows_bool(rows, 0, 0);
        ret_house->quiet = read_quiet(rows, 0, 1);
        ret_house->digest_at = (int32_t)dc_rows_int64(rows, 0, 4);
        ret_house->utc_offset_s = (int32_t)dc_rows_int64(rows, 0, 5) * 60;
        ret_house->version = dc_rows_int64(rows, 0, 6);
        ret_house->author = keep(step, rows, 0, 7);
        ret_house->changed_at = dc_rows_time(rows, 0, 8);
    }
    for (size_t i = 0; i < dc_rows_count(channels); i++) {
        int64_t channel = dc_rows_int64(channels, i, 0);
        if (is_channel(channel)) {
            ret_house->channels[channel].on = dc_rows_bool(channels, i, 1);
            ret_house->channels[channel].per_day = dc_rows_int64(channels, i, 2);
        }
    }
    return DC_OK;
}

enum dc_code
notify_store_save_house(struct dc_step *step, const struct notify_house *house,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct dc_param tenant = dc_p_int64(step->context->tenant_id);
    int64_t channels[NOTIFY_CHANNELS], limits[NOTIFY_CHANNELS];
    bool on[NOTIFY_CHANNELS];
    size_t count = 0;
    for (int i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        channels[count] = i;
        on[count] = house->channels[i].on;
        limits[count++] = house->channels[i].per_day;
    }
    DC_TRY(dc_db_run(step->db, SQL(SAVE_SETTING), &rows, error, tenant, dc_p_bool(house->scores),
                     dc_p_bool(house->quiet.off), dc_p_int64(house->quiet.from),
                     dc_p_int64(house->quiet.until), dc_p_int64(house->digest_at),
                     dc_p_int64(house->utc_offset_s / 60), dc_p_int64(house->version),
                     dc_p_text(step->context->account), dc_p_time(step->now)));
    if (dc_rows_affected(rows) != 1) {
        return dc_fail_field(error, DC_ABORTED, "settings.version",
                             "is %lld; somebody else has changed them meanwhile",
                             (long long)house->version);
    }
    return dc_db_run(step->db, SQL(SAVE_CHANNEL_SETTINGS), NULL, error, tenant,
                     dc_p_int64s(channels, count), dc_p_bools(on, count),
                     dc_p_int64s(limits, count));
}
