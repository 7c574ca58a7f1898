-- What a command answered, by the caller's idempotency key: a repetition gets the same answer.

CREATE TABLE command (
    tenant_id bigint NOT NULL,
    caller text NOT NULL,
    key text NOT NULL,
    method text NOT NULL,
    request_hash bytea NOT NULL,
    response bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, caller, key)
);
CREATE INDEX command_at ON command USING brin (at);
ALTER TABLE command ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON command
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- Raises as a serialization failure, so that the caller loads anew and tries again.
CREATE FUNCTION raise_aborted(message text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', message USING ERRCODE = 'serialization_failure';
END $$;

DO $migration$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON command FROM %I', current_setting('dacheng.role'));
    -- Of all tenants, so it runs as the owner, whom row-level security does not bind.
    EXECUTE format($function$
        CREATE FUNCTION command_drop_old(kept interval, at_most integer) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            WITH old AS (SELECT ctid FROM command WHERE at < now() - kept LIMIT at_most),
                 gone AS (DELETE FROM command WHERE ctid = ANY (ARRAY(SELECT ctid FROM old))
                          RETURNING 1)
            SELECT count(*) FROM gone
        $body$
    $function$, current_setting('dacheng.schema'));
END $migration$;
