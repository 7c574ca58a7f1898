/* template_internal.h - between template.c and the files that it reads. */
#ifndef DC_NOTIFY_TEMPLATE_INTERNAL_H
#define DC_NOTIFY_TEMPLATE_INTERNAL_H

struct notify_template_file {
    const char *name;
    const char *language;
    const char *text;
};
/* zh-CN before en; ended by a NULL name. */
extern const struct notify_template_file notify_template_files[];

#endif
