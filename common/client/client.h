/* client.h - what the files of the library share. */
#ifndef DC_CLIENT_H
#define DC_CLIENT_H

#include <string.h>

#include "base/text.h"
#include "edge/follow.h"

#include "dacheng.h"

struct dacheng {
    unsigned tag;
    struct dc_bus *bus;
    struct dacheng_subscription *subscription;
};
enum { CLIENT_TAG = 0x6463436c, CLIENT_TEXT = 4096 };

/* Writes what failed where the caller wants it; returns the code. */
int client_fail(struct dacheng_error *ret_error, const struct dc_error *error);

/* Options of a program that was built for an older header are shorter, for a newer one longer. */
#define CLIENT_OPTIONS(Type, given)                                                                \
    ({                                                                                             \
        Type options_ = {0};                                                                       \
        if (given) {                                                                               \
            memcpy(&options_, (given),                                                             \
                   (given)->size < sizeof(options_) ? (given)->size : sizeof(options_));           \
        }                                                                                          \
        options_;                                                                                  \
    })

/* --- position_file.c: one line for each stream -------------------------------------------------
 */
struct position_file;
/* Takes the lock. */
enum dc_code position_file_open(struct position_file **ret_file, const char *path,
                                struct dc_error *error) DC_MUST_CHECK;
void position_file_free(struct position_file *file);
DC_DEFINE_AUTO(position_file)
/* False: the stream does not stand in it. */
bool position_file_find(const struct position_file *file, const char *stream,
                        struct dc_place *ret_place);
/* Writes where the streams are; those that stood in it and are not followed are kept. */
enum dc_code position_file_save(struct position_file *file, const struct dc_follow *follow,
                                struct dc_error *error) DC_MUST_CHECK;

#endif
