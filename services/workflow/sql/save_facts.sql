-- What a case is about by now. $1 tenant, $2 case, $3 names of facts, $4 their values.
UPDATE process_case SET fact_names = $3::text[], fact_values = $4::text[]
WHERE tenant_id = $1 AND case_id = $2
