/* forms.c - answers the requests about forms. */
#include "handlers.h"

DC_HANDLER(reviews_list_forms, Reviews__ListFormsRequest, Reviews__ListFormsResponse)
{
    DC_TRY(dc_access_role(step, REVIEWS_READERS, error));
    DC_TRY(store_forms(step, &response->forms, &response->n_forms, error));
    return store_list_measures(step, 0, &response->measures, &response->n_measures, error);
}

DC_HANDLER(reviews_save_form, Reviews__SaveFormRequest, Reviews__SaveFormResponse)
{
    dc_step_subject(step, "form/%lld", (long long)(request->form ? request->form->id : 0));
    DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    if (!request->form) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "form", "a form is saved whole");
    }
    DC_TRY(form_check(request->form, error));
    Reviews__Form *form = dc_arena_memdup(step->arena, request->form, sizeof *request->form);
    DC_TRY(store_save_form(step, step->context->tenant_id, form, error));
    response->form = form;
    return DC_OK;
}
