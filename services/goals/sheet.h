/*
 * sheet.h - what the requests about the sheet share with its files.
 */
#ifndef DC_GOALS_SHEET_H
#define DC_GOALS_SHEET_H

#include "cells.h"

/* The sheet as GetSheet answers it. */
enum dc_code sheet_read(struct dc_step *step, const Goals__GetSheetRequest *request,
                        Goals__GetSheetResponse *response, struct dc_error *error) DC_MUST_CHECK;
/* Whose targets the caller may change. */
enum dc_code sheet_mark_changeable(struct dc_step *step, struct store_sheet *sheet,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Decides what was taken, writes it unless it is a preview or something was refused, and answers. */
enum dc_code sheet_finish(struct dc_step *step, struct cells *cells,
                          Goals__SaveCellsResponse *response, struct dc_error *error) DC_MUST_CHECK;

#endif
