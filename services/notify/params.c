/* params.c - a notice's parameters as JSON, for the database. */
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "template.h"

const char *
notify_params_write(struct dc_arena *arena, const struct notify_params *params)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "{");
    for (size_t i = 0; i < params->count; i++) {
        dc_text_add(&text, i > 0 ? "," : "");
        dc_text_add_json_string(&text, params->names[i], strlen(params->names[i]));
        dc_text_add(&text, ":");
        dc_text_add_json_string(&text, params->values[i], strlen(params->values[i]));
    }
    dc_text_add(&text, "}");
    return dc_arena_strndup(arena, dc_text_cstr(&text), text.length);
}

enum dc_code
notify_params_read(struct dc_arena *arena, const char *json, struct notify_params *ret_params,
                   struct dc_error *error)
{
    json_error_t where;
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(object)) {
        json_decref(object);
        return dc_fail(error, DC_DATA_LOSS, "a notice's parameters are damaged: %s", where.text);
    }
    size_t count = json_object_size(object);
    struct notify_params params = {DC_NEW_ARRAY(arena, const char *, count + 1),
                                   DC_NEW_ARRAY(arena, const char *, count + 1), 0};
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (json_is_string(value)) {
            params.names[params.count] = dc_arena_strdup(arena, name);
            params.values[params.count++] = dc_arena_strdup(arena, json_string_value(value));
        }
    }
    json_decref(object);
    *ret_params = params;
    return DC_OK;
}
