-- Timers that are due and not fired, counted to 10,001. $1 now
SELECT '' AS labels, due FROM timers_due($1)
