-- Does another form have the code? $1 tenant, $2 form, $3 code.
SELECT EXISTS (SELECT FROM form WHERE tenant_id = $1 AND form_id <> $2 AND code = $3)
