/* message.c - header and body of a mail. */
#include "message.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/cleanup.h"

/* An encoded word has at most 75 characters: "=?UTF-8?B?" + 60 of base64 + "?=" = 72, made of 45
 * bytes; a header line at most 76. */
enum { WORD_BYTES = 45, LINE_MAX_CHARS = 76, BODY_LINE_BYTES = 57 };
#define BOUNDARY "=_dacheng_alternative"

bool
notify_address_is_valid(const char *address)
{
    const char *at = strchr(address, '@');
    size_t length = strlen(address);
    if (!at || at == address || at[1] == '\0' || strchr(at + 1, '@') || length > 254) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)address[i];
        if (c <= 0x20 || c >= 0x7f || strchr("<>()[],;:\\\"", c)) {
            return false;
        }
    }
    return true;
}

static void
add_base64(const char *data, size_t size, struct dc_text *text)
{
    char encoded[2 * BODY_LINE_BYTES];
    DC_ASSERT(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL) <= sizeof(encoded));
    sodium_bin2base64(encoded, sizeof(encoded), (const unsigned char *)data, size,
                      sodium_base64_VARIANT_ORIGINAL);
    dc_text_add(text, encoded);
}

static bool
is_plain(const char *value)
{
    for (const char *c = value; *c; c++) {
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) {
            return false;
        }
    }
    return strstr(value, "=?") == NULL;
}

void
notify_encode_words(const char *value, size_t used, struct dc_text *text)
{
    size_t length = strlen(value);
    if (is_plain(value) && used + length <= LINE_MAX_CHARS) {
        dc_text_add(text, value);
        return;
    }
    if (used > LINE_MAX_CHARS / 2) { /* too little room here: begin on a line of its own */
        dc_text_add(text, "\r\n ");
        used = 1;
    }
    for (size_t at = 0; at < length;) {
        size_t bytes = length - at < WORD_BYTES ? length - at : WORD_BYTES;
        if (at == 0 && used > 4) { /* the first word shares its line */
            size_t room = LINE_MAX_CHARS - 12 - used;
            bytes = bytes > room / 4 * 3 ? room / 4 * 3 : bytes;
        }
        /* A character is never cut: step back over continuation bytes. */
        while (at + bytes < length && ((unsigned char)value[at + bytes] & 0xc0) == 0x80) {
            bytes--;
        }
        DC_ASSERT(bytes > 0);
        dc_text_add(text, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        add_base64(value + at, bytes, text);
        dc_text_add(text, "?=");
        at += bytes;
    }
}

/* "name <address>"; a plain name is quoted, so that its dots and commas mean nothing. */
static void
add_mailbox(const char *field, const char *name, const char *address, struct dc_text *text)
{
    dc_text_printf(text, "%s: ", field);
    if (*name && is_plain(name) && !strpbrk(name, "\"\\") && strlen(name) < 50) {
        dc_text_printf(text, "\"%s\" ", name);
    } else if (*name) {
        notify_encode_words(name, is_plain(name) ? LINE_MAX_CHARS - 16 : strlen(field) + 2, text);
        dc_text_add(text, "\r\n ");
    }
    dc_text_printf(text, "<%s>\r\n", address);
}

static void
add_date(dc_time at, struct dc_text *text)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at / DC_SECOND);
    struct tm tm;
    DC_ASSERT(gmtime_r(&seconds, &tm));
    dc_text_printf(text, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
                   tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                   tm.tm_sec);
}

/* Lines of the text end with CR LF inside the encoding, as kinds of text wants it. */
static void
add_body(const char *body, struct dc_text *text)
{
    DC_AUTO_TEXT struct dc_text lines = DC_TEXT_INIT;
    while (*body) {
        size_t plain = strcspn(body, "\r\n");
        dc_text_append(&lines, body, plain);
        body += plain;
        if (*body) {
            dc_text_add(&lines, *body == '\n' ? "\r\n" : "");
            body++;
        }
    }
    for (size_t at = 0; at < lines.length; at += BODY_LINE_BYTES) {
        size_t bytes = lines.length - at < BODY_LINE_BYTES ? lines.length - at : BODY_LINE_BYTES;
        add_base64(lines.data + at, bytes, text);
        dc_text_add(text, "\r\n");
    }
}

static void
add_part(const char *type, const char *body, struct dc_text *text)
{
    dc_text_printf(text,
                   "--" BOUNDARY "\r\n"
                   "Content-Type: %s; charset=UTF-8\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\n",
                   type);
    add_body(body, text);
}

void
notify_mail_write(const struct notify_mail *mail, struct dc_text *text)
{
    DC_ASSERT(notify_address_is_valid(mail->from_address));
    DC_ASSERT(notify_address_is_valid(mail->to_address));
    add_date(mail->at, text);
    add_mailbox("From", mail->from_name, mail->from_address, text);
    add_mailbox("To", mail->to_name, mail->to_address, text);
    dc_text_add(text, "Subject: ");
    notify_encode_words(mail->subject, strlen("Subject: "), text);
    /* The parts are base64: no line of theirs can begin with the boundary's dashes. */
    dc_text_printf(text,
                   "\r\nMessage-ID: <%s>\r\n"
                   "MIME-Version: 1.0\r\n"
                   "Auto-Submitted: auto-generated\r\n"
                   "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\r\n\r\n",
                   mail->message_id);
    add_part("text/plain", mail->text, text);
    add_part("text/html", mail->html, text);
    dc_text_add(text, "--" BOUNDARY "--\r\n");
}
