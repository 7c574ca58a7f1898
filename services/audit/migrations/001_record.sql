-- The audit record: one hash chain per tenant, append-only.

-- The end of each tenant's chain; its row is the lock under which entries are appended.
CREATE TABLE chain (
    tenant_id bigint PRIMARY KEY,
    number    bigint NOT NULL,
    hash      bytea NOT NULL CHECK (length(hash) = 32)
);
ALTER TABLE chain ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON chain USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- hash = SHA-256 (hash of the entry before, or 32 zero bytes; number as 8 bytes, big-endian;
-- `canonical`, the bytes that services/audit/canonical.h describes). `canonical` is kept, so that
-- a chain can be verified without knowing how it was made; the other columns are for searching and
-- are compared with it when the chain is verified.
CREATE TABLE entry (
    tenant_id    bigint NOT NULL,
    number       bigint NOT NULL,
    at           timestamptz NOT NULL,
    stream       text NOT NULL,
    type         text NOT NULL,
    key          text NOT NULL,
    account      text NOT NULL,
    person_id    bigint NOT NULL,
    address      text NOT NULL,
    denied       boolean NOT NULL,
    cause        text NOT NULL,
    epoch        bigint NOT NULL,
    partition    smallint NOT NULL,
    event_number bigint NOT NULL,
    canonical    bytea NOT NULL,
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (tenant_id, number),
    -- An event is recorded once, whatever happens to the consumer's position.
    UNIQUE (tenant_id, stream, epoch, partition, event_number)
);
CREATE INDEX entry_by_account ON entry (tenant_id, account, number);
CREATE INDEX entry_by_type ON entry (tenant_id, stream, type, number);
CREATE INDEX entry_by_key ON entry (tenant_id, key text_pattern_ops, number);
CREATE INDEX entry_by_time ON entry (tenant_id, at);
CREATE INDEX entry_denied ON entry (tenant_id, number) WHERE denied;
ALTER TABLE entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON entry USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- Nobody changes the past: not the service (no privilege), nor the owner (the trigger).
CREATE FUNCTION entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = '42501';
END $body$;
CREATE TRIGGER entry_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION entry_is_kept();
DO $migration$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON entry FROM %I', current_setting('dacheng.role'));
    EXECUTE format('REVOKE DELETE ON chain FROM %I', current_setting('dacheng.role'));
END $migration$;
