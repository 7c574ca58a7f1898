/* Workbooks of any kind: whatever the bytes are, the reader comes back, within its bounds. */
#include "edge/xlsx.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum dc_code
check_row(void *context, const struct dc_xlsx_row *row, struct dc_error *error)
{
    int64_t *last = context;
    (void)error;
    DC_ASSERT(row->line > *last && row->line <= DC_XLSX_ROWS_MAX);
    DC_ASSERT(row->count > 0 && row->count <= DC_XLSX_COLUMNS_MAX);
    *last = row->line;
    for (size_t i = 0; i < row->count; i++) {
        char once[DC_XLSX_NUMBER_TEXT], twice[DC_XLSX_NUMBER_TEXT];
        DC_ASSERT(dc_utf8_is_valid(row->fields[i], strlen(row->fields[i])));
        if (dc_xlsx_number(row->fields[i], once)) {
            DC_ASSERT(dc_xlsx_number(once, twice) && strcmp(once, twice) == 0);
        }
    }
    return DC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t last = 0;
    struct dc_error error = {0};
    enum dc_code code = dc_xlsx_read(data, size, check_row, &last, &error);
    DC_ASSERT(code == DC_OK || (code == error.code && error.message[0] != '\0'));
    return 0;
}
