/*
 * assert.h - asserts for bugs. Always on, cheap, at every entrance. Never on outside data.
 */
#ifndef DC_BASE_ASSERT_H
#define DC_BASE_ASSERT_H

_Noreturn void dc_assert_failed(const char *expression, const char *file, int line,
                                const char *function);

#define DC_ASSERT(expression)                                                                      \
    ((expression) ? (void)0 : dc_assert_failed(#expression, __FILE__, __LINE__, __func__))

#endif
