-- Epochs and the overall numbers that they began after, newest first. $1 at most so many.
SELECT epoch, overall FROM log_epoch ORDER BY epoch DESC LIMIT $1
