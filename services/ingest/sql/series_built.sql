-- $1 tenant, $2 series, $3 built to.
UPDATE series SET built_to = $3 WHERE tenant_id = $1 AND series_id = $2::integer
