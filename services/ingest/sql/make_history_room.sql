-- Months of history ahead of need; answers how many were made.
SELECT make_history_room()
