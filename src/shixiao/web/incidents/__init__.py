"""安全事件: reports, clocks, persons affected, notices, and drills that say so everywhere."""
