/*
 * message.h - a mail as bytes: RFC 5322 header, MIME, encoded words of RFC 2047 for what is not
 * ASCII. Plain text and the same as HTML (multipart/alternative), in UTF-8, base64, so that no
 * server between can harm it. Pure.
 */
#ifndef DC_NOTIFY_MESSAGE_H
#define DC_NOTIFY_MESSAGE_H

#include "base/text.h"
#include "base/time.h"

struct notify_mail {
    const char *from_name;
    const char *from_address;
    const char *to_name;
    const char *to_address;
    const char *subject;
    const char *text;
    const char *html;
    const char *message_id; /* without brackets */
    dc_time at;
};

/* Appends the message, lines ended by CR LF. */
void notify_mail_write(const struct notify_mail *mail, struct dc_text *text);
/* Appends a header's text, as encoded words where it is not plain ASCII; folds long ones.
 * `used`: how many characters the line has already. */
void notify_encode_words(const char *value, size_t used, struct dc_text *text);
/* The address can stand in an SMTP command: one '@', ASCII, no blanks, brackets or controls. */
bool notify_address_is_valid(const char *address);

#endif
