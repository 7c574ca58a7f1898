-- Adds a batch to a run. $1 tenant, $2 run, $3 rows, $4 created, $5 changed, $6 unchanged,
-- $7 deleted, $8 rejected, $9 amount in, $10 amount accepted, $11 encoding.
UPDATE run SET rows = rows + $3, created = created + $4, changed = changed + $5,
               unchanged = unchanged + $6, deleted = deleted + $7, rejected = rejected + $8,
               amount_in = amount_in + $9::numeric, amount_accepted = amount_accepted + $10::numeric,
               encoding = $11
WHERE tenant_id = $1 AND run_id = $2
