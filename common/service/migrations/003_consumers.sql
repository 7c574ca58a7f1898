-- How far this service has applied other services' events, and what it could not apply.

-- The position moves in the transaction of the effects. Epoch 0: nothing applied yet.
CREATE TABLE consumer_position (
    stream text NOT NULL,
    partition smallint NOT NULL,
    epoch bigint NOT NULL,
    number bigint NOT NULL,
    event_at timestamptz, -- of the last event applied
    PRIMARY KEY (stream, partition)
) WITH (fillfactor = 50); -- room for updates within the page

-- Events that failed, and later ones of the same key behind them, in their order. `redrive`: an
-- operator wants them tried again.
CREATE TABLE parked (
    stream text NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    epoch bigint NOT NULL,
    tenant_id bigint NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    event bytea NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    redrive boolean NOT NULL DEFAULT false,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, partition, number)
);
CREATE INDEX parked_key ON parked (stream, partition, key, number);
CREATE INDEX parked_redrive ON parked (stream, partition) WHERE redrive;
