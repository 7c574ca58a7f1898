/* main.c - ingest: sales records in, totals of measures out, and back from a number to records. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &ingest_spec);
}
