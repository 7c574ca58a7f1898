-- Is this still the database that the newest epoch began in?
SELECT e.system_identifier = (SELECT system_identifier FROM pg_control_system()) AS same_system,
       e.timeline = (SELECT timeline_id FROM pg_control_checkpoint()) AS same_timeline,
       pg_snapshot_xmax(pg_current_snapshot()) >= pg_snapshot_xmax(h.cursor) AS forwards
FROM (SELECT epoch, cursor FROM log_head ORDER BY batch DESC LIMIT 1) h
JOIN log_epoch e ON e.epoch = h.epoch
