-- Who adjusted, and why. $1 tenant, $2 adjustment, $3 person, $4 account, $5 reason, $6 effective
-- on, $7 instant.
INSERT INTO adjustment (tenant_id, adjustment_id, author_person_id, author, reason, effective_on,
                        at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, adjustment_id) DO NOTHING;
