-- The newest version of the approval that is for a purpose; of several codes the first. $1 tenant,
-- $2 purpose.
SELECT code FROM (SELECT DISTINCT ON (code) code, purpose, approval
                  FROM definition WHERE tenant_id = $1 ORDER BY code, version DESC) newest
WHERE purpose = $2 AND approval
ORDER BY code LIMIT 1
