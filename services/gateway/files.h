/*
 * files.h - the console's files, read into memory once: what is not in the table is not served, so
 * no path can lead out of the directory.
 */
#ifndef GATEWAY_FILES_H
#define GATEWAY_FILES_H

#include <microhttpd.h>

#include "base/cleanup.h"
#include "base/error.h"

struct files;
/* directory "": none. Reads at most 128 MiB in 10,000 files; hidden files are left out. */
enum dc_code files_load(struct files **ret_files, const char *directory,
                        struct dc_error *error) DC_MUST_CHECK;
void files_free(struct files *files);
DC_DEFINE_AUTO(files)
size_t files_count(const struct files *files);

/* Queues the answer to GET or HEAD. A path without a file that a person could have typed (no dot in
 * its last part) is a page of the console: index.html. From any thread. */
enum MHD_Result files_answer(const struct files *files, struct MHD_Connection *connection,
                             const char *path);

#endif
