-- Files with bytes that have not been read: tenant and run. (A function of the owner: it sees all
-- tenants, and answers ids only.)
SELECT tenant_id, run_id FROM files_to_read() LIMIT 100
