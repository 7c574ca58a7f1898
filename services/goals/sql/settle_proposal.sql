-- What became of a proposal.
-- $1 tenant, $2 proposal, $3 state, $4 at, $5 who decided, $6 reason of the decision, $7 adjustment,
-- $8 Chinese and $9 English sentence of what went wrong
UPDATE proposal SET state = $3, settled_at = $4, decided_by = $5, decision_reason = $6,
                    adjustment_id = $7, problem_zh = $8, problem_en = $9, version = version + 1
WHERE tenant_id = $1 AND proposal_id = $2
