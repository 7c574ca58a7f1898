/* sms.c - numbers, and the provider's templates by sms.templates. */
#include <string.h>

#include "base/text.h"
#include "channel.h"

enum { PARAMETERS_MAX = 16, DIGITS_MIN = 5, DIGITS_MAX = 15 }; /* E.164 */

enum dc_code
notify_number(struct dc_arena *arena, const char *country, const char *mobile,
              const char **ret_number, struct dc_error *error)
{
    char digits[DIGITS_MAX + 1];
    size_t count = 0;
    bool foreign = *mobile == '+' || strncmp(mobile, "00", 2) == 0;
    const char *start = *mobile == '+' ? mobile + 1 : mobile + (foreign ? 2 : 0);
    for (const char *c = start; *c; c++) {
        if (*c == ' ' || *c == '-') {
            continue;
        }
        if (*c < '0' || *c > '9' || count >= DIGITS_MAX) {
            return dc_fail(error, DC_INVALID_ARGUMENT, "the telephone number is not valid");
        }
        digits[count++] = *c;
    }
    digits[count] = '\0';
    if (*mobile == '\0') {
        return dc_fail(error, DC_NOT_FOUND, "no telephone number is known");
    }
    if (count < DIGITS_MIN) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the telephone number is not valid");
    }
    *ret_number = dc_arena_printf(arena, "+%s%s", foreign ? "" : country, digits);
    return DC_OK;
}

/* --- sms.templates ------------------------------------------------------------------------- */
struct row {
    const char *key; /* "tasks_reminded", "tasks_reminded.en", "*", "*.en" */
    size_t key_length;
    const char *id;
    size_t id_length;
    const char *parameters; /* the rest of the row */
};

/* The next word of *rest; length 0 at the end. */
static const char *
word(const char **rest, size_t *ret_length)
{
    const char *start = *rest + strspn(*rest, " \t");
    *ret_length = strcspn(start, " \t");
    *rest = start + *ret_length;
    return start;
}

static bool
read_row(const char *text, struct row *ret_row)
{
    const char *rest = text;
    ret_row->key = word(&rest, &ret_row->key_length);
    ret_row->id = word(&rest, &ret_row->id_length);
    ret_row->parameters = rest;
    return ret_row->key_length > 0 && ret_row->id_length > 0;
}

/* "count=number": their name and ours; one name is both. */
static void
split(const char *start, size_t length, size_t *ret_their_length, const char **ret_ours,
      size_t *ret_our_length)
{
    const char *equals = memchr(start, '=', length);
    *ret_their_length = equals ? (size_t)(equals - start) : length;
    *ret_ours = equals ? equals + 1 : start;
    *ret_our_length = equals ? length - *ret_their_length - 1 : length;
}

static enum dc_code
check_row(struct dc_arena *arena, const char *text, struct dc_error *error)
{
    struct row row;
    if (!read_row(text, &row)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "sms.templates",
                             "\"%s\": a template of ours (or *), one of the provider's, and its "
                             "parameters are expected",
                             text);
    }
    size_t dot = row.key_length;
    for (size_t i = 0; i < row.key_length; i++) {
        dot = row.key[i] == '.' && dot == row.key_length ? i : dot;
    }
    const char *name = dc_arena_strndup(arena, row.key, dot);
    size_t length, count = 0;
    for (const char *rest = row.parameters, *one; one = word(&rest, &length), length > 0;) {
        size_t theirs, ours;
        const char *our_name;
        split(one, length, &theirs, &our_name, &ours);
        if (++count > PARAMETERS_MAX || theirs == 0 ||
            !notify_template_is_open(name, dc_arena_strndup(arena, our_name, ours))) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "sms.templates",
                                 "\"%s\": {%.*s} may not go by SMS; allowed are%s", text, (int)ours,
                                 our_name, notify_template_open_names(name));
        }
    }
    return DC_OK;
}

static bool
is_key(const struct row *row, const char *name, const char *language)
{
    char wanted[96];
    snprintf(wanted, sizeof(wanted), "%s%s%s", name, *language ? "." : "", language);
    return strlen(wanted) == row->key_length && memcmp(wanted, row->key, row->key_length) == 0;
}

static bool
find_row(const struct notify_settings *settings, const char *name, const char *language,
         struct row *ret_row)
{
    for (size_t i = 0; i < settings->sms_template_count; i++) {
        if (read_row(settings->sms_templates[i], ret_row) && is_key(ret_row, name, language)) {
            return true;
        }
    }
    return false;
}

enum dc_code
notify_sms_check(const struct notify_settings *settings, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct row row;
    for (size_t i = 0; i < settings->sms_template_count; i++) {
        DC_TRY(check_row(arena, settings->sms_templates[i], error));
    }
    if (!find_row(settings, NOTIFY_DIGEST, "", &row) && !find_row(settings, "*", "", &row)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "sms.templates",
                             "needs a row for digest (several things in one message), or for *");
    }
    return DC_OK;
}

static const char *
value_of(const struct notify_params *params, const char *name, size_t length)
{
    for (size_t i = 0; i < params->count; i++) {
        if (strlen(params->names[i]) == length && memcmp(params->names[i], name, length) == 0) {
            return params->values[i];
        }
    }
    return "";
}

enum dc_code
notify_sms_of(struct dc_arena *arena, const struct notify_settings *settings,
              const struct notify_message *message, struct notify_sms *ret_sms,
              struct dc_error *error)
{
    struct row row;
    if (!find_row(settings, message->template_name, message->language, &row) &&
        !find_row(settings, message->template_name, "", &row) &&
        !find_row(settings, "*", message->language, &row) && !find_row(settings, "*", "", &row)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "sms.templates has no row for %s",
                       message->template_name);
    }
    struct notify_sms sms = {
        .template_id = dc_arena_strndup(arena, row.id, row.id_length),
        .names = DC_NEW_ARRAY(arena, const char *, PARAMETERS_MAX),
        .values = DC_NEW_ARRAY(arena, const char *, PARAMETERS_MAX),
    };
    size_t length;
    for (const char *rest = row.parameters, *one; one = word(&rest, &length), length > 0;) {
        size_t theirs, ours;
        const char *our_name;
        split(one, length, &theirs, &our_name, &ours);
        if (sms.count < PARAMETERS_MAX) {
            sms.names[sms.count] = dc_arena_strndup(arena, one, theirs);
            sms.values[sms.count++] = value_of(&message->open, our_name, ours);
        }
    }
    *ret_sms = sms;
    return DC_OK;
}

void
notify_sms_judge(const struct notify_meaning *meanings, const char *code, const char *sentence,
                 const char *receipt, long http_status, struct notify_verdict *ret_verdict)
{
    if (code) {
        ret_verdict->outcome = notify_meaning_of(meanings, code, NOTIFY_LATER);
        notify_answer_printf(ret_verdict, "%s: %s", code, sentence ? sentence : "");
        notify_one_line(receipt ? receipt : "", ret_verdict->receipt, NOTIFY_RECEIPT_MAX);
    } else {
        ret_verdict->outcome = NOTIFY_LATER;
        notify_answer_printf(ret_verdict, "HTTP %ld without a Code", http_status);
    }
}
