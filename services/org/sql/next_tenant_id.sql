-- Ids for a new tenant and its root unit.
SELECT nextval('tenant_id_seq'), nextval('unit_id_seq')
