-- The ids of tenants that have a chain, for verifying them one after the other.
CREATE FUNCTION tenants_recorded() RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT c.tenant_id FROM chain c ORDER BY c.tenant_id
$$;
