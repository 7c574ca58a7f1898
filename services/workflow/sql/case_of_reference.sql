-- $1 tenant, $2 reference.
SELECT c.case_id, c.cycle_id, c.state FROM process_case c
WHERE c.tenant_id = $1 AND c.reference = $2 AND $2 <> ''
