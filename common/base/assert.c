/* assert.c - how a bug ends the process: one line that says where, then abort (a core to look at).
 */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void
dc_assert_failed(const char *expression, const char *file, int line, const char *function)
{
    char text[512];
    int length = snprintf(text, sizeof text, "%s:%d: %s: bug: %s does not hold\n", file, line,
                          function, expression);
    if (length > (int)sizeof text - 1) {
        length = (int)sizeof text - 1;
    }
    /* write(2): stdio may be in any state here. Nothing is left to do when it fails. */
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) {
        abort();
    }
    abort();
}
