/* html.c - a mail's text as HTML. Styles stand in the elements: mail programs drop the rest. */
#include <string.h>

#include "base/text.h"
#include "compose.h"

#define BUTTON                                                                                     \
    "display:inline-block;padding:10px 20px;background:#1f6feb;color:#ffffff;"                     \
    "text-decoration:none;border-radius:6px"
#define LINK "color:#1f6feb"

static void
add_escaped(struct dc_text *html, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        size_t plain = 0;
        while (text + plain < end && !strchr("&<>\"", text[plain])) {
            plain++;
        }
        dc_text_append(html, text, plain);
        text += plain;
        if (text < end) {
            dc_text_add(html, *text == '&'   ? "&amp;"
                              : *text == '<' ? "&lt;"
                              : *text == '>' ? "&gt;"
                                             : "&quot;");
            text++;
        }
    }
}

static void
add_link(struct dc_text *html, const char *url, size_t length, const char *style, const char *label)
{
    dc_text_add(html, "<a href=\"");
    add_escaped(html, url, length);
    dc_text_printf(html, "\" style=\"%s\">", style);
    if (label) {
        dc_text_add(html, label);
    } else {
        add_escaped(html, url, length);
    }
    dc_text_add(html, "</a>");
}

/* An address ends at a blank. */
static size_t
address_length(const char *at, const char *end, const char *base_url)
{
    size_t base = strlen(base_url), length = 0;
    if (base == 0 || (size_t)(end - at) < base || memcmp(at, base_url, base) != 0) {
        return 0;
    }
    while (at + length < end && (unsigned char)at[length] > 0x20) {
        length++;
    }
    return length;
}

static void
add_line(struct dc_text *html, const char *line, size_t length, const char *base_url,
         const char *button)
{
    const char *end = line + length;
    size_t whole = address_length(line, end, base_url);
    if (whole > 0 && whole == length) {
        add_link(html, line, length, BUTTON, button);
        return;
    }
    const char *plain = line; /* not written yet */
    for (const char *at = line; at < end;) {
        size_t url = address_length(at, end, base_url);
        if (url > 0) {
            add_escaped(html, plain, (size_t)(at - plain));
            add_link(html, at, url, LINK, NULL);
            plain = at + url;
        }
        at += url > 0 ? url : 1;
    }
    add_escaped(html, plain, (size_t)(end - plain));
}

const char *
notify_html(struct dc_arena *arena, const char *text, const char *base_url, const char *language)
{
    DC_AUTO_TEXT struct dc_text html = DC_TEXT_INIT;
    bool english = strcmp(language, "en") == 0;
    dc_text_printf(&html,
                   "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width\"></head>\n"
                   "<body style=\"font:16px/1.6 sans-serif;color:#1f2328;max-width:36em;"
                   "margin:0 auto;padding:16px\">\n<p>",
                   english ? "en" : "zh-CN");
    bool fresh = true; /* nothing in this paragraph yet */
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        if (length == 0) {
            dc_text_add(&html, fresh ? "" : "</p>\n<p>");
            fresh = true;
        } else {
            dc_text_add(&html, fresh ? "" : "<br>\n");
            add_line(&html, line, length, base_url, english ? "Open" : "打开");
            fresh = false;
        }
        line += length + (line[length] == '\n');
    }
    dc_text_add(&html, "</p>\n</body></html>\n");
    return dc_arena_strndup(arena, dc_text_cstr(&html), html.length);
}
