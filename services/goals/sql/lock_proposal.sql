-- Nobody else settles it until the commit.
-- $1 tenant, $2 proposal
SELECT state FROM proposal WHERE tenant_id = $1 AND proposal_id = $2 FOR UPDATE
